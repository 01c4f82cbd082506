//! On Ethereum's rules this crate gives what bare revm gives.

use super::fixture::{ALICE, BOB, Chain, ethereum_spec};
use crate::{BlockExecutor, ExecuteError, TxStatus, env};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use praxis_primitives::Account;
use proptest::prelude::*;
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    database::{CacheDB, EmptyDB},
    state::AccountInfo,
};

const CONTRACT: Address = Address::repeat_byte(0x66);
const OTHER: Address = Address::repeat_byte(0x67);

/// Pieces of programs that touch state, call, create and destroy.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let address = |to: Address| [&[0x73], to.as_slice()].concat();
    prop_oneof![
        // SSTORE(slot, value)
        (0..3u8, 0..3u8).prop_map(|(slot, value)| vec![0x60, value, 0x60, slot, 0x55]),
        // TSTORE(slot, value), then SSTORE(5, TLOAD(slot))
        (0..3u8, 0..3u8).prop_map(|(s, v)| vec![0x60, v, 0x60, s, 0x5d, 0x60, s, 0x5c, 0x60, 5, 0x55]),
        // LOG1 of the gas left
        Just(vec![0x5a, 0x5f, 0x52, 0x60, 0x07, 0x60, 0x20, 0x5f, 0xa1]),
        // CALL(gas, to, value, 0, 0, 0, 0), result stored
        (0..4u8, prop_oneof![Just(CONTRACT), Just(OTHER), Just(BOB), Just(Address::with_last_byte(2))]).prop_map(
            move |(value, to)| {
                let mut code = vec![0x5f, 0x5f, 0x5f, 0x5f, 0x60, value];
                code.extend(address(to));
                code.extend([0x62, 0x01, 0x00, 0x00, 0xf1, 0x60, 0x04, 0x55]);
                code
            }
        ),
        // CREATE(value, 0, 4): whatever stands in memory
        (0..3u8).prop_map(|value| vec![0x60, 4, 0x5f, 0x60, value, 0xf0, 0x60, 3, 0x55]),
        // MSTORE8 pieces of creation code
        (0..8u8, any::<u8>()).prop_map(|(at, byte)| vec![0x60, byte, 0x60, at, 0x53]),
        // SELFDESTRUCT(bob), REVERT, STOP, INVALID
        Just([address(BOB), vec![0xff]].concat()),
        Just(vec![0x5f, 0x5f, 0xfd]),
        Just(vec![0x00]),
        Just(vec![0xfe]),
    ]
}

fn program() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat())
}

type Target = Option<bool>;

fn bare(chain: &Chain) -> CacheDB<EmptyDB> {
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
    db
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn blocks_agree_with_bare_revm(
        programs in (program(), program()),
        calls in prop::collection::vec((any::<Target>(), 0..9u64, program()), 1..5),
    ) {
        let mut chain = Chain::of(ethereum_spec());
        chain.state.insert_contract(CONTRACT, programs.0.into());
        chain.state.insert_contract(OTHER, programs.1.into());
        chain.state.set_balance(CONTRACT, U256::from(5));
        let transactions: Vec<_> = calls.iter().map(|(target, value, code)| {
            let (to, input) = match target {
                Some(true) => (TxKind::Call(CONTRACT), Bytes::new()),
                Some(false) => (TxKind::Call(OTHER), Bytes::new()),
                None => (TxKind::Create, Bytes::from(code.clone())),
            };
            chain.tx(ALICE, to, U256::from(*value), input)
        }).collect();

        let context = chain.context();
        let mut reference = Context::mainnet()
            .with_block(env::block(&context))
            .with_cfg(env::config(&chain.spec))
            .with_db(bare(&chain))
            .build_mainnet();
        let mut executor = BlockExecutor::new(&chain.spec, context, &chain.state, chain.access());
        for tx in &transactions {
            let (tx_env, _) = env::transaction(&chain.spec, tx).unwrap();
            match (reference.transact_commit(tx_env), executor.execute(tx)) {
                (Ok(expected), Ok(found)) => {
                    prop_assert_eq!(expected.tx_gas_used(), found.gas_used);
                    prop_assert_eq!(expected.is_success(), found.status == TxStatus::Success);
                    prop_assert_eq!(expected.output().cloned().unwrap_or_default(), found.output);
                    let logs = if expected.is_success() { expected.into_logs() } else { vec![] };
                    prop_assert_eq!(logs, found.receipt.logs);
                }
                (Err(_), Err(ExecuteError::Invalid(_))) => {}
                (expected, found) => prop_assert!(false, "{expected:?} against {found:?}"),
            }
        }
        let output = executor.finish().unwrap();
        chain.state.apply(&output.diff);
        let db = &reference.ctx.journaled_state.database;
        for (address, cached) in &db.cache.accounts {
            let info = &cached.info;
            let expected = (!info.is_empty()).then_some(Account {
                nonce: info.nonce,
                balance: info.balance,
                code_hash: info.code_hash,
            });
            prop_assert_eq!(chain.state.accounts.get(address).copied(), expected, "{}", address);
            for (slot, value) in &cached.storage {
                let found = chain.state.storage.get(&(*address, *slot)).copied().unwrap_or_default();
                prop_assert_eq!(found, *value, "{} {}", address, slot);
            }
        }
    }
}
