//! Publication, activation, and calls in every way that the EVM knows.

use crate::assert_derived_equals_built;
use alloy_primitives::{Address, B256, Bytes, I256, TxKind, U256};
use alloy_sol_types::{SolCall, SolError};
use praxis_contracts::{
    ICaller, IInference, IModelRegistry,
    addresses::{INFERENCE, MODEL_REGISTRY},
    artifacts::CALLER,
};
use praxis_harness::{Account, World, account, demo_model};
use praxis_primitives::{EngineActivation, RecoveredTransaction, RollupConfig};

fn send_and_build(world: &World, tx: RecoveredTransaction) -> bool {
    let hash = world.sequencer.send(tx).unwrap();
    world.sequencer.build(&world.l1);
    world.sequencer.receipt(hash).unwrap().1.success
}

fn infer(input: i64) -> Bytes {
    let unit = 10_000_000_000_000_000i64;
    let input = vec![I256::try_from(input * unit).unwrap(); 40];
    IInference::inferFixedCall { model: demo_model().id, outputIndex: U256::ZERO, input, decimals: 18 }
        .abi_encode()
        .into()
}

fn status(world: &World) -> IModelRegistry::Status {
    let call = IModelRegistry::statusCall { id: demo_model().id }.abi_encode();
    let output = world.sequencer.call(MODEL_REGISTRY, call.into()).unwrap();
    IModelRegistry::statusCall::abi_decode_returns(&output).unwrap()
}

fn upload(world: &World, owner: &Account) {
    let model = demo_model();
    assert!(send_and_build(world, model.begin(owner, world.nonce(owner))));
    for index in 0..model.chunks() {
        assert!(send_and_build(world, model.put_chunk(owner, world.nonce(owner), index, |_| {})));
    }
}

#[test]
fn a_chunk_that_does_not_hash_to_the_id_reverts_and_the_right_one_still_comes_in() {
    let mut world = World::default();
    let alice = account(0);
    let model = demo_model();
    assert!(send_and_build(&world, model.begin(&alice, 0)));
    let changes: [fn(&mut Vec<u8>); 3] =
        [|data| data[0] ^= 1, |data| *data.last_mut().unwrap() ^= 0x80, |data| data.truncate(7)];
    for change in changes {
        let nonce = world.nonce(&alice);
        assert!(!send_and_build(&world, model.put_chunk(&alice, nonce, 0, change)));
        assert_eq!(status(&world), IModelRegistry::Status::Uploading);
    }
    for index in 0..model.chunks() {
        assert!(send_and_build(&world, model.put_chunk(&alice, world.nonce(&alice), index, |_| {})));
    }
    assert_eq!(status(&world), IModelRegistry::Status::Complete);
    let twice = model.put_chunk(&alice, world.nonce(&alice), 0, |_| {});
    assert!(!send_and_build(&world, twice), "a chunk comes in once");
    assert!(send_and_build(&world, model.activate(&alice, world.nonce(&alice))));
    world.settle(8);
    assert_derived_equals_built(&world);
}

#[test]
fn a_model_is_callable_from_the_block_after_its_activation() {
    let mut world = World::default();
    let (alice, bob) = (account(0), account(1));
    upload(&world, &alice);
    let call = |nonce| bob.call(nonce, TxKind::Call(INFERENCE), 0, 2_000_000, infer(1));
    assert!(!send_and_build(&world, call(0)), "not before it is activated");

    // Activation and call in one block, in this order.
    let activate = world.sequencer.send(demo_model().activate(&alice, world.nonce(&alice))).unwrap();
    let early = world.sequencer.send(call(1)).unwrap();
    let built = world.sequencer.build(&world.l1);
    let hashes: Vec<_> = built.block.body().transactions.iter().map(|tx| tx.hash()).collect();
    assert_eq!(hashes[1..], [activate, early]);
    assert!(built.receipts[1].success && !built.receipts[2].success);
    assert!(built.inferences.is_empty());

    assert!(send_and_build(&world, call(2)), "in the next block");
    world.settle(8);
    assert_derived_equals_built(&world);
}

#[test]
fn activation_waits_for_every_chunk_and_one_more_block() {
    let world = World::default();
    let alice = account(0);
    let model = demo_model();
    assert!(send_and_build(&world, model.begin(&alice, 0)));
    assert!(!send_and_build(&world, model.activate(&alice, 1)), "chunks are missing");
    for index in 0..model.chunks() {
        world.sequencer.send(model.put_chunk(&alice, world.nonce(&alice), index, |_| {})).unwrap();
    }
    let same_block = world.sequencer.send(model.activate(&alice, world.nonce(&alice))).unwrap();
    world.sequencer.build(&world.l1);
    let (number, receipt) = world.sequencer.receipt(same_block).unwrap();
    assert_eq!(number, world.sequencer.chain().head().number, "all of it fits in one block");
    assert!(!receipt.success, "the chunks came in the same block");
    assert!(send_and_build(&world, model.activate(&alice, world.nonce(&alice))));
    assert!(!send_and_build(&world, model.activate(&alice, world.nonce(&alice))), "once");
}

#[test]
fn an_unknown_model_reverts_with_its_name() {
    let world = World::default();
    let unknown = B256::repeat_byte(0x77);
    let call = IInference::inferCall { model: unknown, inputs: vec![] }.abi_encode();
    let error = world.sequencer.call(INFERENCE, call.into()).unwrap_err();
    assert_eq!(IInference::UnknownModel::abi_decode(&error).unwrap().model, unknown);
}

/// A Caller contract on a chain with the demo model.
fn world_with_caller() -> (World, Account, Address) {
    let world = World::default();
    let alice = account(0);
    world.publish(&alice);
    let nonce = world.nonce(&alice);
    assert!(send_and_build(&world, alice.deploy(nonce, CALLER.creation().clone())));
    (world, alice.clone(), alice.address.create(nonce))
}

fn step(kind: ICaller::Kind, input: i64) -> ICaller::Step {
    ICaller::Step { kind, value: U256::ZERO, data: infer(input) }
}

fn all_kinds() -> Vec<ICaller::Step> {
    use ICaller::Kind::*;
    [Call, Static, Delegate, CallCode, Nested, Reverted, Call].into_iter().zip(1..).map(|(k, i)| step(k, i)).collect()
}

#[test]
fn every_way_to_call_leaves_its_record_or_none() {
    let (mut world, alice, caller) = world_with_caller();
    let call = ICaller::runCall { steps: all_kinds() }.abi_encode();
    let output = world.sequencer.call(caller, call.clone().into()).unwrap();
    let returned = ICaller::runCall::abi_decode_returns(&output).unwrap();
    let success: Vec<_> = returned.results.iter().map(|result| result.success).collect();
    assert_eq!(success, [true, true, false, false, true, false, true]);
    assert_eq!(returned.observedCount, U256::from(4), "what reverted vanishes from the list");

    let nonce = world.nonce(&alice);
    assert!(send_and_build(&world, alice.call(nonce, TxKind::Call(caller), 0, 10_000_000, call.into())));
    let head = world.sequencer.chain().head();
    let entries = world.sequencer.chain().db().inferences(head.number).unwrap().unwrap();
    let flags: Vec<_> = entries.iter().map(|e| (e.record.call_index, e.record.is_static, e.record.reverted)).collect();
    assert_eq!(flags, [(0, false, false), (1, true, false), (2, false, false), (3, false, true), (4, false, false)]);
    assert!(entries.iter().all(|entry| entry.record.caller == caller));
    assert!(entries[1].record.gas < entries[0].record.gas, "the first call in a transaction pays for the leaves");
    world.settle(8);
    assert_derived_equals_built(&world);
}

#[test]
fn a_reverted_transaction_leaves_its_records_marked() {
    let (mut world, alice, caller) = world_with_caller();
    let steps = vec![step(ICaller::Kind::Call, 1), step(ICaller::Kind::Static, 2)];
    let call = ICaller::runAndRevertCall { steps }.abi_encode();
    assert!(!send_and_build(&world, alice.call(world.nonce(&alice), TxKind::Call(caller), 0, 8_000_000, call.into())));
    let head = world.sequencer.chain().head().number;
    let entries = world.sequencer.chain().db().inferences(head).unwrap().unwrap();
    assert_eq!(entries.iter().map(|e| e.record.reverted).collect::<Vec<_>>(), [true, true]);
    world.settle(8);
    assert_derived_equals_built(&world);
}

#[test]
fn a_transaction_reads_back_what_it_inferred() {
    let (world, _, caller) = world_with_caller();
    use ICaller::Kind::*;
    let steps = vec![step(Call, 1), step(Reverted, 2), step(Nested, 3)];
    let call = ICaller::runAndObserveCall { steps }.abi_encode();
    let output = world.sequencer.call(caller, call.into()).unwrap();
    let seen = ICaller::runAndObserveCall::abi_decode_returns(&output).unwrap();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|one| one.caller == caller && one.model == demo_model().id));
    assert_ne!(seen[0].inputHash, seen[1].inputHash);
    for one in &seen {
        let tensors: Vec<_> = one
            .outputs
            .iter()
            .map(|tensor| praxis_model::Tensor {
                dtype: praxis_model::DType::F32,
                shape: tensor.shape.clone(),
                data: tensor.data.to_vec(),
            })
            .collect();
        assert_eq!(praxis_model::hash_tensors(&tensors), one.outputHash);
    }
}

#[test]
fn a_model_is_activated_only_once_its_engine_version_is_live() {
    let from_block = 40;
    let late = |config: &mut RollupConfig| {
        config.engines = vec![EngineActivation { version: 1, from_ms: config.timestamp_ms(from_block) }];
    };
    let world = World::with_sequencer_options(late, praxis_harness::chain_options());
    let (alice, model) = (account(0), demo_model());
    upload(&world, &alice);
    world.sequencer.build(&world.l1);
    assert!(world.sequencer.chain().head().number + 1 < from_block);
    assert!(!send_and_build(&world, model.activate(&alice, world.nonce(&alice))), "not live yet");
    while world.sequencer.chain().head().number + 1 < from_block {
        world.sequencer.build(&world.l1);
    }
    assert!(send_and_build(&world, model.activate(&alice, world.nonce(&alice))));
    assert_eq!(status(&world), IModelRegistry::Status::Pending);
}

#[test]
fn a_chain_with_an_engine_that_this_build_does_not_have_is_not_opened() {
    let mut config = World::default().config.as_ref().clone();
    config.engines.push(EngineActivation { version: 77, from_ms: 5_000 });
    let directory = praxis_harness::temporary_directory();
    let spec = std::sync::Arc::new(config).chain_spec();
    let error = praxis_chain::Chain::open(directory.path(), spec, praxis_harness::chain_options()).err().unwrap();
    assert!(error.to_string().contains("version 77") && error.to_string().contains("install"), "{error}");
}
