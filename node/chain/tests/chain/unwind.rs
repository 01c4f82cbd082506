//! Taking blocks back.

use crate::{block, busy_world, everything};
use praxis_chain::{Chain, ChainError, ChainEvent};
use praxis_contracts::addresses::MODEL_REGISTRY;
use praxis_harness::{World, account, chain_options, demo_model};
use praxis_model::ModelStore;
use praxis_primitives::StateReader;

#[test]
fn blocks_taken_back_and_imported_again_give_the_same_state() {
    let world = World::default();
    let owner = account(0);
    let agent = world.publish(&owner);
    let decide = world.sequencer.send(owner.decide(world.nonce(&owner), agent, 1)).unwrap();
    world.sequencer.build(&world.l1);
    let chain = world.sequencer.chain();
    let head = chain.head().number;
    let after = everything(chain);
    let blocks: Vec<_> = (1..=head).map(|number| block(chain, number)).collect();
    let inferences = chain.db().inferences(head).unwrap().unwrap();
    assert_eq!(inferences.len(), 1);

    for to in (0..head).rev() {
        chain.unwind_to(to).unwrap();
        // Compares the flat tables, from nothing, with the header's state root.
        everything(chain);
        assert_eq!(chain.head().number, to);
        assert!(chain.db().block(to + 1).unwrap().is_none());
    }
    let genesis = chain.state_at(0).unwrap();
    assert_eq!(genesis.account(owner.address).unwrap().unwrap().nonce, 0);
    assert_eq!(genesis.model_bytes(demo_model().id).unwrap(), None, "the model's bytes went with their blocks");
    assert!(chain.db().transaction_location(decide).unwrap().is_none());

    for block in &blocks {
        assert_eq!(chain.import(block).unwrap().block.hash(), block.hash());
    }
    assert_eq!(everything(chain), after);
    assert_eq!(chain.db().inferences(head).unwrap().unwrap(), inferences);
    let state = chain.state_at(head).unwrap();
    assert_eq!(state.model_bytes(demo_model().id).unwrap().as_ref(), Some(&demo_model().bytes));
    assert!(state.account(MODEL_REGISTRY).unwrap().is_some());
}

#[test]
fn listeners_hear_what_was_taken_back() {
    let world = busy_world(4);
    let chain = world.sequencer.chain();
    let mut events = chain.subscribe();
    let third = block(chain, 3);
    chain.unwind_to(2).unwrap();
    let Ok(ChainEvent::Unwound { to, removed }) = events.try_recv() else { panic!("an event") };
    assert_eq!((to.number, to.hash), (2, chain.head().hash()));
    assert_eq!(removed.iter().map(|imported| imported.block.number).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(removed[0].block, third);
    assert_eq!(removed[0].receipts.len(), 3);
}

#[test]
fn the_safe_head_goes_back_with_the_chain_and_a_final_block_stays() {
    let world = busy_world(5);
    let chain = world.sequencer.chain();
    chain.set_safe(4).unwrap();
    chain.set_finalized(2).unwrap();
    chain.unwind_to(3).unwrap();
    assert_eq!(chain.safe_head().unwrap().number, 3);
    let refused = chain.unwind_to(1);
    assert!(matches!(refused, Err(ChainError::Final { to: 1, finalized: 2 })), "{refused:?}");
    assert_eq!(chain.head().number, 3);
    chain.set_finalized(1).unwrap();
    assert_eq!(chain.finalized_head().unwrap().number, 2, "what is final stays final");
}

#[test]
fn going_back_from_a_head_that_has_moved_does_nothing() {
    let world = busy_world(4);
    let chain = world.sequencer.chain();
    let third = block(chain, 3).hash();
    assert!(!chain.unwind_from(third, 1).unwrap());
    assert_eq!(chain.head().number, 4);
    assert!(chain.unwind_from(chain.head().hash(), 1).unwrap());
    assert_eq!(chain.head().number, 1);
}

#[test]
fn a_restart_goes_on_where_it_stood() {
    let world = busy_world(3);
    let directory = praxis_harness::temporary_directory();
    let spec = world.config.chain_spec();
    let open = || Chain::open(directory.path(), spec.clone(), chain_options()).unwrap();
    for number in 1..=3 {
        let chain = open();
        assert_eq!(chain.head().number, number - 1);
        chain.import(&block(world.sequencer.chain(), number)).unwrap();
    }
    assert_eq!(everything(&open()), everything(world.sequencer.chain()));
}

#[test]
fn the_directory_of_another_chain_is_refused() {
    let directory = praxis_harness::temporary_directory();
    let ours = World::default().config;
    let theirs = World::new(|config| config.l2_chain_id += 1).config;
    drop(Chain::open(directory.path(), ours.chain_spec(), chain_options()).unwrap());
    let refused = Chain::open(directory.path(), theirs.chain_spec(), chain_options()).map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("another"), "{refused}");
    Chain::open(directory.path(), ours.chain_spec(), chain_options()).unwrap();
}
