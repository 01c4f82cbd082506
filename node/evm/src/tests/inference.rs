//! The precompile inside transactions.

use super::fixture::{
    ALICE, CALLER, Chain, PRECOMPILE, abi, affine, affine_with, floats, infer, infer_tensors, results, run, step, word,
};
use crate::{ExecuteError, ModelAccess, ModelCache, TxStatus};
use alloy_primitives::{B256, Bytes, I256, U256};
use alloy_sol_types::{Panic, SolCall, SolError};
use praxis_contracts::{
    ICaller::{self, Kind},
    IInference, IModelValidator,
    layout::ModelWord,
};
use praxis_model::{Tensor, decode_tensors, hash_tensors};
use praxis_precompile::gas;
use std::sync::Arc;

#[test]
fn a_transaction_runs_a_model_and_leaves_its_record() {
    let mut chain = Chain::new();
    let plan = affine();
    let model = chain.install(&plan);
    let tx = chain.call(PRECOMPILE, infer(model, [1.5, -3.0]));
    let (outcome, output) = chain.one(tx);
    assert_eq!(outcome.status, TxStatus::Success);
    assert_eq!(floats(&outcome.output), [4.0, -5.0]);

    let [entry] = &output.inferences[..] else { panic!("{:?}", output.inferences) };
    let inputs = [Tensor::from_f32([1, 2], &[1.5, -3.0])];
    let outputs = [Tensor::from_f32([1, 2], &[4.0, -5.0])];
    let record = &entry.record;
    assert_eq!((record.transaction_index, record.call_index, record.caller), (0, 0, ALICE));
    assert_eq!((record.input_hash, record.output_hash), (hash_tensors(&inputs), hash_tensors(&outputs)));
    assert_eq!((record.model, record.is_static, record.reverted), (model, false, false));
    assert_eq!(decode_tensors(&entry.inputs).unwrap(), inputs);
    assert_eq!(decode_tensors(&entry.outputs).unwrap(), outputs);
    assert_eq!(output.requests, praxis_primitives::inference_requests(std::slice::from_ref(record)));
    assert!(!output.diff.accounts.contains_key(&PRECOMPILE), "a call must not create the precompile's account");
}

#[test]
fn the_price_is_inference_gas_and_the_bytes() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let calldata = infer(model, [1.0, 2.0]);
    let price = IInference::inferenceGasCall { model }.abi_encode();
    let (first, second) = (chain.call(PRECOMPILE, calldata.clone()), chain.call(PRECOMPILE, price));
    let (outcomes, output) = chain.block(&[first, second]);
    let price: u64 = U256::from_be_slice(&outcomes[1].output).to();
    let record_bytes = (output.inferences[0].inputs.len() + output.inferences[0].outputs.len()) as u64;
    let bytes = calldata.len() as u64 * gas::INPUT_BYTE_GAS
        + outcomes[0].output.len() as u64 * gas::OUTPUT_BYTE_GAS
        + record_bytes * gas::RECORD_BYTE_GAS;
    assert_eq!(output.inferences[0].record.gas, price + bytes);
}

#[test]
fn a_second_call_is_warm_unless_the_first_was_reverted() {
    let mut chain = Chain::new();
    let plan = affine();
    let model = chain.install(&plan);
    let call = infer(model, [1.0, 2.0]);
    let gas_of = |chain: &mut Chain, kinds: [Kind; 2]| {
        let steps: Vec<_> = kinds.map(|kind| step(kind, call.clone())).into();
        let tx = chain.call(CALLER, run(&steps));
        let (_, output) = chain.one(tx);
        output.inferences.iter().map(|entry| entry.record.gas).collect::<Vec<_>>()
    };
    // The model's word and its royalty.
    let registry = gas::COLD_ACCOUNT_GAS + 2 * (gas::COLD_SLOT_GAS - gas::WARM_SLOT_GAS);
    let twice = gas_of(&mut chain, [Kind::Call, Kind::Call]);
    assert_eq!(twice[0] - twice[1], plan.cost().cold_gas + registry);
    let undone = gas_of(&mut chain, [Kind::Reverted, Kind::Call]);
    assert_eq!(undone[0], undone[1]);
    // Nor does warmth outlive the transaction.
    assert_eq!(gas_of(&mut chain, [Kind::Call, Kind::Call]), twice);
}

#[test]
fn an_inner_frame_that_reverts_marks_its_inference_and_leaves_the_list() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let call = |x: f32| infer(model, [x, x]);
    let steps = [step(Kind::Call, call(1.0)), step(Kind::Reverted, call(2.0)), step(Kind::Nested, call(3.0))];
    let tx = chain.call(CALLER, run(&steps));
    let (outcome, output) = chain.one(tx);
    let (_, observed) = results(&outcome);
    assert_eq!(observed, 2);
    let flags: Vec<_> = output.inferences.iter().map(|e| (e.record.call_index, e.record.reverted)).collect();
    assert_eq!(flags, [(0, false), (1, true), (2, false)]);
    assert!(output.inferences.iter().all(|entry| entry.record.caller == CALLER));
}

#[test]
fn a_reverted_transaction_marks_all_its_inferences() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let steps = vec![step(Kind::Call, infer(model, [1.0, 1.0])), step(Kind::Nested, infer(model, [2.0, 2.0]))];
    let tx = chain.call(CALLER, ICaller::runAndRevertCall { steps }.abi_encode());
    let (outcome, output) = chain.one(tx);
    assert_eq!(outcome.status, TxStatus::Reverted);
    assert_eq!(output.inferences.len(), 2);
    assert!(output.inferences.iter().all(|entry| entry.record.reverted));
    assert_ne!(output.requests, Default::default());
}

#[test]
fn observed_gives_what_stands_with_its_outputs() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let call = |x: f32| infer(model, [x, 0.0]);
    let steps = vec![step(Kind::Reverted, call(1.0)), step(Kind::Call, call(2.0)), step(Kind::Static, call(3.0))];
    let tx = chain.call(CALLER, ICaller::runAndObserveCall { steps }.abi_encode());
    let (outcome, output) = chain.one(tx);
    let list = ICaller::runAndObserveCall::abi_decode_returns(&outcome.output).unwrap();
    let seen: Vec<_> = list.iter().map(|o| (o.caller, o.model, o.outputs[0].data.clone())).collect();
    let data = |x: f32| Bytes::from(Tensor::from_f32([1, 2], &[2.0 * x + 1.0, 1.0]).data);
    assert_eq!(seen, [(CALLER, model, data(2.0)), (CALLER, model, data(3.0))]);
    for (observation, entry) in list.iter().zip(&output.inferences[1..]) {
        assert_eq!(observation.inputHash, entry.record.input_hash);
        assert_eq!(observation.outputHash, entry.record.output_hash);
    }
    assert!(output.inferences[2].record.is_static && !output.inferences[1].record.is_static);
}

#[test]
fn observed_beyond_the_end_panics_as_an_array_does() {
    let mut chain = Chain::new();
    let calldata = IInference::observedCall { i: U256::MAX }.abi_encode();
    let tx = chain.call(PRECOMPILE, calldata);
    let (outcome, _) = chain.one(tx);
    assert_eq!(outcome.status, TxStatus::Reverted);
    assert_eq!(Panic::abi_decode(&outcome.output).unwrap().code, U256::from(0x32));
}

#[test]
fn borrowed_code_and_value_are_refused() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    chain.state.set_balance(CALLER, U256::from(10));
    let call = infer(model, [1.0, 1.0]);
    let paid = |kind| ICaller::Step { kind, value: U256::ONE, data: call.clone() };
    let steps = [
        step(Kind::Delegate, call.clone()),
        step(Kind::CallCode, call.clone()),
        paid(Kind::Call),
        paid(Kind::CallCode),
        step(Kind::Call, call.clone()),
    ];
    let tx = chain.call(CALLER, run(&steps));
    let (outcome, output) = chain.one(tx);
    let (results, observed) = results(&outcome);
    let successes: Vec<_> = results.iter().map(|result| result.success).collect();
    assert_eq!(successes, [false, false, false, false, true]);
    assert!(results[..4].iter().all(|result| result.data.is_empty()));
    assert_eq!((observed, output.inferences.len()), (1, 1));
    assert_eq!(chain.balance(CALLER), U256::from(10));
    assert_eq!(chain.balance(PRECOMPILE), U256::ZERO);
}

#[test]
fn unknown_and_inactive_models_revert_with_their_error() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let unknown = B256::repeat_byte(9);
    let mut revert = |word: Option<ModelWord>, model: B256| {
        if let Some(word) = word {
            chain.set_word(model, word);
        }
        let tx = chain.call(PRECOMPILE, infer(model, [1.0, 1.0]));
        let (outcome, output) = chain.one(tx);
        assert_eq!(output.inferences.is_empty(), !outcome.success());
        (outcome.status, outcome.output)
    };
    let error = |error: Vec<u8>| (TxStatus::Reverted, Bytes::from(error));
    assert_eq!(revert(None, unknown), error(IInference::UnknownModel { model: unknown }.abi_encode()));
    let word = ModelWord { warm_gas: 1, cold_gas: 1, engine: 1, length: 5, activation_block: 0 };
    assert_eq!(revert(Some(word), model), error(IInference::ModelNotActive { model }.abi_encode()));
    // Activated in the block that calls it.
    let word = ModelWord { activation_block: 12, ..word };
    assert_eq!(revert(Some(word), model), error(IInference::ModelNotActive { model }.abi_encode()));
    assert_eq!(revert(None, model).0, TxStatus::Success);
}

#[test]
fn inputs_that_do_not_fit_revert_with_the_error_that_says_how() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let good = abi(&Tensor::from_f32([1, 2], &[1.0, 2.0]));
    let mut revert = |inputs: Vec<IInference::Tensor>| {
        let tx = chain.call(PRECOMPILE, IInference::inferCall { model, inputs }.abi_encode());
        let (outcome, output) = chain.one(tx);
        assert_eq!((outcome.status, output.inferences.len()), (TxStatus::Reverted, 0));
        outcome.output.to_vec()
    };
    let n = U256::from;
    let (zero, one) = (U256::ZERO, U256::ONE);
    assert_eq!(revert(vec![]), IInference::InputCount { expected: one, given: zero }.abi_encode());
    let many = IInference::InputCount { expected: one, given: n(100) };
    assert_eq!(revert(vec![good.clone(); 100]), many.abi_encode());
    for dtype in [0, 2, 250] {
        let error = IInference::InputType { index: zero, expected: 1, given: dtype };
        assert_eq!(revert(vec![IInference::Tensor { dtype, ..good.clone() }]), error.abi_encode());
    }
    for shape in [vec![2], vec![2, 1], vec![0, 2], vec![1, 2, 1], vec![u32::MAX; 9], vec![u32::MAX, 2]] {
        let error = IInference::InputShape { index: zero, expected: vec![1, 2], given: shape.clone() };
        assert_eq!(revert(vec![IInference::Tensor { shape, ..good.clone() }]), error.abi_encode());
    }
    let error = IInference::InputLength { index: zero, expected: n(8), given: n(9) };
    assert_eq!(revert(vec![IInference::Tensor { data: vec![0; 9].into(), ..good }]), error.abi_encode());
    // Not an encoding of any function.
    let tx = chain.call(PRECOMPILE, Bytes::from_static(&[1, 2, 3, 4]));
    let (outcome, _) = chain.one(tx);
    assert_eq!((outcome.status, outcome.output), (TxStatus::Reverted, Bytes::new()));
}

#[test]
fn a_batch_pays_for_each_row_and_is_one_inference() {
    let mut chain = Chain::new();
    let plan = affine();
    let model = chain.install(&plan);
    let one = infer_tensors(model, &[Tensor::from_f32([1, 2], &[0.0; 2])]);
    let three = infer_tensors(model, &[Tensor::from_f32([3, 2], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])]);
    let (a, b) = (chain.call(PRECOMPILE, one.clone()), chain.call(PRECOMPILE, three.clone()));
    let (outcomes, output) = chain.block(&[a, b]);
    assert_eq!(floats(&outcomes[1].output), [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]);
    let calldata = (three.len() - one.len()) as u64;
    let returned = (outcomes[1].output.len() - outcomes[0].output.len()) as u64;
    let record = 2 * 2 * 8 * gas::RECORD_BYTE_GAS;
    let gas = |i: usize| output.inferences[i].record.gas;
    assert_eq!(gas(1) - gas(0), 2 * plan.cost().gas + calldata + returned + record);
    assert_eq!(output.inferences[1].record.call_index, 0);
}

fn infer_fixed(model: B256, output_index: u64, input: &[i64], decimals: u8) -> Bytes {
    let input = input.iter().map(|x| I256::try_from(*x).unwrap()).collect();
    let call = IInference::inferFixedCall { model, outputIndex: U256::from(output_index), input, decimals };
    call.abi_encode().into()
}

#[test]
fn fixed_point_runs_the_same_inference() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let (a, b) = (
        chain.call(PRECOMPILE, infer(model, [1.5, -3.0])),
        chain.call(PRECOMPILE, infer_fixed(model, 0, &[150, -300], 2)),
    );
    let (outcomes, output) = chain.block(&[a, b]);
    let result = IInference::inferFixedCall::abi_decode_returns(&outcomes[1].output).unwrap();
    assert_eq!(result, [400i64, -500].map(|x| I256::try_from(x).unwrap()));
    let hashes = |i: usize| (output.inferences[i].record.input_hash, output.inferences[i].record.output_hash);
    assert_eq!(hashes(0), hashes(1));
}

#[test]
fn fixed_point_refuses_what_has_no_fixed_point() {
    let mut chain = Chain::new();
    let plan = affine_with(f32::NAN);
    let (model, nan) = (chain.install(&affine()), chain.install(&plan));
    let mut revert = |calldata: Bytes| {
        let tx = chain.call(PRECOMPILE, calldata);
        let (outcome, output) = chain.one(tx);
        assert_eq!((outcome.status, output.inferences.len()), (TxStatus::Reverted, 0));
        outcome.output.to_vec()
    };
    let n = U256::from;
    let error = IInference::NotRepresentable { index: U256::ZERO };
    assert_eq!(revert(infer_fixed(nan, 0, &[1, 1], 2)), error.abi_encode());
    let error = IInference::InputLength { index: U256::ZERO, expected: n(2), given: n(3) };
    assert_eq!(revert(infer_fixed(model, 0, &[1, 1, 1], 2)), error.abi_encode());
    let error = IInference::InputCount { expected: n(1), given: n(5) };
    assert_eq!(revert(infer_fixed(model, 5, &[1, 1], 2)), error.abi_encode());
    assert_eq!(Panic::abi_decode(&revert(infer_fixed(model, 0, &[1, 1], 78))).unwrap().code, U256::from(0x11));
}

#[test]
fn out_of_gas_halts_and_leaves_no_record() {
    let mut chain = Chain::new();
    let plan = affine();
    let model = chain.install(&plan);
    let context = chain.context();
    let request = |gas| crate::CallRequest {
        from: ALICE,
        to: PRECOMPILE.into(),
        data: infer(model, [1.0, 1.0]),
        gas: Some(gas),
        ..Default::default()
    };
    let call = |gas| {
        let (state, access) = (&chain.state, chain.access());
        crate::simulate(&chain.spec, &context, state, access, &request(gas), &Default::default()).unwrap()
    };
    let full = call(5_000_000);
    assert_eq!(full.status, crate::CallStatus::Success);
    assert_eq!(call(full.gas_used).status, crate::CallStatus::Success);
    let short = call(full.gas_used - 1);
    assert!(matches!(short.status, crate::CallStatus::Halted(_)), "{:?}", short.status);
    assert_eq!((short.gas_used, short.inferences.len()), (full.gas_used - 1, 0));
}

#[test]
fn only_the_registry_may_ask_for_validation() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let tx = chain.call(PRECOMPILE, IModelValidator::validateModelCall { model }.abi_encode());
    let (outcome, _) = chain.one(tx);
    assert_eq!(outcome.output, Bytes::from(IModelValidator::NotModelRegistry { caller: ALICE }.abi_encode()));
}

#[test]
fn a_missing_or_broken_model_is_a_fault_and_stops_the_executor() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let broken = Arc::new(crate::InMemoryModels::default());
    broken.insert_as(model, affine_with(2.0).encode().split_off(1));
    let calldata = run(&[step(Kind::Reverted, infer(model, [1.0, 1.0]))]);
    let (bad, other) = (chain.call(CALLER, calldata), chain.call(CALLER, word(1)));
    for store in [Arc::default(), broken] {
        let access = ModelAccess::new(store, Arc::new(ModelCache::default()));
        let context = chain.context();
        let mut executor = crate::BlockExecutor::new(&chain.spec, context, &chain.state, access);
        executor.apply_pre_block().unwrap();
        let fault = executor.execute(&bad).unwrap_err();
        assert!(matches!(&fault, ExecuteError::Fault(f) if f.to_string().contains(&model.to_string())), "{fault}");
        assert!(matches!(executor.execute(&other), Err(ExecuteError::Fault(_))));
        assert!(executor.finish().is_err());
    }
}

#[test]
fn an_ethereum_chain_has_no_such_precompile() {
    let mut chain = Chain::of(super::fixture::ethereum_spec());
    let model = chain.install(&affine());
    let tx = chain.call(PRECOMPILE, infer(model, [1.0, 1.0]));
    let (outcome, output) = chain.one(tx);
    assert_eq!((outcome.status, outcome.output), (TxStatus::Success, Bytes::new()));
    assert!(output.inferences.is_empty());
}
