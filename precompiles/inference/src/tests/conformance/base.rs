use praxis_model::{
    DType::{self, F32, F64, I8, I32, I64, U16},
    Tensor,
    ops::{
        Add, Cast, Clip, Concat, Div, Flatten, Gemm, Identity, LeakyRelu, MatMul, Mul, Relu, Reshape, Scalar, Sigmoid,
        Slice, SliceRange, Softmax, Sub, Tanh, Transpose,
    },
};

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = products();
    let steps: Vec<f32> = (-8..8).map(|step| step as f32 / 8.0).collect();
    cases.push(Case::new("steps", Tanh, vec![Tensor::from_f32([16], &steps)]));
    cases.extend(elementwise());
    cases.extend(movement());
    for to in DType::ALL {
        cases.push(Case::wild(&format!("float32_to_{to}"), Cast { to }, &[(F32, &[300])]));
        cases.push(Case::wild(&format!("float64_to_{to}"), Cast { to }, &[(F64, &[300])]));
        cases.push(Case::wild(&format!("int64_to_{to}"), Cast { to }, &[(I64, &[300])]));
    }
    cases
}

fn products() -> Vec<Case> {
    let half = Gemm { alpha: 0.5, beta: -1.25, trans_a: true, ..Gemm::default() };
    vec![
        Case::tame("one_row", MatMul, &[(F32, &[1, 700]), (F32, &[700, 37])]),
        Case::wild("special", MatMul, &[(F32, &[5, 300]), (F32, &[300, 20])]),
        Case::tame("batched", MatMul, &[(F32, &[2, 1, 3, 40]), (F32, &[3, 40, 17])]),
        Case::wild("float64", MatMul, &[(F64, &[3, 300]), (F64, &[300, 5])]),
        Case::tame("int32", MatMul, &[(I32, &[3, 30]), (I32, &[30, 5])]),
        Case::tame("scaled", half, &[(F32, &[300, 7]), (F32, &[300, 33]), (F32, &[33])]),
        Case::tame("transposed", Gemm { trans_b: true, ..Gemm::default() }, &[(F32, &[4, 9]), (F32, &[20, 9])]),
    ]
}

fn elementwise() -> Vec<Case> {
    let pair: &[(DType, &[u32])] = &[(F32, &[3, 50, 41]), (F32, &[50, 1])];
    let integers: &[(DType, &[u32])] = &[(I8, &[300]), (I8, &[300])];
    let bounds = Clip { min: Some(Scalar::f32(-0.0)), max: Some(Scalar::f32(1.5)) };
    vec![
        Case::wild("float32", Add, pair),
        Case::wild("float32", Sub, pair),
        Case::wild("float32", Mul, pair),
        Case::wild("float32", Div, pair),
        Case::tame("int8", Add, integers),
        Case::tame("int8", Sub, integers),
        Case::tame("int8", Mul, integers),
        Case::tame("int8", Div, integers),
        Case::tame("uint16", Div, &[(U16, &[300]), (U16, &[1])]),
        Case::wild("float32", Relu, &[(F32, &[300])]),
        Case::wild("float64", Relu, &[(F64, &[300])]),
        Case::wild("float32", LeakyRelu { alpha: 0.01 }, &[(F32, &[300])]),
        Case::wild("float32", Tanh, &[(F32, &[3000])]),
        Case::wild("float32", Sigmoid, &[(F32, &[3000])]),
        Case::tame("last_axis", Softmax { axis: 1 }, &[(F32, &[7, 53])]),
        Case::wild("middle_axis", Softmax { axis: 1 }, &[(F32, &[3, 53, 5])]),
        Case::wild("both_bounds", bounds, &[(F32, &[300])]),
    ]
}

fn movement() -> Vec<Case> {
    let range = SliceRange { axis: 2, start: -2, end: 3, step: -3 };
    vec![
        Case::wild("float32", Identity, &[(F32, &[300])]),
        Case::wild("float32", Reshape { shape: vec![10, 30] }, &[(F32, &[300])]),
        Case::wild("float32", Flatten { axis: 1 }, &[(F32, &[3, 4, 5])]),
        Case::wild("backwards", Slice { ranges: vec![range] }, &[(F32, &[3, 4, 50])]),
        Case::wild("middle_axis", Concat { axis: 1 }, &[(F32, &[3, 4, 5]), (F32, &[3, 2, 5])]),
        Case::wild("reversed", Transpose { perm: vec![2, 1, 0] }, &[(F32, &[3, 4, 5])]),
    ]
}
