use praxis_model::ops::{self, ByteConv};

use super::linear::{list, zeros};
use crate::{
    graph::Value,
    lower::{
        Context,
        convolution::window::{Moves, groups, kernel, space},
    },
    refusal::Refusal,
};

/// A zero point that may be left out: 0 of the type of what it belongs to.
fn zero_point(cx: &mut Context<'_, '_>, index: usize, of: Value) -> Result<Value, Refusal> {
    match cx.optional(index) {
        Some(value) => list(cx, value),
        None => zeros(cx, cx.kind(of).dtype, &[]),
    }
}

pub(super) fn matmul_integer(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(4)?;
    let (a, b) = (cx.input(0)?, cx.input(1)?);
    let zeros = [zero_point(cx, 2, a)?, zero_point(cx, 3, b)?];
    cx.emit(ops::MatMulInteger, &[a, b, zeros[0], zeros[1]])
}

/// All inputs; scales and zero points, which are neither operand nor bias, in the form of the Plan's operators.
fn requantised(cx: &mut Context<'_, '_>, operands: &[usize]) -> Result<Vec<Value>, Refusal> {
    let mut inputs = cx.all_inputs()?;
    for (index, value) in inputs.iter_mut().enumerate() {
        if !operands.contains(&index) {
            *value = list(cx, *value)?;
        }
    }
    Ok(inputs)
}

pub(super) fn qlinear_matmul(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(8)?;
    let inputs = requantised(cx, &[0, 3])?;
    cx.emit(ops::QLinearMatMul, &inputs)
}

/// Window and groups from the node's attributes.
fn byte_conv(cx: &mut Context<'_, '_>, x: Value, w: Value) -> Result<ByteConv, Refusal> {
    let space = space(cx.shape(x))?.to_vec();
    let weights = cx.shape(w).to_vec();
    let kernel = kernel(cx, &weights)?;
    let window = Moves::take(cx, space.len())?.window(&kernel, &space)?;
    Ok(ByteConv { window, groups: groups(cx, "group")? })
}

pub(super) fn conv_integer(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(4)?;
    let (x, w) = (cx.input(0)?, cx.input(1)?);
    let conv = byte_conv(cx, x, w)?;
    let zeros = [zero_point(cx, 2, x)?, zero_point(cx, 3, w)?];
    cx.emit(ops::ConvInteger { conv }, &[x, w, zeros[0], zeros[1]])
}

pub(super) fn qlinear_conv(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(9)?;
    let (x, w) = (cx.input(0)?, cx.input(3)?);
    let conv = byte_conv(cx, x, w)?;
    let inputs = requantised(cx, &[0, 3, 8])?;
    cx.emit(ops::QLinearConv { conv }, &inputs)
}
