//! Activations with attributes; the defaults are ONNX's.

use praxis_model::ops;

use super::{binary, unary};
use crate::{graph::Value, lower::Context, refusal::Refusal};

fn factor(cx: &mut Context<'_, '_>, name: &str, default: f32) -> Result<f32, Refusal> {
    Ok(cx.attributes.float(name)?.unwrap_or(default))
}

pub(crate) fn leaky_relu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let alpha = factor(cx, "alpha", 0.01)?;
    unary(cx, ops::LeakyRelu { alpha })
}

pub(super) fn prelu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    binary(cx, ops::PRelu)
}

pub(super) fn hard_sigmoid(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (alpha, beta) = (factor(cx, "alpha", 0.2)?, factor(cx, "beta", 0.5)?);
    unary(cx, ops::HardSigmoid { alpha, beta })
}

pub(super) fn thresholded_relu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let alpha = factor(cx, "alpha", 1.0)?;
    unary(cx, ops::ThresholdedRelu { alpha })
}

pub(super) fn shrink(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (bias, lambd) = (factor(cx, "bias", 0.0)?, factor(cx, "lambd", 0.5)?);
    unary(cx, ops::Shrink { bias, lambd })
}
