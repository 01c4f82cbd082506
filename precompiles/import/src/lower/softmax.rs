use praxis_model::ops;

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// From this version on Softmax works along one axis; before, along all axes from the given one on, taken together.
const ONE_AXIS: i64 = 13;

pub(super) fn softmax(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let shape = cx.shape(input).to_vec();
    let given = cx.attributes.int("axis")?;
    if cx.opset() >= ONE_AXIS {
        let axis = cx.axis(given.unwrap_or(-1), shape.len())?;
        return cx.emit(ops::Softmax { axis }, &[input]);
    }
    let axis = cx.axis(given.unwrap_or(1), shape.len())?;
    if axis as usize + 1 == shape.len() {
        return cx.emit(ops::Softmax { axis }, &[input]);
    }
    let flat = one(cx.emit(ops::Flatten { axis }, &[input])?)?;
    let flat = one(cx.emit(ops::Softmax { axis: 1 }, &[flat])?)?;
    cx.emit(ops::Reshape { shape }, &[flat])
}

fn one(values: Vec<Value>) -> Result<Value, Refusal> {
    values.into_iter().next().ok_or_else(|| "an operator gave no result".into())
}
