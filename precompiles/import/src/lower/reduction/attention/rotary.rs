use praxis_model::ops::{self, SliceRange};

use super::{heads_attribute, reshaped};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// The part of the last axis from `start` on in steps.
fn part(cx: &mut Context<'_, '_>, value: Value, start: u32, end: u32, step: i64) -> Result<Value, Refusal> {
    let shape = cx.shape(value);
    let axis = shape.len() as u32 - 1;
    if (start, step) == (0, 1) && shape.last() == Some(&end) {
        return Ok(value);
    }
    let range = SliceRange { axis, start: i64::from(start), end: i64::from(end), step };
    cx.emit1(ops::Slice { ranges: vec![range] }, &[value])
}

/// The cosines or sines of each sample and position, `[samples or 1, positions, 1, half]`.
fn table(cx: &mut Context<'_, '_>, index: usize, batch: u32, positions: u32, half: u32) -> Result<Value, Refusal> {
    let mut table = cx.input(index)?;
    if let Some(ids) = cx.optional(3) {
        table = cx.emit1(ops::Gather { axis: 0 }, &[table, ids])?;
    }
    match *cx.shape(table) {
        [b, p, h] if p == positions && h == half && (b == batch || b == 1) => {
            reshaped(cx, table, vec![b, positions, 1, half])
        }
        ref other => Err(format!("its cosines and sines (input {index}) have the shape {other:?}").into()),
    }
}

/// Pairs of elements turned by the angle of their position: (cos * x1 - sin * x2, sin * x1 + cos * x2).
pub(in super::super) fn rotary_embedding(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(4)?;
    let input = cx.input(0)?;
    let interleaved = cx.attributes.flag("interleaved")?;
    let heads = heads_attribute(cx, "num_heads")?;
    let turned = cx.attributes.int("rotary_embedding_dim")?.unwrap_or(0);
    let given = cx.shape(input).to_vec();
    let by_position = match *given.as_slice() {
        [_, _, _, _] => cx.emit1(ops::Transpose { perm: vec![0, 2, 1, 3] }, &[input])?,
        [batch, positions, width] => {
            let heads = heads.filter(|&heads| heads > 0 && width.is_multiple_of(heads));
            let heads = heads.ok_or("its num_heads is missing, or does not divide the last dimension")?;
            reshaped(cx, input, vec![batch, positions, heads, width / heads])?
        }
        ref other => return Err(format!("its input should have 3 or 4 dimensions, it has the shape {other:?}").into()),
    };
    let split = cx.shape(by_position).to_vec();
    let (batch, positions, width) = (split[0], split[1], split[3]);
    let turned = match u32::try_from(turned) {
        Ok(0) => width,
        Ok(turned) if turned <= width => turned,
        _ => return Err(format!("its rotary_embedding_dim is out of range for {width} elements").into()),
    };
    let half = turned / 2;
    if half == 0 || turned % 2 == 1 {
        return Err(format!("it turns {turned} elements, which are no pairs").into());
    }
    let (cos, sin) = (table(cx, 1, batch, positions, half)?, table(cx, 2, batch, positions, half)?);
    let (x1, x2) = if interleaved {
        (part(cx, by_position, 0, turned, 2)?, part(cx, by_position, 1, turned, 2)?)
    } else {
        (part(cx, by_position, 0, half, 1)?, part(cx, by_position, half, turned, 1)?)
    };
    let product = |cx: &mut Context<'_, '_>, a, b| cx.emit1(ops::Mul, &[a, b]);
    let (cos1, sin2) = (product(cx, cos, x1)?, product(cx, sin, x2)?);
    let (sin1, cos2) = (product(cx, sin, x1)?, product(cx, cos, x2)?);
    let real = cx.emit1(ops::Sub, &[cos1, sin2])?;
    let imaginary = cx.emit1(ops::Add, &[sin1, cos2])?;
    let mut result = join(cx, real, imaginary, interleaved)?;
    if turned < width {
        let rest = part(cx, by_position, turned, width, 1)?;
        result = cx.emit1(ops::Concat { axis: 3 }, &[result, rest])?;
    }
    if given.len() == 4 {
        return cx.emit(ops::Transpose { perm: vec![0, 2, 1, 3] }, &[result]);
    }
    Ok(vec![reshaped(cx, result, given)?])
}

/// Both halves one after the other, or element by element in turn.
fn join(cx: &mut Context<'_, '_>, real: Value, imaginary: Value, interleaved: bool) -> Result<Value, Refusal> {
    if !interleaved {
        return cx.emit1(ops::Concat { axis: 3 }, &[real, imaginary]);
    }
    let mut shape = cx.shape(real).to_vec();
    let mut pairs = shape.clone();
    pairs.push(1);
    let (real, imaginary) = (reshaped(cx, real, pairs.clone())?, reshaped(cx, imaginary, pairs)?);
    let both = cx.emit1(ops::Concat { axis: 4 }, &[real, imaginary])?;
    shape[3] *= 2;
    reshaped(cx, both, shape)
}
