//! Inferences that are run before their block: what they save, what bounds them, and that they decide nothing.

use crate::assert_derived_equals_built;
use praxis_builder::{AheadLimits, AheadRunner};
use praxis_chain::ChainOptions;
use praxis_harness::{World, account, chain_options};
use std::sync::Arc;

fn world() -> (World, ChainOptions) {
    let options = chain_options();
    (World::with_sequencer_options(|_| {}, options.clone()), options)
}

fn runner(world: &World, limits: AheadLimits) -> AheadRunner {
    AheadRunner::with_limits(world.sequencer.chain().clone(), world.sequencer.pool().clone(), limits)
}

const WIDE: AheadLimits = AheadLimits { sender_gas: 30_000_000, total_gas: 30_000_000 };

#[test]
fn pending_inferences_are_done_before_their_block_and_the_block_is_the_same() {
    let ((ahead, options), (plain, _)) = (world(), world());
    for world in [&ahead, &plain] {
        let alice = account(0);
        let agent = world.publish(&alice);
        world.sequencer.send(alice.decide(world.nonce(&alice), agent, 7)).unwrap();
    }
    let mut runner = runner(&ahead, WIDE);
    assert_eq!((options.results.len(), runner.step().unwrap(), options.results.len()), (0, 1, 1));
    assert_eq!(runner.step().unwrap(), 0, "once on each head");
    let built = [&ahead, &plain].map(|world| world.sequencer.build(&world.l1));
    assert_eq!(built[0].inferences.len(), 1);
    assert_eq!(built[0].block.hash(), built[1].block.hash());
}

#[test]
fn a_wrong_result_is_found_before_anybody_sees_the_block_and_the_next_try_is_right() {
    let (mut world, options) = world();
    let alice = account(0);
    let agent = world.publish(&alice);
    let hash = world.sequencer.send(alice.decide(world.nonce(&alice), agent, 7)).unwrap();
    runner(&world, WIDE).step().unwrap();
    options.results.corrupt_all();
    let before = world.sequencer.chain().head().hash();
    world.sequencer.step(&world.l1).expect_err("the import path runs every inference and finds the difference");
    assert_eq!(world.sequencer.chain().head().hash(), before);
    assert!(options.results.is_empty(), "what led to a wrong block is forgotten");
    world.sequencer.build(&world.l1);
    assert!(world.sequencer.receipt(hash).unwrap().1.success);
    world.settle(20);
    assert_derived_equals_built(&world);
}

#[test]
fn a_sender_cannot_use_up_what_others_may_run_ahead() {
    let (world, _) = world();
    let (alice, bob) = (account(0), account(1));
    let agent = world.publish(&alice);
    let nonce = world.nonce(&alice);
    let mut gas = 0;
    for step in 0..4 {
        let tx = alice.decide(nonce + step, agent, step);
        gas = alloy_consensus::Transaction::gas_limit(tx.inner());
        world.sequencer.send(tx).unwrap();
    }
    world.sequencer.send(bob.decide(world.nonce(&bob), agent, 5)).unwrap();
    let two_each = AheadLimits { sender_gas: 2 * gas, total_gas: 100 * gas };
    assert_eq!(runner(&world, two_each).step().unwrap(), 3, "two of the first sender, one of the second");
    let one_in_all = AheadLimits { sender_gas: 2 * gas, total_gas: gas };
    assert_eq!(runner(&world, one_in_all).step().unwrap(), 1);
    world.sequencer.build(&world.l1);
    assert_eq!(runner(&world, two_each).step().unwrap(), 0, "nothing is left in the pool");
}

#[test]
fn checking_reads_no_results() {
    let (world, options) = world();
    let alice = account(0);
    let agent = world.publish(&alice);
    world.sequencer.send(alice.decide(world.nonce(&alice), agent, 7)).unwrap();
    world.sequencer.build(&world.l1);
    assert_eq!(options.results.len(), 1, "the builder kept it");
    options.results.corrupt_all();
    // A second node of the same process imports what the first one sealed.
    let directory = praxis_harness::temporary_directory();
    let second = ChainOptions { results: Arc::clone(&options.results), ..chain_options() };
    let chain = praxis_chain::Chain::open(directory.path(), world.config.chain_spec(), second).unwrap();
    for number in 1..=world.sequencer.chain().head().number {
        let block = world.sequencer.chain().db().block(number).unwrap().unwrap();
        assert_eq!(chain.import(&block).unwrap().block.hash(), block.hash());
    }
}
