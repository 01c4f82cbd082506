use praxis_model::{DType, ops};

use super::{super::Context, permute::permute};
use crate::{graph::Value, refusal::Refusal};

pub(in crate::lower) fn matmul(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let inputs = [cx.input(0)?, cx.input(1)?];
    cx.emit(ops::MatMul, &inputs)
}

/// alpha * A * B + beta * C. A beta of 0 leaves C out, as BLAS has it: an infinity in C does not matter then.
pub(in crate::lower) fn gemm(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let alpha = cx.attributes.float("alpha")?.unwrap_or(1.0);
    let beta = cx.attributes.float("beta")?.unwrap_or(1.0);
    let trans_a = cx.attributes.flag("transA")?;
    let mut trans_b = cx.attributes.flag("transB")?;
    let mut inputs = vec![cx.input(0)?, cx.input(1)?];
    // Float32 is packed anyway; the other types' kernels read weights row by row, so a constant is turned once.
    let right = inputs[1];
    if trans_b && cx.kind(right).dtype != DType::F32 && cx.shape(right).len() == 2 && cx.known(right).is_some() {
        inputs[1] = permute(cx, right, &[1, 0])?;
        trans_b = false;
    }
    inputs.extend(cx.optional(2).filter(|_| beta != 0.0));
    let beta = if inputs.len() == 3 { beta } else { 1.0 };
    cx.emit(ops::Gemm { alpha, beta, trans_a, trans_b }, &inputs)
}
