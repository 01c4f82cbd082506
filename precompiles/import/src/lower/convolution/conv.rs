use praxis_model::ops::{self, Ending};

use super::window::{Moves, groups, kernel, space};
use crate::{graph::Value, lower::Context, refusal::Refusal};

pub(super) fn conv(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let (x, w) = (cx.input(0)?, cx.input(1)?);
    let space = space(cx.shape(x))?.to_vec();
    let weights = cx.shape(w).to_vec();
    let kernel = kernel(cx, &weights)?;
    let window = Moves::take(cx, space.len())?.window(&kernel, &space)?;
    let groups = groups(cx, "group")?;
    let mut inputs = vec![x, w];
    inputs.extend(cx.optional(2));
    cx.emit(ops::Conv { window, groups, activation: Ending::Identity }, &inputs)
}

pub(super) fn deform_conv(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(5)?;
    let mut inputs = vec![cx.input(0)?, cx.input(1)?, cx.input(2)?];
    let space = space(cx.shape(inputs[0]))?.to_vec();
    let weights = cx.shape(inputs[1]).to_vec();
    let kernel = kernel(cx, &weights)?;
    if space.len() != 2 {
        return Err(format!("it has {} spatial dimensions; two are supported", space.len()).into());
    }
    let window = Moves::take(cx, space.len())?.window(&kernel, &space)?;
    let (groups, offset_groups) = (groups(cx, "group")?, groups(cx, "offset_group")?);
    let (bias, mask) = (cx.optional(3), cx.optional(4));
    inputs.extend(bias);
    inputs.extend(mask);
    let op = ops::DeformConv { window, groups, offset_groups, bias: bias.is_some(), mask: mask.is_some() };
    cx.emit(op, &inputs)
}
