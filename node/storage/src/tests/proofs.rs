//! Proofs of one account that outlive the states.

use super::World;
use crate::{KeptProofs, Prune, StorageError};
use alloy_primitives::{Address, U256};
use praxis_primitives::StateDiff;
use praxis_trie::{account_proof, state_root};

const KEPT: Address = Address::with_last_byte(3);

fn check(world: &World, from: u64) {
    let reader = world.db.reader();
    assert_eq!(reader.earliest_proof().unwrap(), from);
    for number in from..=world.head() {
        let view = reader.state_for_proofs_of(KEPT, number).unwrap();
        let slots: Vec<U256> = (0u64..16).map(U256::from).collect();
        let proof = account_proof(&view, KEPT, &slots).unwrap();
        let entry = world.states[number as usize].get(&KEPT);
        assert_eq!(proof.account, entry.map(|(account, _)| *account), "at block {number}");
        for slot in &proof.storage {
            let expected = entry.and_then(|(_, storage)| storage.get(&slot.slot)).copied().unwrap_or_default();
            assert_eq!(slot.value, expected, "slot {} at block {number}", slot.slot);
        }
        let root = state_root(&view, &StateDiff::default()).unwrap().previous_root;
        assert_eq!(root, world.made[number as usize].outcome.root, "the proof begins at the root of block {number}");
    }
}

fn prune(world: &World, states_before: u64, proofs_before: u64) -> bool {
    let proofs = Some(KeptProofs { address: KEPT, before: proofs_before });
    world.db.prune(Prune { states_before, proofs, max_blocks: 1000 }).unwrap().done
}

#[test]
fn one_accounts_proofs_outlive_the_states() {
    for seed in 0..4 {
        let mut world = World::new(seed);
        world.extend(seed, 40);
        world.db.set_safe(world.made[35].id()).unwrap();
        world.db.set_finalized(world.made[35].id()).unwrap();
        assert!(prune(&world, 30, 0));
        assert_eq!(world.db.reader().earliest_state().unwrap(), 30);
        check(&world, 0);
        assert!(matches!(world.db.state_at(29), Err(StorageError::Pruned { number: 29, earliest: 30 })));
        let other = world.db.reader().state_for_proofs_of(Address::with_last_byte(4), 29);
        assert!(matches!(other, Err(StorageError::Pruned { number: 29, earliest: 30 })));

        assert!(prune(&world, 30, 12));
        check(&world, 12);
        let gone = world.db.reader().state_for_proofs_of(KEPT, 11);
        assert!(matches!(gone, Err(StorageError::Pruned { number: 11, earliest: 12 })));
        world.extend(9, 5);
        check(&world, 12);
        world.unwind(35);
        check(&world, 12);
        assert_eq!(world.db.verify(&mut |_, _| {}).unwrap().differences, []);

        // Without such an account everything old goes, and it can begin anew.
        world.db.prune_history(33).unwrap();
        check(&world, 33);
        assert!(prune(&world, 35, 0));
        check(&world, 33);
    }
}

#[test]
fn pruning_goes_on_where_it_stopped() {
    let mut world = World::new(5);
    world.extend(5, 20);
    world.db.set_safe(world.made[20].id()).unwrap();
    world.db.set_finalized(world.made[20].id()).unwrap();
    let proofs = Some(KeptProofs { address: KEPT, before: 4 });
    let mut calls = 0;
    while !world.db.prune(Prune { states_before: 10, proofs, max_blocks: 3 }).unwrap().done {
        calls += 1;
        assert!(calls < 10, "it ends");
    }
    assert_eq!(calls, 4, "14 blocks by three each");
    check(&world, 4);
    let error = world.db.prune(Prune { states_before: 21, proofs: None, max_blocks: 1 }).unwrap_err();
    assert!(matches!(error, StorageError::BelowFinalized { target: 21, finalized: 20 }));
}
