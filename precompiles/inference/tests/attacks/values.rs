//! Attacks by what tensors hold: orders that sorts hate, places written twice, weights that are no numbers.

use std::time::{Duration, Instant};

use praxis_model::{
    Op, Plan, Tensor, TensorType,
    ops::{
        Aggregate, Conv, Ending, Gemm, LEAF, MatMul, RMSNormalization, ReduceSum, Reduction, ScatterElements,
        ScatterND, ScatterReduction, Softmax, Split, TopK, TreeEnsemble, Window,
    },
};

use crate::common::{f32s, gives, node, plan, words};

/// A Plan of one operator, on inputs and then constants of these values.
fn of(op: impl Into<Op>, inputs: &[Tensor], constants: &[Tensor]) -> Plan {
    let op = op.into();
    let kinds = |tensors: &[Tensor]| tensors.iter().map(Tensor::tensor_type).collect::<Vec<TensorType>>();
    let outputs = op.outputs(&[kinds(inputs), kinds(constants)].concat()).unwrap();
    let ids: Vec<u32> = (0..(inputs.len() + constants.len()) as u32).collect();
    plan(&kinds(inputs), constants, vec![node(op, &ids, &outputs)])
}

/// Orders that make quicksorts quadratic, selection too: the second is the known killer of medians of three.
fn orders(count: usize) -> Vec<(&'static str, Vec<f32>)> {
    let half = count / 2;
    let killer = (0..count).map(|at| {
        if at % 2 == 0 && at < half {
            at
        } else if at < half {
            half + at
        } else {
            2 * (at - half)
        }
    });
    let all = |value: f32| vec![value; count];
    vec![
        ("ascending", (0..count).map(|at| at as f32).collect()),
        ("median of three", killer.map(|at| at as f32).collect()),
        ("descending", (0..count).rev().map(|at| at as f32).collect()),
        ("pipes", (0..count).map(|at| at.min(count - at) as f32).collect()),
        ("teeth", (0..count).map(|at| (at % 7) as f32).collect()),
        ("equal", all(1.0)),
        ("zeros of both signs", (0..count).map(|at| if at % 2 == 0 { 0.0 } else { -0.0 }).collect()),
        ("nan", all(f32::NAN)),
        ("infinite", (0..count).map(|at| if at % 3 == 0 { f32::INFINITY } else { f32::NEG_INFINITY }).collect()),
    ]
}

#[test]
fn adversarial_orders_for_top_k() {
    const COUNT: usize = 200_000;
    let kind = f32s([COUNT as u32]);
    for k in [1, COUNT / 2, COUNT] {
        let top = TopK { axis: 0, k: k as u32, largest: true };
        let outputs = Op::from(top).outputs(std::slice::from_ref(&kind)).unwrap();
        let plan = plan(std::slice::from_ref(&kind), &[], vec![node(top, &[0], &outputs)]);
        for (name, values) in orders(COUNT) {
            let start = Instant::now();
            let (outputs, _) = gives(plan.clone(), &[Tensor::from_f32([COUNT as u32], &values)]);
            // A quadratic way would take twenty thousand million comparisons.
            assert!(start.elapsed() < Duration::from_secs(10), "{name}, k = {k}: {:?}", start.elapsed());
            let found = outputs[0].to_f32().unwrap();
            assert_eq!(found.len(), k);
            // NaN is greater than all numbers.
            let descends = |pair: &[f32]| pair[0].is_nan() || pair[0] >= pair[1];
            assert!(found.windows(2).all(descends), "{name}, k = {k}");
        }
    }
}

#[test]
fn equal_elements_of_top_k_keep_their_order() {
    let values = [2.0, f32::NAN, 0.0, 2.0, -0.0, f32::NAN];
    let top = |largest| {
        let nodes = |op: TopK| {
            let kinds = Op::from(op).outputs(&[f32s([6])]).unwrap();
            // The second output is the model's.
            let mut plan = plan(&[f32s([6])], &[], vec![node(op, &[0], &kinds)]);
            plan.output_values[0] += 1;
            (plan.outputs[0].dtype, plan.outputs[0].shape) = (kinds[1].dtype, kinds[1].shape.clone());
            plan
        };
        gives(nodes(TopK { axis: 0, k: 6, largest }), &[Tensor::from_f32([6], &values)]).0[0].to_i64().unwrap()
    };
    assert_eq!(top(true), [1, 5, 0, 3, 2, 4]);
    assert_eq!(top(false), [2, 4, 0, 3, 1, 5]);
}

/// Of updates of one element the last one stays, in row-major order, whether the places are known before or not.
#[test]
fn duplicate_places_of_scatter() {
    let data = Tensor::from_f32([4], &[9.0; 4]);
    let updates = Tensor::from_f32([6], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let places = [1, -3, 0, 1, -4, 3];
    let (flat, pairs) = (Tensor::from_i64([6], &places), Tensor::from_i64([6, 1], &places));
    let elements = |reduction| ScatterElements { axis: 0, reduction };
    for (reduction, expected) in [
        (ScatterReduction::Replace, [5.0, 4.0, 9.0, 6.0]),
        (ScatterReduction::Add, [17.0, 16.0, 9.0, 15.0]),
        (ScatterReduction::Mul, [135.0, 72.0, 9.0, 54.0]),
        (ScatterReduction::Max, [9.0, 9.0, 9.0, 9.0]),
        (ScatterReduction::Min, [3.0, 1.0, 9.0, 6.0]),
    ] {
        let by_element = [data.clone(), flat.clone(), updates.clone()];
        let (found, _) = gives(of(elements(reduction), &by_element, &[]), &by_element);
        assert_eq!(found[0].to_f32().unwrap(), expected, "{reduction:?}");
        let (found, _) = gives(of(elements(reduction), &by_element[..1], &by_element[1..]), &by_element[..1]);
        assert_eq!(found[0].to_f32().unwrap(), expected, "{reduction:?} at constant places");
        let by_tuple = [data.clone(), pairs.clone(), updates.clone()];
        let (found, _) = gives(of(ScatterND { reduction }, &by_tuple, &[]), &by_tuple);
        assert_eq!(found[0].to_f32().unwrap(), expected, "{reduction:?} of tuples");
    }
    // Row-major in the updates: along axis 0 the lower row comes last.
    let inputs = [
        Tensor::from_f32([2, 2], &[0.0; 4]),
        Tensor::from_i64([2, 2], &[1, 1, 1, 1]),
        Tensor::from_f32([2, 2], &[1.0, 2.0, 3.0, 4.0]),
    ];
    let (found, _) = gives(of(elements(ScatterReduction::Replace), &inputs, &[]), &inputs);
    assert_eq!(found[0].to_f32().unwrap(), [0.0, 0.0, 3.0, 4.0]);
}

/// Places that only a run knows and that are nowhere: their updates are dropped.
#[test]
fn places_of_scatter_out_of_range() {
    let inputs = [
        Tensor::from_f32([2], &[7.0, 8.0]),
        Tensor::from_i64([4], &[2, -3, i64::MAX, i64::MIN]),
        Tensor::from_f32([4], &[1.0; 4]),
    ];
    let op = ScatterElements { axis: 0, reduction: ScatterReduction::Replace };
    let (found, _) = gives(of(op, &inputs, &[]), &inputs);
    assert_eq!(found[0].to_f32().unwrap(), [7.0, 8.0]);
}

const NAN: u32 = 0x7fc0_0000;

/// Numbers that are none: quiet and signalling NaN of both signs with payloads, infinities, subnormals.
const STRANGE: [u32; 8] =
    [0x7fc0_0001, 0xffc1_2345, 0x7f80_0001, 0xff80_0000, 0x7f80_0000, 0x0000_0001, 0x8000_0000, 0x7f7f_ffff];

/// Every third number is a strange one.
fn strange(count: u32) -> Vec<f32> {
    let each = |index: u32| match index % 3 {
        0 => f32::from_bits(STRANGE[(index / 3) as usize % STRANGE.len()]),
        _ => index as f32 / 16.0 - 3.0,
    };
    (0..count).map(each).collect()
}

fn plain(count: u32) -> Vec<f32> {
    (0..count).map(|index| index as f32 / 16.0 - 3.0).collect()
}

/// The same bits on every instruction set, one pattern for every NaN, and the price of ordinary weights.
#[track_caller]
fn strange_weights(op: impl Into<Op>, input: &[u32], weights: &[&[u32]]) {
    let op = op.into();
    let count = |shape: &[u32]| shape.iter().product::<u32>();
    let tensors = |fill: fn(u32) -> Vec<f32>| -> Vec<Tensor> {
        weights.iter().map(|shape| Tensor::from_f32(shape.to_vec(), &fill(count(shape)))).collect()
    };
    let mut nans = 0;
    for fill in [plain as fn(u32) -> Vec<f32>, strange] {
        let x = [Tensor::from_f32(input, &fill(count(input)))];
        let (found, cost) = gives(of(op.clone(), &x, &tensors(strange)), &x);
        let (_, ordinary) = gives(of(op.clone(), &x, &tensors(plain)), &x);
        assert_eq!(cost, ordinary, "{}: what weights hold is not priced", op.name());
        for value in found[0].to_f32().unwrap().into_iter().filter(|value| value.is_nan()) {
            assert_eq!(value.to_bits(), NAN, "{}", op.name());
            nans += 1;
        }
    }
    assert!(nans > 0, "{}: the weights were not strange enough", op.name());
}

#[test]
fn nan_and_infinite_weights() {
    strange_weights(MatMul, &[3, 300], &[&[300, 20]]);
    strange_weights(Gemm::default(), &[2, 40], &[&[40, 33], &[33]]);
    let conv = Conv { window: Window::unit(2), groups: 1, activation: Ending::Relu };
    strange_weights(conv, &[1, 3, 9, 9], &[&[5, 3, 3, 3], &[5]]);
    strange_weights(RMSNormalization { axis: 1, epsilon: 1e-5 }, &[2, 40], &[&[40]]);
    strange_weights(ReduceSum(Reduction { axes: vec![1], keep_dims: false }), &[2, 40], &[]);
    strange_weights(Softmax { axis: 1 }, &[2, 40], &[]);
}

/// A comparison with NaN is false, and a weight that is NaN gives its target nothing.
#[test]
fn trees_with_nan_and_infinite_thresholds() {
    let split = Split { feature: 0, missing_is_true: false }.word().unwrap();
    let score = |threshold: f32, leaves: [f32; 2], x: f32| {
        let constants = [
            words([3], &[split, LEAF, LEAF]),
            Tensor::from_f32([3], &[threshold, leaves[0], leaves[1]]),
            words([1, 2], &[3, 0]),
            Tensor::from_f32([1], &[0.0]),
        ];
        let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth: 1 };
        let x = [Tensor::from_f32([1, 1], &[x])];
        gives(of(op, &x, &constants), &x).0[0].to_f32().unwrap()[0].to_bits()
    };
    let (yes, no) = (1.0f32.to_bits(), 2.0f32.to_bits());
    for x in [0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        assert_eq!(score(f32::NAN, [1.0, 2.0], x), no, "{x} <= NaN");
        assert_eq!(score(f32::INFINITY, [1.0, 2.0], x), if x.is_nan() { no } else { yes }, "{x} <= infinity");
        let lowest = if x == f32::NEG_INFINITY { yes } else { no };
        assert_eq!(score(f32::NEG_INFINITY, [1.0, 2.0], x), lowest, "{x} <= -infinity");
    }
    let payload = f32::from_bits(0xffc1_2345);
    assert_eq!(score(0.0, [payload, 2.0], -1.0), 0);
    assert_eq!(score(0.0, [f32::INFINITY, 2.0], -1.0), f32::INFINITY.to_bits());
}
