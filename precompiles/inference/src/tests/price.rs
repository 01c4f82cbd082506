//! How long a gas takes: what the prices of the model crate rest on. Not a test of speed; run it by hand on a quiet machine.

#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::{sync::Arc, time::Instant};

use praxis_model::{
    DType, Handle, Plan, PlanBuilder, Tensor, TensorType,
    ops::{
        Add, Arg, ArgMax, Cast, Clip, Concat, CumSum, Cumulative, Det, Div, Gemm, GroupNormalization,
        LayerNormalization, LeakyRelu, MatMul, Mul, RMSNormalization, ReduceMax, ReduceMean, ReduceSum,
        ReduceSumSquare, Reduction, Relu, Scalar, Sigmoid, Slice, SliceRange, Softmax, Tanh, TopK, Transpose,
    },
};

use super::agreement::Random;
use crate::{Isa, Session};

fn dense(m: u32, k: u32, n: u32) -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut r = Random(1);
    let x = b.input("x", TensorType::new(DType::F32, [m, k])).unwrap();
    let w = b.constant(r.tensor(&TensorType::new(DType::F32, [k, n]), 0)).unwrap();
    let c = b.constant(r.tensor(&TensorType::new(DType::F32, [n]), 0)).unwrap();
    let y = b.node1(Gemm::default(), &[x, w, c]).unwrap();
    b.output("y", y);
    b.finish().unwrap()
}

/// A chain of `times` nodes on a tensor of this type.
fn chain(kind: TensorType, times: usize, node: impl Fn(&mut PlanBuilder, Handle) -> Handle) -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut y = b.input("x", kind).unwrap();
    for _ in 0..times {
        y = node(&mut b, y);
    }
    b.output("y", y);
    b.finish().unwrap()
}

fn plans() -> Vec<(&'static str, Plan)> {
    let f32s = |shape: &[u32]| TensorType::new(DType::F32, shape);
    let wide = |shape: &[u32]| TensorType::new(DType::F64, shape);
    let square = f32s(&[300, 300]);
    let turn = |b: &mut PlanBuilder, x| b.node1(Transpose { perm: vec![1, 0] }, &[x]).unwrap();
    let back = SliceRange { axis: 1, start: -1, end: i64::MIN, step: -1 };
    let dynamic = |b: &mut PlanBuilder, x| b.node1(MatMul, &[x, x]).unwrap();
    vec![
        ("dense 1x20x16", dense(1, 20, 16)),
        ("dense 1x64x256", dense(1, 64, 256)),
        ("dense 1x1000x1000", dense(1, 1000, 1000)),
        ("dense 1x4096x1", dense(1, 4096, 1)),
        ("dense 1x256x1", dense(1, 256, 1)),
        ("dense 1x1x4096", dense(1, 1, 4096)),
        ("dense 16x900x900", dense(16, 900, 900)),
        ("dense 2000x256x2", dense(2000, 256, 2)),
        ("dense 3x300x17", dense(3, 300, 17)),
        ("matmul 300^3", chain(square.clone(), 4, dynamic)),
        ("matmul f64 100^3", chain(wide(&[100, 100]), 4, dynamic)),
        ("matmul i64 100^3", chain(TensorType::new(DType::I64, [100, 100]), 4, dynamic)),
        ("small relu x1000", chain(f32s(&[4]), 1000, |b, x| b.node1(Relu, &[x]).unwrap())),
        ("relu", chain(square.clone(), 8, |b, x| b.node1(Relu, &[x]).unwrap())),
        ("leaky", chain(square.clone(), 8, |b, x| b.node1(LeakyRelu { alpha: 0.5 }, &[x]).unwrap())),
        (
            "clip",
            chain(square.clone(), 8, |b, x| b.node1(Clip { min: Some(Scalar::f32(0.0)), max: None }, &[x]).unwrap()),
        ),
        ("add", chain(square.clone(), 8, |b, x| b.node1(Add, &[x, x]).unwrap())),
        (
            "mul to subnormal",
            chain(square.clone(), 12, |b, x| {
                let small = b.constant(Tensor::from_f32([], &[1e-4])).unwrap();
                b.node1(Mul, &[x, small]).unwrap()
            }),
        ),
        ("div", chain(square.clone(), 8, |b, x| b.node1(Div, &[x, x]).unwrap())),
        ("div i64", chain(TensorType::new(DType::I64, [300, 300]), 8, |b, x| b.node1(Div, &[x, x]).unwrap())),
        ("div u8", chain(TensorType::new(DType::U8, [300, 300]), 8, |b, x| b.node1(Div, &[x, x]).unwrap())),
        (
            "add column",
            chain(f32s(&[20_000, 2]), 8, |b, x| {
                let ranges = vec![SliceRange { axis: 1, start: 0, end: 1, step: 1 }];
                let column = b.node1(Slice { ranges }, &[x]).unwrap();
                b.node1(Add, &[x, column]).unwrap()
            }),
        ),
        ("tanh", chain(square.clone(), 8, |b, x| b.node1(Tanh, &[x]).unwrap())),
        ("sigmoid", chain(square.clone(), 8, |b, x| b.node1(Sigmoid, &[x]).unwrap())),
        ("softmax rows of 300", chain(square.clone(), 8, |b, x| b.node1(Softmax { axis: 1 }, &[x]).unwrap())),
        ("softmax columns", chain(square.clone(), 8, |b, x| b.node1(Softmax { axis: 0 }, &[x]).unwrap())),
        ("softmax rows of 2", chain(f32s(&[20_000, 2]), 8, |b, x| b.node1(Softmax { axis: 1 }, &[x]).unwrap())),
        ("transpose", chain(f32s(&[1000, 1000]), 4, turn)),
        ("transpose u8", chain(TensorType::new(DType::U8, [1000, 1000]), 4, turn)),
        ("reverse", chain(square.clone(), 8, |b, x| b.node1(Slice { ranges: vec![back] }, &[x]).unwrap())),
        (
            "slice of one column",
            chain(f32s(&[50_000, 1]), 8, |b, x| {
                let ranges = vec![SliceRange { axis: 0, start: 0, end: i64::MAX, step: 1 }];
                b.node1(Slice { ranges }, &[x]).unwrap()
            }),
        ),
        ("concat of columns", chain(f32s(&[20_000, 1]), 1, |b, x| b.node1(Concat { axis: 1 }, &[x, x, x, x]).unwrap())),
        (
            "cast",
            chain(square, 4, |b, x| {
                let y = b.node1(Cast { to: DType::I8 }, &[x]).unwrap();
                b.node1(Cast { to: DType::F32 }, &[y]).unwrap()
            }),
        ),
    ]
}

/// Reductions and normalisation.
fn reductions() -> Vec<(&'static str, Plan)> {
    let f32s = |shape: &[u32]| TensorType::new(DType::F32, shape);
    let square = || f32s(&[300, 300]);
    let along = |axes: &[u32]| Reduction { axes: axes.to_vec(), keep_dims: true };
    let layer = |axis| LayerNormalization { axis, epsilon: 1e-5, statistics: false };
    let top = |k, largest| TopK { axis: 1, k, largest };
    let once = |kind: TensorType, op: praxis_model::Op| chain(kind, 1, |b, x| b.node(op.clone(), &[x]).unwrap()[0]);
    let small = |op: praxis_model::Op| {
        chain(square(), 1, |b, x| {
            let factor = b.constant(Tensor::from_f32([], &[1e-21])).unwrap();
            let tiny = b.node1(Mul, &[x, factor]).unwrap();
            b.node1(op.clone(), &[tiny]).unwrap()
        })
    };
    let grouped = |b: &mut PlanBuilder, x| {
        let ones = b.constant(Tensor::from_f32([32], &[1.0; 32])).unwrap();
        b.node1(GroupNormalization { groups: 32, epsilon: 1e-5 }, &[x, ones, ones]).unwrap()
    };
    vec![
        ("sum of rows", once(square(), ReduceSum(along(&[1])).into())),
        ("sum of columns", once(square(), ReduceSum(along(&[0])).into())),
        ("sum of rows of 3", once(f32s(&[30_000, 3]), ReduceSum(along(&[1])).into())),
        ("sum over 3 columns", once(f32s(&[30_000, 3]), ReduceSum(along(&[0])).into())),
        ("sum, collected", once(f32s(&[30, 100, 30]), ReduceSum(along(&[0, 2])).into())),
        ("sum f64 of rows", once(TensorType::new(DType::F64, [300, 300]), ReduceSum(along(&[1])).into())),
        ("mean over planes", once(f32s(&[64, 1400]), ReduceMean(along(&[1])).into())),
        ("maximum of rows", once(square(), ReduceMax(along(&[1])).into())),
        ("maximum of columns", once(square(), ReduceMax(along(&[0])).into())),
        ("squares", once(square(), ReduceSumSquare(along(&[1])).into())),
        ("squares, subnormal", small(ReduceSumSquare(along(&[1])).into())),
        ("layer norm 300", once(square(), layer(1).into())),
        ("layer norm 8", once(f32s(&[10_000, 8]), layer(1).into())),
        ("layer norm, subnormal", small(layer(1).into())),
        ("rms norm 300", once(square(), RMSNormalization { axis: 1, epsilon: 1e-5 }.into())),
        ("instance norm", chain(f32s(&[1, 32, 56, 56]), 1, grouped)),
        ("argmax of rows", once(square(), ArgMax(Arg { axis: 1, select_last: false }).into())),
        ("argmax of columns", once(square(), ArgMax(Arg { axis: 0, select_last: false }).into())),
        ("cumulative sum", once(square(), CumSum(Cumulative { axis: 1, exclusive: false, reverse: false }).into())),
        ("top 10 of 300", once(square(), top(10, true).into())),
        ("top 300 of 300", once(square(), top(300, false).into())),
        ("top 90000 of 90000", once(f32s(&[1, 90_000]), top(90_000, true).into())),
        ("det 100", once(f32s(&[10, 100, 100]), Det.into())),
        ("det 4", once(f32s(&[1000, 4, 4]), Det.into())),
    ]
}

fn nanoseconds(session: &Session, inputs: &[Tensor]) -> f64 {
    session.run(inputs).unwrap();
    let mut best = f64::INFINITY;
    let start = Instant::now();
    while start.elapsed().as_millis() < 150 {
        let begin = Instant::now();
        session.run(inputs).unwrap();
        let taken = begin.elapsed().as_nanos() as f64;
        if taken < best {
            best = taken;
        }
    }
    best
}

#[test]
#[ignore = "measures time; run it by hand with --no-capture"]
fn nanoseconds_per_gas() {
    let paths: Vec<Isa> = Isa::available().into_iter().filter(|isa| *isa >= Isa::Sse2).collect();
    for (name, plan) in plans().into_iter().chain(reductions()) {
        let plan = Arc::new(plan);
        let gas = plan.cost().gas;
        let mut random = Random(3);
        let input = plan.inputs[0].tensor_type();
        let inputs = [match input.dtype {
            DType::F32 => random.tensor(&input, 0),
            _ => {
                let data = (0..input.bytes()).map(|_| random.next() as u8).collect();
                Tensor { dtype: input.dtype, shape: input.shape, data }
            }
        }];
        let line = paths.iter().map(|&isa| {
            let taken = nanoseconds(&Session::with_isa(plan.clone(), isa).unwrap(), &inputs);
            format!("{} {:9.1} us {:5.2} ns/gas", isa.name(), taken / 1000.0, taken / gas as f64)
        });
        eprintln!("{name:22} {gas:9} gas  {}", line.collect::<Vec<_>>().join("  "));
    }
}
