//! Who gives way when the pool is full.

use super::*;

#[test]
fn a_full_pool_gives_up_the_last_of_who_pays_least() {
    let pool = pool(PoolLimits { transactions: 4, ..PoolLimits::default() });
    for (sender, nonce, fee) in [(0, 0, 2), (0, 1, 9), (1, 0, 5), (2, 0, 6)] {
        pool.add(tx(sender, nonce, fee)).unwrap();
    }
    assert!(matches!(refused(pool.add(tx(3, 0, 2))), PoolError::PoolFull), "an equal fee pushes nobody out");
    pool.add(tx(3, 0, 3)).unwrap();
    // Sender 0's second transaction paid well, but can't be executed without the first.
    assert_eq!(order(&pool, 0), [(2, 0), (1, 0), (3, 0), (0, 0)]);
}

#[test]
fn among_equal_fees_the_latest_gives_way() {
    let pool = pool(PoolLimits { transactions: 2, ..PoolLimits::default() });
    pool.add(tx(0, 0, 5)).unwrap();
    pool.add(tx(1, 0, 5)).unwrap();
    pool.add(tx(2, 0, 6)).unwrap();
    assert_eq!(order(&pool, 0), [(2, 0), (0, 0)]);
}

#[test]
fn a_sender_cannot_push_its_own_out() {
    let pool = pool(PoolLimits { transactions: 2, ..PoolLimits::default() });
    pool.add(tx(0, 0, 2)).unwrap();
    pool.add(tx(1, 0, 5)).unwrap();
    assert!(matches!(refused(pool.add(tx(0, 1, 9))), PoolError::PoolFull));
    assert_eq!(order(&pool, 0), [(1, 0), (0, 0)]);
}

#[test]
fn a_refused_transaction_pushes_nobody_out() {
    let probe = usual();
    let size = |bytes| {
        let hash = probe.add(sized(9, 0, 9, bytes)).unwrap();
        let encoded = probe.get(hash).unwrap().encoded_len;
        probe.remove(hash);
        encoded
    };
    // Room for three of 500 bytes. The newcomer would need the place of two, but only one pays less than it.
    let pool = pool(PoolLimits { bytes: 3 * size(500), ..PoolLimits::default() });
    for (sender, fee) in [(0, 2), (1, 8), (2, 9)] {
        pool.add(sized(sender, 0, fee, 500)).unwrap();
    }
    assert!(matches!(refused(pool.add(sized(3, 0, 5, 1000))), PoolError::PoolFull));
    assert_eq!(order(&pool, 0), [(2, 0), (1, 0), (0, 0)]);
}

#[test]
fn a_replacement_that_finds_no_room_leaves_the_old_one_executable() {
    let accounts = Accounts::default().nonce(0, 7);
    let old = sized(0, 7, 5, 100);
    let probe = usual_on(&accounts);
    let hash = probe.add(old.clone()).unwrap();
    let bytes = probe.get(hash).unwrap().encoded_len + 50;
    let pool = pool_on(PoolLimits { bytes, ..PoolLimits::default() }, &accounts);
    pool.add(old).unwrap();
    assert!(matches!(refused(pool.add(sized(0, 7, 50, 2000))), PoolError::PoolFull));
    assert_eq!(order(&pool, 0), [(0, 7)]);
    assert_eq!(pool.status().queued, 0);
}

#[test]
fn a_replacement_in_a_full_pool_needs_no_place_of_others() {
    let pool = pool(PoolLimits { transactions: 2, ..PoolLimits::default() });
    pool.add(tx(0, 0, 2)).unwrap();
    pool.add(tx(1, 0, 3)).unwrap();
    pool.add(tx(0, 0, 9)).unwrap();
    assert_eq!(order(&pool, 0), [(0, 0), (1, 0)]);
    assert!(matches!(refused(pool.add(tx(2, 0, 3))), PoolError::PoolFull));
}

#[test]
fn what_waits_behind_a_gap_goes_before_anything_executable() {
    let pool = pool(PoolLimits { transactions: 3, ..PoolLimits::default() });
    pool.add(tx(0, 1, 100)).unwrap();
    pool.add(tx(1, 0, 5)).unwrap();
    pool.add(tx(2, 0, 5)).unwrap();
    pool.add(tx(3, 0, 1)).unwrap();
    assert_eq!((order(&pool, 0), pool.status().queued), (vec![(1, 0), (2, 0), (3, 0)], 0));
    assert!(matches!(refused(pool.add(tx(0, 1, 100))), PoolError::PoolFull), "it can displace nothing executable");
}

#[test]
fn the_tip_above_the_base_fee_counts_not_the_fee_cap() {
    let accounts = Accounts::default();
    let pool = pool_on(PoolLimits { transactions: 2, ..PoolLimits::default() }, &accounts);
    let base_fee = u64::try_from(3 * GWEI).unwrap();
    pool.update_all(PoolHead::new(accounts, base_fee, 30_000_000)).unwrap();
    pool.add(from(0, unsigned(0, 100, 1))).unwrap();
    pool.add(from(1, unsigned(0, 6, 6))).unwrap();
    pool.add(from(2, unsigned(0, 5, 5))).unwrap();
    assert_eq!(order(&pool, 3), [(1, 0), (2, 0)], "3 and 2 gwei of tip against 1");
    assert!(matches!(refused(pool.add(from(3, unsigned(0, 2, 2)))), PoolError::PoolFull), "it can't pay the base fee");
}

#[test]
fn a_sender_with_its_share_gives_up_its_own_last_one_for_an_earlier_one() {
    let pool = pool(PoolLimits { per_sender: 3, ..PoolLimits::default() });
    for nonce in [0, 2, 3] {
        pool.add(tx(0, nonce, 5)).unwrap();
    }
    assert!(matches!(refused(pool.add(tx(0, 4, 50))), PoolError::AccountLimit { transactions: 3, .. }));
    pool.add(tx(0, 1, 5)).unwrap();
    assert_eq!(order(&pool, 0), [(0, 0), (0, 1), (0, 2)]);
    assert_eq!(pool.status().queued, 0);
    pool.add(tx(1, 0, 5)).unwrap();
}

#[test]
fn a_sender_has_a_share_of_bytes_too() {
    let pool = pool(PoolLimits { per_sender_bytes: 1_000, ..PoolLimits::default() });
    pool.add(sized(0, 0, 5, 600)).unwrap();
    assert!(matches!(refused(pool.add(sized(0, 1, 5, 600))), PoolError::AccountLimit { transactions: 1, .. }));
    pool.add(sized(1, 0, 5, 600)).unwrap();
}
