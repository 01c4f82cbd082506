//! Calldata, prices and the cache. What happens inside transactions is tested where they are executed, in praxis-evm.

use crate::{
    ModelCache,
    abi::{self, Call},
    gas::Meter,
    outcome::Stop,
};
use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::IInference;
use praxis_model::{DType, ModelFault, ModelStore, Plan, PlanBuilder, Tensor, TensorType, id::model_id, ops::Relu};
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

fn tensor() -> impl Strategy<Value = IInference::Tensor> {
    let shape = prop::collection::vec(any::<u32>(), 0..5);
    (any::<u8>(), shape, prop::collection::vec(any::<u8>(), 0..70))
        .prop_map(|(dtype, shape, data)| IInference::Tensor { dtype, shape, data: data.into() })
}

fn tensors() -> impl Strategy<Value = Vec<IInference::Tensor>> {
    prop::collection::vec(tensor(), 0..6)
}

proptest! {
    #[test]
    fn what_alloy_encodes_is_read_back(model: [u8; 32], inputs in tensors()) {
        let model = B256::from(model);
        let calldata = IInference::inferCall { model, inputs: inputs.clone() }.abi_encode();
        let Some(Call::Infer { model: found, inputs: raw }) = abi::decode(&calldata) else { panic!("not read") };
        prop_assert_eq!((found, raw.count), (model, inputs.len()));
        for (raw, given) in raw.tensors.iter().zip(&inputs) {
            prop_assert_eq!((raw.dtype, &raw.shape, raw.data), (given.dtype, &given.shape, given.data.as_ref()));
        }
    }

    #[test]
    fn fixed_point_calldata_is_read_back(model: [u8; 32], input: Vec<[u8; 32]>, at: [u8; 32], decimals: u8) {
        let words: Vec<U256> = input.iter().map(|word| U256::from_be_bytes(*word)).collect();
        let call = IInference::inferFixedCall {
            model: model.into(),
            outputIndex: U256::from_be_bytes(at),
            input: words.iter().map(|word| I256::from_raw(*word)).collect(),
            decimals,
        };
        let calldata = call.abi_encode();
        let Some(Call::InferFixed { model: found, output_index, input, decimals: d }) = abi::decode(&calldata) else {
            panic!("not read")
        };
        prop_assert_eq!((found, output_index, d), (call.model, call.outputIndex, decimals));
        prop_assert_eq!((input.len(), input.iter().collect::<Vec<_>>()), (words.len(), words));
    }

    #[test]
    fn broken_calldata_is_read_or_refused_and_never_expands(
        inputs in tensors(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut calldata = IInference::inferCall { model: B256::ZERO, inputs }.abi_encode();
        for (at, byte) in changes {
            let at = at.index(calldata.len());
            calldata[at] = byte;
        }
        for bytes in [&calldata[..], &calldata[..cut.index(calldata.len())]] {
            if let Some(Call::Infer { inputs, .. }) = abi::decode(bytes) {
                let size: usize = inputs.tensors.iter().map(|t| t.data.len() + 32 * t.shape.len()).sum();
                prop_assert!(size <= bytes.len());
            }
        }
    }

    #[test]
    fn the_length_of_results_is_known_before_they_exist(outputs in tensors(), words in 0..50usize) {
        let sizes = outputs.iter().map(|t| (t.shape.len() as u64, t.data.len() as u64));
        let encoded = IInference::inferCall::abi_encode_returns(&outputs);
        prop_assert_eq!(abi::tensors_len(sizes), encoded.len() as u64);
        let encoded = IInference::inferFixedCall::abi_encode_returns(&vec![I256::ONE; words]);
        prop_assert_eq!(abi::words_len(words as u64), encoded.len() as u64);
    }
}

/// 15 tensors that all point at the same half a megabyte would take 15 times the calldata.
#[test]
fn tensors_that_share_their_data_are_refused() {
    let data = vec![7u8; 1 << 19];
    let one = IInference::Tensor { dtype: 2, shape: vec![], data: data.into() };
    let honest = IInference::inferCall { model: B256::ZERO, inputs: vec![one] }.abi_encode();
    assert!(abi::decode(&honest).is_some());
    // Selector, model, offset, then the list: 15 times the offset of one tensor behind it.
    let mut calldata = honest[..4 + 64].to_vec();
    let word = |value: usize| U256::from(value).to_be_bytes::<32>();
    calldata.extend(word(15));
    for _ in 0..15 {
        calldata.extend(word(15 * 32));
    }
    calldata.extend(&honest[4 + 64 + 64..]);
    assert_eq!(abi::decode(&calldata), None);
    // The same with one such tensor is fine: it is not the form that is refused.
    let mut calldata = honest[..4 + 64].to_vec();
    calldata.extend(word(1));
    calldata.extend(word(32));
    calldata.extend(&honest[4 + 64 + 64..]);
    assert!(abi::decode(&calldata).is_some());
}

#[test]
fn lengths_that_cannot_be_are_refused() {
    let calldata = IInference::inferCall { model: B256::ZERO, inputs: vec![] }.abi_encode();
    for (word, value) in [(1, U256::MAX), (1, U256::from(u64::MAX)), (2, U256::MAX), (2, U256::from(1) << 59)] {
        let mut wrong = calldata.clone();
        wrong[4 + 32 * word..4 + 32 * (word + 1)].copy_from_slice(&value.to_be_bytes::<32>());
        assert_eq!(abi::decode(&wrong), None);
    }
}

#[test]
fn the_meter_never_counts_beyond_its_limit() {
    let mut meter = Meter::new(100);
    meter.charge(60).unwrap();
    assert!(matches!(meter.charge(41), Err(Stop::OutOfGas)));
    assert!(matches!(meter.charge_each(u64::MAX, 2), Err(Stop::OutOfGas)));
    assert!(matches!(meter.charge(u64::MAX), Err(Stop::OutOfGas)));
    meter.charge_each(4, 10).unwrap();
    assert_eq!(meter.used(), 100);
}

#[derive(Default)]
struct Store {
    models: BTreeMap<B256, Vec<u8>>,
    reads: AtomicUsize,
}

impl ModelStore for Store {
    fn model_bytes(&self, id: B256) -> Result<Option<Vec<u8>>, ModelFault> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Ok(self.models.get(&id).cloned())
    }
}

impl Store {
    fn insert(&mut self, plan: &Plan) -> B256 {
        let bytes = plan.encode();
        let id = model_id(&bytes);
        self.models.insert(id, bytes);
        id
    }
}

fn relu(width: u32) -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1, width])).unwrap();
    let y = b.node1(Relu, &[x]).unwrap();
    b.output("y", y);
    b.finish().unwrap()
}

#[test]
fn a_model_is_loaded_once_and_the_least_used_is_dropped() {
    let mut store = Store::default();
    let ids = [1, 2, 3].map(|width| store.insert(&relu(100 + width)));
    let size = |id| ModelCache::default().get(id, &store).unwrap().held_bytes();
    let budget = size(ids[0]) + size(ids[1]);
    store.reads.store(0, Ordering::Relaxed);

    let cache = ModelCache::new(budget);
    let reads = |id| {
        let before = store.reads.load(Ordering::Relaxed);
        cache.get(id, &store).unwrap();
        store.reads.load(Ordering::Relaxed) - before
    };
    let [a, b, c] = ids;
    assert_eq!([a, b, a, b, a].map(reads), [1, 1, 0, 0, 0]);
    // c takes the place of b, which was used longest ago.
    assert_eq!([c, a, b].map(reads), [1, 0, 1]);
    assert!(cache.held_bytes() <= budget);
    let tiny = ModelCache::new(1);
    let input = Tensor::from_f32([1, 101], &[-1.0; 101]);
    assert_eq!(tiny.get(a, &store).unwrap().run(&[input]).unwrap(), [Tensor::from_f32([1, 101], &[0.0; 101])]);
    assert_eq!(tiny.held_bytes(), 0);
}

#[test]
fn bytes_that_are_no_plan_are_a_fault() {
    let mut store = Store::default();
    let id = store.insert(&relu(4));
    let mut damaged = relu(4).encode();
    damaged[20] ^= 1;
    store.models.insert(id, damaged);
    let fault = ModelCache::default().get(id, &store).unwrap_err();
    assert_eq!(fault.id, id);
    assert!(fault.reason.contains("engine version"), "{fault}");
    let missing = ModelCache::default().get(B256::ZERO, &store).unwrap_err();
    assert_eq!(missing.id, B256::ZERO);
}
