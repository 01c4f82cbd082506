//! Compress, OneHot, ReverseSequence, Trilu, TensorScatter, CenterCropPad.

use praxis_model::{
    DType,
    ops::{Cast, OneHot, PadMode, ReverseSequence, TensorScatter, Trilu},
};

use super::{Context, pad, pick, reshape};
use crate::{graph::Value, limits::shown, refusal::Refusal};

/// The slices whose condition is true.
pub(super) fn compress(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let condition = cx.constant_input(1, "conditions")?.ok_or("input 1 is missing")?;
    if condition.dtype != DType::Bool || condition.shape.len() != 1 {
        return Err(format!("its conditions should be a list of bools, they are {}", condition.tensor_type()).into());
    }
    let (input, axis) = match cx.attributes.int("axis")? {
        Some(axis) => (input, cx.axis(axis, cx.shape(input).len())?),
        None => {
            let count = u32::try_from(cx.kind(input).elements()).map_err(|_| "it has too many elements")?;
            (reshape::emit(cx, input, vec![count])?, 0)
        }
    };
    let positions: Vec<u32> = (0..).zip(&condition.data).filter(|&(_, &keep)| keep != 0).map(|(at, _)| at).collect();
    if positions.last().is_some_and(|&last| last >= cx.shape(input)[axis as usize]) {
        return Err("it keeps more than the input has".into());
    }
    let length = positions.len() as u32;
    Ok(vec![pick::along(cx, input, axis, &positions, vec![length])?])
}

pub(super) fn one_hot(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let (indices, values) = (cx.input(0)?, cx.input(2)?);
    if cx.constant_input(1, "depth")?.is_none() {
        return Err("input 1 is missing".into());
    }
    // Any type of number may hold it; it is truncated as the indices are.
    let depth = cx.emit1(Cast { to: DType::I64 }, &[cx.input(1)?])?;
    let depth = cx.known(depth).and_then(|depth| depth.to_i64());
    let depth = depth.and_then(|depth| u32::try_from(*depth.first()?).ok()).filter(|&depth| depth > 0);
    let depth = depth.ok_or_else(|| Refusal::from("its depth should be a positive number"))?;
    let axis = cx.attributes.int("axis")?.unwrap_or(-1);
    let axis = cx.axis(axis, cx.shape(indices).len() + 1)?;
    let indices = match cx.kind(indices).dtype {
        DType::I32 | DType::I64 => indices,
        _ => cx.emit1(Cast { to: DType::I64 }, &[indices])?,
    };
    cx.emit(OneHot { axis, depth }, &[indices, values])
}

pub(super) fn reverse_sequence(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let inputs = [cx.input(0)?, cx.input(1)?];
    let batch = cx.attributes.int("batch_axis")?.unwrap_or(1);
    let time = cx.attributes.int("time_axis")?.unwrap_or(0);
    let time_first = match (batch, time) {
        (1, 0) => true,
        (0, 1) => false,
        _ => return Err(format!("its axes of batch and time should be 0 and 1, they are {batch} and {time}").into()),
    };
    cx.emit(ReverseSequence { time_first }, &inputs)
}

pub(super) fn trilu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let upper = cx.attributes.int("upper")?.unwrap_or(1) != 0;
    let diagonal = match cx.constant_input(1, "diagonal")? {
        Some(tensor) => tensor.to_i64().and_then(|all| all.first().copied()).ok_or("its diagonal should be int64")?,
        None => 0,
    };
    if cx.shape(input).contains(&0) {
        return Ok(vec![input]);
    }
    cx.emit(Trilu { upper, diagonal }, &[input])
}

pub(super) fn tensor_scatter(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let mut inputs = vec![cx.input(0)?, cx.input(1)?];
    inputs.extend(cx.optional(2));
    let axis = cx.attributes.int("axis")?.unwrap_or(-2);
    let axis = cx.axis(axis, cx.shape(inputs[0]).len())?;
    let circular = match cx.attributes.string("mode")? {
        None | Some("linear") => false,
        Some("circular") => true,
        Some(other) => return Err(format!("its mode \"{}\" is not known", shown(other)).into()),
    };
    cx.emit(TensorScatter { axis, circular }, &inputs)
}

/// Cuts off or adds zeros on both sides; an odd one goes to the end.
pub(super) fn center_crop_pad(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let wanted = cx.integers(1, "dimensions")?.ok_or("input 1 is missing")?;
    let rank = cx.shape(input).len();
    let axes = match cx.attributes.short_ints("axes")? {
        Some(axes) => axes.iter().map(|&axis| cx.axis(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank as u32).collect(),
    };
    if wanted.len() != axes.len() {
        return Err(format!("it has {} dimensions for {} axes", wanted.len(), axes.len()).into());
    }
    let mut pads = vec![(0, 0); rank];
    for (&axis, &wanted) in axes.iter().zip(&wanted) {
        let axis = axis as usize;
        let more = wanted.saturating_sub(i64::from(cx.shape(input)[axis]));
        // Division truncates, so that both halves are rounded to zero.
        pads[axis] = (more / 2, more - more / 2);
    }
    Ok(vec![pad::emit(cx, input, PadMode::Constant, &pads, None)?])
}
