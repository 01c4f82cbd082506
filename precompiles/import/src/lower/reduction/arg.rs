use praxis_model::{
    Op,
    ops::{self, Arg},
};

use super::reshaped;
use crate::{graph::Value, lower::Context, refusal::Refusal};

fn arg(cx: &mut Context<'_, '_>, op: impl Fn(Arg) -> Op) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let given = cx.attributes.int("axis")?.unwrap_or(0);
    let axis = cx.axis(given, cx.shape(input).len())?;
    let select_last = cx.attributes.flag("select_last_index")?;
    let keep_dims = cx.attributes.int("keepdims")?.unwrap_or(1) != 0;
    let found = cx.emit1(op(Arg { axis, select_last }), &[input])?;
    if keep_dims {
        return Ok(vec![found]);
    }
    let mut shape = cx.shape(found).to_vec();
    shape.remove(axis as usize);
    Ok(vec![reshaped(cx, found, shape)?])
}

pub(super) fn arg_max(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    arg(cx, |arg| ops::ArgMax(arg).into())
}

pub(super) fn arg_min(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    arg(cx, |arg| ops::ArgMin(arg).into())
}
