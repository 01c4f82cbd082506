//! On Ethereum's rules this crate gives what bare revm gives: random programs and bytes, transactions of every type, under
//! every fork.

use super::fixture::{ALICE, BOB, Chain, GWEI, ethereum_spec};
use crate::{BlockContext, BlockExecutor, EthereumParts, ExecuteError, InvalidTransaction, TxStatus, env};
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::{
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_evm::FromRecoveredTx;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use praxis_primitives::{Account, EthereumRules, Fork, RecoveredTransaction, Rules, Transaction};
use proptest::prelude::*;
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{BlockEnv, CfgEnv, TxEnv},
    context_interface::block::BlobExcessGasAndPrice,
    database::{CacheDB, EmptyDB, State},
    state::AccountInfo,
};

const CONTRACT: Address = Address::repeat_byte(0x66);
const OTHER: Address = Address::repeat_byte(0x67);

/// Who signs authorizations.
fn authority(index: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(index + 1)).unwrap()
}

fn target(index: u8) -> Address {
    match index % 6 {
        0 => CONTRACT,
        1 => OTHER,
        2 => BOB,
        3 => Address::with_last_byte(2),
        4 => authority(0).address(),
        _ => authority(1).address(),
    }
}

/// Pieces of programs that touch state, call, create and destroy.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let address = |to: Address| [&[0x73], to.as_slice()].concat();
    prop_oneof![
        // SSTORE(slot, value)
        (0..3u8, 0..3u8).prop_map(|(slot, value)| vec![0x60, value, 0x60, slot, 0x55]),
        // TSTORE(slot, value), then SSTORE(5, TLOAD(slot))
        (0..3u8, 0..3u8).prop_map(|(s, v)| vec![0x60, v, 0x60, s, 0x5d, 0x60, s, 0x5c, 0x60, 5, 0x55]),
        // LOG1 of the gas left
        Just(vec![0x5a, 0x60, 0, 0x52, 0x60, 0x07, 0x60, 0x20, 0x60, 0, 0xa1]),
        // CALL, CALLCODE (gas, to, value, 0, 0, 0, 0), result stored
        (0..4u8, 0..6u8, prop_oneof![Just(0xf1), Just(0xf2)]).prop_map(move |(value, to, opcode)| {
            let mut code = vec![0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, value];
            code.extend(address(target(to)));
            code.extend([0x62, 0x01, 0x00, 0x00, opcode, 0x60, 0x04, 0x55]);
            code
        }),
        // DELEGATECALL, STATICCALL (gas, to, 0, 0, 0, 0), result stored
        (0..6u8, prop_oneof![Just(0xf4), Just(0xfa)]).prop_map(move |(to, opcode)| {
            let mut code = vec![0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0];
            code.extend(address(target(to)));
            code.extend([0x62, 0x01, 0x00, 0x00, opcode, 0x60, 0x06, 0x55]);
            code
        }),
        // CREATE(value, 0, 4): whatever stands in memory
        (0..3u8).prop_map(|value| vec![0x60, 4, 0x60, 0, 0x60, value, 0xf0, 0x60, 3, 0x55]),
        // EXTCODEHASH, EXTCODESIZE, BALANCE of somebody, stored
        (0..6u8, prop_oneof![Just(0x3f), Just(0x3b), Just(0x31)])
            .prop_map(move |(of, opcode)| { [address(target(of)), vec![opcode, 0x60, 7, 0x55]].concat() }),
        // One word about the block or the transaction, stored
        (0x30..0x4bu8).prop_map(|opcode| vec![0x60, 0, opcode, 0x60, 8, 0x55]),
        // MSTORE8 pieces of creation code
        (0..8u8, any::<u8>()).prop_map(|(at, byte)| vec![0x60, byte, 0x60, at, 0x53]),
        // SELFDESTRUCT(bob), REVERT, STOP, INVALID
        Just([address(BOB), vec![0xff]].concat()),
        Just(vec![0x60, 0, 0x60, 0, 0xfd]),
        Just(vec![0x00]),
        Just(vec![0xfe]),
    ]
}

/// A program of pieces, or any bytes.
fn program() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat());
    prop_oneof![3 => pieces, 1 => prop::collection::vec(any::<u8>(), 0..64)]
}

/// A transaction before it has a nonce.
#[derive(Debug, Clone)]
struct Call {
    kind: u8,
    to: Option<u8>,
    value: u64,
    input: Vec<u8>,
    gas_limit: u64,
    tip: u64,
    warm: Vec<(u8, u8)>,
    authorizations: Vec<(u8, u8, u64)>,
}

fn call() -> impl Strategy<Value = Call> {
    let to = prop_oneof![3 => (0..6u8).prop_map(Some), 1 => Just(None)];
    let warm = prop::collection::vec((0..6u8, 0..6u8), 0..3);
    let authorizations = prop::collection::vec((0..2u8, 0..6u8, 0..2u64), 0..3);
    let gas_limit = prop_oneof![1 => 20_000..60_000u64, 3 => 60_000..600_000u64];
    (0..5u8, to, 0..9u64, program(), gas_limit, 0..3u64, warm, authorizations).prop_map(
        |(kind, to, value, input, gas_limit, tip, warm, authorizations)| Call {
            kind,
            to,
            value,
            input,
            gas_limit,
            tip,
            warm,
            authorizations,
        },
    )
}

impl Call {
    fn access_list(&self) -> AccessList {
        let item = |(of, slot): &(u8, u8)| AccessListItem {
            address: target(*of),
            storage_keys: vec![B256::with_last_byte(*slot)],
        };
        AccessList(self.warm.iter().map(item).collect())
    }

    fn authorizations(&self, chain_id: u64) -> Vec<SignedAuthorization> {
        let sign = |(by, to, nonce): &(u8, u8, u64)| {
            let chain_id = U256::from(if *nonce == 0 { chain_id } else { 0 });
            let authorization = Authorization { chain_id, address: target(*to), nonce: *nonce };
            let signature = authority(*by).sign_hash_sync(&authorization.signature_hash()).unwrap();
            authorization.into_signed(signature)
        };
        self.authorizations.iter().map(sign).collect()
    }

    /// The transaction of the type that `kind` says.
    fn sign(&self, chain_id: u64, nonce: u64, fork: Fork) -> EthereumTxEnvelope<TxEip4844> {
        let to = self.to.map_or(TxKind::Create, |to| TxKind::Call(target(to)));
        let callee = to.to().copied().unwrap_or(CONTRACT);
        let (value, input) = (U256::from(self.value), Bytes::from(self.input.clone()));
        let (gas_limit, access_list) = (self.gas_limit, self.access_list());
        let (price, tip) = (3 * GWEI, u128::from(self.tip) * GWEI / 2);
        let signature = Signature::test_signature();
        match self.kind {
            0 => {
                let chain_id = (fork >= Fork::SpuriousDragon).then_some(chain_id);
                TxLegacy { chain_id, nonce, gas_price: price, gas_limit, to, value, input }
                    .into_signed(signature)
                    .into()
            }
            1 => TxEip2930 { chain_id, nonce, gas_price: price, gas_limit, to, value, access_list, input }
                .into_signed(signature)
                .into(),
            2 => TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: price,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list,
                input,
            }
            .into_signed(signature)
            .into(),
            3 => TxEip4844 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: price,
                max_priority_fee_per_gas: tip,
                to: callee,
                value,
                access_list,
                // One in nine has none, and one too many.
                blob_versioned_hashes: vec![
                    B256::with_last_byte(9) | B256::right_padding_from(&[1]);
                    self.value as usize
                ],
                max_fee_per_blob_gas: tip,
                input,
            }
            .into_signed(signature)
            .into(),
            _ => TxEip7702 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: price,
                max_priority_fee_per_gas: tip,
                to: callee,
                value,
                access_list,
                authorization_list: self.authorizations(chain_id),
                input,
            }
            .into_signed(signature)
            .into(),
        }
    }
}

/// revm's own state over revm's own memory.
type Reference = State<CacheDB<EmptyDB>>;

/// The chain's state as revm has it.
fn bare_state(chain: &Chain) -> Reference {
    let mut db = CacheDB::new(EmptyDB::new());
    for (address, account) in &chain.state.accounts {
        let code = chain.state.codes.get(&account.code_hash).cloned().unwrap_or_default();
        let info = AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            code: Some(Bytecode::new_raw(code)),
            ..AccountInfo::default()
        };
        db.insert_account_info(*address, info);
    }
    for ((address, slot), value) in &chain.state.storage {
        db.insert_account_storage(*address, *slot, *value).unwrap();
    }
    // Alone, that memory takes an empty account that was touched for one that is there.
    State::builder().with_database(db).build()
}

/// revm's view of the block, written without this crate's.
fn bare_block(context: &BlockContext) -> BlockEnv {
    BlockEnv {
        number: U256::from(context.number),
        beneficiary: context.beneficiary,
        timestamp: U256::from(context.timestamp),
        gas_limit: context.gas_limit,
        basefee: context.base_fee,
        difficulty: context.ethereum.difficulty,
        prevrandao: Some(context.prev_randao),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice::new(0, 5_007_716)),
        ..BlockEnv::default()
    }
}

fn check(fork: Fork, programs: (Vec<u8>, Vec<u8>), calls: &[Call]) -> Result<(), TestCaseError> {
    let mut spec = ethereum_spec();
    spec.rules = Rules::Ethereum(EthereumRules::always(fork, 1));
    let mut chain = Chain::of(spec);
    chain.state.insert_contract(CONTRACT, programs.0.into());
    chain.state.insert_contract(OTHER, programs.1.into());
    chain.state.set_balance(CONTRACT, U256::from(5));
    // revm's empty database has these.
    chain.state.block_hashes = (0..=chain.number).map(|number| (number, keccak256(number.to_string()))).collect();
    let base_fee = if fork < Fork::London { 0 } else { GWEI as u64 };
    let ethereum = EthereumParts { difficulty: U256::from(77), ..EthereumParts::default() };
    let context = BlockContext { fork, base_fee, ethereum, ..chain.context() };

    let mut config = CfgEnv::new().with_spec_and_mainnet_gas_params(env::spec_id(fork)).with_chain_id(77_000);
    config.max_blobs_per_tx = Some(if fork == Fork::Prague { 9 } else { 6 });
    let mut reference = Context::mainnet()
        .with_block(bare_block(&context))
        .with_cfg(config)
        .with_db(bare_state(&chain))
        .build_mainnet();
    let mut executor = BlockExecutor::new(&chain.spec, context, &chain.state, chain.access());
    let mut nonce = 0;
    for call in calls {
        let tx = call.sign(77_000, nonce, fork);
        let bare = TxEnv::from_recovered_tx(&tx, ALICE);
        let ours = RecoveredTransaction::new_unchecked(Transaction::Ethereum(tx), ALICE);
        let found = executor.execute(&ours);
        if matches!(found, Err(ExecuteError::Invalid(InvalidTransaction::BlobGasExceeded { .. }))) {
            // A rule of blocks, which bare revm does not know.
            continue;
        }
        match (reference.transact_commit(bare), found) {
            (Ok(expected), Ok(found)) => {
                nonce += 1;
                prop_assert_eq!(expected.tx_gas_used(), found.gas_used);
                prop_assert_eq!(expected.is_success(), found.status == TxStatus::Success);
                prop_assert_eq!(expected.output().cloned().unwrap_or_default(), found.output);
                let logs = if expected.is_success() { expected.into_logs() } else { vec![] };
                prop_assert_eq!(&logs, &executor.last_receipt().unwrap().logs);
            }
            (Err(_), Err(ExecuteError::Invalid(_))) => {}
            (expected, found) => prop_assert!(false, "{expected:?} against {found:?}"),
        }
    }
    let output = executor.finish_transactions().unwrap();
    chain.state.apply(&output.diff);
    compare(&chain, &reference.ctx.journaled_state.database)
}

/// Every account and slot that bare revm knows, against the state after the block.
fn compare(chain: &Chain, reference: &Reference) -> Result<(), TestCaseError> {
    for (address, cached) in &reference.cache.accounts {
        let found = chain.state.accounts.get(address).copied();
        let expected = cached.account.as_ref().map(|account| {
            let info = &account.info;
            Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash }
        });
        prop_assert_eq!(found, expected, "{}", address);
        let slots = cached.account.iter().flat_map(|account| &account.storage);
        for (slot, value) in slots {
            let found = chain.state.storage.get(&(*address, *slot)).copied().unwrap_or_default();
            prop_assert_eq!(found, *value, "{} {}", address, slot);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn blocks_at_osaka_agree_with_bare_revm(
        programs in (program(), program()),
        calls in prop::collection::vec(call(), 1..6),
    ) {
        check(Fork::Osaka, programs, &calls)?;
    }

    #[test]
    fn blocks_of_every_fork_agree_with_bare_revm(
        fork in prop::sample::select(Fork::ALL.to_vec()),
        programs in (program(), program()),
        calls in prop::collection::vec(call(), 1..6),
    ) {
        check(fork, programs, &calls)?;
    }
}
