//! Rules of reductions and normalisation.

use crate::{
    DType, Op, TensorType,
    ops::{
        Arg, ArgMax, BatchNormalization, CumSum, Cumulative, Det, GroupNormalization, LayerNormalization,
        LinearAttention, RMSNormalization, ReduceMax, ReduceSum, Reduction, TopK,
    },
};

fn f32s(shape: &[u32]) -> TensorType {
    TensorType::new(DType::F32, shape)
}

fn shapes(op: impl Into<Op>, inputs: &[&[u32]]) -> Option<Vec<Vec<u32>>> {
    let types: Vec<TensorType> = inputs.iter().map(|shape| f32s(shape)).collect();
    let outputs = op.into().outputs(&types).ok()?;
    Some(outputs.into_iter().map(|output| output.shape).collect())
}

fn along(axes: &[u32], keep_dims: bool) -> Reduction {
    Reduction { axes: axes.to_vec(), keep_dims }
}

#[test]
fn reductions() {
    let sum =
        |axes: &[u32], keep_dims| shapes(ReduceSum(along(axes, keep_dims)), &[&[2, 3, 4]]).map(|mut s| s.remove(0));
    assert_eq!(sum(&[1], true), Some(vec![2, 1, 4]));
    assert_eq!(sum(&[0, 2], false), Some(vec![3]));
    assert_eq!(sum(&[0, 1, 2], false), Some(vec![]));
    assert_eq!(sum(&[], true), None);
    assert_eq!(sum(&[1, 0], true), None);
    assert_eq!(sum(&[1, 1], true), None);
    assert_eq!(sum(&[3], true), None);
    let bools = [TensorType::new(DType::Bool, [2])];
    assert!(Op::from(ReduceSum(along(&[0], true))).outputs(&bools).is_err());
    assert!(Op::from(ReduceMax(along(&[0], true))).outputs(&bools).is_ok());
}

#[test]
fn loops_of_reductions() {
    let loops = |axes: &[u32], shape: &[u32]| along(axes, true).loops(shape);
    let rows = loops(&[2, 3], &[2, 3, 4, 5]);
    assert_eq!((rows.kept.as_slice(), rows.reduced.as_slice()), (&[(6, 20)][..], &[(20, 1)][..]));
    let columns = loops(&[1], &[2, 3, 4, 5]);
    assert_eq!((columns.kept.as_slice(), columns.reduced.as_slice()), (&[(2, 60), (20, 1)][..], &[(3, 20)][..]));
    let planes = loops(&[0, 2], &[2, 3, 4]);
    assert_eq!((planes.kept.as_slice(), planes.reduced.as_slice()), (&[(3, 4)][..], &[(2, 12), (4, 1)][..]));
    // An axis of length 1 is no loop, on either side.
    let single = loops(&[1], &[2, 1, 4]);
    assert_eq!((single.kept.as_slice(), single.reduced.as_slice(), single.length()), (&[(8, 1)][..], &[][..], 1));
    let joined = loops(&[0, 2], &[2, 1, 4]);
    assert_eq!((joined.kept.as_slice(), joined.reduced.as_slice()), (&[][..], &[(8, 1)][..]));
    assert!(rows.is_direct() && columns.is_direct() && single.is_direct() && joined.is_direct());
    assert!(!planes.is_direct());
    let inner = loops(&[0, 2], &[2, 3, 4, 5]);
    assert!(!inner.is_direct());
    assert_eq!(inner.results() * inner.length(), 120);
}

#[test]
fn only_what_is_collected_takes_scratch_memory() {
    let scratch = |axes: &[u32]| Op::from(ReduceSum(along(axes, true))).memory(&[f32s(&[10, 20, 30])]).scratch;
    assert_eq!((scratch(&[0]), scratch(&[2]), scratch(&[1, 2])), (0, 0, 0));
    assert_eq!(scratch(&[0, 2]), 10 * 30 * 4 + 64);
}

#[test]
fn positions() {
    let arg = |axis| shapes(ArgMax(Arg { axis, select_last: true }), &[&[2, 3]]).map(|mut s| s.remove(0));
    assert_eq!((arg(0), arg(1), arg(2)), (Some(vec![1, 3]), Some(vec![2, 1]), None));
    let top = |k| shapes(TopK { axis: 1, k, largest: true }, &[&[2, 3]]);
    assert_eq!(top(2), Some(vec![vec![2, 2], vec![2, 2]]));
    assert_eq!((top(0), top(4)), (None, None));
    let sums = |axis| shapes(CumSum(Cumulative { axis, exclusive: true, reverse: false }), &[&[2, 3]]);
    assert_eq!((sums(1), sums(2)), (Some(vec![vec![2, 3]]), None));
}

#[test]
fn normalisation() {
    let layer = |statistics| LayerNormalization { axis: 1, epsilon: 1e-5, statistics };
    let shape: &[u32] = &[2, 3, 4];
    assert_eq!(shapes(layer(false), &[shape, &[12], &[12]]), Some(vec![shape.to_vec()]));
    assert_eq!(shapes(layer(true), &[shape]), Some(vec![shape.to_vec(), vec![2, 1, 1], vec![2, 1, 1]]));
    assert_eq!(shapes(layer(false), &[shape, &[4]]), None);
    assert_eq!(shapes(LayerNormalization { epsilon: f32::NAN, ..layer(false) }, &[shape]), None);
    assert_eq!(shapes(LayerNormalization { axis: 3, ..layer(false) }, &[shape]), None);
    assert_eq!(shapes(RMSNormalization { axis: 2, epsilon: 0.0 }, &[shape, &[4]]), Some(vec![shape.to_vec()]));
    let group = |groups| shapes(GroupNormalization { groups, epsilon: 0.0 }, &[&[2, 6, 4], &[6], &[6]]);
    assert!(group(3).is_some() && group(6).is_some() && group(4).is_none() && group(0).is_none());
    assert!(shapes(BatchNormalization, &[&[2, 6], &[6], &[6]]).is_some());
    assert!(shapes(BatchNormalization, &[&[6], &[6], &[6]]).is_none());
    assert!(shapes(BatchNormalization, &[&[2, 6], &[6], &[1]]).is_none());
}

#[test]
fn matrices() {
    assert_eq!(shapes(Det, &[&[2, 3, 3]]), Some(vec![vec![2]]));
    assert_eq!((shapes(Det, &[&[2, 3]]), shapes(Det, &[&[3]])), (None, None));
    let op = LinearAttention { query_heads: 4, heads: 2, scale: 1.0, past: false, decay: true, delta: true };
    let with = |decay: &[u32], rate: &[u32]| shapes(op, &[&[1, 5, 12], &[1, 5, 6], &[1, 5, 8], decay, rate]);
    assert_eq!(with(&[1, 5, 6], &[1, 5, 2]), Some(vec![vec![1, 5, 16], vec![1, 2, 3, 4]]));
    assert!(with(&[1, 5, 2], &[1, 5, 1]).is_some());
    assert!(with(&[1, 5, 4], &[1, 5, 1]).is_none() && with(&[1, 5, 2], &[1, 5, 4]).is_none());
    assert!(shapes(LinearAttention { heads: 0, ..op }, &[&[1, 5, 12][..]; 5]).is_none());
    assert!(shapes(LinearAttention { heads: 3, ..op }, &[&[1, 5, 12][..]; 5]).is_none());
}
