//! MeanVarianceNormalization, LpNormalization and LRN.

use praxis_model::ops::{self, Reduction, SliceRange};

use super::{filled, number};
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

/// x / (bias + alpha / size * s)^beta, where s is the sum of the squares of neighbouring channels, ascending.
pub(super) fn lrn(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let (dtype, shape) = (cx.kind(input).dtype, cx.shape(input).to_vec());
    let &[_, channels, ..] = shape.as_slice() else {
        return Err(format!("its input has the shape {shape:?}, without channels").into());
    };
    let mut attribute = |name, default| Ok::<f64, Refusal>(f64::from(cx.attributes.float(name)?.unwrap_or(default)));
    let (alpha, beta, bias) = (attribute("alpha", 1e-4)?, attribute("beta", 0.75)?, attribute("bias", 1.0)?);
    let size = cx.attributes.int("size")?.ok_or("its attribute size is missing")?;
    // A window wider than twice the channels holds all of them from everywhere.
    let size = u32::try_from(size).ok().filter(|&size| size > 0 && size <= 2 * channels.min(32));
    let size = size.ok_or("its size is out of range: at most twice the channels, and 64")?;
    let squares = cx.emit1(ops::Mul, &[input, input])?;
    let padding = |cx: &mut Context<'_, '_>, count: u32| {
        let mut shape = shape.clone();
        shape[1] = count;
        filled(cx, dtype, shape, 0.0)
    };
    let (before, after) = ((size - 1) / 2, size / 2);
    let mut parts = Vec::new();
    if before > 0 {
        parts.push(padding(cx, before)?);
    }
    parts.push(squares);
    if after > 0 {
        parts.push(padding(cx, after)?);
    }
    let padded = if parts.len() == 1 { squares } else { cx.emit1(ops::Concat { axis: 1 }, &parts)? };
    let mut sum = None;
    for offset in 0..i64::from(size) {
        let range = SliceRange { axis: 1, start: offset, end: offset + i64::from(channels), step: 1 };
        let part = cx.emit1(ops::Slice { ranges: vec![range] }, &[padded])?;
        sum = Some(match sum {
            None => part,
            Some(sum) => cx.emit1(ops::Add, &[sum, part])?,
        });
    }
    let sum = sum.ok_or("its size is 0")?;
    let factor = number(cx, dtype, alpha / f64::from(size))?;
    let (bias, beta) = (number(cx, dtype, bias)?, number(cx, dtype, beta)?);
    let scaled = cx.emit1(ops::Mul, &[sum, factor])?;
    let base = cx.emit1(ops::Add, &[scaled, bias])?;
    let divisor = cx.emit1(ops::Pow, &[base, beta])?;
    cx.emit(ops::Div, &[input, divisor])
}
