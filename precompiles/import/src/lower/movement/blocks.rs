//! DepthToSpace and SpaceToDepth: a dimension split off another and moved, as one strided copy.

use praxis_model::ops::Walk;

use super::{Context, pick};
use crate::{graph::Value, limits::shown, refusal::Refusal};

/// Whether channels come before blocks where both make up the depth.
fn channels_first(cx: &mut Context<'_, '_>) -> Result<bool, Refusal> {
    match cx.attributes.string("mode")? {
        None | Some("DCR") => Ok(false),
        Some("CRD") => Ok(true),
        Some(other) => Err(format!("its mode \"{}\" is not known", shown(other)).into()),
    }
}

fn image(cx: &mut Context<'_, '_>) -> Result<(Value, [u32; 4], u32), Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let size = cx.attributes.int("blocksize")?.ok_or("the attribute blocksize is missing")?;
    let size = u32::try_from(size).ok().filter(|&size| size > 0).ok_or("its blocksize should be positive")?;
    match *cx.shape(input) {
        [n, c, h, w] => Ok((input, [n, c, h, w], size)),
        ref other => Err(format!("it takes images of 4 dimensions, the input has the shape {other:?}").into()),
    }
}

/// The input seen under another shape, with its dimensions in another order.
fn permuted(
    cx: &mut Context<'_, '_>,
    input: Value,
    split: [u32; 6],
    order: [usize; 6],
    shape: [u32; 4],
) -> Result<Vec<Value>, Refusal> {
    let strides = Walk::strides(&split);
    let loops = order.iter().map(|&axis| (split[axis], strides[axis])).collect();
    Ok(vec![pick::view(cx, input, (0, loops), shape.to_vec())?])
}

pub(super) fn depth_to_space(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (input, [n, c, h, w], size) = image(cx)?;
    let blocks = size.checked_mul(size).filter(|&blocks| c % blocks == 0);
    let blocks = blocks.ok_or_else(|| format!("its {c} channels are not made of blocks of {size} by {size}"))?;
    let wide = |dim: u32| dim.checked_mul(size).ok_or("its output exceeds 32 bits");
    let shape = [n, c / blocks, wide(h)?, wide(w)?];
    if channels_first(cx)? {
        permuted(cx, input, [n, c / blocks, size, size, h, w], [0, 1, 4, 2, 5, 3], shape)
    } else {
        permuted(cx, input, [n, size, size, c / blocks, h, w], [0, 3, 4, 1, 5, 2], shape)
    }
}

pub(super) fn space_to_depth(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (input, [n, c, h, w], size) = image(cx)?;
    if h % size != 0 || w % size != 0 {
        return Err(format!("its image of {h} by {w} is not made of blocks of {size} by {size}").into());
    }
    let depth = size.checked_mul(size).and_then(|blocks| c.checked_mul(blocks)).ok_or("its output exceeds 32 bits")?;
    let shape = [n, depth, h / size, w / size];
    let order = if channels_first(cx)? { [0, 1, 3, 5, 2, 4] } else { [0, 3, 5, 1, 2, 4] };
    permuted(cx, input, [n, c, h / size, size, w / size, size], order, shape)
}
