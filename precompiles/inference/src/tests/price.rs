//! How long a gas takes: what the prices of the model crate rest on. Not a test of speed; run it by hand on a quiet machine.

#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::{sync::Arc, time::Instant};

use praxis_model::{
    DType, Handle, Plan, PlanBuilder, Tensor, TensorType,
    ops::{
        Add, Cast, Clip, Concat, Div, Gemm, LeakyRelu, MatMul, Mul, Relu, Scalar, Sigmoid, Slice, SliceRange, Softmax,
        Tanh, Transpose,
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
    for (name, plan) in plans() {
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
