use praxis_model::{
    DType, Tensor,
    ops::{self, Arg, Reduction},
};

use super::{number, reshaped};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// From this version on the softmax family works along one axis; before, along all axes from the given one on, taken together.
const ONE_AXIS: i64 = 13;

/// The input so that the operator works along the returned axis, and the shape of the result.
fn along_one_axis(cx: &mut Context<'_, '_>) -> Result<(Value, u32, Vec<u32>), Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let shape = cx.shape(input).to_vec();
    let given = cx.attributes.int("axis")?;
    if cx.opset() >= ONE_AXIS {
        let axis = cx.axis(given.unwrap_or(-1), shape.len())?;
        return Ok((input, axis, shape));
    }
    let axis = cx.axis(given.unwrap_or(1), shape.len())?;
    if axis as usize + 1 == shape.len() {
        return Ok((input, axis, shape));
    }
    Ok((cx.emit1(ops::Flatten { axis }, &[input])?, 1, shape))
}

/// x minus the maximum along an axis, and the sum of the exponentials of that.
fn shifted(cx: &mut Context<'_, '_>, input: Value, axis: u32) -> Result<(Value, Value, Value), Refusal> {
    let along = Reduction { axes: vec![axis], keep_dims: true };
    let maximum = cx.emit1(ops::ReduceMax(along.clone()), &[input])?;
    let shifted = cx.emit1(ops::Sub, &[input, maximum])?;
    let powers = cx.emit1(ops::Exp, &[shifted])?;
    let sum = cx.emit1(ops::ReduceSum(along), &[powers])?;
    Ok((shifted, powers, sum))
}

/// Softmax along one axis. In float64 it is the operators that float32's kernel joins.
pub(super) fn softmax_along(cx: &mut Context<'_, '_>, input: Value, axis: u32) -> Result<Value, Refusal> {
    if cx.kind(input).dtype == DType::F32 {
        return cx.emit1(ops::Softmax { axis }, &[input]);
    }
    let (_, powers, sum) = shifted(cx, input, axis)?;
    cx.emit1(ops::Div, &[powers, sum])
}

/// (x - maximum) - log(sum of exponentials) along one axis.
pub(super) fn log_softmax_along(cx: &mut Context<'_, '_>, input: Value, axis: u32) -> Result<Value, Refusal> {
    let (shifted, _, sum) = shifted(cx, input, axis)?;
    let log = cx.emit1(ops::Log, &[sum])?;
    cx.emit1(ops::Sub, &[shifted, log])
}

pub(super) fn softmax(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (input, axis, shape) = along_one_axis(cx)?;
    let result = softmax_along(cx, input, axis)?;
    Ok(vec![reshaped(cx, result, shape)?])
}

pub(super) fn log_softmax(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (input, axis, shape) = along_one_axis(cx)?;
    let result = log_softmax_along(cx, input, axis)?;
    Ok(vec![reshaped(cx, result, shape)?])
}

/// 1 at the first greatest element along the axis, 0 elsewhere.
pub(super) fn hardmax(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (input, axis, shape) = along_one_axis(cx)?;
    let (dtype, dims) = (cx.kind(input).dtype, cx.shape(input).to_vec());
    let found = cx.emit1(ops::ArgMax(Arg { axis, select_last: false }), &[input])?;
    let places = places(cx, dims.len(), axis, dims[axis as usize])?;
    let here = cx.emit1(ops::Equal, &[places, found])?;
    let (one, zero) = (number(cx, dtype, 1.0)?, number(cx, dtype, 0.0)?);
    let result = cx.emit1(ops::Where, &[here, one, zero])?;
    Ok(vec![reshaped(cx, result, shape)?])
}

/// 0, 1, 2, … along one axis of `rank`, as int64.
pub(super) fn places(cx: &mut Context<'_, '_>, rank: usize, axis: u32, length: u32) -> Result<Value, Refusal> {
    let mut shape = vec![1; rank];
    shape[axis as usize] = length;
    let numbers: Vec<i64> = (0..i64::from(length)).collect();
    cx.constant(Tensor::from_i64(shape, &numbers))
}
