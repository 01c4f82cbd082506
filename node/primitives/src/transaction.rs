//! The transaction envelope: Ethereum's types and the deposit.

use alloy_consensus::{
    EthereumTxEnvelope, InMemorySize, Sealed, TransactionEnvelope, TxEip4844,
    crypto::RecoveryError,
    transaction::{Recovered, SignerRecoverable, TxHashRef},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use op_alloy_consensus::TxDeposit;
use praxis_contracts::addresses::SCHEDULER;

/// EIP-2718 type of a deposit: a transaction without signature that derivation or the state itself puts in a block.
pub const DEPOSIT_TX_TYPE: u8 = 0x7E;

/// Domain of scheduled calls' source hashes. 0 to 3 are OP's, 0x7D is op-alloy's.
const SCHEDULED_DOMAIN: u64 = 4;

/// The source hash of scheduled call `index` of block `number`, counted from 0:
/// keccak256(uint256(4) ‖ keccak256(uint256(number) ‖ uint256(index))).
pub fn scheduled_source(number: u64, index: u64) -> B256 {
    let place = keccak256([U256::from(number).to_be_bytes::<32>(), U256::from(index).to_be_bytes::<32>()].concat());
    keccak256([U256::from(SCHEDULED_DOMAIN).to_be_bytes::<32>(), place.0].concat())
}

/// A transaction of either chain. The rollup refuses blob transactions (type 3) by rule, not by type, because the
/// embedded L1 and Ethereum's own test blocks share this envelope.
#[derive(Debug, Clone, TransactionEnvelope)]
#[envelope(tx_type_name = TxType)]
pub enum Transaction {
    /// A signed transaction of Ethereum's types 0 to 4.
    #[envelope(flatten)]
    Ethereum(EthereumTxEnvelope<TxEip4844>),
    /// A deposit, type 0x7E.
    #[envelope(ty = 126)]
    #[serde(serialize_with = "op_alloy_consensus::serde_deposit_tx_rpc")]
    Deposit(Sealed<TxDeposit>),
}

/// A transaction with its sender.
pub type RecoveredTransaction = Recovered<Transaction>;

impl Transaction {
    /// Wraps a deposit and computes its hash.
    pub fn deposit(tx: TxDeposit) -> Self {
        let hash = tx.tx_hash();
        Self::Deposit(Sealed::new_unchecked(tx, hash))
    }

    /// A call that the state transition makes from the Scheduler's address. `source` is a [`scheduled_source`].
    pub fn scheduled(source: B256, target: Address, gas_limit: u64, input: Bytes) -> Self {
        Self::deposit(TxDeposit {
            source_hash: source,
            from: SCHEDULER,
            to: TxKind::Call(target),
            mint: 0,
            value: U256::ZERO,
            gas_limit,
            is_system_transaction: false,
            input,
        })
    }

    /// Whether this is a scheduled call: made by the state transition, and in no batch. No deposit of L1 comes from that address:
    /// it would take a key or a contract with the address, or its alias, on L1.
    pub fn is_scheduled(&self) -> bool {
        self.as_deposit().is_some_and(|deposit| deposit.from == SCHEDULER)
    }

    /// The deposit inside, if it is one.
    pub const fn as_deposit(&self) -> Option<&Sealed<TxDeposit>> {
        match self {
            Self::Deposit(tx) => Some(tx),
            Self::Ethereum(_) => None,
        }
    }

    /// Whether this is a deposit.
    pub const fn is_deposit(&self) -> bool {
        matches!(self, Self::Deposit(_))
    }

    /// The transaction's hash.
    pub fn hash(&self) -> B256 {
        *self.tx_hash()
    }
}

impl TxHashRef for Transaction {
    fn tx_hash(&self) -> &B256 {
        match self {
            Self::Ethereum(tx) => tx.tx_hash(),
            Self::Deposit(tx) => tx.hash_ref(),
        }
    }
}

impl SignerRecoverable for Transaction {
    fn recover_signer(&self) -> Result<Address, RecoveryError> {
        match self {
            Self::Ethereum(tx) => tx.recover_signer(),
            Self::Deposit(tx) => Ok(tx.from),
        }
    }

    fn recover_signer_unchecked(&self) -> Result<Address, RecoveryError> {
        match self {
            Self::Ethereum(tx) => tx.recover_signer_unchecked(),
            Self::Deposit(tx) => Ok(tx.from),
        }
    }
}

impl InMemorySize for Transaction {
    fn size(&self) -> usize {
        match self {
            Self::Ethereum(tx) => tx.size(),
            Self::Deposit(tx) => tx.inner().size(),
        }
    }
}

impl InMemorySize for TxType {
    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

impl From<EthereumTxEnvelope<TxEip4844>> for Transaction {
    fn from(tx: EthereumTxEnvelope<TxEip4844>) -> Self {
        Self::Ethereum(tx)
    }
}
