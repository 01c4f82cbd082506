//! What the pool takes, and what it says to the rest.

use super::*;
use crate::MAX_TRANSACTION_GAS;
use alloy_consensus::TxLegacy;
use praxis_primitives::TxDeposit;

fn deposit() -> RecoveredTransaction {
    let tx = TxDeposit {
        source_hash: B256::ZERO,
        from: address(0),
        to: TxKind::Call(address(0)),
        mint: 1,
        value: U256::ZERO,
        gas_limit: 100_000,
        is_system_transaction: false,
        input: Bytes::new(),
    };
    RecoveredTransaction::new_unchecked(Transaction::deposit(tx), address(0))
}

fn error(change: impl FnOnce(&mut TxEip1559)) -> String {
    let mut tx = unsigned(0, 5, 1);
    change(&mut tx);
    refused(usual().add(from(0, tx))).to_string()
}

#[test]
fn each_form_that_can_never_be_valid_is_refused_by_name() {
    assert!(error(|tx| tx.chain_id = 6).starts_with("invalid chain id"));
    assert!(error(|tx| tx.gas_limit = 30_000_001).starts_with("exceeds block gas limit"));
    assert!(error(|tx| tx.gas_limit = MAX_TRANSACTION_GAS + 1).starts_with("transaction gas limit too high (cap: "));
    assert!(error(|tx| tx.gas_limit = 20_999).starts_with("intrinsic gas too low: gas 20999, minimum needed 21000"));
    assert!(error(|tx| tx.max_fee_per_gas = 999).starts_with("max fee per gas less than block base fee"));
    assert!(error(|tx| tx.max_priority_fee_per_gas = 6 * GWEI).starts_with("max priority fee per gas higher"));
    assert!(error(|tx| tx.input = vec![0; 128 << 10].into()).starts_with("oversized data"));
    assert!(error(|tx| tx.value = U256::MAX).starts_with("insufficient funds for gas * price + value"));
    assert!(error(|tx| tx.nonce = u64::MAX).starts_with("nonce has max value"));
    assert!(error(|tx| (tx.to, tx.input) = (TxKind::Create, vec![0; 49_153].into())).starts_with("max initcode size"));
    assert!(error(|tx| tx.input = vec![1; 3_000].into()).starts_with("insufficient gas for floor data gas cost"));
    let deposit = refused(usual().add(deposit())).to_string();
    assert!(deposit.starts_with("transaction type not supported"), "{deposit}");
}

#[test]
fn the_bounds_themselves_are_taken() {
    let pool = usual();
    let most = TxEip1559 { gas_limit: MAX_TRANSACTION_GAS, ..unsigned(0, 5, 5) };
    pool.add(from(0, most)).unwrap();
    pool.add(from(1, TxEip1559 { gas_limit: 21_000, ..unsigned(0, 5, 5) })).unwrap();
    pool.add(from(2, unsigned(255, 5, 5))).unwrap();
    let exact = U256::from(1000 * GWEI * GWEI) - U256::from(5 * GWEI * 100_000);
    pool.add(from(3, TxEip1559 { value: exact, ..unsigned(0, 5, 5) })).unwrap();
    let above = from(4, TxEip1559 { value: exact + U256::from(1), ..unsigned(0, 5, 5) });
    assert!(matches!(refused(pool.add(above)), PoolError::InsufficientFunds { .. }));
}

#[test]
fn intrinsic_gas_is_the_larger_of_the_price_of_the_bytes_and_their_floor() {
    use crate::{floor_gas, intrinsic_gas};
    let gas = |tx: TxEip1559| {
        let tx = from(0, tx);
        intrinsic_gas(tx.inner()).max(floor_gas(tx.inner()))
    };
    let call = unsigned(0, 5, 5);
    assert_eq!(gas(call.clone()), 21_000);
    // 3 zero bytes and 2 others are 11 tokens: 21000 + 10 * 11 by EIP-7623.
    assert_eq!(gas(TxEip1559 { input: vec![0, 0, 0, 1, 2].into(), ..call.clone() }), 21_110);
    let create = TxEip1559 { to: TxKind::Create, input: vec![1; 33].into(), ..call.clone() };
    assert_eq!(gas(create), 21_000 + 32_000 + 33 * 16 + 2 * 2);
    let item = alloy_eips::eip2930::AccessListItem { address: address(1), storage_keys: vec![B256::ZERO; 3] };
    assert_eq!(gas(TxEip1559 { access_list: vec![item].into(), ..call }), 21_000 + 2_400 + 3 * 1_900);
}

#[test]
fn a_legacy_transaction_without_a_chain_id_is_taken() {
    let legacy = TxLegacy { gas_limit: 21_000, gas_price: GWEI, to: TxKind::Call(address(9)), ..TxLegacy::default() };
    let tx = Transaction::Ethereum(legacy.into_signed(Signature::test_signature()).into());
    usual().add(RecoveredTransaction::new_unchecked(tx, address(0))).unwrap();
}

#[test]
fn the_same_transaction_is_known_and_a_used_nonce_too_low() {
    let pool = usual_on(&Accounts::default().nonce(0, 3));
    pool.add(tx(0, 3, 5)).unwrap();
    assert!(matches!(refused(pool.add(tx(0, 3, 5))), PoolError::AlreadyKnown(_)));
    let low = refused(pool.add(tx(0, 2, 5)));
    assert_eq!(low.to_string(), "nonce too low: next nonce 3, tx nonce 2");
}

#[test]
fn a_replacement_raises_both_fees_by_a_tenth() {
    let pool = usual();
    pool.add(from(0, unsigned(0, 100, 10))).unwrap();
    for (fee, tip) in [(109, 11), (110, 10), (100, 100), (200, 10), (110, 0)] {
        let error = refused(pool.add(from(0, unsigned(0, fee, tip))));
        assert!(matches!(error, PoolError::Underpriced { percent: 10 }), "{fee} {tip}: {error}");
    }
    let replacing = pool.add(from(0, unsigned(0, 110, 11))).unwrap();
    assert_eq!(pool.status().pending, 1);
    assert_eq!(pool.best(0).next().unwrap().hash(), replacing);
}

#[test]
fn a_fee_that_a_tenth_does_not_raise_has_to_rise_all_the_same() {
    let pool = usual();
    let mut first = unsigned(0, 1, 0);
    first.max_priority_fee_per_gas = 1;
    pool.add(from(0, first.clone())).unwrap();
    let same_tip = TxEip1559 { max_fee_per_gas: 2 * GWEI, ..first.clone() };
    assert!(matches!(refused(pool.add(from(0, same_tip))), PoolError::Underpriced { .. }));
    pool.add(from(0, TxEip1559 { max_fee_per_gas: 2 * GWEI, max_priority_fee_per_gas: 2, ..first })).unwrap();
}

#[test]
fn what_a_sender_has_executable_must_be_payable_together() {
    let mut accounts = Accounts::default();
    // Three transactions of 100,000 gas at 10 gwei, and a bit.
    accounts.set_balance(0, 3 * 1_000_000 * GWEI + 1);
    let pool = usual_on(&accounts);
    for nonce in 0..2 {
        pool.add(tx(0, nonce, 10)).unwrap();
    }
    let error = refused(pool.add(tx(0, 2, 11)));
    assert!(matches!(error, PoolError::Overdraft { .. }), "{error}");
    assert!(
        error.to_string().starts_with("insufficient funds for gas * price + value: balance 3000000000000001, queued")
    );
    pool.add(tx(0, 2, 10)).unwrap();
    let error = refused(pool.add(tx(0, 1, 11)));
    assert!(matches!(error, PoolError::Overdraft { .. }), "a replacement counts in place of the replaced: {error}");
    assert_eq!(order(&pool, 0), [(0, 0), (0, 1), (0, 2)]);
}

#[test]
fn a_contract_sends_nothing_and_a_delegated_account_does() {
    let mut accounts = Accounts::default();
    accounts.set_code(0, &[0x60, 0x00]);
    accounts.set_code(1, &[&[0xef, 0x01, 0x00][..], &[7; 20]].concat());
    let pool = usual_on(&accounts);
    assert!(matches!(refused(pool.add(tx(0, 0, 5))), PoolError::SenderHasCode));
    pool.add(tx(1, 0, 5)).unwrap();
}

#[test]
fn fees_round_as_geth_rounds_them() {
    let pool = usual();
    let wei = |fee| TxEip1559 { max_fee_per_gas: fee, max_priority_fee_per_gas: fee, ..unsigned(0, 0, 0) };
    pool.add(from(0, wei(1_005))).unwrap();
    refused(pool.add(from(0, wei(1_104))));
    // 1.1 * 1005 is 1105.5, and its integer part suffices.
    pool.add(from(0, wei(1_105))).unwrap();
}
