//! MeanVarianceNormalization and LpNormalization.

use praxis_model::ops::{self, Reduction};

use super::number;
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Axes of MeanVarianceNormalization where the file gives none.
const DEFAULT_AXES: [i64; 3] = [0, 2, 3];
/// What MeanVarianceNormalization adds to the standard deviation.
const DEVIATION_EPSILON: f64 = 1e-9;

/// (x - mean) / (sqrt(mean of (x - mean)^2) + 1e-9). ONNX takes the variance as a difference of squares; the mean of squared
/// differences is the same number without its cancellation.
pub(super) fn mean_variance_normalization(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let (dtype, shape) = (cx.kind(input).dtype, cx.shape(input).to_vec());
    let given = cx.attributes.short_ints("axes")?.unwrap_or(&DEFAULT_AXES);
    let mut axes = given.iter().map(|&axis| cx.axis(axis, shape.len())).collect::<Result<Vec<_>, _>>()?;
    axes.sort_unstable();
    axes.dedup();
    let count = axes.iter().map(|&axis| f64::from(shape[axis as usize])).product();
    let along = Reduction { axes, keep_dims: true };
    let mean = cx.emit1(ops::ReduceMean(along.clone()), &[input])?;
    let deviation = cx.emit1(ops::Sub, &[input, mean])?;
    let squares = cx.emit1(ops::ReduceSumSquare(along), &[deviation])?;
    let count = number(cx, dtype, count)?;
    let variance = cx.emit1(ops::Div, &[squares, count])?;
    let root = cx.emit1(ops::Sqrt, &[variance])?;
    let epsilon = number(cx, dtype, DEVIATION_EPSILON)?;
    let divisor = cx.emit1(ops::Add, &[root, epsilon])?;
    cx.emit(ops::Div, &[deviation, divisor])
}

/// x / its norm along an axis, and 0 where the norm is 0.
pub(super) fn lp_normalization(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let dtype = cx.kind(input).dtype;
    let given = cx.attributes.int("axis")?.unwrap_or(-1);
    let along = Reduction { axes: vec![cx.axis(given, cx.shape(input).len())?], keep_dims: true };
    let norm = match cx.attributes.int("p")?.unwrap_or(2) {
        1 => cx.emit1(ops::ReduceL1(along), &[input])?,
        2 => {
            let squares = cx.emit1(ops::ReduceSumSquare(along), &[input])?;
            cx.emit1(ops::Sqrt, &[squares])?
        }
        other => return Err(format!("its p is {other}; 1 and 2 are supported").into()),
    };
    let zero = number(cx, dtype, 0.0)?;
    let is_zero = cx.emit1(ops::Equal, &[norm, zero])?;
    let quotient = cx.emit1(ops::Div, &[input, norm])?;
    cx.emit(ops::Where, &[is_zero, zero, quotient])
}
