use praxis_model::{
    Tensor,
    ops::{Pad, PadMode, SliceRange},
};

use super::{Context, slice};
use crate::{graph::Value, limits::shown, refusal::Refusal};

/// From this version on the numbers of elements and the value are inputs.
const PADS_AS_INPUT: i64 = 11;

/// Padding; a negative number of elements cuts off, before anything is added.
pub(super) fn pad(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let rank = cx.shape(input).len();
    let mode = match cx.attributes.string("mode")? {
        None | Some("constant") => PadMode::Constant,
        Some("reflect") => PadMode::Reflect,
        Some("edge") => PadMode::Edge,
        Some("wrap") => PadMode::Wrap,
        Some(other) => return Err(format!("its mode \"{}\" is not known", shown(other)).into()),
    };
    let (given, axes, value) = if cx.opset() < PADS_AS_INPUT {
        cx.at_most(1)?;
        let value = cx.attributes.float("value")?.unwrap_or(0.0);
        (cx.attributes.short_ints("pads")?.map(<[i64]>::to_vec), None, old_value(cx, input, value)?)
    } else {
        cx.at_most(4)?;
        (cx.integers(1, "pads")?, cx.integers(3, "axes")?, cx.optional(2))
    };
    let given = given.ok_or("its pads are missing")?;
    let axes = match axes {
        Some(axes) => axes.iter().map(|&axis| cx.axis(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank as u32).collect(),
    };
    if given.len() != 2 * axes.len() {
        return Err(format!("it has {} pads for {} axes", given.len(), axes.len()).into());
    }
    let mut pads = vec![(0i64, 0i64); rank];
    for (index, &axis) in axes.iter().enumerate() {
        pads[axis as usize] = (given[index], given[index + axes.len()]);
    }
    Ok(vec![emit(cx, input, mode, &pads, value)?])
}

/// The attribute of older versions, which is float32 for all types.
fn old_value(cx: &mut Context<'_, '_>, input: Value, value: f32) -> Result<Option<Value>, Refusal> {
    if value.to_bits() == 0 {
        return Ok(None);
    }
    let constant = cx.constant(Tensor::from_f32([], &[value]))?;
    let to = cx.kind(input).dtype;
    if to == cx.kind(constant).dtype {
        return Ok(Some(constant));
    }
    cx.emit1(praxis_model::ops::Cast { to }, &[constant]).map(Some)
}

/// Cuts off and adds this many elements before and after, for each dimension.
pub(super) fn emit(
    cx: &mut Context<'_, '_>,
    input: Value,
    mode: PadMode,
    pads: &[(i64, i64)],
    value: Option<Value>,
) -> Result<Value, Refusal> {
    let cut = pads.iter().enumerate().filter(|&(_, &(before, after))| before < 0 || after < 0);
    let ranges = cut.map(|(axis, &(before, after))| SliceRange {
        axis: axis as u32,
        start: before.min(0).saturating_neg(),
        end: if after < 0 { after } else { i64::MAX },
        step: 1,
    });
    let input = slice::emit(cx, input, ranges.collect())?;
    let added = |pad: i64| u32::try_from(pad.max(0));
    let added = pads.iter().map(|&(before, after)| Ok((added(before)?, added(after)?)));
    let pads: Vec<_> =
        added.collect::<Result<_, core::num::TryFromIntError>>().map_err(|_| "its pads exceed 32 bits")?;
    if pads.iter().all(|&pads| pads == (0, 0)) {
        return Ok(input);
    }
    let value = value.filter(|&value| mode == PadMode::Constant && !is_zero(cx, value));
    cx.emit1(Pad { mode, pads }, &[Some(input), value].into_iter().flatten().collect::<Vec<_>>())
}

fn is_zero(cx: &Context<'_, '_>, value: Value) -> bool {
    cx.known(value).is_some_and(|tensor| !tensor.data.is_empty() && tensor.data.iter().all(|&byte| byte == 0))
}
