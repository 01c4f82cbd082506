use praxis_model::ops::{Axis, Window};

use crate::{lower::Context, refusal::Refusal};

/// Where the padding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum AutoPad {
    /// The attribute pads.
    NotSet,
    /// There is none.
    Valid,
    /// As much as gives ceil(length / stride) outputs; an odd one goes to the end.
    SameUpper,
    /// The same; an odd one goes to the beginning.
    SameLower,
}

/// The attributes that say how a window moves, as the file gives them.
#[derive(Clone, Debug)]
pub(in crate::lower) struct Moves {
    pub(in crate::lower) auto_pad: AutoPad,
    pub(in crate::lower) strides: Vec<u32>,
    pub(in crate::lower) dilations: Vec<u32>,
    pub(in crate::lower) begins: Vec<u32>,
    pub(in crate::lower) ends: Vec<u32>,
}

/// A list attribute of `count` numbers, or as many times `default`.
pub(in crate::lower) fn list(
    cx: &mut Context<'_, '_>,
    name: &str,
    count: usize,
    default: u32,
) -> Result<Vec<u32>, Refusal> {
    let Some(given) = cx.attributes.short_ints(name)? else { return Ok(vec![default; count]) };
    numbers(name, given, count)
}

pub(in crate::lower) fn numbers(name: &str, given: &[i64], count: usize) -> Result<Vec<u32>, Refusal> {
    let list: Option<Vec<u32>> = given.iter().map(|&number| u32::try_from(number).ok()).collect();
    match list {
        Some(list) if list.len() == count => Ok(list),
        _ => Err(format!("its {name} {given:?} should be {count} numbers that are not negative").into()),
    }
}

impl Moves {
    /// Takes auto_pad, strides, dilations and pads for `rank` spatial dimensions.
    pub(in crate::lower) fn take(cx: &mut Context<'_, '_>, rank: usize) -> Result<Self, Refusal> {
        let auto_pad = match cx.attributes.text("auto_pad")? {
            None | Some("NOTSET") => AutoPad::NotSet,
            Some("VALID") => AutoPad::Valid,
            Some("SAME_UPPER") => AutoPad::SameUpper,
            Some("SAME_LOWER") => AutoPad::SameLower,
            Some(_) => return Err("its auto_pad is none of NOTSET, VALID, SAME_UPPER and SAME_LOWER".into()),
        };
        let strides = list(cx, "strides", rank, 1)?;
        let dilations = list(cx, "dilations", rank, 1)?;
        let mut begins = list(cx, "pads", rank * 2, 0)?;
        let mut ends = begins.split_off(rank);
        if auto_pad != AutoPad::NotSet {
            begins.fill(0);
            ends.fill(0);
        }
        if strides.contains(&0) || dilations.contains(&0) {
            return Err("its strides and dilations should be at least 1".into());
        }
        Ok(Self { auto_pad, strides, dilations, begins, ends })
    }

    /// The window over an input of these spatial dimensions.
    pub(in crate::lower) fn window(&self, kernel: &[u32], space: &[u32]) -> Result<Window, Refusal> {
        if kernel.len() != space.len() {
            let (kernel, space) = (kernel.len(), space.len());
            return Err(format!("its kernel has {kernel} spatial dimensions, its input has {space}").into());
        }
        let mut axes = Vec::with_capacity(space.len());
        for index in 0..space.len() {
            let mut axis = Axis {
                stride: self.strides[index],
                dilation: self.dilations[index],
                begin: self.begins[index],
                end: self.ends[index],
            };
            if matches!(self.auto_pad, AutoPad::SameUpper | AutoPad::SameLower) {
                let outputs = u64::from(space[index].div_ceil(axis.stride)).max(1);
                let reached = (outputs - 1) * u64::from(axis.stride) + axis.span(kernel[index].max(1));
                let total = reached.saturating_sub(u64::from(space[index]));
                let total = u32::try_from(total).map_err(|_| "its padding is too large")?;
                let less = total / 2;
                (axis.begin, axis.end) = match self.auto_pad {
                    AutoPad::SameUpper => (less, total - less),
                    _ => (total - less, less),
                };
            }
            axes.push(axis);
        }
        Ok(Window { axes })
    }
}

/// Spatial dimensions of an input (batch, channels, space).
pub(in crate::lower) fn space(shape: &[u32]) -> Result<&[u32], Refusal> {
    match shape {
        [_, _, space @ ..] if !space.is_empty() => Ok(space),
        _ => Err(format!("its input should be (batch, channels, space), it has the shape {shape:?}").into()),
    }
}

/// The kernel of the weights; the attribute kernel_shape says the same where it is given.
pub(in crate::lower) fn kernel(cx: &mut Context<'_, '_>, weights: &[u32]) -> Result<Vec<u32>, Refusal> {
    let kernel = weights.get(2..).unwrap_or_default().to_vec();
    if let Some(given) = cx.attributes.short_ints("kernel_shape")?
        && numbers("kernel_shape", given, kernel.len())? != kernel
    {
        return Err(format!("its kernel_shape {given:?} is not that of its weights, {kernel:?}").into());
    }
    Ok(kernel)
}

/// The attribute group.
pub(in crate::lower) fn groups(cx: &mut Context<'_, '_>, name: &str) -> Result<u32, Refusal> {
    let given = cx.attributes.int(name)?.unwrap_or(1);
    u32::try_from(given).ok().filter(|&groups| groups > 0).ok_or_else(|| format!("its {name} is {given}").into())
}
