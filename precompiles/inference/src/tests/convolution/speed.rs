//! How long convolutions take. Not a test of speed; run it by hand on a quiet machine.

#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::time::Instant;

use praxis_model::{
    DType, Op, Tensor, TensorType,
    ops::{AveragePool, Axis, Conv, Ending, MaxPool, Pool, Window},
};

use crate::{
    Isa,
    align::AlignedBytes,
    call::{self, Call, NodeContext},
    isa::Path,
    tests::Random,
};

/// Input (batch, channels, space), filters, kernel, stride, padding, groups.
type Shape = (&'static str, &'static [u32], u32, u32, u32, u32, u32);

const SHAPES: &[Shape] = &[
    ("3x3 64>64 56x56", &[1, 64, 56, 56], 64, 3, 1, 1, 1),
    ("3x3 128>128 28x28", &[1, 128, 28, 28], 128, 3, 1, 1, 1),
    ("3x3 64>128 s2 28x28", &[1, 64, 28, 28], 128, 3, 2, 1, 1),
    ("3x3 256>256 7x7", &[1, 256, 7, 7], 256, 3, 1, 1, 1),
    ("3x3 32>32 32x32", &[1, 32, 32, 32], 32, 3, 1, 1, 1),
    ("3x3 16>16 32x32", &[1, 16, 32, 32], 16, 3, 1, 1, 1),
    ("1x1 64>256 56x56", &[1, 64, 56, 56], 256, 1, 1, 0, 1),
    ("1x1 256>256 14x14", &[1, 256, 14, 14], 256, 1, 1, 0, 1),
    ("dw3x3 64 56x56", &[1, 64, 56, 56], 64, 3, 1, 1, 64),
    ("dw3x3 256 14x14", &[1, 256, 14, 14], 256, 3, 1, 1, 256),
    ("dw3x3 64 s2 56x56", &[1, 64, 56, 56], 64, 3, 2, 1, 64),
    ("7x7 3>64 s2 112x112", &[1, 3, 112, 112], 64, 7, 2, 3, 1),
    ("3x3 3>32 32x32", &[1, 3, 32, 32], 32, 3, 1, 1, 1),
    ("5x5 1>8 28x28", &[1, 1, 28, 28], 8, 5, 1, 0, 1),
    ("1d k5 4>16 128", &[1, 4, 128], 16, 5, 1, 2, 1),
    ("1d k3 32>32 64", &[1, 32, 64], 32, 3, 1, 1, 1),
];

/// Shortest time of a run of the operator alone, its weights constant.
fn microseconds(op: &Op, inputs: &[Tensor], isa: Isa) -> Option<f64> {
    let path = Path::new(isa)?;
    let types: Vec<TensorType> = inputs.iter().map(Tensor::tensor_type).collect();
    let outputs = op.outputs(&types).unwrap();
    let aligned: Vec<AlignedBytes> = inputs.iter().map(|input| AlignedBytes::copy_of(&input.data)).collect();
    let bytes: Vec<&[u8]> = aligned.iter().zip(inputs).map(|(a, input)| &a.as_slice()[..input.data.len()]).collect();
    let constants: Vec<Option<&[u8]>> = bytes.iter().enumerate().map(|(i, &b)| (i > 0).then_some(b)).collect();
    let node = NodeContext { inputs: &types, outputs: &outputs, constants: &constants };
    let prepared = call::prepare(op, &node).unwrap();
    let size = outputs[0].bytes() as usize;
    let mut output = AlignedBytes::zeroed(size);
    let mut scratch = AlignedBytes::zeroed(prepared.scratch_bytes);
    let mut best = f64::INFINITY;
    let start = Instant::now();
    while start.elapsed().as_millis() < 300 {
        let outputs = &mut [&mut output.as_mut_slice()[..size]];
        let mut call = Call { path, inputs: &bytes, outputs, scratch: scratch.as_mut_slice() };
        let begin = Instant::now();
        (prepared.run)(&mut call).unwrap();
        let taken = begin.elapsed().as_nanos() as f64 / 1000.0;
        if taken < best {
            best = taken;
        }
    }
    Some(best)
}

fn show(name: &str, op: &Op, inputs: &[Tensor]) {
    let times = [Isa::Avx512, Isa::Avx2Fma].map(|isa| match microseconds(op, inputs, isa) {
        Some(time) => format!("{time:10.1}"),
        None => format!("{:>10}", "-"),
    });
    eprintln!("{name:22} {} us", times.join(" "));
}

#[test]
#[ignore = "measures time; run it by hand with --no-capture"]
fn microseconds_per_convolution() {
    let mut r = Random(1);
    for &(name, x, filters, kernel, stride, padding, groups) in SHAPES {
        let rank = x.len() - 2;
        let w = [&[filters, x[1] / groups], vec![kernel; rank].as_slice()].concat();
        let axis = Axis { stride, dilation: 1, begin: padding, end: padding };
        let conv = Conv { window: Window { axes: vec![axis; rank] }, groups, activation: Ending::Identity };
        let shapes = [x.to_vec(), w, vec![filters]];
        show(name, &conv.into(), &shapes.map(|shape| r.tensor(&TensorType::new(DType::F32, shape), 0)));
    }
    let x = [r.tensor(&TensorType::new(DType::F32, [1, 64, 56, 56]), 0)];
    for (kernel, stride) in [(2, 2), (3, 2), (3, 1), (56, 1)] {
        let axis = Axis { stride, ..Axis::default() };
        let pool = Pool { kernel: vec![kernel; 2], window: Window { axes: vec![axis; 2] }, ceil: false };
        show(&format!("max {kernel} s{stride} 64 56x56"), &MaxPool { pool: pool.clone(), indices: None }.into(), &x);
        show(&format!("mean {kernel} s{stride} 64 56x56"), &AveragePool { pool, count_padding: false }.into(), &x);
    }
}
