use praxis_model::{
    Op,
    ops::{self, Cumulative},
};

use crate::{graph::Value, lower::Context, refusal::Refusal};

fn cumulative(cx: &mut Context<'_, '_>, op: impl Fn(Cumulative) -> Op) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let axis = match cx.integers(1, "axis")?.as_deref() {
        Some(&[axis]) => cx.axis(axis, cx.shape(input).len())?,
        Some(list) => return Err(format!("its axis (input 1) should be one number, it is {list:?}").into()),
        None => return Err("its axis (input 1) is missing".into()),
    };
    let (exclusive, reverse) = (cx.attributes.flag("exclusive")?, cx.attributes.flag("reverse")?);
    cx.emit(op(Cumulative { axis, exclusive, reverse }), &[input])
}

pub(super) fn cum_sum(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cumulative(cx, |rule| ops::CumSum(rule).into())
}

pub(super) fn cum_prod(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cumulative(cx, |rule| ops::CumProd(rule).into())
}
