//! The order in which a block takes transactions.

use super::*;

#[test]
fn the_best_tip_goes_first_and_each_sender_in_nonce_order() {
    let pool = usual();
    for (sender, nonce, fee) in [(0, 1, 9), (0, 0, 3), (1, 0, 5), (1, 1, 1), (2, 0, 4)] {
        pool.add(tx(sender, nonce, fee)).unwrap();
    }
    assert_eq!(order(&pool, 0), [(1, 0), (2, 0), (0, 0), (0, 1), (1, 1)]);
}

#[test]
fn what_counts_is_the_tip_above_the_base_fee() {
    let pool = usual();
    pool.add(from(0, unsigned(0, 10, 1))).unwrap();
    pool.add(from(1, unsigned(0, 7, 7))).unwrap();
    assert_eq!(order(&pool, 1), [(1, 0), (0, 0)], "1 gwei against 6");
    assert_eq!(order(&pool, 7), [(0, 0), (1, 0)], "1 gwei against 0");
    assert_eq!(order(&pool, 8), [(0, 0)], "sender 1 can't pay the base fee");
}

#[test]
fn among_equals_the_earlier_goes_first() {
    let pool = usual();
    for sender in [3, 1, 2, 0] {
        pool.add(tx(sender, 0, 5)).unwrap();
    }
    assert_eq!(order(&pool, 0), [(3, 0), (1, 0), (2, 0), (0, 0)]);
}

#[test]
fn what_cannot_pay_holds_up_its_successors_and_nobody_else() {
    let pool = usual();
    for (sender, nonce, fee) in [(0, 0, 9), (0, 1, 2), (0, 2, 9), (1, 0, 4)] {
        pool.add(tx(sender, nonce, fee)).unwrap();
    }
    assert_eq!(order(&pool, 3), [(0, 0), (1, 0)]);
}

#[test]
fn a_skipped_sender_is_left_out_for_the_rest_of_the_block() {
    let pool = usual();
    for (sender, nonce, fee) in [(0, 0, 9), (0, 1, 9), (1, 0, 4), (1, 1, 4)] {
        pool.add(tx(sender, nonce, fee)).unwrap();
    }
    let mut best = pool.best(0);
    assert_eq!(best.next().unwrap().sender(), address(0));
    best.skip_sender();
    let rest: Vec<_> = best.map(|pooled| pooled.sender()).collect();
    assert_eq!(rest, [address(1), address(1)]);
}

#[test]
fn a_gap_of_nonces_holds_up_what_comes_after_it_until_it_is_filled() {
    let pool = usual();
    pool.add(tx(0, 0, 5)).unwrap();
    pool.add(tx(0, 2, 5)).unwrap();
    assert_eq!(order(&pool, 0), [(0, 0)]);
    let status = pool.status();
    assert_eq!((status.pending, status.queued), (1, 1));
    assert_eq!(pool.next_nonce(address(0), 0), 1);
    pool.add(tx(0, 1, 1)).unwrap();
    assert_eq!(order(&pool, 0), [(0, 0), (0, 1), (0, 2)]);
    assert_eq!(pool.next_nonce(address(0), 0), 3);
}

#[test]
fn a_walk_is_a_snapshot() {
    let pool = usual();
    let first = pool.add(tx(0, 0, 5)).unwrap();
    let best = pool.best(0);
    pool.remove(first);
    assert_eq!(best.hashes(), [first]);
    assert_eq!(pool.best(0).count(), 0);
}
