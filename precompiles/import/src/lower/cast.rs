use praxis_model::ops;

use super::Context;
use crate::{graph::Value, refusal::Refusal, tensor::dtype};

/// ONNX's number of the element type string.
const STRING: i32 = 8;

pub(super) fn cast(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let number = cx.attributes.int("to")?.ok_or("the attribute to is missing")?;
    if cx.label_names(cx.input(0)?).is_some() {
        return if number == i64::from(STRING) {
            Ok(vec![cx.input(0)?])
        } else {
            Err("it reads numbers out of strings".into())
        };
    }
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
