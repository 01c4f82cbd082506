//! Traces agree with sessions, between instruction sets, and with the scheme.

use std::sync::Arc;

use alloy_primitives::{B256, b256, keccak256};
use praxis_model::{
    DType, Plan, PlanBuilder, Tensor, TensorType,
    ops::{Gemm, Relu, Reshape, Softmax},
};

use crate::{Isa, Session, TraceError, trace};

fn plan() -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1, 40])).unwrap();
    let numbers: Vec<f32> = (0..400).map(|i| (i % 37) as f32 / 20.0 - 0.9).collect();
    let w = b.constant(Tensor::from_f32([40, 10], &numbers)).unwrap();
    let hidden = b.node1(Gemm::default(), &[x, w]).unwrap();
    let hidden = b.node1(Relu, &[hidden]).unwrap();
    let shaped = b.node1(Reshape { shape: vec![2, 5] }, &[hidden]).unwrap();
    let y = b.node1(Softmax { axis: 1 }, &[shaped]).unwrap();
    b.output("y", y);
    b.output("hidden", hidden);
    b.finish().unwrap()
}

fn input() -> Tensor {
    Tensor::from_f32([1, 40], &(0..40).map(|i| (i as f32 - 20.0) / 7.0).collect::<Vec<_>>())
}

#[test]
fn a_trace_gives_the_sessions_outputs_and_one_root_on_every_path() {
    let plan = plan();
    let outputs = Session::prepare(Arc::new(plan.clone())).unwrap().run(&[input()]).unwrap();
    for isa in Isa::available() {
        let trace = trace::trace(&plan, &[input()], isa).unwrap();
        assert_eq!(trace.outputs, outputs, "{isa:?}");
        assert_eq!(trace.leaves.len(), 4);
        // The number is pinned: the base of later disputes does not change by accident.
        assert_eq!(trace.root, b256!("a1854960de0eaf0480914967966eed5a0ec822c0a7409b23318b13709f6ea96d"), "{isa:?}");
    }
}

#[test]
fn each_leaf_is_proved_and_another_value_is_not() {
    let plan = plan();
    let trace = trace::trace(&plan, &[input()], Isa::best()).unwrap();
    let climb = |mut hash: B256, mut index: usize, proof: &[B256]| {
        for sibling in proof {
            let pair = if index.is_multiple_of(2) { [hash, *sibling] } else { [*sibling, hash] };
            hash = keccak256([&[1], pair[0].as_slice(), pair[1].as_slice()].concat());
            index /= 2;
        }
        hash
    };
    let tops: Vec<B256> = (0..4).map(|i| climb(trace.leaves[i].hash(), i, &trace.proof(i).unwrap())).collect();
    assert!(tops.windows(2).all(|pair| pair[0] == pair[1]));
    let mut forged = trace.leaves[2].clone();
    forged.data_root = B256::repeat_byte(1);
    assert_ne!(climb(forged.hash(), 2, &trace.proof(2).unwrap()), tops[0]);
    assert_eq!(trace.proof(4), None);
}

#[test]
fn another_input_or_engine_is_another_root() {
    let plan = plan();
    let trace = trace::trace(&plan, &[input()], Isa::best()).unwrap();
    let inputs = praxis_model::hash_tensors(&[input()]);
    assert_eq!(trace::root(plan.engine, inputs, &trace.leaves), trace.root);
    assert_ne!(trace::root(plan.engine + 1, inputs, &trace.leaves), trace.root);
    assert_ne!(trace::root(plan.engine, B256::ZERO, &trace.leaves), trace.root);
    assert_ne!(trace::root(plan.engine, inputs, &trace.leaves[..3]), trace.root);
}

#[test]
fn a_batch_has_no_single_trace() {
    let mut two = input();
    two.shape[0] = 2;
    two.data.extend(two.data.clone());
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1, 40])).unwrap();
    let y = b.node1(Relu, &[x]).unwrap();
    b.output("y", y);
    let error = trace::trace(&b.finish().unwrap(), &[two], Isa::best()).unwrap_err();
    assert_eq!(error, TraceError::Rows { rows: 2 });
}
