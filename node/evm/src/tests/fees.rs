//! What a rollup's transaction pays besides its gas.

use super::fixture::{ALICE, BOB, CALLER, Chain, ETHER, GWEI, deposit, ethereum_spec, signed};
use crate::{
    BlockExecutor, CallRequest, EstimateError, ExecuteError, InvalidTransaction, StateOverrides, estimate_gas, simulate,
};
use alloy_consensus::{Transaction as _, TxEip1559};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use praxis_contracts::{
    addresses::{BASE_FEE_VAULT, L1_BLOCK, L1_FEE_VAULT, OPERATOR_FEE_VAULT, SEQUENCER_FEE_VAULT},
    layout::{FeeScalars, L1_BLOCK_BASEFEE_SLOT, L1_BLOCK_BLOB_BASEFEE_SLOT, L1_BLOCK_SCALARS_SLOT},
};
use praxis_primitives::{DataFees, DataSize, RecoveredTransaction};

pub(super) const PRICES: DataFees = DataFees {
    l1_base_fee: 30 * GWEI,
    blob_base_fee: 2 * GWEI,
    base_fee_scalar: 2_000,
    blob_base_fee_scalar: 1_100_000,
    operator_fee_scalar: 70_000,
    operator_fee_constant: 9_000_000,
};

/// Writes the prices where the attributes deposit would.
pub(super) fn set_prices(chain: &mut Chain, prices: &DataFees) {
    let scalars = FeeScalars {
        base_fee: prices.base_fee_scalar,
        blob_base_fee: prices.blob_base_fee_scalar,
        operator_fee: prices.operator_fee_scalar,
        operator_fee_constant: prices.operator_fee_constant,
    };
    let words = [
        (L1_BLOCK_BASEFEE_SLOT, U256::from(prices.l1_base_fee)),
        (L1_BLOCK_BLOB_BASEFEE_SLOT, U256::from(prices.blob_base_fee)),
        (L1_BLOCK_SCALARS_SLOT, scalars.encode()),
    ];
    chain.state.storage.extend(words.map(|(slot, value)| ((L1_BLOCK, slot), value)));
}

fn priced() -> Chain {
    let mut chain = Chain::new();
    set_prices(&mut chain, &PRICES);
    chain
}

pub(super) fn size(tx: &RecoveredTransaction) -> DataSize {
    DataSize::of(tx.inner()).unwrap()
}

fn gas_price(tx: &RecoveredTransaction) -> U256 {
    U256::from(tx.effective_gas_price(Some(GWEI as u64)))
}

#[test]
fn each_fee_goes_to_its_vault() {
    let mut chain = priced();
    let tx = chain.tx(ALICE, BOB.into(), U256::from(5), Bytes::new());
    let gas = U256::from(21_000);
    let (l1, operator) = (PRICES.l1_fee(size(&tx)), PRICES.operator_fee(21_000));
    assert!(l1 > U256::from(100 * GWEI) && operator == U256::from(21_000u64 * 7_000_000 + 9_000_000));
    let paid = U256::from(5) + gas_price(&tx) * gas + l1 + operator;
    let (outcome, _) = chain.one(tx);
    assert_eq!(outcome.gas_used, 21_000);
    assert_eq!(chain.balance(ALICE), ETHER - paid);
    assert_eq!(chain.balance(L1_FEE_VAULT), l1);
    assert_eq!(chain.balance(OPERATOR_FEE_VAULT), operator);
    assert_eq!(chain.balance(BASE_FEE_VAULT), gas * U256::from(GWEI));
    assert_eq!(chain.balance(SEQUENCER_FEE_VAULT), gas * U256::from(GWEI));
}

#[test]
fn a_transaction_that_reverts_pays_all_the_same() {
    let mut chain = priced();
    let tx = chain.call(CALLER, Bytes::from_static(&[7; 32]));
    let l1 = PRICES.l1_fee(size(&tx));
    let (outcome, _) = chain.one(tx);
    assert!(!outcome.success());
    assert_eq!(chain.balance(L1_FEE_VAULT), l1);
    assert_eq!(chain.balance(OPERATOR_FEE_VAULT), PRICES.operator_fee(outcome.gas_used));
}

#[test]
fn the_sender_must_have_all_of_it() {
    let cost = |tx: &RecoveredTransaction| {
        let gas = U256::from(tx.max_fee_per_gas()) * U256::from(tx.gas_limit());
        tx.value() + gas + PRICES.most(size(tx), tx.gas_limit())
    };
    let mut chain = priced();
    let tx = chain.tx(ALICE, BOB.into(), U256::from(5), Bytes::new());
    let needed = cost(&tx);
    chain.state.set_balance(ALICE, needed - U256::from(1));
    let (outcomes, output) = chain.try_block(std::slice::from_ref(&tx));
    let wanted = InvalidTransaction::InsufficientFunds { cost: needed, balance: needed - U256::from(1) };
    assert!(matches!(&outcomes[0], Err(ExecuteError::Invalid(reason)) if *reason == wanted), "{outcomes:?}");
    assert!(!output.diff.accounts.contains_key(&ALICE));
    // Less than the fees alone.
    chain.state.set_balance(ALICE, U256::from(1));
    let wanted = InvalidTransaction::InsufficientFunds { cost: needed, balance: U256::from(1) };
    let (outcomes, _) = chain.try_block(std::slice::from_ref(&tx));
    assert!(matches!(&outcomes[0], Err(ExecuteError::Invalid(reason)) if *reason == wanted), "{outcomes:?}");
    // A used nonce is the better reason.
    chain.state.accounts.get_mut(&ALICE).unwrap().nonce = 1;
    let (outcomes, _) = chain.try_block(std::slice::from_ref(&tx));
    let Err(ExecuteError::Invalid(reason)) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert!(matches!(reason, InvalidTransaction::NonceTooLow { .. }), "{reason}");

    chain.state.accounts.get_mut(&ALICE).unwrap().nonce = 0;
    chain.state.set_balance(ALICE, needed);
    assert!(chain.one(tx).0.success());
}

#[test]
fn deposits_and_calls_pay_none() {
    let mut chain = priced();
    chain.one(deposit(BOB, ALICE.into(), 0, U256::from(1), 100_000, Bytes::new()));
    let request = CallRequest { from: Address::repeat_byte(0xee), to: ALICE.into(), ..CallRequest::default() };
    simulate(&chain.spec, &chain.context(), &chain.state, chain.access(), &request, &StateOverrides::default())
        .unwrap();
    for vault in [L1_FEE_VAULT, OPERATOR_FEE_VAULT, BASE_FEE_VAULT, SEQUENCER_FEE_VAULT] {
        assert_eq!(chain.balance(vault), U256::ZERO);
    }
}

#[test]
fn a_simulated_block_charges_who_names_a_price() {
    let mut chain = priced();
    let (first, mut free) = (
        chain.tx(ALICE, BOB.into(), U256::ZERO, Bytes::new()),
        TxEip1559 { chain_id: chain.spec.chain_id, gas_limit: 21_000, to: TxKind::Call(BOB), ..TxEip1559::default() },
    );
    free.nonce = 1;
    let l1 = PRICES.l1_fee(size(&first));
    let mut executor = BlockExecutor::simulating(&chain.spec, chain.context(), &chain.state, chain.access(), false);
    executor.simulate(&first, false).unwrap();
    executor.simulate(&signed(free, ALICE), false).unwrap();
    let output = executor.finish().unwrap();
    assert_eq!(output.diff.accounts[&L1_FEE_VAULT].account.unwrap().balance, l1);
}

#[test]
fn ethereum_knows_no_such_fees() {
    let mut chain = Chain::of(ethereum_spec());
    set_prices(&mut chain, &PRICES);
    let tx = chain.tx(ALICE, BOB.into(), U256::ZERO, Bytes::new());
    let price = gas_price(&tx);
    chain.one(tx);
    assert_eq!(chain.balance(ALICE), ETHER - price * U256::from(21_000));
}

#[test]
fn an_estimate_leaves_room_for_the_fees() {
    let mut chain = priced();
    let to = Address::repeat_byte(0x77);
    let request = CallRequest { from: ALICE, to: to.into(), gas_price: 2 * GWEI, ..CallRequest::default() };
    let estimate = |chain: &Chain| {
        estimate_gas(&chain.spec, &chain.context(), &chain.state, chain.access(), &request, &StateOverrides::default())
    };
    assert_eq!(estimate(&chain).unwrap(), 21_000);
    chain.state.set_balance(ALICE, U256::from(21_000 * 2 * GWEI));
    // Enough for the gas alone.
    assert!(matches!(estimate(&chain), Err(EstimateError::Invalid(_) | EstimateError::Failed(_))));
    let tx = chain.tx(ALICE, to.into(), U256::ZERO, Bytes::new());
    let room = PRICES.most(size(&tx), 30_000) + U256::from(100_000 * GWEI);
    chain.state.set_balance(ALICE, U256::from(21_000 * 2 * GWEI) + room);
    assert_eq!(estimate(&chain).unwrap(), 21_000);
}
