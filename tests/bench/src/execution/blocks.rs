//! The measured blocks: a genesis with accounts and contracts, and transactions of each kind of work.

use std::{collections::BTreeMap, sync::Arc};

use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use praxis_chain::{ChainOptions, TransactionSource};
use praxis_evm::{ModelCache, ResultCache};
use praxis_primitives::{
    ChainSpec, EthereumRules, FeeParams, GenesisAccount, GenesisSpec, PayloadAttributes, RecoveredTransaction, Rules,
    SealedHeader, Transaction,
};

/// Gas limit of a block.
pub(crate) const BLOCK_GAS: u64 = 30_000_000;
/// Accounts that send.
const SENDERS: u64 = 2_000;
/// Accounts that only hold, so that the trie has some depth.
const HOLDERS: u64 = 20_000;

const TOKEN: Address = Address::repeat_byte(0x70);
const LOOP: Address = Address::repeat_byte(0x71);
const STORE: Address = Address::repeat_byte(0x72);

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Transfers,
    Token,
    Computation,
    Storage,
    Mixed,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::Transfers, Self::Token, Self::Computation, Self::Storage, Self::Mixed];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Transfers => "transfers",
            Self::Token => "token transfers",
            Self::Computation => "computation",
            Self::Storage => "fresh slots",
            Self::Mixed => "a mixture",
        }
    }
}

/// Two slots change and one event is logged: calldata is the receiver and the amount, a word each.
const TOKEN_CODE: &[u8] = &[
    0x33, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0x20, 0x80, 0x54, 0x60, 0x20, 0x35, 0x90, 0x03, 0x90,
    0x55, // sender's balance
    0x5f, 0x35, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0x20, 0x80, 0x54, 0x60, 0x20, 0x35, 0x01, 0x90, 0x55, // receiver's
    0x60, 0x20, 0x35, 0x5f, 0x52, 0x5f, 0x35, 0x33, 0x60, 0x01, 0x60, 0x20, 0x5f, 0xa3, 0x00, // LOG3
];
/// Counts the word in calldata down to zero; each round multiplies and hashes.
const LOOP_CODE: &[u8] = &[
    0x5f, 0x35, 0x5b, 0x80, 0x80, 0x02, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0x20, 0x50, 0x60, 0x01, 0x90, 0x03, 0x80, 0x60,
    0x02, 0x57, 0x00,
];
/// Writes one to `n` slots from `first` on: calldata is n and first, a word each.
const STORE_CODE: &[u8] = &[
    0x60, 0x20, 0x35, 0x5f, 0x35, 0x5b, 0x90, 0x80, 0x60, 0x01, 0x90, 0x55, 0x60, 0x01, 0x01, 0x90, 0x60, 0x01, 0x90,
    0x03, 0x80, 0x60, 0x05, 0x57, 0x00,
];

fn sender(index: u64) -> Address {
    Address::from_word(keccak256(index.to_be_bytes()))
}

fn holder(index: u64) -> Address {
    sender(SENDERS + index)
}

/// The chain's specification.
pub(crate) fn spec() -> ChainSpec {
    let rich = GenesisAccount { balance: U256::from(10u64).pow(U256::from(24)), ..GenesisAccount::default() };
    let mut alloc: BTreeMap<_, _> = (0..SENDERS + HOLDERS).map(|index| (sender(index), rich.clone())).collect();
    let balances = (0..SENDERS + HOLDERS).map(|index| {
        let slot = keccak256(sender(index).into_word());
        (slot.into(), U256::from(1_000_000))
    });
    let contract = |code: &'static [u8], storage| GenesisAccount {
        nonce: 1,
        balance: U256::ZERO,
        code: Bytes::from_static(code),
        storage,
    };
    alloc.insert(TOKEN, contract(TOKEN_CODE, balances.collect()));
    alloc.insert(LOOP, contract(LOOP_CODE, BTreeMap::new()));
    alloc.insert(STORE, contract(STORE_CODE, BTreeMap::new()));
    ChainSpec {
        chain_id: 1337,
        genesis: GenesisSpec {
            timestamp_ms: 1_700_000_000_000,
            gas_limit: BLOCK_GAS,
            base_fee: 7,
            beneficiary: Address::repeat_byte(0xbe),
            extras: Default::default(),
            alloc,
        },
        fees: FeeParams { denominator: u64::MAX >> 1, ..FeeParams::ETHEREUM },
        rules: Rules::Ethereum(EthereumRules::osaka(1)),
    }
}

/// How the chain is opened.
pub(crate) fn options() -> ChainOptions {
    ChainOptions {
        models: Arc::new(ModelCache::default()),
        results: Arc::new(ResultCache::default()),
        database: Default::default(),
        diff_hook: None,
    }
}

/// Transactions of one kind, without end; nonces go on from block to block.
pub(crate) struct Work {
    pub(crate) kind: Kind,
    nonces: BTreeMap<Address, u64>,
    count: u64,
    /// Why the node refused one of them, which it never should.
    pub(crate) refused: Option<String>,
}

impl Work {
    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, nonces: BTreeMap::new(), count: 0, refused: None }
    }

    fn call(&self, kind: Kind, n: u64) -> (Address, Vec<U256>, u64) {
        let receiver = U256::from_be_bytes(holder(n % HOLDERS).into_word().0);
        match kind {
            Kind::Transfers => (holder(n % HOLDERS), vec![], 21_000),
            Kind::Token => (TOKEN, vec![receiver, U256::from(3)], 90_000),
            Kind::Computation => (LOOP, vec![U256::from(10_000)], 2_000_000),
            Kind::Storage => (STORE, vec![U256::from(40), U256::from(n * 40)], 1_200_000),
            Kind::Mixed => {
                let kinds = [Kind::Transfers, Kind::Token, Kind::Token, Kind::Storage, Kind::Computation];
                // Many small transactions to one large.
                self.call(kinds[[0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 0, 1, 2, 1, 1, 4][n as usize % 20]], n)
            }
        }
    }
}

impl TransactionSource for Work {
    fn next(&mut self, gas_left: u64) -> Option<RecoveredTransaction> {
        let (to, words, gas_limit) = self.call(self.kind, self.count);
        if gas_limit > gas_left {
            return None;
        }
        let from = sender(self.count % SENDERS);
        self.count += 1;
        let nonce = self.nonces.entry(from).or_default();
        *nonce += 1;
        let tx = TxEip1559 {
            chain_id: 1337,
            nonce: *nonce - 1,
            gas_limit,
            max_fee_per_gas: 1_000_000_000,
            max_priority_fee_per_gas: 1,
            to: TxKind::Call(to),
            value: U256::from(u64::from(words.is_empty())),
            access_list: Default::default(),
            input: words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect::<Vec<u8>>().into(),
        };
        let envelope: EthereumTxEnvelope<TxEip4844> = tx.into_signed(Signature::test_signature()).into();
        Some(RecoveredTransaction::new_unchecked(Transaction::Ethereum(envelope), from))
    }

    fn rejected(&mut self, hash: B256, reason: &str) {
        self.refused = Some(format!("transaction {hash} is refused: {reason}"));
    }
}

/// Attributes of the block after `parent`.
pub(crate) fn attributes(parent: &SealedHeader) -> PayloadAttributes {
    PayloadAttributes {
        number: parent.number + 1,
        parent_hash: parent.hash(),
        timestamp_ms: (parent.timestamp + 1) * 1000,
        prev_randao: B256::repeat_byte(7),
        parent_beacon_block_root: B256::ZERO,
        l1_origin: Default::default(),
        sequence_number: 0,
        forced: false,
        gas_limit: parent.gas_limit,
        extra_data: Default::default(),
        transactions: vec![],
    }
}
