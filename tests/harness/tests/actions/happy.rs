//! Publish, decide, batch, replay.

use crate::assert_derived_equals_built;
use alloy_primitives::{U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent};
use praxis_contracts::IRebalanceAgent;
use praxis_harness::{World, account, demo_model, prices};
use praxis_inference::Session;
use praxis_model::{Plan, decode_tensors, encode_tensors};
use praxis_primitives::{InferenceCommitment, inference_requests, merkle_branch, verify_merkle_branch};
use praxis_verifier::Verdict;
use std::sync::Arc;

#[test]
fn an_agent_decides_by_a_real_model_and_a_verifier_agrees() {
    let mut world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    let hash = world.sequencer.send(alice.decide(world.nonce(&alice), agent, 1)).unwrap();
    world.sequencer.build(&world.l1);

    let (number, receipt) = world.sequencer.receipt(hash).unwrap();
    assert!(receipt.success);
    let decided = IRebalanceAgent::Decided::decode_log(&receipt.logs[0]).unwrap();
    let one = U256::from(1_000_000_000_000_000_000u64);
    let sum = decided.weight0 + decided.weight1;
    assert!(sum.abs_diff(one) < U256::from(1_000_000_000_000u64), "the weights are shares: {sum}");
    assert_eq!((decided.address, decided.model), (agent, demo_model().id));

    let verdicts: Vec<_> = world.ticks(6);
    world.settle(6);
    assert_derived_equals_built(&world);
    assert!(world.verifier.chain().db().inferences(number).unwrap().is_some_and(|entries| entries.len() == 1));
    assert!(!verdicts.is_empty() && verdicts.iter().all(|verdict| matches!(verdict, Verdict::Right(_))));
    assert_eq!(world.verifier.dropped(), Vec::<String>::new());
}

#[test]
fn the_header_commits_to_the_record_and_the_record_is_what_the_model_says() {
    let world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    for seed in 0..3 {
        world.sequencer.send(alice.decide(world.nonce(&alice), agent, seed)).unwrap();
    }
    let built = world.sequencer.build(&world.l1);
    let entries = world.sequencer.chain().db().inferences(built.block.number).unwrap().unwrap();
    assert_eq!(entries, built.inferences);
    let records: Vec<_> = entries.iter().map(|entry| entry.record.clone()).collect();
    assert_eq!(
        records.iter().map(|r| (r.transaction_index, r.call_index)).collect::<Vec<_>>(),
        [(1, 0), (2, 0), (3, 0)]
    );
    assert_eq!(built.block.requests_hash, Some(inference_requests(&records).requests_hash()));

    let commitment = InferenceCommitment::of(&records).unwrap();
    let leaves: Vec<_> = records.iter().map(|record| record.encode()).collect();
    for (index, leaf) in leaves.iter().enumerate() {
        let branch = merkle_branch(&leaves, index).unwrap();
        assert!(verify_merkle_branch(commitment.root, leaf, index, &branch));
    }

    let session = Session::prepare(Arc::new(Plan::decode(&demo_model().bytes).unwrap())).unwrap();
    for entry in &entries {
        let outputs = encode_tensors(&session.run(&decode_tensors(&entry.inputs).unwrap()).unwrap());
        assert_eq!(entry.outputs.as_ref(), outputs);
        let record = &entry.record;
        assert_eq!((record.input_hash, record.output_hash), (keccak256(&entry.inputs), keccak256(&outputs)));
        assert_eq!((record.caller, record.model), (agent, demo_model().id));
        assert!(!record.is_static && !record.reverted && record.gas > 0);
    }
    assert!(records[0].output_hash != records[1].output_hash, "other prices, other weights");
}

#[test]
fn a_call_decides_as_a_transaction_does() {
    let world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    // A call sees the head itself, where the model was activated: it is callable one block later.
    world.sequencer.call(agent, prices(4)).expect_err("not active yet");
    world.sequencer.build(&world.l1);
    let called = world.sequencer.call(agent, prices(4)).expect("it returns");
    let weights = IRebalanceAgent::decideCall::abi_decode_returns(&called).unwrap();
    let hash = world.sequencer.send(alice.decide(world.nonce(&alice), agent, 4)).unwrap();
    world.sequencer.build(&world.l1);
    let (_, receipt) = world.sequencer.receipt(hash).unwrap();
    let decided = IRebalanceAgent::Decided::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((weights.weight0, weights.weight1), (decided.weight0, decided.weight1));
}

#[test]
fn heads_follow_each_other_unsafe_safe_final() {
    let mut world = World::default();
    world.l1.finality_depth = Some(3);
    let mut last = (0, 0, 0);
    for _ in 0..12 {
        world.tick();
        let chain = world.sequencer.chain();
        let safe = chain.safe_head().unwrap().number;
        let finalized = chain.finalized_head().unwrap().number;
        let now = (chain.head().number, safe, finalized);
        assert!(finalized <= safe && safe <= now.0, "{now:?}");
        assert!(now.0 >= last.0 && now.1 >= last.1 && now.2 >= last.2, "{last:?} to {now:?}");
        last = now;
    }
    assert!(last.2 > 0 && last.2 < last.1 && last.1 < last.0, "{last:?}");
    world.assert_agreement();
}

#[test]
fn money_is_conserved_over_the_whole_run() {
    let mut world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    let mut deposited = U256::ZERO;
    for seed in 0..5u64 {
        world.sequencer.send(alice.decide(world.nonce(&alice), agent, seed)).unwrap();
        world.l1.deposit(crate::properties::deposit(seed, 1000 + u128::from(seed)));
        deposited += U256::from(1000 + seed);
        world.tick();
    }
    world.ticks(3);
    world.settle(6);
    let genesis: U256 = world.config.genesis.balances.values().copied().sum();
    let chain = world.verifier.chain();
    let total = |number: u64| {
        // Every account that a block touched: senders, recipients, contracts, vaults.
        use praxis_primitives::StateReader;
        let state = chain.state_at(number).unwrap();
        let mut accounts: std::collections::BTreeSet<_> = world.config.genesis.balances.keys().copied().collect();
        accounts.extend(praxis_contracts::predeploys(&Default::default()).iter().map(|p| p.address));
        accounts.extend([agent, crate::SOMEBODY]);
        accounts.into_iter().map(|a| state.account(a).unwrap().unwrap_or_default().balance).sum::<U256>()
    };
    assert_eq!(total(0), genesis);
    assert_eq!(total(chain.head().number), genesis + deposited);
}
