use praxis_model::{
    DType, Tensor,
    ops::{Gather, GatherElements, GatherND},
};

use super::{Context, pick};
use crate::{graph::Value, refusal::Refusal};

/// Constant positions in a dimension of `dim`, counted from its start.
fn positions(tensor: &Tensor, dim: u32) -> Result<Vec<u32>, Refusal> {
    let all: Vec<i64> = match tensor.dtype {
        DType::I32 => tensor.data.as_chunks::<4>().0.iter().map(|&word| i64::from(i32::from_le_bytes(word))).collect(),
        DType::I64 => tensor.to_i64().unwrap_or_default(),
        other => return Err(format!("its indices should be int64 or int32, they are {other}").into()),
    };
    let resolve = |position: i64| {
        let absolute = if position < 0 { position.saturating_add(i64::from(dim)) } else { position };
        u32::try_from(absolute)
            .ok()
            .filter(|&at| at < dim)
            .ok_or_else(|| Refusal::Why(format!("the index {position} is out of range for a dimension of {dim}")))
    };
    all.into_iter().map(resolve).collect()
}

pub(super) fn gather(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let (data, indices) = (cx.input(0)?, cx.input(1)?);
    let axis = cx.attributes.int("axis")?.unwrap_or(0);
    let axis = cx.axis(axis, cx.shape(data).len())?;
    let Some(known) = cx.known(indices) else {
        return cx.emit(Gather { axis }, &[data, indices]);
    };
    let positions = positions(&known, cx.shape(data)[axis as usize])?;
    Ok(vec![pick::along(cx, data, axis, &positions, known.shape.clone())?])
}

pub(super) fn gather_elements(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let inputs = [cx.input(0)?, cx.input(1)?];
    let axis = cx.attributes.int("axis")?.unwrap_or(0);
    let axis = cx.axis(axis, cx.shape(inputs[0]).len())?;
    cx.emit(GatherElements { axis }, &inputs)
}

pub(super) fn gather_nd(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let inputs = [cx.input(0)?, cx.input(1)?];
    let given = cx.attributes.int("batch_dims")?.unwrap_or(0);
    let batch_dims = u32::try_from(given).map_err(|_| format!("the attribute batch_dims is {given}"))?;
    cx.emit(GatherND { batch_dims }, &inputs)
}
