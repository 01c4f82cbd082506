//! Reductions of tensors without elements. Plans have none, so the result is made here: what a reduction gives for no elements.

use praxis_model::Tensor;

use crate::{
    graph::Value,
    limits::MAX_CONSTANT_BYTES,
    lower::{Context, reduction::filled},
    refusal::Refusal,
};

/// What a reduction gives for no elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    Zero,
    One,
    /// -infinity, the least integer, false.
    Least,
    /// +infinity, the greatest integer, true.
    Greatest,
    NotANumber,
}

/// The result where the input has no elements; `None` where it has some.
pub(super) fn reduce(
    cx: &mut Context<'_, '_>,
    input: Value,
    shape: Vec<u32>,
    identity: Identity,
) -> Result<Option<Value>, Refusal> {
    if !cx.shape(input).contains(&0) {
        return Ok(None);
    }
    let dtype = cx.kind(input).dtype;
    if shape.contains(&0) {
        let empty = Tensor { dtype, shape, data: Vec::new() };
        return cx.constant(empty).map(Some);
    }
    let limit = MAX_CONSTANT_BYTES as usize;
    if shape.iter().try_fold(8usize, |p, &dim| p.checked_mul(dim as usize)).is_none_or(|bytes| bytes > limit) {
        return Err("its result is too large".into());
    }
    // Casting saturates, and truth is "not zero".
    let number = match identity {
        Identity::Zero => 0.0,
        Identity::One => 1.0,
        Identity::Least if dtype == praxis_model::DType::Bool => 0.0,
        Identity::Least => f64::NEG_INFINITY,
        Identity::Greatest => f64::INFINITY,
        Identity::NotANumber => f64::NAN,
    };
    filled(cx, dtype, shape, number).map(Some)
}
