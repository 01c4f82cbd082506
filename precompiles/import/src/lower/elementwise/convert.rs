//! Conversions, choice and classes.

use praxis_model::ops;

use super::unary;
use crate::{graph::Value, lower::Context, refusal::Refusal, tensor::dtype};

pub(super) fn bit_cast(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let number = cx.attributes.int("to")?.ok_or("the attribute to is missing")?;
    unary(cx, ops::BitCast { to: dtype(i32::try_from(number).unwrap_or(0))? })
}

/// Cast to the type of the second input.
pub(super) fn cast_like(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    // These two are about 8-bit floats, which Plans do not have.
    cx.attributes.ignore("saturate");
    cx.attributes.ignore("round_mode");
    cx.at_most(2)?;
    let (input, like) = (cx.input(0)?, cx.input(1)?);
    let to = cx.kind(like).dtype;
    Ok(vec![super::as_type(cx, input, to)?])
}

pub(super) fn is_inf(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let mut detect = |name: &str| cx.attributes.int(name).map(|flag| flag != Some(0));
    let (negative, positive) = (detect("detect_negative")?, detect("detect_positive")?);
    unary(cx, ops::IsInf { negative, positive })
}

pub(super) fn choose(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let inputs = [cx.input(0)?, cx.input(1)?, cx.input(2)?];
    cx.emit(ops::Where, &inputs)
}
