use praxis_model::ops::{self, SliceRange};

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// From this version on starts, ends, axes and steps are inputs.
const RANGES_AS_INPUTS: i64 = 10;

pub(super) fn slice(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let (starts, ends, axes, steps) = if cx.opset() < RANGES_AS_INPUTS {
        cx.at_most(1)?;
        let mut list = |name: &str| cx.attributes.short_ints(name).map(|list| list.map(<[i64]>::to_vec));
        (list("starts")?, list("ends")?, list("axes")?, None)
    } else {
        cx.at_most(5)?;
        (cx.integers(1, "starts")?, cx.integers(2, "ends")?, cx.integers(3, "axes")?, cx.integers(4, "steps")?)
    };
    let starts = starts.ok_or("its starts are missing")?;
    let ends = ends.ok_or("its ends are missing")?;
    let rank = cx.shape(input).len();
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()].iter().any(|&length| length != starts.len()) {
        return Err("its starts, ends, axes and steps differ in number".into());
    }
    let mut ranges = Vec::with_capacity(starts.len());
    for (index, &start) in starts.iter().enumerate() {
        let axis = cx.axis(axes[index], rank)?;
        ranges.push(SliceRange { axis, start, end: ends[index], step: steps[index] });
    }
    ranges.sort_by_key(|range| range.axis);
    if ranges.windows(2).any(|pair| pair[0].axis == pair[1].axis) {
        return Err(format!("its axes {axes:?} name one twice").into());
    }
    Ok(vec![emit(cx, input, ranges)?])
}

/// The input at these ranges, which have ascending axes; nothing to do where they are whole axes. A part without elements is a
/// constant, whatever it is a part of.
pub(super) fn emit(cx: &mut Context<'_, '_>, input: Value, ranges: Vec<SliceRange>) -> Result<Value, Refusal> {
    let mut shape = cx.shape(input).to_vec();
    let mut kept = Vec::with_capacity(ranges.len());
    for range in ranges {
        let dim = shape.get_mut(range.axis as usize).ok_or("its axes are out of range")?;
        let found = range.resolve(*dim);
        if found != (0, 1, *dim) {
            kept.push(range);
        }
        if range.step == 0 {
            return Err("its steps contain 0".into());
        }
        *dim = found.2;
    }
    if shape.contains(&0) {
        return cx.empty(cx.kind(input).dtype, shape);
    }
    if kept.is_empty() {
        return Ok(input);
    }
    cx.emit1(ops::Slice { ranges: kept }, &[input])
}
