//! Roots with what stood in the state known, and with paths loaded ahead: the same roots for less reading.

use super::states::{State, apply, diff};
use crate::{
    EMPTY_ROOT_HASH, MemoryNodes, Nibbles, NodeCache, NodeReader, RootOutcome, Warmer, state_root, state_root_knowing,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use praxis_primitives::{Account, AccountBefore, AccountDiff, Fault, StateBefore, StateDiff};
use proptest::prelude::*;
use std::sync::Arc;

/// Nodes behind a cache.
#[derive(Clone)]
struct Cached(Arc<MemoryNodes>, Arc<NodeCache>);

impl Cached {
    fn new(nodes: &MemoryNodes, cache_bytes: usize) -> Self {
        Self(Arc::new(nodes.clone()), Arc::new(NodeCache::new(cache_bytes)))
    }
}

impl NodeReader for Cached {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        self.0.account_node(path)
    }

    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        self.0.storage_node(hashed_address, path)
    }

    fn cache(&self) -> Option<&NodeCache> {
        Some(&self.1)
    }
}

/// What stood in `state` where `diff` changes it.
fn before(state: &State, diff: &StateDiff) -> StateBefore {
    let of = |(address, change): (&Address, &AccountDiff)| {
        let (account, slots) =
            state.get(address).map_or((None, None), |(account, slots)| (Some(*account), Some(slots)));
        let value = |slot: &U256| slots.and_then(|slots| slots.get(slot)).copied().unwrap_or_default();
        let storage = change.storage.keys().map(|slot| (*slot, value(slot))).collect();
        (*address, AccountBefore { account, storage })
    };
    StateBefore { accounts: diff.accounts.iter().map(of).collect() }
}

/// Everything but what it cost.
fn same(a: &RootOutcome, b: &RootOutcome) -> bool {
    (a.previous_root, a.root, &a.updates, &a.storage_roots) == (b.previous_root, b.root, &b.updates, &b.storage_roots)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_known_changes_no_root(diffs in proptest::collection::vec(diff(), 1..8), other in diff()) {
        let (mut nodes, mut state) = (MemoryNodes::default(), State::new());
        for diff in &diffs {
            let plain = state_root(&nodes, diff).unwrap();
            let known = before(&state, diff);
            let knowing = state_root_knowing(&Cached::new(&nodes, 0), diff, &known).unwrap();
            prop_assert!(same(&plain, &knowing));
            // Without a cache every node is read, as a witness needs it.
            prop_assert_eq!(&plain, &state_root_knowing(&nodes, diff, &known).unwrap());
            // What is said may be wrong: hashes decide.
            let mut wrong = state.clone();
            apply(&mut wrong, &other);
            let misled = state_root_knowing(&Cached::new(&nodes, 0), diff, &before(&wrong, diff)).unwrap();
            prop_assert!(same(&plain, &misled));
            nodes.apply(&plain.updates);
            apply(&mut state, diff);
        }
    }
}

/// Many accounts, one in ten a contract with 20 slots, and a change of a hundred of them.
fn large() -> (State, MemoryNodes, StateDiff) {
    let at = |n: u64| Address::left_padding_from(&n.to_be_bytes());
    let change = |n: u64, seed: u64| {
        let contract = n.is_multiple_of(10);
        let code_hash = if contract { B256::repeat_byte(7) } else { Account::default().code_hash };
        let account = Account { nonce: seed, balance: U256::from(n), code_hash };
        let slots = if contract { 20 } else { 0 };
        let storage = (0..slots).map(|slot| (U256::from(slot), U256::from(seed << 32 | slot << 8 | 1))).collect();
        AccountDiff { account: Some(account), storage_wiped: false, storage }
    };
    let all = StateDiff { accounts: (0..3_000).map(|n| (at(n), change(n, 1))).collect(), ..StateDiff::default() };
    let some = (0..3_000).step_by(31).map(|n| (at(n), change(n, 2)));
    let (mut state, mut nodes) = (State::new(), MemoryNodes::default());
    nodes.apply(&state_root(&nodes, &all).unwrap().updates);
    apply(&mut state, &all);
    (state, nodes, StateDiff { accounts: some.collect(), ..StateDiff::default() })
}

#[test]
fn known_leaves_are_not_read() {
    let (state, nodes, diff) = large();
    let plain = state_root(&Cached::new(&nodes, 0), &diff).unwrap();
    let knowing = state_root_knowing(&Cached::new(&nodes, 0), &diff, &before(&state, &diff)).unwrap();
    let contracts = diff.accounts.values().filter(|change| !change.storage.is_empty()).count() as u64;
    let accounts = diff.accounts.len() as u64;
    assert_eq!(plain.work.nodes_needed, knowing.work.nodes_needed);
    assert_eq!(plain.work.nodes_made, 0);
    // A contract's own leaf holds the root of its storage, which only the trie knows.
    assert_eq!(knowing.work.nodes_made, accounts - contracts + contracts * 20);
    assert_eq!(knowing.work.nodes_read(), plain.work.nodes_read() - knowing.work.nodes_made);
}

#[test]
fn what_was_loaded_ahead_is_not_read_again() {
    let (state, nodes, diff) = large();
    let known = before(&state, &diff);
    let plain = state_root(&nodes, &diff).unwrap();
    let reader = Cached::new(&nodes, 64 << 20);
    let mut warmer = Warmer::new(reader.clone());
    // One transaction changes one thing.
    for (address, account) in &known.accounts {
        warmer.changed(StateBefore {
            accounts: [(*address, AccountBefore { storage: [].into(), ..account.clone() })].into(),
        });
        for (slot, value) in &account.storage {
            let storage = [(*slot, *value)].into();
            let accounts = [(*address, AccountBefore { account: account.account, storage })].into();
            warmer.changed(StateBefore { accounts });
        }
    }
    warmer.settle();
    let outcome = state_root_knowing(&reader, &diff, &known).unwrap();
    assert!(same(&plain, &outcome));
    if std::thread::available_parallelism().unwrap().get() > 1 {
        // The root itself has no hash that says where it is.
        assert_eq!(outcome.work.nodes_read(), 1);
    }
}

#[test]
fn a_warmer_that_is_dropped_or_finds_nothing_leaves_the_root_as_it_is() {
    let (state, nodes, diff) = large();
    let known = before(&state, &diff);
    let plain = state_root(&nodes, &diff).unwrap();
    let reader = Cached::new(&nodes, 64 << 20);
    let mut warmer = Warmer::new(reader.clone());
    warmer.changed(known.clone());
    drop(warmer);
    assert!(same(&plain, &state_root_knowing(&reader, &diff, &known).unwrap()));
    // The store is empty: the first walk fails, and nobody minds.
    let mut nowhere = Warmer::new(Cached::new(&MemoryNodes::default(), 64 << 20));
    nowhere.changed(known.clone());
    nowhere.settle();
    let fresh = state_root_knowing(&Cached::new(&MemoryNodes::default(), 0), &diff, &known).unwrap();
    assert_eq!(fresh.previous_root, EMPTY_ROOT_HASH);
}
