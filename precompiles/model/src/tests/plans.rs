//! Plans for the tests.

use proptest::prelude::*;

use crate::{
    DType, Plan, PlanBuilder, Tensor, TensorType,
    ops::{
        Add, Cast, Clip, Concat, Flatten, Gemm, LeakyRelu, MatMul, Relu, Reshape, Scalar, Slice, SliceRange, Softmax,
        Tanh, Transpose,
    },
};

/// What varies in [`plan`].
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) rows: u32,
    pub(super) width: u32,
    pub(super) hidden: u32,
    pub(super) choice: u8,
    pub(super) alpha: f32,
    pub(super) step: i64,
    pub(super) name: String,
}

pub(super) fn shapes() -> impl Strategy<Value = Shape> {
    let alpha = any::<f32>().prop_filter("finite", |alpha| alpha.is_finite());
    let step = prop_oneof![1i64..4, -3i64..0];
    (1u32..6, 1u32..40, 1u32..40, any::<u8>(), alpha, step, "[a-zA-Z_/.:0-9\u{e4}]{1,20}").prop_map(
        |(rows, width, hidden, choice, alpha, step, name)| Shape { rows, width, hidden, choice, alpha, step, name },
    )
}

/// A Plan with most operators, and constants of several types.
pub(super) fn plan(shape: &Shape) -> Plan {
    let Shape { rows, width, hidden, choice, alpha, step, ref name } = *shape;
    let mut b = PlanBuilder::new(3, [choice; 32]);
    let x = b.input(name, TensorType::new(DType::F32, [rows, width])).unwrap();
    let weights = |count: u32| (0..count).map(|i| (i as f32 - 7.0) / 16.0).collect::<Vec<_>>();
    let w = b.constant(Tensor::from_f32([width, hidden], &weights(width * hidden))).unwrap();
    let c = b.constant(Tensor::from_f32([hidden], &weights(hidden))).unwrap();
    let flags = Tensor { dtype: DType::Bool, shape: vec![1, 3], data: vec![1, 0, 1] };
    let flags = b.constant(flags).unwrap();
    let mut y = b.node1(Gemm { alpha, ..Gemm::default() }, &[x, w, c]).unwrap();
    y = match choice % 4 {
        0 => b.node1(Relu, &[y]).unwrap(),
        1 => b.node1(LeakyRelu { alpha }, &[y]).unwrap(),
        2 => b.node1(Tanh, &[y]).unwrap(),
        _ => b.node1(Clip { min: (choice & 4 == 0).then(|| Scalar::f32(-1.0)), max: None }, &[y]).unwrap(),
    };
    let turned = b.node1(Transpose { perm: vec![1, 0] }, &[y]).unwrap();
    let square = b.node1(MatMul, &[y, turned]).unwrap();
    let joined = b.node1(Concat { axis: 1 }, &[square, y]).unwrap();
    let range = SliceRange {
        axis: 1,
        start: if step > 0 { 0 } else { -1 },
        end: if step > 0 { i64::MAX } else { i64::MIN },
        step,
    };
    let cut = b.node1(Slice { ranges: vec![range] }, &[joined]).unwrap();
    let flat = b.node1(Flatten { axis: 1 }, &[cut]).unwrap();
    let soft = b.node1(Softmax { axis: 1 }, &[flat]).unwrap();
    let ones = b.node1(Cast { to: DType::F32 }, &[flags]).unwrap();
    let row = b.node1(Reshape { shape: vec![3, 1, 1] }, &[ones]).unwrap();
    let sum = b.node1(Add, &[soft, row]).unwrap();
    b.output("sum", sum);
    b.output("again", sum);
    b.output("input", x);
    b.finish().unwrap()
}
