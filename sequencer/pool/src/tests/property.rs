//! Any sequence of events: never more than the limits, and blocks are always filled in order.

use super::*;
use alloy_consensus::Transaction as _;
use proptest::prelude::*;

const LIMITS: PoolLimits =
    PoolLimits { transactions: 10, bytes: 2_600, per_sender: 5, transaction_bytes: 1_000, replacement_percent: 10 };

#[derive(Debug, Clone)]
enum Event {
    Add { sender: u8, nonce: u64, fee: u128, bytes: usize },
    Nonce { sender: u8, nonce: u64 },
    Remove { place: usize },
}

fn event() -> impl Strategy<Value = Event> {
    let add = (0..4u8, 0..9u64, 1..12u128, 0..700usize).prop_map(|(sender, nonce, fee, bytes)| Event::Add {
        sender,
        nonce,
        fee,
        bytes,
    });
    let nonce = (0..4u8, 0..6u64).prop_map(|(sender, nonce)| Event::Nonce { sender, nonce });
    prop_oneof![8 => add, 2 => nonce, 1 => (0..10usize).prop_map(|place| Event::Remove { place })]
}

fn check(pool: &Pool, state: &Accounts) {
    let (pending, queued) = pool.content();
    let all: Vec<_> = pending.iter().chain(&queued).collect();
    assert!(all.len() <= LIMITS.transactions, "{} transactions", all.len());
    assert!(all.iter().map(|tx| tx.encoded_len).sum::<usize>() <= LIMITS.bytes);
    let status = pool.status();
    assert_eq!((status.pending, status.queued), (pending.len(), queued.len()));
    assert!(all.iter().all(|tx| pool.get(tx.hash()).is_some()));
    for sender in 0..4 {
        let of_sender = all.iter().filter(|tx| tx.sender() == address(sender)).count();
        assert!(of_sender <= LIMITS.per_sender, "{of_sender} of sender {sender}");
    }
    check_order(pool, state, pending.len());
}

fn check_order(pool: &Pool, state: &Accounts, pending: usize) {
    let mut next: BTreeMap<Address, u64> = BTreeMap::new();
    let best: Vec<_> = pool.best(0).collect();
    assert_eq!(best.len(), pending, "at no base fee everything executable is taken");
    for (place, pooled) in best.iter().enumerate() {
        let account = state.account(pooled.sender()).unwrap().unwrap();
        let nonce = next.entry(pooled.sender()).or_insert(account.nonce);
        assert_eq!(pooled.tx.nonce(), *nonce, "{} in nonce order from the account's on", pooled.sender());
        *nonce += 1;
        // Nobody who comes later and could have come now pays more.
        for later in &best[place + 1..] {
            let could = next
                .get(&later.sender())
                .copied()
                .unwrap_or_else(|| state.account(later.sender()).unwrap().unwrap().nonce);
            if later.tx.nonce() == could && later.sender() != pooled.sender() {
                assert!(later.effective_tip(0) <= pooled.effective_tip(0));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: proptest::test_runner::RngSeed::Fixed(0x9a_71c5),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn limits_hold_and_blocks_are_filled_in_order(events in prop::collection::vec(event(), 1..60)) {
        let pool = pool(LIMITS);
        let mut state = Accounts::default();
        for event in events {
            match event {
                Event::Add { sender, nonce, fee, bytes } => {
                    let before = order(&pool, 0).len() + pool.status().queued;
                    let taken = pool.add(sized(sender, nonce, fee, bytes), &state);
                    if taken.is_err() {
                        prop_assert_eq!(order(&pool, 0).len() + pool.status().queued, before, "{:?}", taken);
                    }
                }
                Event::Nonce { sender, nonce } => {
                    state.set_nonce(sender, nonce);
                    pool.update(&state, [address(sender)]).unwrap();
                }
                Event::Remove { place } => {
                    let hash = pool.best(0).nth(place).map(|tx| tx.hash());
                    hash.into_iter().for_each(|hash| pool.remove(hash));
                }
            }
            check(&pool, &state);
        }
    }
}
