//! How long products and recurrent cells take. Not a test of speed; run it by hand on a quiet machine.

#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::{sync::Arc, time::Instant};

use praxis_model::{
    DType, Plan, PlanBuilder, Tensor, TensorType,
    ops::{Activation, Direction, GRU, Gemm, LSTM, RNN, Recurrence, Relu},
};

use super::agreement::Random;
use crate::{Isa, Session};

fn small(r: &mut Random, shape: &[u32]) -> Tensor {
    let count: u32 = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|_| r.float(0) * 0.1).collect();
    Tensor::from_f32(shape, &values)
}

fn dense(m: u32, k: u32, n: u32) -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut r = Random(1);
    let x = b.input("x", TensorType::new(DType::F32, [m, k])).unwrap();
    let w = b.constant(small(&mut r, &[k, n])).unwrap();
    let c = b.constant(small(&mut r, &[n])).unwrap();
    let y = b.node1(Gemm::default(), &[x, w, c]).unwrap();
    b.output("y", y);
    b.finish().unwrap()
}

fn mlp() -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut r = Random(1);
    let x = b.input("x", TensorType::new(DType::F32, [1, 4])).unwrap();
    let w = b.constant(small(&mut r, &[4, 16])).unwrap();
    let c = b.constant(small(&mut r, &[16])).unwrap();
    let v = b.constant(small(&mut r, &[16, 3])).unwrap();
    let d = b.constant(small(&mut r, &[3])).unwrap();
    let y = b.node1(Gemm::default(), &[x, w, c]).unwrap();
    let y = b.node1(Relu, &[y]).unwrap();
    let y = b.node1(Gemm::default(), &[y, v, d]).unwrap();
    b.output("y", y);
    b.finish().unwrap()
}

pub(super) fn microseconds(session: &Session, inputs: &[Tensor]) -> f64 {
    let inputs: Vec<&[u8]> = inputs.iter().map(|t| t.data.as_slice()).collect();
    let mut outputs: Vec<Vec<u8>> =
        session.plan().outputs.iter().map(|info| vec![0; info.tensor_type().bytes() as usize]).collect();
    let mut outputs: Vec<&mut [u8]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
    session.run_into(&inputs, &mut outputs).unwrap();
    let begin = Instant::now();
    session.run_into(&inputs, &mut outputs).unwrap();
    let one = begin.elapsed().as_nanos().max(1);
    let repeat = (20_000 / one).clamp(1, 200);
    let mut best = f64::INFINITY;
    let start = Instant::now();
    while start.elapsed().as_millis() < 200 {
        let begin = Instant::now();
        for _ in 0..repeat {
            session.run_into(&inputs, &mut outputs).unwrap();
        }
        let taken = begin.elapsed().as_nanos() as f64 / repeat as f64;
        if taken < best {
            best = taken;
        }
    }
    best / 1000.0
}

#[test]
#[ignore = "measures time"]
fn speed_of_products() {
    let filter = std::env::var("FILTER").unwrap_or_default();
    let mut plans: Vec<(String, Plan)> = Vec::new();
    for (m, k, n) in [
        (1, 64, 256),
        (1, 256, 1024),
        (1, 1000, 1000),
        (1, 4096, 1),
        (1, 512, 10),
        (1, 20, 16),
        (8, 256, 256),
        (16, 2000, 512),
        (128, 128, 128),
        (300, 300, 300),
        (512, 512, 512),
        (100, 64, 3),
        (2, 1000, 1000),
        (4, 1000, 1000),
    ] {
        plans.push((format!("gemm {m}x{k}x{n}"), dense(m, k, n)));
    }
    plans.push(("mlp 4-16-3".into(), mlp()));
    for (i, h, steps) in [(8, 32, 20), (32, 128, 50), (16, 64, 30), (64, 256, 20)] {
        for (name, gates) in [("LSTM", 4), ("GRU", 3), ("RNN", 1)] {
            plans.push((format!("{name} i{i} h{h} S{steps}"), recurrent(gates, i, h, steps)));
        }
    }
    for (name, plan) in plans {
        if !name.contains(&filter) {
            continue;
        }
        let plan = Arc::new(plan);
        let mut random = Random(3);
        let inputs: Vec<Tensor> = plan.inputs.iter().map(|i| small(&mut random, &i.shape)).collect();
        let line = Isa::available().into_iter().filter(|i| *i >= Isa::Avx2Fma).map(|isa| {
            format!("{} {:10.2} us", isa.name(), microseconds(&Session::with_isa(plan.clone(), isa).unwrap(), &inputs))
        });
        eprintln!("{name:28} {}", line.collect::<Vec<_>>().join("  "));
    }
}

fn recurrent(gates: u32, i: u32, h: u32, steps: u32) -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut r = Random(1);
    let x = b.input("x", TensorType::new(DType::F32, [steps, 1, i])).unwrap();
    let w = b.constant(small(&mut r, &[1, gates * h, i])).unwrap();
    let rr = b.constant(small(&mut r, &[1, gates * h, h])).unwrap();
    let c = b.constant(small(&mut r, &[1, 2 * gates * h])).unwrap();
    let f = [Activation::Sigmoid, Activation::Tanh, Activation::Tanh];
    let common = |f: &[Activation]| Recurrence { bias: true, ..Recurrence::new(Direction::Forward, f) };
    let y = match gates {
        4 => b.node(
            LSTM { common: common(&f), initial_cell: false, peepholes: false, input_forget: false },
            &[x, w, rr, c],
        ),
        3 => b.node(GRU { common: common(&f[..2]), linear_before_reset: false }, &[x, w, rr, c]),
        _ => b.node(RNN { common: common(&f[1..2]) }, &[x, w, rr, c]),
    }
    .unwrap();
    b.output("y", y[0]);
    b.finish().unwrap()
}
