//! A block executes from its witness alone, and from nothing less.

use crate::{SOMEBODY, altered, block};
use alloy_primitives::{Bytes, I256, TxKind, U256};
use alloy_sol_types::SolCall;
use praxis_chain::{ChainError, ExecutionWitness, replay};
use praxis_contracts::{IInference, addresses::INFERENCE};
use praxis_harness::{World, account, demo_model};
use praxis_precompile::{DEFAULT_CACHE_BYTES, ModelCache};
use praxis_primitives::RecoveredTransaction;
use std::sync::Arc;

fn send_and_build(world: &World, tx: RecoveredTransaction) {
    let hash = world.sequencer.send(tx).unwrap();
    world.sequencer.build(&world.l1);
    assert!(world.sequencer.receipt(hash).unwrap().1.success);
}

/// Transfers, a publication, an activation, and an inference in the last block.
fn world() -> World {
    let world = World::default();
    let (alice, model) = (account(0), demo_model());
    world.transfer(&alice, SOMEBODY, 5);
    world.sequencer.build(&world.l1);
    send_and_build(&world, model.begin(&alice, world.nonce(&alice)));
    for index in 0..model.chunks() {
        send_and_build(&world, model.put_chunk(&alice, world.nonce(&alice), index, |_| {}));
    }
    send_and_build(&world, model.activate(&alice, world.nonce(&alice)));
    let input = vec![I256::try_from(10_000_000_000_000_000i64).unwrap(); 40];
    let call = IInference::inferFixedCall { model: model.id, outputIndex: U256::ZERO, input, decimals: 18 };
    let call = alice.call(world.nonce(&alice), TxKind::Call(INFERENCE), 0, 2_000_000, call.abi_encode().into());
    send_and_build(&world, call);
    world
}

fn run(world: &World, number: u64, witness: &ExecutionWitness) -> Result<(), ChainError> {
    let chain = world.sequencer.chain();
    let block = block(chain, number);
    let replayed = replay(chain.spec(), &block, witness, Arc::new(ModelCache::new(DEFAULT_CACHE_BYTES)))?;
    assert_eq!(Some(replayed.output.receipts), chain.db().receipts(number).unwrap());
    assert_eq!(Some(replayed.output.inferences), chain.db().inferences(number).unwrap());
    Ok(())
}

#[test]
fn every_block_replays_from_its_witness_and_from_nothing_less() {
    let world = world();
    let chain = world.sequencer.chain();
    let head = chain.head().number;
    for number in 1..=head {
        let witness = chain.execution_witness(number).unwrap();
        run(&world, number, &witness).unwrap_or_else(|error| panic!("block {number}: {error}"));
        // Everything in it is needed.
        for list in 0..4 {
            let mut fields = [&witness.state, &witness.codes, &witness.headers, &witness.models].map(Clone::clone);
            let Some(lost) = fields[list].pop() else { continue };
            let [state, codes, headers, models] = fields;
            let less = ExecutionWitness { state, codes, headers, models, keys: vec![] };
            let error = run(&world, number, &less).expect_err("something is missing");
            assert!(matches!(error, ChainError::Fault { .. } | ChainError::Trie(_)), "{lost} of {list}: {error}");
        }
        // Nor does anything else do.
        let mut other = witness.clone();
        let mut header = other.headers.pop().unwrap().to_vec();
        *header.last_mut().unwrap() ^= 1;
        other.headers.push(header.into());
        assert!(run(&world, number, &other).is_err());
    }
    let last = chain.execution_witness(head).unwrap();
    assert_eq!(last.models, [Bytes::from(demo_model().bytes.clone())], "the model that ran");
    assert!(chain.execution_witness(1).unwrap().models.is_empty());
    assert!(matches!(chain.execution_witness(0), Err(ChainError::UnknownBlock(0))));
    assert!(matches!(chain.execution_witness(head + 1), Err(ChainError::UnknownBlock(_))));
}

#[test]
fn a_false_block_does_not_replay_from_a_true_witness() {
    let world = world();
    let chain = world.sequencer.chain();
    let (number, models) = (chain.head().number, Arc::new(ModelCache::new(DEFAULT_CACHE_BYTES)));
    let witness = chain.execution_witness(number).unwrap();
    let bad = altered(&block(chain, number), |block| block.header.state_root.0[0] ^= 1);
    match replay(chain.spec(), &bad, &witness, models).unwrap_err() {
        ChainError::Header { mismatch, .. } => assert_eq!(mismatch.field, "stateRoot"),
        other => panic!("{other}"),
    }
}

#[test]
fn keys_are_the_preimages_of_what_was_read() {
    let world = world();
    let witness = world.sequencer.chain().execution_witness(1).unwrap();
    assert!(witness.keys.iter().any(|key| key[..] == SOMEBODY[..]), "whom the transfer went to");
    assert!(witness.keys.iter().all(|key| key.len() == 20 || key.len() == 32));
    let json = serde_json::to_value(&witness).unwrap();
    assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["codes", "headers", "keys", "state"]);
}
