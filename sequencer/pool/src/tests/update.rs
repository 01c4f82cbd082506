//! The pool as the chain moves.

use super::*;

#[test]
fn a_block_takes_used_nonces_away() {
    let pool = usual();
    let mut state = Accounts::default();
    for nonce in 0..4 {
        pool.add(tx(0, nonce, 5), &state).unwrap();
    }
    pool.add(tx(1, 0, 5), &state).unwrap();
    state.set_nonce(0, 2);
    state.set_nonce(1, 1);
    pool.update(&state, [address(0)]).unwrap();
    assert_eq!(order(&pool, 0), [(0, 2), (0, 3), (1, 0)], "sender 1 was not named");
    pool.update_all(&state).unwrap();
    assert_eq!(order(&pool, 0), [(0, 2), (0, 3)]);
}

#[test]
fn a_nonce_that_was_used_elsewhere_closes_the_gap() {
    let pool = usual();
    let mut state = Accounts::default();
    pool.add(tx(0, 3, 5), &state).unwrap();
    assert_eq!(order(&pool, 0), []);
    state.set_nonce(0, 3);
    pool.update_all(&state).unwrap();
    assert_eq!(order(&pool, 0), [(0, 3)]);
}

#[test]
fn after_a_reorg_taken_back_transactions_come_before_those_that_waited() {
    let pool = usual();
    let mut state = Accounts::default();
    let block = [tx(0, 0, 5), tx(0, 1, 5)];
    for tx in block.clone() {
        pool.add(tx, &state).unwrap();
    }
    state.set_nonce(0, 2);
    pool.update_all(&state).unwrap();
    pool.add(tx(0, 2, 5), &state).unwrap();

    state.set_nonce(0, 0);
    pool.update_all(&state).unwrap();
    assert_eq!(order(&pool, 0), [], "nonce 2 waits for the two before it");
    for tx in block {
        pool.add(tx, &state).unwrap();
    }
    assert_eq!(order(&pool, 0), [(0, 0), (0, 1), (0, 2)]);
}

#[test]
fn after_a_reorg_no_sender_has_more_than_its_share() {
    let pool = pool(PoolLimits { per_sender: 4, ..PoolLimits::default() });
    let mut state = Accounts::default().nonce(0, 10);
    for nonce in 10..14 {
        pool.add(tx(0, nonce, 5), &state).unwrap();
    }
    state.set_nonce(0, 8);
    pool.update_all(&state).unwrap();
    for nonce in 8..10 {
        pool.add(tx(0, nonce, 5), &state).unwrap();
    }
    assert_eq!(order(&pool, 0), [(0, 8), (0, 9), (0, 10), (0, 11)]);
}

#[test]
fn a_removed_transaction_takes_its_successors_along() {
    let pool = usual();
    let state = Accounts::default();
    pool.add(tx(0, 0, 5), &state).unwrap();
    let second = pool.add(tx(0, 1, 5), &state).unwrap();
    pool.add(tx(0, 2, 5), &state).unwrap();
    pool.remove(second);
    assert_eq!(order(&pool, 0), [(0, 0)]);
    assert_eq!(pool.status().queued, 0);
    assert!(pool.get(second).is_none());
}

#[test]
fn listeners_hear_of_what_is_taken_only() {
    let pool = usual();
    let state = Accounts::default();
    let mut listener = pool.subscribe();
    let hash = pool.add(tx(0, 0, 5), &state).unwrap();
    refused(pool.add(tx(0, 0, 5), &state));
    assert_eq!(listener.try_recv().unwrap().hash(), hash);
    assert!(listener.try_recv().is_err());
}
