//! Type and shape rules of the operators.

use crate::{
    DType, Op, TensorType,
    ops::{
        Add, And, BitCast, BitwiseAnd, Cast, Celu, Clip, Concat, Equal, Exp, Flatten, Gemm, Greater, LeakyRelu, MatMul,
        PRelu, Pow, Relu, Reshape, Scalar, Sigmoid, Slice, SliceRange, Softmax, Tanh, Transpose, Where,
    },
};

fn f32s(shape: &[u32]) -> TensorType {
    TensorType::new(DType::F32, shape)
}

fn shape(op: impl Into<Op>, inputs: &[&[u32]]) -> Option<Vec<u32>> {
    let types: Vec<TensorType> = inputs.iter().map(|shape| f32s(shape)).collect();
    op.into().outputs(&types).ok().map(|mut outputs| outputs.remove(0).shape)
}

#[test]
fn matrix_products() {
    assert_eq!(shape(MatMul, &[&[2, 3], &[3, 4]]), Some(vec![2, 4]));
    assert_eq!(shape(MatMul, &[&[3], &[3, 4]]), Some(vec![4]));
    assert_eq!(shape(MatMul, &[&[2, 3], &[3]]), Some(vec![2]));
    assert_eq!(shape(MatMul, &[&[3], &[3]]), Some(vec![]));
    assert_eq!(shape(MatMul, &[&[5, 1, 2, 3], &[6, 3, 4]]), Some(vec![5, 6, 2, 4]));
    assert_eq!(shape(MatMul, &[&[2, 3], &[2, 3]]), None);
    assert_eq!(shape(MatMul, &[&[], &[3]]), None);
    let turned = Gemm { trans_a: true, trans_b: true, ..Gemm::default() };
    assert_eq!(shape(turned, &[&[3, 2], &[4, 3]]), Some(vec![2, 4]));
    assert_eq!(shape(Gemm::default(), &[&[2, 3], &[3, 4], &[2, 1]]), Some(vec![2, 4]));
    assert_eq!(shape(Gemm::default(), &[&[2, 3], &[3, 4], &[3]]), None);
    assert_eq!(shape(Gemm::default(), &[&[2, 3], &[3, 4], &[1, 2, 4]]), None);
    assert_eq!(shape(Gemm { alpha: f32::NAN, ..Gemm::default() }, &[&[2, 3], &[3, 4]]), None);
    let integers = TensorType::new(DType::I32, [2, 2]);
    let scaled: Op = Gemm { beta: 2.0, ..Gemm::default() }.into();
    assert!(scaled.outputs(&[integers.clone(), integers.clone()]).is_err());
    assert!(Op::from(Gemm::default()).outputs(&[integers.clone(), integers]).is_ok());
}

#[test]
fn comparisons_and_choices() {
    let of = |dtype, shape: &[u32]| TensorType::new(dtype, shape);
    let outputs = |op: Op, inputs: &[TensorType]| op.outputs(inputs).ok().map(|mut types| types.remove(0));
    let bools = [of(DType::Bool, &[2, 1]), of(DType::Bool, &[3])];
    assert_eq!(outputs(Equal.into(), &bools), Some(of(DType::Bool, &[2, 3])));
    assert_eq!(outputs(And.into(), &bools), Some(of(DType::Bool, &[2, 3])));
    assert_eq!(outputs(Greater.into(), &bools), None);
    assert_eq!(outputs(BitwiseAnd.into(), &bools), None);
    let numbers = [of(DType::I16, &[2, 1]), of(DType::I16, &[3])];
    assert_eq!(outputs(Greater.into(), &numbers), Some(of(DType::Bool, &[2, 3])));
    assert_eq!(outputs(And.into(), &numbers), None);
    assert_eq!(outputs(Exp.into(), &numbers[..1]), None);
    let choice = |x, y| [of(DType::Bool, &[4, 1, 1]), of(x, &[2, 1]), of(y, &[3])];
    assert_eq!(outputs(Where.into(), &choice(DType::U8, DType::U8)), Some(of(DType::U8, &[4, 2, 3])));
    assert_eq!(outputs(Where.into(), &choice(DType::U8, DType::I8)), None);
    assert_eq!(outputs(Where.into(), &[f32s(&[2]), f32s(&[2]), f32s(&[2])]), None);
    assert_eq!(outputs(BitCast { to: DType::I32 }.into(), &[f32s(&[2])]), Some(of(DType::I32, &[2])));
    assert_eq!(outputs(BitCast { to: DType::I64 }.into(), &[f32s(&[2])]), None);
    assert_eq!(shape(PRelu, &[&[2, 3], &[3]]), Some(vec![2, 3]));
    assert_eq!(shape(PRelu, &[&[3], &[2, 3]]), None);
    assert_eq!(shape(Celu { alpha: f32::NAN }, &[&[3]]), None);
    assert_eq!(outputs(Pow.into(), &[f32s(&[2]), of(DType::I32, &[2])]), None);
}

#[test]
fn elementwise() {
    assert_eq!(shape(Add, &[&[2, 1, 4], &[3, 1]]), Some(vec![2, 3, 4]));
    assert_eq!(shape(Add, &[&[], &[3, 1]]), Some(vec![3, 1]));
    assert_eq!(shape(Add, &[&[2], &[3]]), None);
    assert_eq!(shape(Add, &[&[2]]), None);
    let mixed = [f32s(&[2]), TensorType::new(DType::F64, [2])];
    assert!(Op::from(Add).outputs(&mixed).is_err());
    let bools = [TensorType::new(DType::Bool, [2]), TensorType::new(DType::Bool, [2])];
    assert!(Op::from(Add).outputs(&bools).is_err());
    let unsigned = [TensorType::new(DType::U8, [2])];
    assert!(Op::from(Relu).outputs(&unsigned).is_err());
    let wide = [TensorType::new(DType::F64, [2])];
    assert!(Op::from(Tanh).outputs(&wide).is_ok());
    assert!(Op::from(Sigmoid).outputs(&wide).is_ok());
    assert_eq!(shape(LeakyRelu { alpha: f32::INFINITY }, &[&[2]]), None);
    assert_eq!(shape(Softmax { axis: 2 }, &[&[2, 3]]), None);
}

#[test]
fn bounds_of_clip_have_the_input_type() {
    let scalar = |dtype, bytes: &[u8]| Scalar::from_bytes(dtype, bytes);
    let accepted = |min: Option<Scalar>| Op::from(Clip { min, max: None }).outputs(&[f32s(&[2])]).is_ok();
    assert!(accepted(None));
    assert!(accepted(Some(Scalar::f32(f32::NEG_INFINITY))));
    assert!(!accepted(Some(Scalar::f32(f32::NAN))));
    assert!(!accepted(scalar(DType::F64, &[0; 8])));
    assert!(!accepted(Some(Scalar { dtype: DType::F32, bytes: [0, 0, 0, 0, 1, 0, 0, 0] })));
    assert!(scalar(DType::F64, &[0; 7]).is_none());
}

#[test]
fn moves() {
    assert_eq!(shape(Reshape { shape: vec![6] }, &[&[2, 3]]), Some(vec![6]));
    assert_eq!(shape(Reshape { shape: vec![5] }, &[&[2, 3]]), None);
    assert_eq!(shape(Reshape { shape: vec![1 << 31, 1 << 31, 4] }, &[&[2, 3]]), None);
    assert_eq!(shape(Flatten { axis: 0 }, &[&[2, 3]]), Some(vec![1, 6]));
    assert_eq!(shape(Flatten { axis: 2 }, &[&[2, 3]]), Some(vec![6, 1]));
    assert_eq!(shape(Flatten { axis: 3 }, &[&[2, 3]]), None);
    assert_eq!(shape(Transpose { perm: vec![1, 2, 0] }, &[&[2, 3, 4]]), Some(vec![3, 4, 2]));
    assert_eq!(shape(Transpose { perm: vec![0, 0] }, &[&[2, 3]]), None);
    assert_eq!(shape(Concat { axis: 0 }, &[&[2, 3], &[4, 3]]), Some(vec![6, 3]));
    assert_eq!(shape(Concat { axis: 0 }, &[&[2, 3], &[4, 2]]), None);
    assert_eq!(shape(Concat { axis: 0 }, &[]), None);
    let cast = Op::from(Cast { to: DType::I64 }).outputs(&[f32s(&[2])]).unwrap();
    assert_eq!(cast, [TensorType::new(DType::I64, [2])]);
}

#[test]
fn slices() {
    let cut = |start, end, step| {
        let ranges = vec![SliceRange { axis: 0, start, end, step }];
        shape(Slice { ranges }, &[&[10]]).map(|shape| shape[0])
    };
    assert_eq!(cut(2, 5, 1), Some(3));
    assert_eq!(cut(-3, i64::MAX, 1), Some(3));
    assert_eq!(cut(-1, i64::MIN, -1), Some(10));
    assert_eq!(cut(9, 0, -4), Some(3));
    assert_eq!(cut(0, 10, 4), Some(3));
    assert_eq!(cut(i64::MIN, i64::MAX, i64::MAX), Some(1));
    assert_eq!(cut(i64::MAX, i64::MIN, i64::MIN), Some(1));
    assert_eq!(cut(5, 5, 1), None);
    assert_eq!(cut(0, 5, 0), None);
    let twice = SliceRange { axis: 0, start: 0, end: 1, step: 1 };
    assert_eq!(shape(Slice { ranges: vec![twice, twice] }, &[&[10]]), None);
}
