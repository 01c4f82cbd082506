use praxis_model::ops;

use super::Context;
use crate::{graph::Value, refusal::Refusal, tensor::dtype};

pub(super) fn cast(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let number = cx.attributes.int("to")?.ok_or("the attribute to is missing")?;
    let to = dtype(i32::try_from(number).unwrap_or(0))?;
    // These two are about 8-bit floats, which Plans do not have.
    cx.attributes.ignore("saturate");
    cx.attributes.ignore("round_mode");
    let input = cx.input(0)?;
    cx.at_most(1)?;
    if cx.kind(input).dtype == to {
        return Ok(vec![input]);
    }
    cx.emit(ops::Cast { to }, &[input])
}
