//! Every state of the chain, while it grows, goes back and forgets.

use super::{Rng, State, World};
use crate::{StateView, StorageError, tables::Table};
use alloy_primitives::{Address, B256, U256};
use praxis_primitives::{StateDiff, StateReader};
use praxis_trie::{account_proof, full_root, state_root};
use std::sync::atomic::{AtomicBool, Ordering};

fn check_view(view: &StateView, state: &State, root: B256) {
    let number = view.block().number;
    for last in 0..14 {
        let address = Address::with_last_byte(last);
        let entry = state.get(&address);
        let account = view.account(address).unwrap();
        assert_eq!(account, entry.map(|(account, _)| *account), "{address} at block {number}");
        if let Some(account) = account {
            assert!(!view.code(account.code_hash).unwrap().is_empty());
        }
        for slot in (0u64..17).map(U256::from) {
            let expected = entry.and_then(|(_, storage)| storage.get(&slot)).copied().unwrap_or_default();
            assert_eq!(view.storage(address, slot).unwrap(), expected, "{address} {slot} at block {number}");
        }
    }
    // The trie nodes are those of the same block: the root is, and so is what hangs below it.
    assert_eq!(state_root(view, &StateDiff::default()).unwrap().previous_root, root);
    for (address, (account, storage)) in state {
        let slots: Vec<U256> = storage.keys().copied().collect();
        let proof = account_proof(view, *address, &slots).unwrap();
        assert_eq!(proof.account, Some(*account));
        assert!(proof.storage.iter().all(|slot| storage[&slot.slot] == slot.value));
    }
}

fn check_world(world: &World, from: u64) {
    let latest = world.db.state_latest().unwrap();
    assert_eq!(latest.full_state_root().unwrap(), world.made.last().unwrap().outcome.root);
    for number in from..=world.head() {
        let (state, made) = (&world.states[number as usize], &world.made[number as usize]);
        assert_eq!(
            full_root(state.iter().map(|(address, (account, slots))| (*address, *account, slots.clone()))),
            made.outcome.root
        );
        let view = world.db.state_at(number).unwrap();
        assert_eq!(view.block(), made.id());
        check_view(&view, state, made.outcome.root);
        for ancestor in 0..=world.head() + 1 {
            let expected = if ancestor <= number { world.made[ancestor as usize].id().hash } else { B256::ZERO };
            assert_eq!(view.block_hash(ancestor).unwrap(), expected);
        }
    }
}

#[test]
fn every_state_reads_as_it_was_through_growth_and_reorgs() {
    for seed in 0..6 {
        let mut rng = Rng(seed);
        let mut world = World::new(seed);
        for round in 0..6 {
            world.extend(rng.next(), 1 + rng.below(8));
            if round % 2 == 1 {
                let target = rng.below(world.head() + 1);
                world.unwind(target);
            }
            check_world(&world, 0);
        }
    }
}

#[test]
fn going_back_to_genesis_leaves_nothing_behind() {
    let mut world = World::new(7);
    let rows = |world: &World| -> Vec<(Table, usize)> {
        let count = |table: Table| {
            let reader = world.db.reader();
            let mut rows = reader.rows(table, &[], &[]).unwrap();
            let mut count = 0;
            while rows.current().unwrap().is_some() {
                count += 1;
                rows.advance();
            }
            (table, count)
        };
        // Code is content-addressed and stays.
        Table::ALL.into_iter().filter(|table| *table != Table::Code).map(count).collect()
    };
    let before = rows(&world);
    world.extend(8, 25);
    assert_ne!(rows(&world), before);
    world.unwind(0);
    assert_eq!(rows(&world), before);
    check_world(&world, 0);
}

#[test]
fn a_view_is_unmoved_by_commits_and_unwinds() {
    let mut world = World::new(9);
    world.extend(1, 10);
    let (state, root) = (world.states[10].clone(), world.made[10].outcome.root);
    let (latest, older) = (world.db.state_latest().unwrap(), world.db.state_at(6).unwrap());
    let (old_state, old_root) = (world.states[6].clone(), world.made[6].outcome.root);
    world.extend(2, 3);
    check_view(&latest, &state, root);
    check_view(&older, &old_state, old_root);
    world.unwind(2);
    world.extend(3, 12);
    check_view(&latest, &state, root);
    check_view(&older, &old_state, old_root);
    assert!(matches!(older.full_state_root(), Err(StorageError::NotLatest { number: 6 })));
}

#[test]
fn pruning_forgets_old_states_and_keeps_the_rest() {
    let mut world = World::new(11);
    world.extend(1, 20);
    assert!(matches!(world.db.prune_history(1), Err(StorageError::BelowFinalized { target: 1, finalized: 0 })));
    world.db.set_safe(world.made[15].id()).unwrap();
    world.db.set_finalized(world.made[15].id()).unwrap();
    assert_eq!(world.db.prune_history(12).unwrap(), 12);
    assert_eq!(world.db.prune_history(5).unwrap(), 12);
    assert!(matches!(world.db.state_at(11), Err(StorageError::Pruned { number: 11, earliest: 12 })));
    check_world(&world, 12);
    assert_eq!(world.db.block(3).unwrap().as_ref(), Some(&world.made[3].block));
    world.unwind(15);
    world.extend(2, 3);
    check_world(&world, 12);

    let reader = world.db.reader();
    for table in [Table::AccountHistory, Table::StorageHistory, Table::AccountNodeHistory, Table::StorageNodeHistory] {
        let mut rows = reader.rows(table, &[], &[]).unwrap();
        while let Some((key, _)) = rows.current().unwrap() {
            let number = u64::from_be_bytes(key[key.len() - 8..].try_into().unwrap());
            assert!(number > 12, "{} keeps a row of block {number}", table.name());
            rows.advance();
        }
    }
}

/// Readers that race a writer see whole blocks: flat state, trie and header of each view agree.
#[test]
fn readers_beside_a_writer_see_whole_blocks() {
    let mut world = World::new(13);
    world.extend(1, 5);
    let db = world.db.clone();
    let done = AtomicBool::new(false);
    let views = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2u64)
            .map(|seed| {
                let (db, done) = (&db, &done);
                scope.spawn(move || {
                    let (mut rng, mut views) = (Rng(seed), 0u64);
                    while !done.load(Ordering::Relaxed) {
                        let view = db.state_latest().unwrap();
                        let header = view.reader().header(view.block().number).unwrap().unwrap();
                        assert_eq!(header.hash(), view.block().hash);
                        assert_eq!(view.full_state_root().unwrap(), header.state_root);
                        let older = view.reader().state_at(rng.below(header.number + 1)).unwrap();
                        let header = older.reader().header(older.block().number).unwrap().unwrap();
                        let root = state_root(&older, &StateDiff::default()).unwrap().previous_root;
                        assert_eq!(root, header.state_root);
                        views += 1;
                    }
                    views
                })
            })
            .collect();
        let mut rng = Rng(99);
        for _ in 0..60 {
            world.extend(rng.next(), 1 + rng.below(6));
            let back = world.head() - rng.below(5).min(world.head());
            world.unwind(back);
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().unwrap()).sum::<u64>()
    });
    assert!(views > 20, "{views} views");
    check_world(&world, 0);
}
