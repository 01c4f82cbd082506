//! Attacks on sizes: products that overflow, dimensions of 0, little that becomes much, windows that reach far.

use praxis_model::{
    DType, Op, Plan, Tensor, TensorType,
    ops::{
        Add, AveragePool, Axis, ByteConv, Concat, ConstantOfShape, Conv, ConvInteger, ConvTranspose, DeformConv,
        Ending, Gather, LpPool, MatMul, MaxPool, OneHot, Pad, PadMode, Pool, Relu, Resample, Reshape, Stride, TopK,
        View, Walk, Window,
    },
};

use crate::common::{f32s, gives, node, plan, refused, single};

const HUGE: u32 = 1 << 31;

fn bytes(shape: impl Into<Vec<u32>>) -> TensorType {
    TensorType::new(DType::U8, shape)
}

/// Shapes whose product is 2^64, 0 in 64 bits, or far beyond.
fn overflowing() -> [Vec<u32>; 4] {
    [vec![HUGE, HUGE, 4], vec![1 << 16; 4], vec![u32::MAX; 8], vec![u32::MAX, u32::MAX, 1]]
}

#[test]
fn shape_products_over_64_bits() {
    for shape in overflowing() {
        refused(&single(Relu, &[f32s(shape.clone())]), &["input 0", "tensor size in bytes"]);
        let mut constant = plan(&[f32s([1])], &[], vec![]);
        constant.constants = vec![bytes(shape.clone())];
        refused(&constant, &["size of the weights in bytes", "at most 33554432"]);
        let reshape = Reshape { shape: shape.clone() };
        refused(&single(reshape, &[f32s([4])]), &["(Reshape)", "another number of elements"]);
        let filled = ConstantOfShape { dtype: DType::U8, value: 1, shape: shape.clone() };
        refused(&single(filled, &[]), &["(ConstantOfShape)", "tensor size in bytes"]);
        let repeat = View { walk: Walk { offset: 0, loops: vec![] }, shape: shape.clone() };
        refused(&single(repeat, &[f32s([1])]), &["(View)"]);
        // Stated and never computed: it does not follow from the graph.
        let stated = plan(&[f32s([4])], &[], vec![node(Relu, &[0], &[f32s(shape)])]);
        refused(&stated, &["node 0 (Relu) states"]);
    }
}

#[test]
fn dimensions_of_zero() {
    for shape in [vec![0], vec![0, HUGE, HUGE], vec![4, 0]] {
        refused(&single(Relu, &[f32s(shape.clone())]), &["input 0", "has a dimension of 0"]);
        let mut constant = plan(&[f32s([1])], &[], vec![]);
        constant.constants = vec![bytes(shape.clone())];
        refused(&constant, &["constant 0", "has a dimension of 0"]);
        let filled = ConstantOfShape { dtype: DType::U8, value: 1, shape };
        refused(&single(filled, &[]), &["(ConstantOfShape)", "has a dimension of 0"]);
    }
    let x = f32s([2, 3]);
    refused(&single(Reshape { shape: vec![0, 6] }, std::slice::from_ref(&x)), &["(Reshape)"]);
    refused(&single(TopK { axis: 1, k: 0, largest: true }, std::slice::from_ref(&x)), &["(TopK)", "attribute k: is 0"]);
    let hot = OneHot { axis: 0, depth: 0 };
    refused(&single(hot, &[TensorType::new(DType::I64, [2]), f32s([2])]), &["(OneHot)", "has a dimension of 0"]);
    let empty = Walk { offset: 0, loops: vec![Stride { length: 0, stride: 1 }] };
    refused(&single(View { walk: empty, shape: vec![0] }, &[x]), &["(View)"]);
    let window = Window::unit(1);
    let pool = Pool { kernel: vec![0], window, ceil: false };
    refused(&single(AveragePool { pool, count_padding: true }, &[f32s([1, 1, 4])]), &["kernel_shape", "is 0"]);
}

#[test]
fn small_values_expanded_to_gigabytes() {
    let wide = [f32s([1 << 20, 1]), f32s([1, 1 << 20])];
    refused(&single(Add, &wide), &["(Add)", "tensor size in bytes is 4398046511104"]);
    refused(&single(MatMul, &wide), &["(MatMul)", "tensor size in bytes"]);
    let repeat = Walk { offset: 0, loops: vec![Stride { length: HUGE, stride: 0 }] };
    refused(&single(View { walk: repeat, shape: vec![HUGE] }, &[f32s([1])]), &["(View)", "tensor size in bytes"]);
    let filled = ConstantOfShape { dtype: DType::F32, value: 0, shape: vec![60_000, 60_000] };
    refused(&single(filled, &[]), &["(ConstantOfShape)", "is 14400000000, at most 33554432"]);
    let hot = OneHot { axis: 1, depth: u32::MAX };
    refused(&single(hot, &[TensorType::new(DType::I64, [8]), f32s([2])]), &["(OneHot)", "tensor size in bytes"]);
    let gathered = [bytes([1, 1 << 20]), TensorType::new(DType::I64, [1 << 20])];
    refused(&single(Gather { axis: 0 }, &gathered), &["(Gather)", "tensor size in bytes"]);
    let joined = plan(&[bytes([1 << 25])], &[], vec![node(Concat { axis: 0 }, &[0; 64], &[bytes([HUGE])])]);
    refused(&joined, &["(Concat)", "tensor size in bytes is 2147483648"]);
    let taps = [f32s([1]), TensorType::new(DType::I32, [1 << 22, 1]), f32s([1 << 22, 1])];
    refused(&single(Resample { axis: 0 }, &[f32s([1, 64]), taps[1].clone(), taps[2].clone()]), &["(Resample)"]);
}

/// Each value is within its limit; all of them together are not.
#[test]
fn many_values_that_live_at_once() {
    let filled = |value: u64| ConstantOfShape { dtype: DType::U8, value, shape: vec![1 << 25] };
    let x = bytes([1 << 25]);
    let mut nodes: Vec<_> = (0..9).map(|value| node(filled(value), &[], std::slice::from_ref(&x))).collect();
    for index in 1..9u32 {
        let left = if index == 1 { 1 } else { 8 + index };
        nodes.push(node(Add, &[left, 1 + index], std::slice::from_ref(&x)));
    }
    refused(&plan(&[f32s([1])], &[], nodes), &["memory of a run in bytes", "at most 268435456"]);
}

/// A Plan for each operator with windows, on a small input.
fn windowed(axis: Axis) -> Vec<(&'static str, Plan)> {
    let window = Window { axes: vec![axis] };
    let pool = |kernel: u32| Pool { kernel: vec![kernel], window: window.clone(), ceil: false };
    let (x, w) = (f32s([1, 1, 8]), f32s([1, 1, 2]));
    let conv = Conv { window: window.clone(), groups: 1, activation: Ending::Identity };
    let transposed = ConvTranspose { window: window.clone(), groups: 1, output: vec![16] };
    let integer = ConvInteger { conv: ByteConv { window: window.clone(), groups: 1 } };
    let byte = [bytes([1, 1, 8]), bytes([1, 1, 2]), bytes([]), bytes([])];
    let square = Window { axes: vec![axis; 2] };
    let deform = DeformConv { window: square, groups: 1, offset_groups: 1, bias: false, mask: false };
    let deformed = [f32s([1, 1, 8, 8]), f32s([1, 1, 2, 2]), f32s([1, 8, 7, 7])];
    let one = std::slice::from_ref(&x);
    vec![
        ("(Conv)", single(conv, &[x.clone(), w.clone()])),
        ("(ConvTranspose)", single(transposed, &[x.clone(), w])),
        ("(ConvInteger)", single(integer, &byte)),
        ("(DeformConv)", single(deform, &deformed)),
        ("(MaxPool)", single(MaxPool { pool: pool(2), indices: None }, one)),
        ("(AveragePool)", single(AveragePool { pool: pool(2), count_padding: true }, one)),
        ("(LpPool)", single(LpPool { pool: pool(2), p: 2 }, one)),
    ]
}

#[test]
fn pads_dilations_and_strides_of_two_to_the_31() {
    let unit = Axis::default();
    for far in [HUGE, u32::MAX] {
        for (attribute, axis) in [
            ("pads", Axis { begin: far, ..unit }),
            ("pads", Axis { end: far, ..unit }),
            ("dilations", Axis { dilation: far, ..unit }),
            ("strides", Axis { stride: far, ..unit }),
        ] {
            for (op, plan) in windowed(axis) {
                refused(&plan, &[op, attribute]);
            }
        }
    }
    let x = [f32s([2])];
    for (before, after) in [(HUGE, 0), (0, HUGE), (HUGE, HUGE), (u32::MAX, u32::MAX)] {
        for mode in [PadMode::Constant, PadMode::Reflect, PadMode::Edge, PadMode::Wrap] {
            refused(&single(Pad { mode, pads: vec![(before, after)] }, &x), &["(Pad)"]);
        }
    }
}

/// The farthest windows that the format allows are refused or cost no more memory than they state.
#[test]
fn the_farthest_windows() {
    let far = (1 << 22) - 1;
    let axes = [
        Axis { stride: far, begin: far, end: far, ..Axis::default() },
        Axis { dilation: far, begin: far, ..Axis::default() },
        Axis { stride: 1, dilation: 1 << 21, begin: 1 << 21, end: 1 << 21 },
    ];
    let mut valid = 0;
    for axis in axes {
        let conv = Conv { window: Window { axes: vec![axis] }, groups: 1, activation: Ending::Identity };
        let kinds = [f32s([1, 1, 8]), f32s([1, 1, 2])];
        let Ok(outputs) = Op::from(conv.clone()).outputs(&kinds) else { continue };
        let padded = plan(&kinds, &[], vec![node(conv, &[0, 1], &outputs)]);
        if padded.validate().is_err() {
            continue;
        }
        valid += 1;
        gives(padded, &[Tensor::from_f32([1, 1, 8], &[1.0; 8]), Tensor::from_f32([1, 1, 2], &[1.0; 2])]);
    }
    assert!(valid > 0, "none was taken");
}
