use praxis_model::ops;

use super::super::Context;
use crate::{graph::Value, refusal::Refusal};

/// The value with its dimensions in another order: dimension i of the result is dimension `perm[i]` of the value. Where only
/// dimensions of 1 move, the elements stay in place and nothing has to run.
pub(super) fn permute(cx: &mut Context<'_, '_>, value: Value, perm: &[u32]) -> Result<Value, Refusal> {
    let from = cx.shape(value).to_vec();
    let moved: Vec<u32> = perm.iter().copied().filter(|&axis| from[axis as usize] != 1).collect();
    if moved.is_sorted() {
        return reshape(cx, value, perm.iter().map(|&axis| from[axis as usize]).collect());
    }
    cx.emit1(ops::Transpose { perm: perm.to_vec() }, &[value])
}

/// The same elements under another shape.
pub(super) fn reshape(cx: &mut Context<'_, '_>, value: Value, shape: Vec<u32>) -> Result<Value, Refusal> {
    if cx.shape(value) == shape {
        return Ok(value);
    }
    cx.emit1(ops::Reshape { shape }, &[value])
}
