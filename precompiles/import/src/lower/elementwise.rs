//! Elementwise functions, comparisons and logic.

mod activation;
mod arithmetic;
mod convert;
mod training;

use praxis_model::{DType, Op, Tensor, ops};

use super::{Context, Row};
use crate::{graph::Value, refusal::Refusal};

pub(super) use activation::leaky_relu;

/// The family's operators.
pub(super) const TABLE: &[Row] = &[
    ("", "Abs", arithmetic::abs),
    ("", "Acos", |cx| unary(cx, ops::Acos)),
    ("", "Acosh", |cx| unary(cx, ops::Acosh)),
    ("", "And", |cx| binary(cx, ops::And)),
    ("", "Asin", |cx| unary(cx, ops::Asin)),
    ("", "Asinh", |cx| unary(cx, ops::Asinh)),
    ("", "Atan", |cx| unary(cx, ops::Atan)),
    ("", "Atanh", |cx| unary(cx, ops::Atanh)),
    ("", "BitCast", convert::bit_cast),
    ("", "BitShift", arithmetic::bit_shift),
    ("", "BitwiseAnd", |cx| binary(cx, ops::BitwiseAnd)),
    ("", "BitwiseNot", |cx| unary(cx, ops::BitwiseNot)),
    ("", "BitwiseOr", |cx| binary(cx, ops::BitwiseOr)),
    ("", "BitwiseXor", |cx| binary(cx, ops::BitwiseXor)),
    ("", "CastLike", convert::cast_like),
    ("", "Ceil", |cx| unary(cx, ops::Ceil)),
    ("", "Celu", activation::celu),
    ("", "Cos", |cx| unary(cx, ops::Cos)),
    ("", "Cosh", |cx| unary(cx, ops::Cosh)),
    ("", "Elu", activation::elu),
    ("", "Equal", |cx| binary(cx, ops::Equal)),
    ("", "Erf", |cx| unary(cx, ops::Erf)),
    ("", "Exp", |cx| unary(cx, ops::Exp)),
    ("", "Floor", |cx| unary(cx, ops::Floor)),
    ("", "Gelu", activation::gelu),
    ("", "Greater", |cx| binary(cx, ops::Greater)),
    ("", "GreaterOrEqual", |cx| binary(cx, ops::GreaterOrEqual)),
    ("", "HardSigmoid", activation::hard_sigmoid),
    ("", "HardSwish", |cx| unary(cx, ops::HardSwish)),
    ("", "IsInf", convert::is_inf),
    ("", "IsNaN", |cx| unary(cx, ops::IsNaN)),
    ("", "Less", |cx| binary(cx, ops::Less)),
    ("", "LessOrEqual", |cx| binary(cx, ops::LessOrEqual)),
    ("", "Log", |cx| unary(cx, ops::Log)),
    ("", "Max", |cx| arithmetic::chain(cx, ops::Max)),
    ("", "Mean", arithmetic::mean),
    ("", "Min", |cx| arithmetic::chain(cx, ops::Min)),
    ("", "Mish", |cx| unary(cx, ops::Mish)),
    ("", "Mod", arithmetic::modulo),
    ("", "Neg", |cx| unary(cx, ops::Neg)),
    ("", "Not", |cx| unary(cx, ops::Not)),
    ("", "Or", |cx| binary(cx, ops::Or)),
    ("", "PRelu", activation::prelu),
    ("", "Pow", arithmetic::pow),
    ("", "Reciprocal", |cx| unary(cx, ops::Reciprocal)),
    ("", "Round", |cx| unary(cx, ops::Round)),
    ("", "Selu", activation::selu),
    ("", "Shrink", activation::shrink),
    ("", "Sign", |cx| unary(cx, ops::Sign)),
    ("", "Sin", |cx| unary(cx, ops::Sin)),
    ("", "Sinh", |cx| unary(cx, ops::Sinh)),
    ("", "Softplus", |cx| unary(cx, ops::Softplus)),
    ("", "Softsign", |cx| unary(cx, ops::Softsign)),
    ("", "Sqrt", |cx| unary(cx, ops::Sqrt)),
    ("", "Sum", |cx| arithmetic::chain(cx, ops::Add)),
    ("", "SwiGLU", activation::swiglu),
    ("", "Swish", activation::swish),
    ("", "Tan", |cx| unary(cx, ops::Tan)),
    ("", "ThresholdedRelu", activation::thresholded_relu),
    ("", "Where", convert::choose),
    ("", "Xor", |cx| binary(cx, ops::Xor)),
    (training::DOMAIN, "Adagrad", training::adagrad),
    (training::DOMAIN, "Adam", training::adam),
    (training::DOMAIN, "Momentum", training::momentum),
];

fn binary(cx: &mut Context<'_, '_>, op: impl Into<Op>) -> Result<Vec<Value>, Refusal> {
    let inputs = [cx.input(0)?, cx.input(1)?];
    cx.at_most(2)?;
    cx.emit(op, &inputs)
}

fn unary(cx: &mut Context<'_, '_>, op: impl Into<Op>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    cx.at_most(1)?;
    cx.emit(op, &[input])
}

/// A float constant without dimensions, of this float type.
fn number(cx: &mut Context<'_, '_>, dtype: DType, value: f64) -> Result<Value, Refusal> {
    cx.constant(match dtype {
        DType::F64 => Tensor::from_f64([], &[value]),
        _ => Tensor::from_f32([], &[value as f32]),
    })
}

/// The value as another type.
fn as_type(cx: &mut Context<'_, '_>, value: Value, to: DType) -> Result<Value, Refusal> {
    if cx.kind(value).dtype == to { Ok(value) } else { cx.emit1(ops::Cast { to }, &[value]) }
}

/// One element without dimensions.
pub(super) fn scalar(cx: &mut Context<'_, '_>, value: Value, what: &str) -> Result<Value, Refusal> {
    match cx.kind(value).elements() {
        1 if cx.shape(value).is_empty() => Ok(value),
        1 => cx.emit1(ops::Reshape { shape: Vec::new() }, &[value]),
        _ => Err(format!("its {what} should be one number, it is {}", cx.kind(value)).into()),
    }
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

pub(super) fn tanh(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    unary(cx, ops::Tanh)
}

pub(super) fn sigmoid(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    unary(cx, ops::Sigmoid)
}
