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

pub(super) fn elu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let alpha = factor(cx, "alpha", 1.0)?;
    unary(cx, ops::Elu { alpha })
}

pub(super) fn celu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let alpha = factor(cx, "alpha", 1.0)?;
    if alpha == 0.0 {
        return Err("its alpha is 0, by which it divides".into());
    }
    unary(cx, ops::Celu { alpha })
}

pub(super) fn selu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let alpha = factor(cx, "alpha", 1.673_263_2)?;
    let gamma = factor(cx, "gamma", 1.050_701)?;
    unary(cx, ops::Selu { alpha, gamma })
}

pub(super) fn gelu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let tanh = match cx.attributes.text("approximate")? {
        None | Some("none") => false,
        Some("tanh") => true,
        Some(_) => return Err("its approximation should be none or tanh".into()),
    };
    unary(cx, ops::Gelu { tanh })
}

pub(super) fn swish(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let alpha = factor(cx, "alpha", 1.0)?;
    unary(cx, ops::Swish { alpha })
}

/// Swish of the gate times the value; the two have one shape.
pub(super) fn swiglu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let alpha = factor(cx, "alpha", 1.0)?;
    let (gate, value) = (cx.input(0)?, cx.input(1)?);
    if cx.shape(gate) != cx.shape(value) {
        let (a, b) = (cx.shape(gate), cx.shape(value));
        return Err(format!("its inputs should have one shape, they have {a:?} and {b:?}").into());
    }
    let gate = cx.emit1(ops::Swish { alpha }, &[gate])?;
    cx.emit(ops::Mul, &[gate, value])
}
