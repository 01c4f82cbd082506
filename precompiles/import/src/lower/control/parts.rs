//! Pieces of tensors: what sequences and scans take apart and put together.

use praxis_model::{DType, Tensor, limits::MAX_NODE_ARITY, ops};

use super::super::{Context, Item};
use crate::{graph::Value, refusal::Refusal};

/// Tensors joined along an axis. A Plan's node has a limited number of inputs, so neighbours are joined first: the elements
/// stay in their order.
pub(in crate::lower) fn join(cx: &mut Context<'_, '_>, axis: u32, mut parts: Vec<Value>) -> Result<Value, Refusal> {
    while parts.len() > 1 {
        let mut joined = Vec::with_capacity(parts.len().div_ceil(MAX_NODE_ARITY));
        for group in parts.chunks(MAX_NODE_ARITY) {
            joined.push(match group {
                [single] => *single,
                group => cx.emit1(ops::Concat { axis }, group)?,
            });
        }
        parts = joined;
    }
    parts.first().copied().ok_or_else(|| "it joins no tensors, so its result has no shape".into())
}

/// `length` entries of an axis from `start` on.
pub(super) fn part(
    cx: &mut Context<'_, '_>,
    value: Value,
    axis: u32,
    start: u32,
    length: u32,
) -> Result<Value, Refusal> {
    if (start, length) == (0, cx.shape(value)[axis as usize]) {
        return Ok(value);
    }
    let (start, end) = (i64::from(start), i64::from(start) + i64::from(length));
    cx.emit1(ops::Slice { ranges: vec![ops::SliceRange { axis, start, end, step: 1 }] }, &[value])
}

/// One entry of an axis, without the axis.
pub(super) fn entry(cx: &mut Context<'_, '_>, value: Value, axis: u32, index: u32) -> Result<Value, Refusal> {
    let part = part(cx, value, axis, index, 1)?;
    let mut shape = cx.shape(part).to_vec();
    shape.remove(axis as usize);
    cx.emit1(ops::Reshape { shape }, &[part])
}

/// Tensors of one shape along a new axis.
pub(super) fn stack(cx: &mut Context<'_, '_>, axis: u32, entries: &[Value]) -> Result<Value, Refusal> {
    let mut parts = Vec::with_capacity(entries.len());
    for &entry in entries {
        let mut shape = cx.shape(entry).to_vec();
        shape.insert((axis as usize).min(shape.len()), 1);
        parts.push(cx.emit1(ops::Reshape { shape }, &[entry])?);
    }
    join(cx, axis, parts)
}

/// An item that has to be a tensor, `what` it is.
pub(super) fn tensor(item: &Item, what: &str) -> Result<Value, Refusal> {
    match item {
        Item::Tensor(value) => Ok(*value),
        other => Err(format!("{what} is {}, it should be a tensor", other.describe()).into()),
    }
}

/// The bool that a value is known to be, `None` where it is computed at run time.
pub(super) fn known_bool(cx: &Context<'_, '_>, value: Value, what: &str) -> Result<Option<bool>, Refusal> {
    let kind = cx.kind(value);
    if kind.dtype != DType::Bool || kind.checked_elements() != Some(1) {
        return Err(format!("{what} should be one bool, it is {kind}").into());
    }
    Ok(cx.known(value).map(|tensor| tensor.data[0] != 0))
}

/// A constant int64 scalar.
pub(super) fn scalar(cx: &mut Context<'_, '_>, value: i64) -> Result<Value, Refusal> {
    cx.constant(Tensor::from_i64([], &[value]))
}

/// A constant bool scalar.
pub(super) fn flag(cx: &mut Context<'_, '_>, value: bool) -> Result<Value, Refusal> {
    cx.constant(Tensor { dtype: DType::Bool, shape: Vec::new(), data: vec![u8::from(value)] })
}

/// A single constant number among the inputs.
pub(super) fn number(cx: &Context<'_, '_>, index: usize, what: &str) -> Result<Option<i64>, Refusal> {
    match cx.integers(index, what)?.as_deref() {
        None => Ok(None),
        Some(&[number]) => Ok(Some(number)),
        Some(list) => Err(format!("its {what} (input {index}) should be one number, there are {}", list.len()).into()),
    }
}
