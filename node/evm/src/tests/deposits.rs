//! Deposits: transactions that nobody signed and nobody pays for.

use super::fixture::{BOB, CALLER, Chain, ETHER, deposit, ethereum_spec, infer, run, step, word};
use crate::{ExecuteError, InvalidTransaction, TxStatus};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use praxis_contracts::{
    ICaller::Kind,
    addresses::{BASE_FEE_VAULT, L1_BLOCK, SEQUENCER_FEE_VAULT},
    layout::L1_BLOCK_BASEFEE_SLOT,
};
use praxis_primitives::{L1Attributes, L1BlockInfo, RecoveredTransaction, Transaction, TxType};

const CAROL: Address = Address::repeat_byte(0xc0);

#[test]
fn a_deposit_mints_transfers_and_pays_no_fee() {
    let mut chain = Chain::new();
    let value = U256::from(400);
    let tx = deposit(CAROL, BOB.into(), 1_000, value, 100_000, Bytes::new());
    let (outcome, output) = chain.one(tx);
    assert_eq!((outcome.status, outcome.gas_used), (TxStatus::Success, 21_000));
    assert_eq!((chain.balance(CAROL), chain.balance(BOB)), (U256::from(600), ETHER + value));
    assert_eq!(chain.nonce(CAROL), 1);
    assert_eq!(output.receipts[0].tx_type, TxType::Deposit);
    assert_eq!(output.gas_used, 21_000);
    for vault in [BASE_FEE_VAULT, SEQUENCER_FEE_VAULT] {
        assert_eq!(chain.balance(vault), U256::ZERO);
    }
}

#[test]
fn a_deposit_that_reverts_keeps_mint_and_nonce() {
    let mut chain = Chain::new();
    // An unknown function of Caller reverts.
    let tx = deposit(CAROL, CALLER.into(), 1_000, U256::from(1), 100_000, word(7));
    let (outcome, output) = chain.one(tx);
    assert_eq!(outcome.status, TxStatus::Reverted);
    assert!(outcome.gas_used < 100_000);
    assert!(!output.receipts[0].success);
    assert_eq!((chain.balance(CAROL), chain.nonce(CAROL)), (U256::from(1_000), 1));
}

#[test]
fn a_deposit_that_cannot_begin_uses_its_gas_and_keeps_mint_and_nonce() {
    let too_long = Bytes::from(vec![0; 49_153]);
    let cases = [
        deposit(CAROL, BOB.into(), 1_000, U256::from(1_001), 50_000, Bytes::new()),
        deposit(CAROL, BOB.into(), 1_000, U256::ZERO, 20_999, Bytes::new()),
        deposit(CAROL, TxKind::Create, 1_000, U256::from(1_001), 90_000, Bytes::new()),
        deposit(CAROL, TxKind::Create, 1_000, U256::ZERO, 5_000_000, too_long),
    ];
    for tx in cases {
        let mut chain = Chain::new();
        let gas_limit = tx.inner().as_deposit().unwrap().gas_limit;
        let (outcome, output) = chain.one(tx);
        assert!(matches!(outcome.status, TxStatus::FailedDeposit(_)), "{:?}", outcome.status);
        assert_eq!((outcome.gas_used, output.gas_used), (gas_limit, gas_limit));
        assert_eq!((chain.balance(CAROL), chain.nonce(CAROL)), (U256::from(1_000), 1));
        assert_eq!(chain.balance(BOB), ETHER);
    }
}

#[test]
fn a_deposit_creates_at_the_address_of_its_senders_nonce() {
    let mut chain = Chain::new();
    // Returns one byte of code: STOP.
    let code = Bytes::from_static(&[0x60, 0x01, 0x5f, 0xf3]);
    let (first, second) = (
        deposit(CAROL, TxKind::Create, 0, U256::ZERO, 100_000, code.clone()),
        deposit(CAROL, TxKind::Create, 0, U256::ZERO, 100_000, code),
    );
    let (outcomes, _) = chain.block(&[first, second]);
    assert_eq!(outcomes[0].created, Some(CAROL.create(0)));
    assert_eq!(outcomes[1].created, Some(CAROL.create(1)));
    assert_eq!(chain.nonce(CAROL), 2);
}

#[test]
fn a_deposit_may_have_more_gas_than_a_transaction_but_not_than_the_block() {
    let mut chain = Chain::new();
    let (outcome, _) = chain.one(deposit(CAROL, BOB.into(), 0, U256::ZERO, 29_000_000, Bytes::new()));
    assert!(outcome.success());
    let too_much = deposit(CAROL, BOB.into(), 0, U256::ZERO, 30_000_001, Bytes::new());
    let (outcomes, _) = chain.try_block(&[too_much]);
    let wanted = InvalidTransaction::BlockGasExceeded { gas_limit: 30_000_001, gas_left: 30_000_000 };
    assert!(matches!(&outcomes[0], Err(ExecuteError::Invalid(reason)) if *reason == wanted));
}

#[test]
fn a_deposit_can_infer() {
    let mut chain = Chain::new();
    let model = chain.install(&super::fixture::affine());
    let steps = [step(Kind::Call, infer(model, [1.0, 2.0]))];
    let (outcome, output) = chain.one(deposit(CAROL, CALLER.into(), 0, U256::ZERO, 1_000_000, run(&steps)));
    assert!(outcome.success());
    assert_eq!(output.inferences[0].record.caller, CALLER);
}

#[test]
fn the_attributes_deposit_writes_what_contracts_read() {
    let mut chain = Chain::new();
    let origin = L1BlockInfo {
        number: 5,
        hash: Default::default(),
        parent_hash: Default::default(),
        timestamp: 77,
        base_fee: 123,
        blob_base_fee: 1,
        prev_randao: Default::default(),
        parent_beacon_block_root: Default::default(),
        batcher_transactions: vec![],
        config_updates: vec![],
        deposits: vec![],
    };
    let tx = L1Attributes::new(&origin, 0, chain.spec.rollup().unwrap().system_config(), 1, false).transaction();
    let sender = tx.as_deposit().unwrap().from;
    let (outcome, _) = chain.one(RecoveredTransaction::new_unchecked(tx, sender));
    assert!(outcome.success(), "{:?}", outcome.status);
    assert_eq!(chain.state.storage[&(L1_BLOCK, L1_BLOCK_BASEFEE_SLOT)], U256::from(123));
}

#[test]
fn ethereum_has_no_deposits_and_the_rollup_no_system_deposits() {
    let tx = deposit(CAROL, BOB.into(), 5, U256::ZERO, 100_000, Bytes::new());
    let mut chain = Chain::of(ethereum_spec());
    let (outcomes, output) = chain.try_block(std::slice::from_ref(&tx));
    assert!(matches!(outcomes[0], Err(ExecuteError::Invalid(InvalidTransaction::DepositOnEthereum))));
    assert!(!output.diff.accounts.contains_key(&CAROL));

    let mut system = tx.inner().as_deposit().unwrap().inner().clone();
    system.is_system_transaction = true;
    let system = RecoveredTransaction::new_unchecked(Transaction::deposit(system), CAROL);
    let (outcomes, _) = Chain::new().try_block(&[system]);
    assert!(matches!(outcomes[0], Err(ExecuteError::Invalid(InvalidTransaction::SystemDeposit))));
}
