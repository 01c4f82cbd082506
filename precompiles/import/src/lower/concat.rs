use praxis_model::ops;

use super::Context;
use crate::{graph::Value, refusal::Refusal};

pub(super) fn concat(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let axis = cx.attributes.int("axis")?.ok_or("the attribute axis is missing")?;
    let inputs = cx.all_inputs()?;
    let first = cx.input(0)?;
    let axis = cx.axis(axis, cx.shape(first).len())?;
    if inputs.len() == 1 {
        return Ok(inputs);
    }
    cx.emit(ops::Concat { axis }, &inputs)
}
