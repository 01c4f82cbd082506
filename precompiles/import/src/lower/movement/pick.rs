//! Constant positions along axes: evenly spaced ones become strides of a View, the others a Gather.

use praxis_model::{
    DType, Tensor,
    ops::{Gather, View, Walk},
};

use super::{Context, reshape};
use crate::{graph::Value, refusal::Refusal};

/// Loops of a View, as length and stride.
type Loops = Vec<(u32, i64)>;

/// First position and the loops of positions that are evenly spaced, each of them once or equally often in a row.
fn evenly_spaced(positions: &[u32]) -> Option<(i64, Loops)> {
    let (&first, length) = (positions.first()?, positions.len());
    let times = positions.iter().take_while(|&&position| position == first).count();
    let step = positions.get(times).map_or(0, |&second| i64::from(second) - i64::from(first));
    let place = |index: usize| i64::from(first) + (index / times) as i64 * step;
    if !length.is_multiple_of(times) || positions.iter().enumerate().any(|(at, &p)| i64::from(p) != place(at)) {
        return None;
    }
    let count = |length: usize| u32::try_from(length).ok();
    Some((i64::from(first), vec![(count(length / times)?, step), (count(times)?, 0)]))
}

/// The strided copy, or the input under another shape where the copy keeps everything in its place.
pub(super) fn view(
    cx: &mut Context<'_, '_>,
    input: Value,
    (offset, loops): (i64, Loops),
    shape: Vec<u32>,
) -> Result<Value, Refusal> {
    let view = View::new(offset, loops, shape).map_err(|error| Refusal::Why(error.to_string()))?;
    let count = cx.kind(input).elements();
    let whole = Walk::new(0, u32::try_from(count).map(|count| (count, 1)));
    if Ok(&view.walk) == whole.as_ref() {
        return reshape::emit(cx, input, view.shape);
    }
    cx.emit1(view, &[input])
}

/// Positions as a constant.
pub(super) fn constant(cx: &mut Context<'_, '_>, shape: Vec<u32>, positions: &[u32]) -> Result<Value, Refusal> {
    // Dimensions are those of tensors of at most 16 MiB, so that positions fit int32.
    let data = positions.iter().flat_map(|&position| position.to_le_bytes()).collect();
    cx.constant(Tensor { dtype: DType::I32, shape, data })
}

/// The input at these positions of one axis, which take the place of the axis in this shape.
pub(super) fn along(
    cx: &mut Context<'_, '_>,
    input: Value,
    axis: u32,
    positions: &[u32],
    shape: Vec<u32>,
) -> Result<Value, Refusal> {
    let from = cx.shape(input).to_vec();
    let place = axis as usize;
    match evenly_spaced(positions) {
        Some((first, own)) if !from.contains(&0) => {
            let strides = Walk::strides(&from);
            let stride = strides[place];
            let mut loops: Loops = from.iter().copied().zip(strides).collect();
            loops.splice(place..=place, own.into_iter().map(|(length, step)| (length, step.saturating_mul(stride))));
            let shape = [&from[..place], &shape, &from[place + 1..]].concat();
            view(cx, input, (first.saturating_mul(stride), loops), shape)
        }
        _ => {
            let positions = constant(cx, shape, positions)?;
            cx.emit1(Gather { axis }, &[input, positions])
        }
    }
}

/// The input at these positions of each axis; `None` keeps an axis.
pub(super) fn on_axes(cx: &mut Context<'_, '_>, input: Value, axes: &[Option<Vec<u32>>]) -> Result<Value, Refusal> {
    let from = cx.shape(input).to_vec();
    let spaced: Option<Vec<_>> = axes
        .iter()
        .zip(&from)
        .map(|(positions, &dim)| match positions {
            Some(positions) => evenly_spaced(positions),
            None => Some((0, vec![(dim, 1)])),
        })
        .collect();
    if let Some(spaced) = spaced {
        // All axes in one copy.
        let strides = Walk::strides(&from);
        let shape: Vec<u32> =
            axes.iter().zip(&from).map(|(p, &dim)| p.as_ref().map_or(dim, |p| p.len() as u32)).collect();
        let offset = spaced.iter().zip(&strides).map(|((first, _), &stride)| first.saturating_mul(stride)).sum();
        let loops = spaced.into_iter().zip(strides).flat_map(|((_, own), stride)| {
            own.into_iter().map(move |(length, step)| (length, step.saturating_mul(stride)))
        });
        return view(cx, input, (offset, loops.collect()), shape);
    }
    let mut value = input;
    for axis in by_cost(&from, |axis| axes[axis].as_ref().map(Vec::len)) {
        if let Some(positions) = &axes[axis] {
            let length = positions.len() as u32;
            value = along(cx, value, axis as u32, positions, vec![length])?;
        }
    }
    Ok(value)
}

/// The axes that change their length, in the order that moves the least: those that shrink from the outermost, then those
/// that grow from the innermost.
pub(super) fn by_cost(from: &[u32], length: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    let shrinks = |&axis: &usize| length(axis).is_some_and(|length| length < from[axis] as usize);
    let grows = |&axis: &usize| length(axis).is_some_and(|length| length >= from[axis] as usize);
    (0..from.len()).filter(shrinks).chain((0..from.len()).rev().filter(grows)).collect()
}
