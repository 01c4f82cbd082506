use praxis_model::{Tensor, limits::MAX_RANK, ops};

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// From this version on the axes of Squeeze and Unsqueeze are an input.
const AXES_AS_INPUT: i64 = 13;

/// Reshape: 0 copies the input's dimension, one -1 takes what is left.
pub(super) fn reshape(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let wanted = cx.integers(1, "dimensions")?.ok_or("input 1 is missing")?;
    let zero_copies = !cx.attributes.flag("allowzero")?;
    let shape = resolve(cx.shape(input), &wanted, zero_copies)?;
    Ok(vec![emit(cx, input, shape)?])
}

fn resolve(from: &[u32], wanted: &[i64], zero_copies: bool) -> Result<Vec<u32>, Refusal> {
    let refuse = |why: &str| Refusal::Why(format!("its dimensions {wanted:?} {why}; the input has the shape {from:?}"));
    let mut shape = Vec::with_capacity(wanted.len());
    let mut open = None;
    for (axis, &dim) in wanted.iter().enumerate() {
        shape.push(match dim {
            0 if zero_copies => *from.get(axis).ok_or_else(|| refuse("copy one that is not there"))?,
            -1 if open.replace(axis).is_some() => return Err(refuse("contain -1 twice")),
            -1 => 1,
            _ => u32::try_from(dim).map_err(|_| refuse("are out of range"))?,
        });
    }
    if let Some(axis) = open {
        let product = |shape: &[u32]| shape.iter().try_fold(1u64, |p, &dim| p.checked_mul(u64::from(dim)));
        let rest = match (product(from), product(&shape)) {
            (Some(all), Some(known)) if known > 0 && all.is_multiple_of(known) => all / known,
            _ => return Err(refuse("leave no whole number for -1")),
        };
        shape[axis] = u32::try_from(rest).map_err(|_| refuse("are out of range"))?;
    }
    Ok(shape)
}

/// The same elements under `shape`; nothing to do where that is the shape already.
pub(super) fn emit(cx: &mut Context<'_, '_>, input: Value, shape: Vec<u32>) -> Result<Value, Refusal> {
    if cx.shape(input) == shape {
        return Ok(input);
    }
    cx.emit1(ops::Reshape { shape }, &[input])
}

pub(super) fn flatten(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let axis = cx.attributes.int("axis")?.unwrap_or(1);
    let rank = cx.shape(input).len();
    // The axis may also be the rank itself; negative ones still count from the rank.
    let axis = if axis == rank as i64 { rank as u32 } else { cx.axis(axis, rank)? };
    if rank == 2 && axis == 1 {
        return Ok(vec![input]);
    }
    cx.emit(ops::Flatten { axis }, &[input])
}

/// The shape as a constant: it is known at import.
pub(super) fn shape(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let dims: Vec<i64> = cx.shape(input).iter().map(|&dim| i64::from(dim)).collect();
    let rank = dims.len() as i64;
    let position = |given: i64| (if given < 0 { given.saturating_add(rank) } else { given }).clamp(0, rank) as usize;
    let start = position(cx.attributes.int("start")?.unwrap_or(0));
    let end = position(cx.attributes.int("end")?.unwrap_or(rank)).max(start);
    let part = &dims[start..end];
    Ok(vec![cx.constant(Tensor::from_i64([part.len() as u32], part))?])
}

fn axes(cx: &mut Context<'_, '_>, rank: usize) -> Result<Option<Vec<u32>>, Refusal> {
    let given = if cx.opset() < AXES_AS_INPUT {
        cx.at_most(1)?;
        cx.attributes.short_ints("axes")?.map(<[i64]>::to_vec)
    } else {
        cx.at_most(2)?;
        cx.integers(1, "axes")?
    };
    let Some(given) = given else { return Ok(None) };
    let mut axes = given.iter().map(|&axis| cx.axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
    axes.sort_unstable();
    if axes.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(format!("its axes {given:?} name one twice").into());
    }
    Ok(Some(axes))
}

pub(super) fn squeeze(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let from = cx.shape(input).to_vec();
    let axes = axes(cx, from.len())?;
    let dropped = |axis: usize, dim: u32| match &axes {
        Some(axes) => axes.contains(&(axis as u32)),
        None => dim == 1,
    };
    if let Some((axis, dim)) = from.iter().enumerate().find(|&(axis, &dim)| dropped(axis, dim) && dim != 1) {
        return Err(format!("it drops dimension {axis}, whose size is {dim}, not 1").into());
    }
    let kept = from.iter().enumerate().filter(|&(axis, &dim)| !dropped(axis, dim)).map(|(_, &dim)| dim).collect();
    Ok(vec![emit(cx, input, kept)?])
}

pub(super) fn unsqueeze(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let mut shape = cx.shape(input).to_vec();
    let count = if cx.opset() < AXES_AS_INPUT {
        cx.attributes.peek_ints("axes").map_or(0, <[i64]>::len)
    } else {
        cx.integers(1, "axes")?.map_or(0, |axes| axes.len())
    };
    let rank = shape.len().saturating_add(count);
    if rank > MAX_RANK {
        return Err(format!("it makes {rank} dimensions, at most {MAX_RANK} are allowed").into());
    }
    for axis in axes(cx, rank)?.ok_or("its axes are missing")? {
        shape.insert(axis as usize, 1);
    }
    Ok(vec![emit(cx, input, shape)?])
}
