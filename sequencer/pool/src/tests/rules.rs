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
    refused(usual().add(from(0, tx), &Accounts::default())).to_string()
}

#[test]
fn each_form_that_can_never_be_valid_is_refused_by_name() {
    assert!(error(|tx| tx.chain_id = 6).starts_with("invalid chain id"));
    assert!(error(|tx| tx.gas_limit = MAX_TRANSACTION_GAS + 1).starts_with("exceeds block gas limit"));
    assert!(error(|tx| tx.gas_limit = 20_999).starts_with("intrinsic gas too low: gas 20999, minimum needed 21000"));
    assert!(error(|tx| tx.max_fee_per_gas = 999).starts_with("max fee per gas less than block base fee"));
    assert!(error(|tx| tx.max_priority_fee_per_gas = 6 * GWEI).starts_with("max priority fee per gas higher"));
    assert!(error(|tx| tx.input = vec![0; 128 << 10].into()).starts_with("oversized data"));
    assert!(error(|tx| tx.value = U256::MAX).starts_with("insufficient funds for gas * price + value"));
    assert!(error(|tx| tx.nonce = 256).starts_with("nonce too high"));
    let deposit = refused(usual().add(deposit(), &Accounts::default())).to_string();
    assert!(deposit.starts_with("transaction type not supported"), "{deposit}");
}

#[test]
fn the_bounds_themselves_are_taken() {
    let pool = usual();
    let state = Accounts::default();
    let most = TxEip1559 { gas_limit: MAX_TRANSACTION_GAS, ..unsigned(0, 5, 5) };
    pool.add(from(0, most), &state).unwrap();
    pool.add(from(1, TxEip1559 { gas_limit: 21_000, ..unsigned(0, 5, 5) }), &state).unwrap();
    pool.add(from(2, unsigned(255, 5, 5)), &state).unwrap();
    let exact = U256::from(1000 * GWEI * GWEI) - U256::from(5 * GWEI * 100_000);
    pool.add(from(3, TxEip1559 { value: exact, ..unsigned(0, 5, 5) }), &state).unwrap();
    let above = from(4, TxEip1559 { value: exact + U256::from(1), ..unsigned(0, 5, 5) });
    assert!(matches!(refused(pool.add(above, &state)), PoolError::InsufficientFunds { .. }));
}

#[test]
fn intrinsic_gas_is_the_larger_of_the_price_of_the_bytes_and_their_floor() {
    use crate::intrinsic_gas;
    let gas = |tx: TxEip1559| intrinsic_gas(from(0, tx).inner());
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
    usual().add(RecoveredTransaction::new_unchecked(tx, address(0)), &Accounts::default()).unwrap();
}

#[test]
fn the_same_transaction_is_known_and_a_used_nonce_too_low() {
    let pool = usual();
    let state = Accounts::default().nonce(0, 3);
    pool.add(tx(0, 3, 5), &state).unwrap();
    assert!(matches!(refused(pool.add(tx(0, 3, 5), &state)), PoolError::AlreadyKnown(_)));
    let low = refused(pool.add(tx(0, 2, 5), &state));
    assert!(matches!(low, PoolError::NonceTooLow { expected: 3, given: 2 }), "{low}");
}

#[test]
fn a_replacement_raises_both_fees_by_a_tenth() {
    let pool = usual();
    let state = Accounts::default();
    pool.add(from(0, unsigned(0, 100, 10)), &state).unwrap();
    for (fee, tip) in [(109, 11), (110, 10), (100, 100), (200, 10)] {
        let error = refused(pool.add(from(0, unsigned(0, fee, tip)), &state));
        assert!(matches!(error, PoolError::Underpriced { percent: 10 }), "{fee} {tip}: {error}");
    }
    let replacing = pool.add(from(0, unsigned(0, 110, 11)), &state).unwrap();
    assert_eq!(pool.status().pending, 1);
    assert_eq!(pool.best(0).next().unwrap().hash(), replacing);
}

#[test]
fn a_fee_that_a_tenth_does_not_raise_has_to_rise_all_the_same() {
    let pool = usual();
    let state = Accounts::default();
    let mut first = unsigned(0, 1, 0);
    first.max_priority_fee_per_gas = 1;
    pool.add(from(0, first.clone()), &state).unwrap();
    let same_tip = TxEip1559 { max_fee_per_gas: 2 * GWEI, ..first.clone() };
    assert!(matches!(refused(pool.add(from(0, same_tip), &state)), PoolError::Underpriced { .. }));
    pool.add(from(0, TxEip1559 { max_fee_per_gas: 2 * GWEI, max_priority_fee_per_gas: 2, ..first }), &state).unwrap();
}

#[test]
fn a_full_pool_gives_up_the_worst_and_what_follows_it() {
    let limits = PoolLimits { transactions: 4, ..PoolLimits::default() };
    let pool = pool(limits);
    let state = Accounts::default();
    for (sender, nonce, fee) in [(0, 0, 2), (0, 1, 9), (1, 0, 5), (2, 0, 6)] {
        pool.add(tx(sender, nonce, fee), &state).unwrap();
    }
    assert!(matches!(refused(pool.add(tx(3, 0, 2), &state)), PoolError::PoolFull), "an equal fee pushes nobody out");
    pool.add(tx(3, 0, 3), &state).unwrap();
    // Sender 0's second transaction paid well, but can't be executed without the first.
    assert_eq!(order(&pool, 0), [(2, 0), (1, 0), (3, 0)]);
}

#[test]
fn among_equal_fees_the_latest_gives_way() {
    let pool = pool(PoolLimits { transactions: 2, ..PoolLimits::default() });
    let state = Accounts::default();
    pool.add(tx(0, 0, 5), &state).unwrap();
    pool.add(tx(1, 0, 5), &state).unwrap();
    pool.add(tx(2, 0, 6), &state).unwrap();
    assert_eq!(order(&pool, 0), [(2, 0), (0, 0)]);
}

#[test]
fn a_sender_cannot_push_its_own_out() {
    let pool = pool(PoolLimits { transactions: 2, ..PoolLimits::default() });
    let state = Accounts::default();
    pool.add(tx(0, 0, 2), &state).unwrap();
    pool.add(tx(1, 0, 5), &state).unwrap();
    assert!(matches!(refused(pool.add(tx(0, 1, 9), &state)), PoolError::PoolFull));
    assert_eq!(order(&pool, 0), [(1, 0), (0, 0)]);
}

#[test]
fn a_refused_transaction_pushes_nobody_out() {
    let probe = usual();
    let state = Accounts::default();
    let size = |bytes| {
        let hash = probe.add(sized(9, 0, 9, bytes), &state).unwrap();
        let encoded = probe.get(hash).unwrap().encoded_len;
        probe.remove(hash);
        encoded
    };
    // Room for three of 500 bytes. The newcomer would need the place of two, but only one pays less than it.
    let pool = pool(PoolLimits { bytes: 3 * size(500), ..PoolLimits::default() });
    for (sender, fee) in [(0, 2), (1, 8), (2, 9)] {
        pool.add(sized(sender, 0, fee, 500), &state).unwrap();
    }
    assert!(matches!(refused(pool.add(sized(3, 0, 5, 1000), &state)), PoolError::PoolFull));
    assert_eq!(order(&pool, 0), [(2, 0), (1, 0), (0, 0)]);
}

#[test]
fn a_replacement_that_finds_no_room_leaves_the_old_one_executable() {
    let state = Accounts::default().nonce(0, 7);
    let old = sized(0, 7, 5, 100);
    let probe = usual();
    let hash = probe.add(old.clone(), &state).unwrap();
    let pool = pool(PoolLimits { bytes: probe.get(hash).unwrap().encoded_len + 50, ..PoolLimits::default() });
    pool.add(old, &state).unwrap();
    assert!(matches!(refused(pool.add(sized(0, 7, 50, 2000), &state)), PoolError::PoolFull));
    assert_eq!(order(&pool, 0), [(0, 7)]);
    assert_eq!(pool.status().queued, 0);
}

#[test]
fn a_replacement_in_a_full_pool_needs_no_place_of_others() {
    let pool = pool(PoolLimits { transactions: 2, ..PoolLimits::default() });
    let state = Accounts::default();
    pool.add(tx(0, 0, 2), &state).unwrap();
    pool.add(tx(1, 0, 3), &state).unwrap();
    pool.add(tx(0, 0, 9), &state).unwrap();
    assert_eq!(order(&pool, 0), [(0, 0), (1, 0)]);
    assert!(matches!(refused(pool.add(tx(2, 0, 3), &state)), PoolError::PoolFull));
}
