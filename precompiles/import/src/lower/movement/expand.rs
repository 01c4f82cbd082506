//! Repetition: strides of 0.

use praxis_model::{limits::MAX_RANK, ops::Walk};

use super::{Context, pick};
use crate::{graph::Value, refusal::Refusal};

fn sizes(cx: &Context<'_, '_>, what: &str) -> Result<Vec<u32>, Refusal> {
    let given = cx.integers(1, what)?.ok_or("input 1 is missing")?;
    let sizes = given.iter().map(|&size| u32::try_from(size)).collect::<Result<Vec<_>, _>>();
    let sizes = sizes.map_err(|_| Refusal::Why(format!("its {what} {given:?} are out of range")))?;
    if sizes.len() > MAX_RANK {
        return Err(format!("it has {} {what}, at most {MAX_RANK} are allowed", sizes.len()).into());
    }
    Ok(sizes)
}

/// Broadcasts to a shape, from both sides.
pub(super) fn expand(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let given = sizes(cx, "dimensions")?;
    Ok(vec![to_shape(cx, input, &given)?])
}

/// The input broadcast against a shape.
pub(super) fn to_shape(cx: &mut Context<'_, '_>, input: Value, given: &[u32]) -> Result<Value, Refusal> {
    let from = cx.shape(input).to_vec();
    let shape = praxis_model::ops::broadcast(&from, given).map_err(|error| Refusal::Why(error.to_string()))?;
    if shape.contains(&0) {
        return cx.empty(cx.kind(input).dtype, shape);
    }
    let strides = Walk::strides(&from);
    let added = shape.len() - from.len();
    let loops = shape.iter().enumerate().map(|(axis, &dim)| match axis.checked_sub(added) {
        Some(own) if from[own] != 1 => (dim, strides[own]),
        _ => (dim, 0),
    });
    pick::view(cx, input, (0, loops.collect()), shape.clone())
}

pub(super) fn tile(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let repeats = sizes(cx, "repeats")?;
    let from = cx.shape(input).to_vec();
    if repeats.len() != from.len() {
        return Err(format!("it has {} repeats for {} dimensions", repeats.len(), from.len()).into());
    }
    let longer = |(&dim, &times): (&u32, &u32)| dim.checked_mul(times);
    let shape: Option<Vec<u32>> = from.iter().zip(&repeats).map(longer).collect();
    let shape = shape.ok_or_else(|| format!("its repeats {repeats:?} make a dimension exceed 32 bits"))?;
    if shape.contains(&0) {
        return Ok(vec![cx.empty(cx.kind(input).dtype, shape)?]);
    }
    let dims = from.iter().zip(Walk::strides(&from));
    let loops = dims.zip(&repeats).flat_map(|((&dim, stride), &times)| [(times, 0), (dim, stride)]);
    Ok(vec![pick::view(cx, input, (0, loops.collect()), shape)?])
}
