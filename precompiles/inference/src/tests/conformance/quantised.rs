use praxis_model::{
    DType::{self, F32, I8, I16, I32, U8, U16},
    Op, Tensor,
    ops::{
        Axis, ByteConv, ConvInteger, DequantizeLinear, DynamicQuantizeLinear, MatMulInteger, QLinearConv,
        QLinearMatMul, QuantizeLinear, Window,
    },
};

use super::{Case, any_tensor};
use crate::tests::agreement::Random;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = linear();
    cases.extend(products());
    cases.extend(convolutions());
    cases.push(Case::wild("specials", DynamicQuantizeLinear, &[(F32, &[300])]));
    cases.push(Case::tame("ordinary", DynamicQuantizeLinear, &[(F32, &[3, 70])]));
    cases.push(Case::new("zeros", DynamicQuantizeLinear, vec![Tensor::from_f32([3], &[0.0, -0.0, 0.0])]));
    cases
}

/// Positive scales of ordinary size.
fn scales(random: &mut Random, shape: &[u32]) -> Tensor {
    let count: u32 = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|_| (1 + random.below(1000)) as f32 / 4096.0).collect();
    Tensor::from_f32(shape, &values)
}

fn integers(random: &mut Random, dtype: DType, shape: &[u32]) -> Tensor {
    any_tensor(random, &praxis_model::TensorType::new(dtype, shape), 0)
}

fn zeros(dtype: DType, shape: &[u32]) -> Tensor {
    let count: u32 = shape.iter().product();
    Tensor { dtype, shape: shape.to_vec(), data: vec![0; count as usize * dtype.size()] }
}

fn linear() -> Vec<Case> {
    let mut random = Random(320);
    let forms: [(&str, u32, u32, &[u32]); 5] = [
        ("scalar", 0, 0, &[]),
        ("middle_axis", 1, 0, &[5]),
        ("last_axis", 2, 0, &[7]),
        ("blocks", 1, 2, &[3, 3, 7]),
        ("last_blocks", 2, 3, &[3, 5, 3]),
    ];
    let shape: &[u32] = &[3, 5, 7];
    let mut cases = Vec::new();
    for dtype in [U8, I8, U16, I16] {
        for (name, axis, block, scale_shape) in forms {
            let x = any_tensor(&mut random, &praxis_model::TensorType::new(F32, shape), 40);
            let inputs = vec![x, scales(&mut random, scale_shape), integers(&mut random, dtype, scale_shape)];
            cases.push(Case::new(format!("{dtype}_{name}"), QuantizeLinear { axis, block }, inputs));
            let q = integers(&mut random, dtype, shape);
            let inputs = vec![q, scales(&mut random, scale_shape), integers(&mut random, dtype, scale_shape)];
            cases.push(Case::new(format!("{dtype}_{name}"), DequantizeLinear { axis, block }, inputs));
        }
    }
    let scalar = |value: f32| Tensor::from_f32([], &[value]);
    let ties: Vec<f32> = (-600..600).map(|half| half as f32 / 2.0).collect();
    for (name, scale) in
        [("ties", 1.0), ("scale_zero", 0.0), ("scale_nan", f32::NAN), ("scale_infinite", f32::INFINITY)]
    {
        let inputs = vec![Tensor::from_f32([1200], &ties), scalar(scale), zeros(I8, &[])];
        cases.push(Case::new(name, QuantizeLinear { axis: 0, block: 0 }, inputs));
    }
    let inputs = vec![integers(&mut random, I32, &[300]), scalar(f32::INFINITY), zeros(I32, &[])];
    cases.push(Case::new("int32", DequantizeLinear { axis: 0, block: 0 }, inputs));
    cases
}

/// Left and right operands with their zero points.
fn factors(
    random: &mut Random,
    types: (DType, DType),
    left: &[u32],
    right: &[u32],
    zeros: (&[u32], &[u32]),
) -> [Tensor; 4] {
    [
        integers(random, types.0, left),
        integers(random, types.1, right),
        integers(random, types.0, zeros.0),
        integers(random, types.1, zeros.1),
    ]
}

/// Name, left and right operand, scales of rows and of columns.
type Product = (&'static str, &'static [u32], &'static [u32], &'static [u32], &'static [u32]);

fn products() -> Vec<Case> {
    let mut random = Random(323);
    let shapes: [Product; 6] = [
        ("one_row", &[1, 130], &[130, 35], &[], &[]),
        ("many_rows", &[37, 67], &[67, 70], &[], &[]),
        ("rows_and_columns", &[5, 9], &[9, 21], &[5], &[21]),
        ("few_columns", &[6, 300], &[300, 3], &[], &[3]),
        ("batches", &[2, 1, 3, 10], &[4, 10, 5], &[], &[]),
        ("vector", &[12], &[12], &[], &[]),
    ];
    let mut cases = Vec::new();
    for types in [(U8, I8), (I8, I8), (U8, U8), (I8, U8)] {
        for (name, left, right, rows, columns) in shapes {
            let name = format!("{}_{}_{name}", types.0, types.1);
            let [a, b, za, zb] = factors(&mut random, types, left, right, (rows, columns));
            cases.push(Case::new(name.clone(), MatMulInteger, vec![a.clone(), b.clone(), za.clone(), zb.clone()]));
            let (sa, sb) = (scales(&mut random, rows), scales(&mut random, columns));
            let out = [Tensor::from_f32([], &[150.0]), integers(&mut random, types.0, &[])];
            let mut inputs = vec![a, sa, za, b, sb, zb, out[0].clone(), out[1].clone()];
            if right.len() == 2 {
                inputs.push(integers(&mut random, I32, &right[1..]));
                let bias = inputs.last_mut().map(|bias| &mut bias.data);
                // Biases of the size of the sums.
                bias.into_iter().flat_map(|data| data.as_chunks_mut::<4>().0).for_each(|word| {
                    *word = (i32::from_le_bytes(*word) >> 14).to_le_bytes();
                });
            }
            cases.push(Case::new(name, QLinearMatMul, inputs));
        }
    }
    cases
}

/// Name, X, W, groups, and for each spatial dimension stride, dilation and padding on both sides.
type Form = (&'static str, &'static [u32], &'static [u32], u32, &'static [[u32; 4]]);

const CONVOLUTIONS: [Form; 6] = [
    ("same", &[1, 3, 9, 11], &[18, 3, 3, 3], 1, &[[1, 1, 1, 1], [1, 1, 1, 1]]),
    ("strided", &[2, 4, 12, 9], &[6, 4, 3, 2], 1, &[[2, 1, 0, 1], [3, 1, 2, 0]]),
    ("dilated", &[1, 2, 10, 10], &[5, 2, 3, 3], 1, &[[1, 2, 2, 2], [1, 3, 3, 1]]),
    ("groups", &[1, 6, 7, 5], &[8, 3, 1, 1], 2, &[[1, 1, 0, 0], [1, 1, 0, 0]]),
    ("depthwise", &[1, 5, 6, 6], &[5, 1, 3, 3], 5, &[[1, 1, 1, 1], [2, 1, 1, 1]]),
    ("line", &[2, 3, 20], &[4, 3, 5], 1, &[[2, 1, 4, 0]]),
];

/// Single channels in rows of all lengths that the kernel tells apart.
const CHANNELS: [Form; 5] = [
    ("rows_of_20", &[2, 3, 9, 20], &[3, 1, 3, 3], 3, &[[1, 1, 1, 1], [1, 1, 1, 1]]),
    ("every_second_of_40", &[1, 2, 9, 40], &[2, 1, 5, 5], 2, &[[2, 1, 2, 2], [2, 1, 2, 2]]),
    ("rows_of_10", &[1, 3, 10, 10], &[3, 1, 3, 3], 3, &[[1, 2, 2, 2], [1, 2, 2, 2]]),
    ("every_second_of_19", &[1, 2, 7, 19], &[2, 1, 1, 3], 2, &[[1, 1, 0, 0], [2, 1, 1, 1]]),
    ("every_third", &[1, 2, 8, 30], &[2, 1, 2, 4], 2, &[[1, 3, 0, 2], [3, 1, 0, 1]]),
];

fn convolutions() -> Vec<Case> {
    convolutions_of(&CONVOLUTIONS)
}

fn convolutions_of(list: &[Form]) -> Vec<Case> {
    let mut random = Random(325);
    let mut cases = Vec::new();
    for types in [(U8, I8), (I8, I8), (U8, U8)] {
        for &(name, x_shape, w_shape, groups, moves) in list {
            let axes =
                moves.iter().map(|&[stride, dilation, begin, end]| Axis { stride, dilation, begin, end }).collect();
            let conv = ByteConv { window: Window { axes }, groups };
            let name = format!("{}_{}_{name}", types.0, types.1);
            let filters = &w_shape[..1];
            let [x, w, zx, zw] = factors(&mut random, types, x_shape, w_shape, (&[], filters));
            let inputs = vec![x.clone(), w.clone(), zx.clone(), zw.clone()];
            cases.push(Case::new(name.clone(), ConvInteger { conv: conv.clone() }, inputs));
            let (sx, sw) = (scales(&mut random, &[]), scales(&mut random, filters));
            let out = [Tensor::from_f32([], &[90.0]), integers(&mut random, types.0, &[])];
            let inputs = vec![x, sx, zx, w, sw, zw, out[0].clone(), out[1].clone()];
            cases.push(Case::new(name, QLinearConv { conv }, inputs));
        }
    }
    cases
}

/// A byte as a number; a list of one serves all.
fn number(tensor: &Tensor, index: usize) -> i64 {
    let byte = tensor.data[if tensor.data.len() == 1 { 0 } else { index }];
    if tensor.dtype == I8 { i64::from(byte as i8) } else { i64::from(byte) }
}

/// Every tap of every output, one by one, against the kernels.
#[test]
fn integer_convolutions_equal_plain_sums() {
    for case in convolutions().into_iter().chain(convolutions_of(&CHANNELS)) {
        let Op::ConvInteger(op) = &case.op else { continue };
        let [x, w, zx, zw] = &case.inputs[..] else { panic!("four inputs") };
        let y = crate::evaluate(&case.op, &case.inputs).unwrap().remove(0);
        let pad = |shape: &[u32]| -> Vec<usize> {
            let space = shape[2..].iter().map(|&dim| dim as usize);
            if shape.len() == 3 { [1].into_iter().chain(space).collect() } else { space.collect() }
        };
        let (input, kernel, output) = (pad(&x.shape), pad(&w.shape), pad(&y.shape));
        let mut axes = op.conv.window.axes.clone();
        if axes.len() == 1 {
            axes.insert(0, Axis::default());
        }
        let (channels, filters) = (w.shape[1] as usize, w.shape[0] as usize);
        for (place, word) in y.data.as_chunks::<4>().0.iter().enumerate() {
            let (line, column) = (place / output[1], place % output[1]);
            let (plane, row) = (line / output[0], line % output[0]);
            let (image, filter) = (plane / filters, plane % filters);
            let group = filter / (filters / op.conv.groups as usize);
            let mut sum = 0;
            for channel in 0..channels {
                for tap in 0..kernel[0] * kernel[1] {
                    let at = |axis: usize, from: usize, tap: usize| {
                        let moved = from * axes[axis].stride as usize + tap * axes[axis].dilation as usize;
                        moved.checked_sub(axes[axis].begin as usize).filter(|&at| at < input[axis])
                    };
                    let places = (at(0, row, tap / kernel[1]), at(1, column, tap % kernel[1]));
                    let (Some(r), Some(c)) = places else { continue };
                    let source = (image * x.shape[1] as usize + group * channels + channel) * input[0] + r;
                    let weight = (filter * channels + channel) * kernel[0] * kernel[1] + tap;
                    sum +=
                        (number(x, source * input[1] + c) - number(zx, 0)) * (number(w, weight) - number(zw, filter));
                }
            }
            assert_eq!(i64::from(i32::from_le_bytes(*word)), sum, "{} at {place}", case.name);
        }
    }
}

/// Exact sums in 64 bits, one by one, against the kernels.
#[test]
fn integer_products_equal_plain_sums() {
    for case in products().iter().filter(|case| matches!(case.op, Op::MatMulInteger(_))) {
        let [a, b, za, zb] = &case.inputs[..] else { panic!("four inputs") };
        if a.shape.len() != 2 {
            continue;
        }
        let (m, k, n) = (a.shape[0] as usize, a.shape[1] as usize, b.shape[1] as usize);
        let at = |tensor: &Tensor, index: usize| {
            let byte = tensor.data[if tensor.data.len() == 1 { 0 } else { index }];
            if tensor.dtype == I8 { i64::from(byte as i8) } else { i64::from(byte) }
        };
        let found = crate::evaluate(&case.op, &case.inputs).unwrap();
        for (place, word) in found[0].data.as_chunks::<4>().0.iter().enumerate() {
            let (row, column) = (place / n, place % n);
            let term = |i: usize| (at(a, row * k + i) - at(za, row)) * (at(b, i * n + column) - at(zb, column));
            let expected: i64 = (0..k).map(term).sum();
            assert_eq!(i64::from(i32::from_le_bytes(*word)), expected, "{} at {place} of {m} rows", case.name);
        }
    }
}
