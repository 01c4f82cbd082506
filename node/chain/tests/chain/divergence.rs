//! Two nodes that execute one block differently.

use crate::{SOMEBODY, altered, block, busy_world};
use alloy_primitives::U256;
use praxis_builder::BuilderError;
use praxis_chain::{ChainError, ChainOptions, ExecutionWitness, first_difference, replay};
use praxis_harness::{World, account, chain_options};
use praxis_precompile::{DEFAULT_CACHE_BYTES, ModelCache};
use praxis_primitives::StateDiff;
use praxis_trie::account_at;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

#[test]
fn the_account_and_the_transaction_are_named() {
    let hook = |number: u64, diff: &mut StateDiff| {
        if number == 2 {
            let somebody = diff.accounts.entry(SOMEBODY).or_default();
            somebody.account.get_or_insert_default().balance += U256::from(1);
        }
    };
    let options = ChainOptions { diff_hook: Some(Arc::new(hook)), ..chain_options() };
    let mut world = World::with_sequencer_options(|_| {}, options);
    let (alice, bob) = (account(0), account(1));
    for value in 1..=3 {
        world.transfer(&bob, alice.address, value);
        world.transfer(&alice, SOMEBODY, value);
        world.sequencer.build(&world.l1);
    }
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    let (honest, liar) = (world.verifier.chain(), world.sequencer.chain());
    assert_ne!(block(honest, 2).hash(), block(liar, 2).hash());

    let (changes, ours) = honest.changes_of(2).unwrap();
    let state = liar.state_at(2).unwrap();
    let theirs = ours.keys().map(|address| (*address, account_at(&state, *address).unwrap())).collect();
    let first = first_difference(&changes, &ours, &theirs).expect("somebody has a wei too much");
    assert_eq!(first.address, SOMEBODY);
    let block = block(honest, 2);
    let transactions = &block.body().transactions;
    let place = transactions.iter().position(|tx| alloy_consensus::Transaction::to(tx) == Some(SOMEBODY));
    let place = place.expect("the transfer is in the block");
    assert_eq!(first.transaction, Some((place, transactions[place].hash())));
    let text = first.to_string();
    assert!(text.contains("balance 3,") && text.contains("balance 4,"), "{text}");
    assert_eq!(first_difference(&changes, &ours, &ours), None);
}

#[test]
fn a_block_that_its_builder_refuses_leaves_a_witness() {
    let world = busy_world(3);
    let chain = world.sequencer.chain();
    let bad = altered(&block(chain, 3), |block| block.header.state_root.0[0] ^= 1);
    let folder = praxis_harness::temporary_directory();
    let divergence = chain.diagnose(&bad, folder.path()).unwrap();
    assert!(divergence.reason.as_ref().is_some_and(|reason| reason.contains("stateRoot")), "{divergence}");
    assert_eq!(divergence.first, None, "both runs here agree");
    let text = std::fs::read_to_string(&divergence.witness).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let witness: ExecutionWitness = serde_json::from_value(document["witness"].clone()).unwrap();
    let models = Arc::new(ModelCache::new(DEFAULT_CACHE_BYTES));
    let error = replay(chain.spec(), &bad, &witness, models.clone()).unwrap_err();
    assert!(error.to_string().contains("stateRoot"), "{error}");
    replay(chain.spec(), &block(chain, 3), &witness, models).unwrap();
}

/// Each execution of block 2 gives somebody another wei.
#[test]
fn a_node_that_refuses_its_own_blocks_twice_stops() {
    let executions = AtomicU64::new(0);
    let hook = move |number: u64, diff: &mut StateDiff| {
        if number == 2 {
            let somebody = diff.accounts.entry(SOMEBODY).or_default();
            somebody.account.get_or_insert_default().balance += U256::from(executions.fetch_add(1, Relaxed));
        }
    };
    let options = ChainOptions { diff_hook: Some(Arc::new(hook)), ..chain_options() };
    let world = World::with_sequencer_options(|_| {}, options);
    world.sequencer.build(&world.l1);
    let first = world.sequencer.step(&world.l1).unwrap_err();
    assert!(matches!(first, BuilderError::Chain(ChainError::Header { .. })), "{first}");
    let second = world.sequencer.step(&world.l1).unwrap_err();
    let BuilderError::Diverged(divergence) = &second else { panic!("{second}") };
    assert!(divergence.number == 2 && divergence.witness.is_file(), "{second}");
    assert!(second.to_string().contains(&divergence.witness.display().to_string()), "{second}");
    assert_eq!(world.sequencer.chain().head().number, 1);
}
