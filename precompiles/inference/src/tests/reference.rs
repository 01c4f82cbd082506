//! Operators against naive definitions that share no code with the kernels.

use praxis_model::{
    DType, Op, Tensor,
    ops::{
        Add, Cast, Clip, Concat, Div, Flatten, Gemm, LeakyRelu, MatMul, Mul, Reshape, Scalar, Sigmoid, Slice,
        SliceRange, Softmax, Sub, Tanh, Transpose,
    },
};
use proptest::prelude::*;

use super::agreement::Random;
use crate::{
    arith::{Canonical, Exact, exact_fma, exp, sigmoid, tanh},
    evaluate,
};

fn run(op: impl Into<Op>, inputs: &[Tensor]) -> Tensor {
    evaluate(&op.into(), inputs).unwrap().remove(0)
}

fn floats(random: &mut Random, shape: &[u32], wild: u64) -> Tensor {
    random.tensor(&praxis_model::TensorType::new(DType::F32, shape), wild)
}

fn assert_bits(found: &Tensor, expected: &[f32]) {
    let found: Vec<u32> = found.to_f32().unwrap().iter().map(|x| x.to_bits()).collect();
    let expected: Vec<u32> = expected.iter().map(|x| x.canonical().to_bits()).collect();
    assert_eq!(found, expected);
}

type Apply = fn(f32, f32) -> f32;

/// Rule R2 written down once more, one output at a time.
fn dot(a: impl Fn(usize) -> f32, b: impl Fn(usize) -> f32, k: usize) -> f32 {
    let small = 2f64.recip().powi_exact(40);
    let operand = |x: f32| if f64::from(x).abs() < small { 0.0 } else { x };
    let mut total = None;
    for start in (0..k).step_by(256) {
        let mut sum = 0.0;
        for i in start..k.min(start + 256) {
            sum = exact_fma(operand(a(i)), operand(b(i)), sum);
        }
        total = Some(total.map_or(sum, |total: f32| total + sum));
    }
    total.unwrap()
}

trait PowiExact {
    fn powi_exact(self, n: u32) -> f64;
}

impl PowiExact for f64 {
    /// Exact for powers of two.
    fn powi_exact(self, n: u32) -> f64 {
        (0..n).fold(1.0, |product, _| product * self)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn gemm(
        m in 1usize..7, k in 1usize..600, n in 1usize..150,
        trans_a: bool, trans_b: bool, factors in 0u8..3, bias in 0u8..4, seed: u64,
    ) {
        let mut r = Random(seed);
        let (alpha, beta) = [(1.0, 1.0), (0.5, -3.7), (0.0, 1.1)][usize::from(factors)];
        let shape = |rows: usize, columns: usize, turned: bool| {
            if turned { [columns as u32, rows as u32] } else { [rows as u32, columns as u32] }
        };
        let a = floats(&mut r, &shape(m, k, trans_a), 1);
        let b = floats(&mut r, &shape(k, n, trans_b), 1);
        let mut inputs = vec![a.clone(), b.clone()];
        let bias_shapes: [&[u32]; 4] = [&[], &[n as u32], &[m as u32, 1], &[]];
        if bias < 3 {
            inputs.push(floats(&mut r, bias_shapes[usize::from(bias)], 1));
        }
        let found = run(Gemm { alpha, beta, trans_a, trans_b }, &inputs);
        let (a, b) = (a.to_f32().unwrap(), b.to_f32().unwrap());
        let c = inputs.get(2).map(|c| c.to_f32().unwrap());
        let mut expected = Vec::new();
        for i in 0..m {
            for j in 0..n {
                let sum = dot(
                    |p| if trans_a { a[p * m + i] } else { a[i * k + p] },
                    |p| if trans_b { b[j * k + p] } else { b[p * n + j] },
                    k,
                );
                expected.push(match &c {
                    None => alpha * sum,
                    Some(c) => alpha * sum + beta * c[match bias { 0 => 0, 1 => j, _ => i }],
                });
            }
        }
        assert_bits(&found, &expected);
    }

    #[test]
    fn batched_matmul(p in 1usize..4, q in 1usize..4, m in 1usize..4, k in 1usize..9, n in 1usize..20, kind in 0u8..4, seed: u64) {
        let mut r = Random(seed);
        let (left, right) = [([p, q], [p, q]), ([p, 1], [1, q]), ([p, q], [1, 1]), ([1, q], [p, q])][usize::from(kind)];
        let shape = |batch: [usize; 2], rows: usize, columns: usize| {
            [batch[0], batch[1], rows, columns].map(|dim| dim as u32)
        };
        let (a, b) = (floats(&mut r, &shape(left, m, k), 2), floats(&mut r, &shape(right, k, n), 2));
        let found = run(MatMul, &[a.clone(), b.clone()]);
        let (a, b) = (a.to_f32().unwrap(), b.to_f32().unwrap());
        let at = |batch: [usize; 2], x: usize, y: usize| (x % batch[0]) * batch[1] + y % batch[1];
        let mut expected = Vec::new();
        let outer = [left[0].max(right[0]), left[1].max(right[1])];
        for x in 0..outer[0] {
            for y in 0..outer[1] {
                for i in 0..m {
                    for j in 0..n {
                        let (l, r) = (at(left, x, y) * m * k, at(right, x, y) * k * n);
                        expected.push(dot(|p| a[l + i * k + p], |p| b[r + p * n + j], k));
                    }
                }
            }
        }
        prop_assert_eq!(&found.shape, &shape(outer, m, n).to_vec());
        assert_bits(&found, &expected);
    }

    #[test]
    fn elementwise(dims in proptest::collection::vec(1u32..5, 0..5), mask_a: u8, mask_b: u8, cut in 0usize..3, op in 0u8..4, seed: u64) {
        let mut r = Random(seed);
        let masked = |mask: u8| -> Vec<u32> {
            dims.iter().enumerate().map(|(i, &dim)| if mask >> i & 1 == 1 { 1 } else { dim }).collect()
        };
        // Leading dimensions of one operand may be missing.
        let (a_shape, b_shape) = (masked(mask_a), masked(mask_b)[cut.min(dims.len())..].to_vec());
        let (a, b) = (floats(&mut r, &a_shape, 60), floats(&mut r, &b_shape, 60));
        let ops: [(Op, Apply); 4] = [
            (Add.into(), |a, b| a + b), (Sub.into(), |a, b| a - b), (Mul.into(), |a, b| a * b), (Div.into(), |a, b| a / b),
        ];
        let (op, apply) = ops[usize::from(op)].clone();
        let found = run(op, &[a.clone(), b.clone()]);
        let (a, b) = (a.to_f32().unwrap(), b.to_f32().unwrap());
        let pick = |shape: &[u32], index: &[u32]| {
            let skipped = index.len() - shape.len();
            shape.iter().zip(&index[skipped..]).fold(0, |at, (&dim, &i)| at * dim as usize + (i % dim) as usize)
        };
        let expected: Vec<f32> = indices(&found.shape)
            .map(|index| apply(a[pick(&a_shape, &index)], b[pick(&b_shape, &index)]))
            .collect();
        assert_bits(&found, &expected);
    }

    #[test]
    fn unary(count in 1u32..100, alpha in -2f32..2.0, seed: u64) {
        let mut r = Random(seed);
        let x = floats(&mut r, &[count], 100);
        let values = x.to_f32().unwrap();
        let map = |f: &dyn Fn(f32) -> f32| -> Vec<f32> { values.iter().map(|&x| f(x)).collect() };
        let inputs = [x.clone()];
        assert_bits(&run(praxis_model::ops::Relu, &inputs), &map(&|x| if x < 0.0 { 0.0 } else { x }));
        assert_bits(&run(LeakyRelu { alpha }, &inputs), &map(&|x| if x < 0.0 { alpha * x } else { x }));
        assert_bits(&run(Tanh, &inputs), &map(&tanh::<Exact>));
        assert_bits(&run(Sigmoid, &inputs), &map(&sigmoid::<Exact>));
        let clip = Clip { min: Some(Scalar::f32(0.0)), max: Some(Scalar::f32(1.0)) };
        let clipped = map(&|x| match x { _ if x > 1.0 => 1.0, _ if x <= 0.0 => 0.0, _ => x });
        assert_bits(&run(clip, &inputs), &clipped);
        // The upper bound -0 is below +0.
        let clip = Clip { min: None, max: Some(Scalar::f32(-0.0)) };
        assert_bits(&run(clip, &inputs), &map(&|x| if x.is_nan() || x < 0.0 { x } else { -0.0 }));
    }

    #[test]
    fn softmax(outer in 1usize..4, length in 1usize..70, inner in 1usize..4, seed: u64, wild in 0u64..3, spread in 0usize..3) {
        let mut r = Random(seed);
        let shape = [outer as u32, length as u32, inner as u32];
        // Far apart, exponentials are subnormal or 0.
        let spread = [1.0, 40.0, 1e4][spread];
        let values: Vec<f32> = floats(&mut r, &shape, wild).to_f32().unwrap().iter().map(|x| x * spread).collect();
        let x = Tensor::from_f32(shape, &values);
        let found = run(Softmax { axis: 1 }, std::slice::from_ref(&x));
        let values = x.to_f32().unwrap();
        let mut expected = vec![0.0; values.len()];
        for o in 0..outer {
            for i in 0..inner {
                let at = |j: usize| (o * length + j) * inner + i;
                let row: Vec<f32> = (0..length).map(|j| values[at(j)]).collect();
                for (j, y) in naive_softmax(&row).into_iter().enumerate() {
                    expected[at(j)] = y;
                }
            }
        }
        assert_bits(&found, &expected);
    }

    #[test]
    fn moves(dims in proptest::collection::vec(1u32..6, 1..5), starts: [i8; 4], ends: [i8; 4], steps in [-3i64..4, -3..4, -3..4, -3..4], seed: u64) {
        let mut r = Random(seed);
        let x = floats(&mut r, &dims, 100);
        let values = x.to_f32().unwrap();
        // Transpose, by sorting the axes by a random key.
        let mut perm: Vec<u32> = (0..dims.len() as u32).collect();
        perm.sort_by_key(|_| r.next());
        let turned = run(Transpose { perm: perm.clone() }, std::slice::from_ref(&x));
        let flat = |index: &[u32]| index.iter().zip(&dims).fold(0, |at, (&i, &dim)| at * dim as usize + i as usize);
        let expected: Vec<u32> = indices(&turned.shape).map(|index| {
            let mut source = vec![0; dims.len()];
            perm.iter().zip(&index).for_each(|(&axis, &i)| source[axis as usize] = i);
            values[flat(&source)].to_bits()
        }).collect();
        let bits = |t: &Tensor| t.to_f32().unwrap().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&turned), expected);
        // Slice, by listing the positions that numpy would keep.
        let ranges: Vec<SliceRange> = (0..dims.len())
            .filter(|&axis| steps[axis] != 0)
            .map(|axis| SliceRange { axis: axis as u32, start: starts[axis].into(), end: ends[axis].into(), step: steps[axis] })
            .collect();
        let kept: Vec<Vec<u32>> = (0..dims.len()).map(|axis| {
            let range = ranges.iter().find(|range| range.axis as usize == axis);
            range.map_or((0..dims[axis]).collect(), |range| positions(range, dims[axis]))
        }).collect();
        let slice: Op = Slice { ranges }.into();
        let shape: Vec<u32> = kept.iter().map(|kept| kept.len() as u32).collect();
        if shape.contains(&0) {
            prop_assert!(evaluate(&slice, &[x]).is_err());
        } else {
            let found = run(slice, &[x]);
            let expected: Vec<u32> = indices(&shape).map(|index| {
                let source: Vec<u32> = index.iter().zip(&kept).map(|(&i, kept)| kept[i as usize]).collect();
                values[flat(&source)].to_bits()
            }).collect();
            prop_assert_eq!(&found.shape, &shape);
            prop_assert_eq!(bits(&found), expected);
        }
    }
}

/// What Python's `range` semantics of a slice keep.
fn positions(range: &SliceRange, dim: u32) -> Vec<u32> {
    let dim = i64::from(dim);
    let wrap = |x: i64| if x < 0 { x + dim } else { x };
    let (start, end) = (wrap(range.start), wrap(range.end));
    let mut kept = Vec::new();
    if range.step > 0 {
        let mut at = start.clamp(0, dim);
        while at < end.min(dim) {
            kept.push(at as u32);
            at += range.step;
        }
    } else {
        let mut at = start.clamp(-1, dim - 1);
        while at > end.clamp(-1, dim - 1) {
            kept.push(at as u32);
            at += range.step;
        }
    }
    kept
}

/// All indices of a shape in row-major order.
fn indices(shape: &[u32]) -> impl Iterator<Item = Vec<u32>> + '_ {
    let count: u32 = shape.iter().product();
    (0..count).map(move |mut number| {
        let mut index = vec![0; shape.len()];
        for (i, &dim) in index.iter_mut().zip(shape).rev() {
            *i = number % dim;
            number /= dim;
        }
        index
    })
}

/// Rule R3 written down once more.
fn naive_softmax(row: &[f32]) -> Vec<f32> {
    let nan = row.iter().any(|x| x.is_nan());
    let max = row.iter().fold(f32::NEG_INFINITY, |max, &x| if x > max { x } else { max });
    let powers: Vec<f32> = row.iter().map(|&x| if nan { f32::NAN } else { exp::<Exact>(x - max) }).collect();
    let lane = |lane: usize| powers.iter().skip(lane).step_by(16).copied().reduce(|a, b| a + b).unwrap_or(-0.0);
    let mut lanes: Vec<f32> = (0..16).map(lane).collect();
    for distance in [8, 4, 2, 1] {
        for i in 0..distance {
            lanes[i] += lanes[i + distance];
        }
    }
    powers.iter().map(|power| power / lanes[0]).collect()
}

#[test]
fn casts_follow_the_rules() {
    let x = Tensor::from_f32([8], &[1.9, -1.9, 300.0, -300.0, f32::NAN, f32::INFINITY, -0.0, 0.4]);
    assert_eq!(run(Cast { to: DType::I8 }, std::slice::from_ref(&x)).data, [1, 255, 127, 128, 0, 127, 0, 0]);
    assert_eq!(run(Cast { to: DType::U8 }, std::slice::from_ref(&x)).data, [1, 0, 255, 0, 0, 255, 0, 0]);
    assert_eq!(run(Cast { to: DType::Bool }, std::slice::from_ref(&x)).data, [1, 1, 1, 1, 1, 1, 0, 1]);
    let wide = Tensor::from_i64([3], &[1 << 32 | 7, -1, i64::MAX]);
    let narrow = run(Cast { to: DType::I32 }, std::slice::from_ref(&wide));
    assert_eq!(narrow.data, [7, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    let doubles = Tensor::from_f64([3], &[1.0 + f64::EPSILON, 1e300, f64::from_bits(0xFFF8_0000_0000_0001)]);
    let singles = run(Cast { to: DType::F32 }, std::slice::from_ref(&doubles));
    assert_eq!(
        singles.to_f32().unwrap().iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
        [0x3F80_0000, 0x7F80_0000, 0x7FC0_0000]
    );
}

#[test]
fn integer_division_is_defined_everywhere() {
    let a = Tensor::from_i64([4], &[7, -7, i64::MIN, 5]);
    let b = Tensor::from_i64([4], &[2, 2, -1, 0]);
    assert_eq!(run(Div, &[a, b]).to_i64().unwrap(), [3, -3, i64::MIN, 0]);
}

#[test]
fn shapes_change_without_the_data() {
    let x = Tensor::from_f32([2, 3, 4], &(0..24).map(|x| x as f32).collect::<Vec<_>>());
    let flat = run(Flatten { axis: 2 }, std::slice::from_ref(&x));
    assert_eq!((flat.shape, &flat.data), (vec![6, 4], &x.data));
    let shaped = run(Reshape { shape: vec![4, 6] }, std::slice::from_ref(&x));
    assert_eq!((shaped.shape, &shaped.data), (vec![4, 6], &x.data));
    let joined = run(Concat { axis: 1 }, &[x.clone(), x.clone()]);
    assert_eq!(joined.shape, [2, 6, 4]);
    let values = joined.to_f32().unwrap();
    assert_eq!((values[11], values[12], values[23], values[24]), (11.0, 0.0, 11.0, 12.0));
}

#[test]
fn small_operands_of_dot_products_count_as_zero() {
    let least = f32::from_bits(0x2B80_0000);
    let below = f32::from_bits(0x2B7F_FFFF);
    let one = Tensor::from_f32([1, 1], &[1.0]);
    let product = |x: f32| run(MatMul, &[Tensor::from_f32([1, 1], &[x]), one.clone()]).to_f32().unwrap()[0];
    assert_eq!((product(least), product(below), product(-below)), (least, 0.0, 0.0));
    let huge = Tensor::from_f32([1, 1], &[f32::INFINITY]);
    assert!(run(MatMul, &[huge, Tensor::from_f32([1, 1], &[below])]).to_f32().unwrap()[0].is_nan());
}
