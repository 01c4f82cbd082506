//! Reductions that end in a function: ReduceL2.

use praxis_model::{DType, ops};

use super::{
    empty::Identity,
    reduce::{AXES_AS_INPUT, Request},
};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Applies a function of floats; integers go through float64 and back.
fn apply(cx: &mut Context<'_, '_>, value: Value, op: impl Into<praxis_model::Op>) -> Result<Value, Refusal> {
    let dtype = cx.kind(value).dtype;
    if dtype.is_float() {
        return cx.emit1(op, &[value]);
    }
    let wide = cx.emit1(ops::Cast { to: DType::F64 }, &[value])?;
    let result = cx.emit1(op, &[wide])?;
    cx.emit1(ops::Cast { to: dtype }, &[result])
}

pub(super) fn l2(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let request = Request::of(cx, AXES_AS_INPUT)?;
    let squares = request.emit(cx, |reduction| ops::ReduceSumSquare(reduction).into(), Identity::Zero)?;
    Ok(vec![apply(cx, squares, ops::Sqrt)?])
}
