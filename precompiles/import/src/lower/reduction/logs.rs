//! Reductions that end in a function: ReduceL2, ReduceLogSum and ReduceLogSumExp.

use praxis_model::{
    DType,
    ops::{self, Reduction, Scalar},
};

use super::{
    empty::Identity,
    reduce::{AXES_AS_INPUT, Request},
    reshaped,
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

pub(super) fn log_sum(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let request = Request::of(cx, AXES_AS_INPUT)?;
    let sum = request.emit(cx, |reduction| ops::ReduceSum(reduction).into(), Identity::Zero)?;
    Ok(vec![apply(cx, sum, ops::Log)?])
}

/// m + log(sum of exp(x - m)), where m is the maximum, taken into the finite numbers so that infinities subtract.
pub(super) fn log_sum_exp(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let mut request = Request::of(cx, AXES_AS_INPUT)?;
    let dtype = cx.kind(request.input).dtype;
    if !dtype.is_float() {
        request.input = cx.emit1(ops::Cast { to: DType::F64 }, &[request.input])?;
    }
    let empty = cx.shape(request.input).contains(&0);
    if empty || request.axes.is_empty() {
        // log(exp(x)) of single elements is x itself; of none it is log(0).
        let result = request.emit(cx, |reduction| ops::ReduceSum(reduction).into(), Identity::Least)?;
        return Ok(vec![cx.emit1(ops::Cast { to: dtype }, &[result])?]);
    }
    let along = Reduction { axes: request.axes.clone(), keep_dims: true };
    let maximum = cx.emit1(ops::ReduceMax(along.clone()), &[request.input])?;
    let finite = cx.emit1(finite(cx.kind(maximum).dtype), &[maximum])?;
    let shifted = cx.emit1(ops::Sub, &[request.input, finite])?;
    let powers = cx.emit1(ops::Exp, &[shifted])?;
    let sum = cx.emit1(ops::ReduceSum(along), &[powers])?;
    let log = cx.emit1(ops::Log, &[sum])?;
    let result = cx.emit1(ops::Add, &[log, finite])?;
    let shape = request.output(cx);
    let result = reshaped(cx, result, shape)?;
    Ok(vec![if dtype.is_float() { result } else { cx.emit1(ops::Cast { to: dtype }, &[result])? }])
}

/// Clip to the finite numbers; NaN stays.
fn finite(dtype: DType) -> ops::Clip {
    let bound = |sign: f64| match dtype {
        DType::F64 => Scalar { dtype, bytes: (sign * f64::MAX).to_le_bytes() },
        _ => Scalar::f32(sign as f32 * f32::MAX),
    };
    ops::Clip { min: Some(bound(-1.0)), max: Some(bound(1.0)) }
}
