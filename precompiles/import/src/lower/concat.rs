use praxis_model::{limits::MAX_NODE_ARITY, ops};

use super::Context;
use crate::{graph::Value, refusal::Refusal};

pub(super) fn concat(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let axis = cx.attributes.int("axis")?.ok_or("the attribute axis is missing")?;
    let mut inputs = cx.all_inputs()?;
    let first = cx.input(0)?;
    let axis = cx.axis(axis, cx.shape(first).len())?;
    // Joining neighbours first gives the same elements: a Plan's node has a limited number of inputs.
    while inputs.len() > 1 {
        let mut joined = Vec::with_capacity(inputs.len().div_ceil(MAX_NODE_ARITY));
        for group in inputs.chunks(MAX_NODE_ARITY) {
            match group {
                [single] => joined.push(*single),
                group => joined.extend(cx.emit(ops::Concat { axis }, group)?),
            }
        }
        inputs = joined;
    }
    Ok(inputs)
}
