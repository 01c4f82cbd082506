use super::{Context, control::join};
use crate::{graph::Value, refusal::Refusal};

pub(super) fn concat(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let axis = cx.attributes.int("axis")?.ok_or("the attribute axis is missing")?;
    let mut inputs = cx.all_inputs()?;
    let first = cx.input(0)?;
    let axis = cx.axis(axis, cx.shape(first).len())?;
    // What has no elements adds none.
    inputs.retain(|&value| !cx.shape(value).contains(&0));
    Ok(vec![if inputs.is_empty() { first } else { join(cx, axis, inputs)? }])
}
