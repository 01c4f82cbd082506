//! The operators of onnxruntime's own domain that its static quantisation writes. Those that are no products compute in
//! float32 between a dequantisation and a quantisation.

use praxis_model::{DType, Op, Tensor, ops};

use super::{
    average::{self, Domain},
    linear::{dequantized_input, list, quantized_by, scalars},
};
use crate::{
    graph::Value,
    lower::{Context, Item},
    refusal::Refusal,
};

/// QGemm: inputs A, its scale and zero point, B, its scale and zero point, a bias, and for quantised results a scale and a
/// zero point.
pub(super) fn gemm(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(9)?;
    let alpha = cx.attributes.float("alpha")?.unwrap_or(1.0);
    let transposed = [cx.attributes.flag("transA")?, cx.attributes.flag("transB")?];
    let mut inputs = Vec::with_capacity(9);
    for (index, transposed) in [(0, transposed[0]), (3, transposed[1])] {
        let operand = cx.input(index)?;
        let dtype = cx.kind(operand).dtype;
        let (mut scale, zero_point) = scalars(cx, index + 1, dtype)?;
        if index == 0 && alpha != 1.0 {
            let alpha = cx.constant(Tensor::from_f32([], &[alpha]))?;
            scale = cx.emit1(ops::Mul, &[alpha, scale])?;
        }
        let operand = if transposed { cx.emit1(ops::Transpose { perm: vec![1, 0] }, &[operand])? } else { operand };
        inputs.extend([operand, scale, zero_point]);
    }
    let bias = match cx.optional(6) {
        Some(bias) => {
            let columns = cx.shape(inputs[3]).last().copied().unwrap_or(1);
            let bias = list(cx, bias)?;
            // A single column has a list of one.
            let shape = vec![columns];
            Some(if cx.shape(bias) == shape { bias } else { cx.emit1(ops::Reshape { shape }, &[bias])? })
        }
        None => None,
    };
    if cx.optional(7).is_none() {
        return float_gemm(cx, &inputs, bias);
    }
    let (scale, zero_point) = scalars(cx, 7, cx.kind(inputs[0]).dtype)?;
    inputs.extend([scale, zero_point]);
    inputs.extend(bias);
    cx.emit(ops::QLinearMatMul, &inputs)
}

/// The sums with the bias, in float32.
fn float_gemm(cx: &mut Context<'_, '_>, inputs: &[Value], bias: Option<Value>) -> Result<Vec<Value>, Refusal> {
    let mut sum = cx.emit1(ops::MatMulInteger, &[inputs[0], inputs[3], inputs[2], inputs[5]])?;
    if let Some(bias) = bias {
        sum = cx.emit1(ops::Add, &[sum, bias])?;
    }
    let sum = cx.emit1(ops::Cast { to: DType::F32 }, &[sum])?;
    let scale = cx.emit1(ops::Mul, &[inputs[1], inputs[4]])?;
    cx.emit(ops::Mul, &[sum, scale])
}

/// A standard operator on one quantised input.
fn unary(cx: &mut Context<'_, '_>, name: &str) -> Result<Vec<Value>, Refusal> {
    cx.at_most(5)?;
    let x = dequantized_input(cx, 0)?;
    let to = scalars(cx, 3, cx.kind(cx.input(0)?).dtype)?;
    let y = cx.standard(name, vec![Item::Tensor(x)])?;
    quantized_by(cx, y, to)
}

fn binary(cx: &mut Context<'_, '_>, name: &str) -> Result<Vec<Value>, Refusal> {
    cx.at_most(8)?;
    let (a, b) = (dequantized_input(cx, 0)?, dequantized_input(cx, 3)?);
    let to = scalars(cx, 6, cx.kind(cx.input(0)?).dtype)?;
    let y = cx.standard(name, vec![Item::Tensor(a), Item::Tensor(b)])?;
    quantized_by(cx, y, to)
}

pub(super) fn add(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    binary(cx, "Add")
}

pub(super) fn mul(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    binary(cx, "Mul")
}

pub(super) fn sigmoid(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    unary(cx, "Sigmoid")
}

pub(super) fn leaky_relu(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    unary(cx, "LeakyRelu")
}

pub(super) fn softmax(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    // The version of Softmax that it follows is that of the file.
    cx.attributes.ignore("opset");
    unary(cx, "Softmax")
}

/// Refuses the layout with channels last, which onnxruntime uses only inside.
fn channels_first(cx: &mut Context<'_, '_>) -> Result<(), Refusal> {
    match cx.attributes.int("channels_last")? {
        None | Some(0) => Ok(()),
        Some(_) => Err("its channels come last, which is not supported; quantise the model before onnxruntime \
                        optimises it"
            .into()),
    }
}

pub(super) fn average_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    channels_first(cx)?;
    cx.at_most(5)?;
    let x = dequantized_input(cx, 0)?;
    let to = scalars(cx, 3, cx.kind(cx.input(0)?).dtype)?;
    let y = cx.standard("AveragePool", vec![Item::Tensor(x)])?;
    if let (Some((Op::AveragePool(pool), _)), Some(origin)) = (cx.producer(y), cx.origin(x))
        && let Some(averages) = average::quantised(cx, &pool, origin, x, to, Domain::Own)?
    {
        return Ok(vec![averages]);
    }
    quantized_by(cx, y, to)
}

pub(super) fn global_average_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    channels_first(cx)?;
    unary(cx, "GlobalAveragePool")
}

/// QLinearConcat: scale and zero point of the result first, then each tensor with its own.
pub(super) fn concat(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let to = scalars(cx, 0, DType::U8)?;
    if !cx.input_count().checked_sub(2).is_some_and(|count| count.is_multiple_of(3)) {
        return Err("its inputs should be a scale and a zero point, then three for each tensor".into());
    }
    let mut parts = Vec::new();
    for first in (2..cx.input_count()).step_by(3) {
        parts.push(Item::Tensor(dequantized_input(cx, first)?));
    }
    let y = cx.standard("Concat", parts)?;
    quantized_by(cx, y, to)
}
