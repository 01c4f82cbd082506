use praxis_model::ops;

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// Slope of LeakyRelu where the file gives none.
const DEFAULT_ALPHA: f32 = 0.01;

fn binary(cx: &mut Context<'_, '_>, op: impl Into<praxis_model::Op>) -> Result<Vec<Value>, Refusal> {
    let inputs = [cx.input(0)?, cx.input(1)?];
    cx.at_most(2)?;
    cx.emit(op, &inputs)
}

fn unary(cx: &mut Context<'_, '_>, op: impl Into<praxis_model::Op>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    cx.at_most(1)?;
    cx.emit(op, &[input])
}

pub(super) fn add(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    binary(cx, ops::Add)
}

pub(super) fn sub(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    binary(cx, ops::Sub)
}

pub(super) fn mul(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    binary(cx, ops::Mul)
}

pub(super) fn div(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    binary(cx, ops::Div)
}

pub(super) fn relu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    unary(cx, ops::Relu)
}

pub(super) fn leaky_relu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let alpha = cx.attributes.float("alpha")?.unwrap_or(DEFAULT_ALPHA);
    unary(cx, ops::LeakyRelu { alpha })
}

pub(super) fn tanh(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    unary(cx, ops::Tanh)
}

pub(super) fn sigmoid(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    unary(cx, ops::Sigmoid)
}
