use praxis_model::ops;

use super::reshaped;
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// From this version on the softmax family works along one axis; before, along all axes from the given one on, taken together.
const ONE_AXIS: i64 = 13;

/// The input so that the operator works along the returned axis, and the shape of the result.
pub(super) fn along_one_axis(cx: &mut Context<'_, '_>) -> Result<(Value, u32, Vec<u32>), Refusal> {
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

pub(super) fn softmax(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (input, axis, shape) = along_one_axis(cx)?;
    let result = cx.emit1(ops::Softmax { axis }, &[input])?;
    Ok(vec![reshaped(cx, result, shape)?])
}
