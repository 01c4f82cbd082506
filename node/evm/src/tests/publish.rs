//! A model's way onto the chain: chunks, activation, first call.

use super::fixture::{Chain, PRECOMPILE, affine, floats, infer};
use crate::{ExecutionOutput, TxOutcome, TxStatus};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use praxis_contracts::{
    IInference, IModelRegistry, IModelValidator,
    addresses::MODEL_REGISTRY,
    layout::{ModelWord, model_slot},
};
use praxis_model::{
    DType, Plan, PlanBuilder, Tensor, TensorType,
    id::{chunk, chunk_count, chunk_proof, model_id, model_root},
    ops::Gemm,
};

/// A model of several chunks.
fn wide() -> Plan {
    let (k, n) = (128, 130);
    let mut b = PlanBuilder::new(0, [7; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1, k])).unwrap();
    let weights: Vec<f32> = (0..k * n).map(|i| (i % 97) as f32 / 97.0).collect();
    let w = b.constant(Tensor::from_f32([k, n], &weights)).unwrap();
    let c = b.constant(Tensor::from_f32([n], &vec![0.5; n as usize])).unwrap();
    let y = b.node1(Gemm::default(), &[x, w, c]).unwrap();
    b.output("y", y);
    b.finish().unwrap()
}

fn begin(chain: &mut Chain, bytes: &[u8]) -> (B256, TxOutcome) {
    let (id, root) = (model_id(bytes), model_root(bytes));
    let call = IModelRegistry::beginCall { id, length: bytes.len() as u32, root };
    let tx = chain.call(MODEL_REGISTRY, call.abi_encode());
    (id, chain.one(tx).0)
}

fn put(id: B256, bytes: &[u8], index: u32) -> Vec<u8> {
    let data = Bytes::copy_from_slice(chunk(bytes, index).unwrap());
    let proof = chunk_proof(bytes, index).unwrap();
    IModelRegistry::putChunkCall { id, index, data, proof }.abi_encode()
}

fn activate(chain: &mut Chain, id: B256) -> TxOutcome {
    activate_in_block(chain, id).0
}

fn activate_in_block(chain: &mut Chain, id: B256) -> (TxOutcome, ExecutionOutput) {
    let tx = chain.call(MODEL_REGISTRY, IModelRegistry::activateCall { id }.abi_encode());
    chain.one(tx)
}

/// Puts all chunks and gives the model's bytes to the node as its storage would from the chunks of the blocks.
fn upload(chain: &mut Chain, id: B256, bytes: &[u8]) {
    let mut collected = Vec::new();
    for index in 0..chunk_count(bytes.len() as u64) as u32 {
        let tx = chain.call(MODEL_REGISTRY, put(id, bytes, index));
        let (outcome, output) = chain.one(tx);
        assert!(outcome.success(), "{:?} {}", outcome.status, outcome.output);
        let [chunk] = &output.chunks[..] else { panic!("{}", output.chunks.len()) };
        assert_eq!((chunk.model, chunk.index), (id, index));
        collected.extend_from_slice(&chunk.data);
    }
    assert_eq!(collected, bytes);
    chain.models.insert(collected);
}

#[test]
fn a_model_is_published_activated_and_callable_from_the_next_block() {
    for plan in [affine(), wide()] {
        let mut chain = Chain::new();
        let bytes = plan.encode();
        let (id, outcome) = begin(&mut chain, &bytes);
        assert!(outcome.success());
        upload(&mut chain, id, &bytes);
        let activation_block = chain.number + 1;
        let (outcome, output) = activate_in_block(&mut chain, id);
        assert!(outcome.success(), "{:?} {}", outcome.status, outcome.output);
        let cost = plan.cost();
        let word = ModelWord::decode(chain.state.storage[&(MODEL_REGISTRY, model_slot(id))]);
        let length = bytes.len() as u32;
        let expected =
            ModelWord { activation_block, warm_gas: cost.gas, cold_gas: cost.cold_gas, engine: plan.engine, length };
        assert_eq!(word, expected);
        let event = IModelRegistry::Activated::decode_log(&output.receipts[0].logs[0]).unwrap();
        assert_eq!((event.id, event.warmGas, event.coldGas), (id, cost.gas, cost.cold_gas));
    }
}

#[test]
fn a_model_is_not_callable_in_the_block_that_activates_it() {
    let mut chain = Chain::new();
    let bytes = affine().encode();
    let (id, _) = begin(&mut chain, &bytes);
    upload(&mut chain, id, &bytes);
    let activate = chain.call(MODEL_REGISTRY, IModelRegistry::activateCall { id }.abi_encode());
    let early = chain.call(PRECOMPILE, infer(id, [1.0, 2.0]));
    let (outcomes, _) = chain.block(&[activate, early]);
    assert!(outcomes[0].success());
    assert_eq!(outcomes[1].output, Bytes::from(IInference::ModelNotActive { model: id }.abi_encode()));
    let tx = chain.call(PRECOMPILE, infer(id, [1.0, 2.0]));
    let (outcome, _) = chain.one(tx);
    assert_eq!(floats(&outcome.output), [3.0, 5.0]);
}

#[test]
fn bytes_that_are_no_plan_are_not_activated() {
    let mut chain = Chain::new();
    let bytes = vec![0x5a; 3000];
    let (id, _) = begin(&mut chain, &bytes);
    upload(&mut chain, id, &bytes);
    let outcome = activate(&mut chain, id);
    assert_eq!(outcome.status, TxStatus::Reverted);
    let error = IModelValidator::InvalidModel::abi_decode(&outcome.output).unwrap();
    assert_eq!((error.model, error.reason.as_str()), (id, "the bytes are not a Plan that this engine runs"));
}

#[test]
fn validation_is_paid_by_the_byte() {
    let gas = |plan: &Plan| {
        let mut chain = Chain::new();
        let bytes = plan.encode();
        let (id, _) = begin(&mut chain, &bytes);
        upload(&mut chain, id, &bytes);
        (activate(&mut chain, id).gas_used, bytes.len() as u64)
    };
    let ((small, small_len), (large, large_len)) = (gas(&affine()), gas(&wide()));
    assert!(large - small >= (large_len - small_len) / 4, "{small} {large}");
}

#[test]
fn a_wrong_chunk_reverts_and_brings_nothing_in() {
    let mut chain = Chain::new();
    let bytes = wide().encode();
    let (id, _) = begin(&mut chain, &bytes);
    let mut wrong = bytes.clone();
    wrong[40_000] ^= 1;
    let data = Bytes::copy_from_slice(chunk(&wrong, 1).unwrap());
    let call = IModelRegistry::putChunkCall { id, index: 1, data, proof: chunk_proof(&bytes, 1).unwrap() };
    let tx = chain.call(MODEL_REGISTRY, call.abi_encode());
    let (outcome, output) = chain.one(tx);
    assert_eq!(outcome.output, Bytes::from(IModelRegistry::ChunkMismatch { id, index: 1 }.abi_encode()));
    assert!(output.chunks.is_empty());
}

#[test]
fn only_the_registrys_logs_bring_chunks_in() {
    // LOG3 with the event's topics from a contract that is not the registry: topics from calldata, no data.
    let code = [0x60, 0x40, 0x35, 0x60, 0x20, 0x35, 0x5f, 0x35, 0x5f, 0x5f, 0xa3, 0x00];
    let mut chain = Chain::new();
    let forger = Address::repeat_byte(0xf0);
    chain.state.insert_contract(forger, Bytes::copy_from_slice(&code));
    let words = [IModelRegistry::Chunk::SIGNATURE_HASH.into(), U256::from(5), U256::ZERO];
    let calldata = words.map(|word: U256| word.to_be_bytes::<32>()).concat();
    let tx = chain.call(forger, calldata);
    let (_, output) = chain.one(tx);
    assert_eq!(output.receipts[0].logs[0].topics()[0], IModelRegistry::Chunk::SIGNATURE_HASH);
    assert!(output.chunks.is_empty());
}
