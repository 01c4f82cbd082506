use praxis_model::{
    DType,
    ops::{self, Reduction},
};

use super::{number, reshaped};
use crate::{graph::Value, lower::Context, refusal::Refusal};

const DEFAULT_EPSILON: f32 = 1e-5;
const DEFAULT_MOMENTUM: f32 = 0.9;
/// Before this version a node with outputs for statistics was in training; from it on an attribute says so.
const TRAINING_ATTRIBUTE: i64 = 14;

/// The four vectors of a node, each with one number for each channel.
struct Vectors {
    scale: Value,
    bias: Value,
    mean: Value,
    variance: Value,
}

/// x * a + b with a = scale / sqrt(variance + epsilon) and b = bias - mean * a, both computed in float64 and rounded once. Where
/// the vectors are constant, as exporters write them, a and b are constants of the Plan.
fn normalise(cx: &mut Context<'_, '_>, input: Value, vectors: &Vectors, epsilon: f32) -> Result<Value, Refusal> {
    let dtype = cx.kind(input).dtype;
    let epsilon = number(cx, DType::F64, f64::from(epsilon))?;
    let wide = |cx: &mut Context<'_, '_>, value| cx.emit1(ops::Cast { to: DType::F64 }, &[value]);
    let [scale, bias] = [wide(cx, vectors.scale)?, wide(cx, vectors.bias)?];
    let [mean, variance] = [wide(cx, vectors.mean)?, wide(cx, vectors.variance)?];
    let shifted = cx.emit1(ops::Add, &[variance, epsilon])?;
    let root = cx.emit1(ops::Sqrt, &[shifted])?;
    let factor = cx.emit1(ops::Div, &[scale, root])?;
    let moved = cx.emit1(ops::Mul, &[mean, factor])?;
    let shift = cx.emit1(ops::Sub, &[bias, moved])?;
    let factor = cx.emit1(ops::Cast { to: dtype }, &[factor])?;
    let shift = cx.emit1(ops::Cast { to: dtype }, &[shift])?;
    // One dimension has samples only: a single channel.
    let shape = cx.shape(input).to_vec();
    let with_channels = if shape.len() == 1 { vec![shape[0], 1] } else { shape.clone() };
    let input = reshaped(cx, input, with_channels)?;
    let result = cx.emit1(ops::BatchNormalization, &[input, factor, shift])?;
    reshaped(cx, result, shape)
}

/// Mean and population variance of each channel.
fn statistics(cx: &mut Context<'_, '_>, input: Value) -> Result<(Value, Value), Refusal> {
    let shape = cx.shape(input).to_vec();
    let axes: Vec<u32> = (0..shape.len() as u32).filter(|&axis| axis != 1).collect();
    let count = cx.kind(input).elements() / u64::from(shape[1]);
    let kept = cx.emit1(ops::ReduceMean(Reduction { axes: axes.clone(), keep_dims: true }), &[input])?;
    let deviation = cx.emit1(ops::Sub, &[input, kept])?;
    let squares = cx.emit1(ops::ReduceSumSquare(Reduction { axes, keep_dims: false }), &[deviation])?;
    let count = number(cx, cx.kind(input).dtype, count as f64)?;
    Ok((reshaped(cx, kept, vec![shape[1]])?, cx.emit1(ops::Div, &[squares, count])?))
}

/// old * momentum + new * (1 - momentum).
fn running(cx: &mut Context<'_, '_>, old: Value, new: Value, momentum: f32) -> Result<Value, Refusal> {
    let dtype = cx.kind(new).dtype;
    let old = cx.emit1(ops::Cast { to: dtype }, &[old])?;
    let kept = number(cx, dtype, f64::from(momentum))?;
    let taken = number(cx, dtype, f64::from(1.0 - momentum))?;
    let (old, new) = (cx.emit1(ops::Mul, &[old, kept])?, cx.emit1(ops::Mul, &[new, taken])?);
    cx.emit1(ops::Add, &[old, new])
}

pub(super) fn batch_normalization(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(5)?;
    let input = cx.input(0)?;
    let [scale, bias, mean, variance] = [cx.input(1)?, cx.input(2)?, cx.input(3)?, cx.input(4)?];
    let epsilon = cx.attributes.float("epsilon")?.unwrap_or(DEFAULT_EPSILON);
    let momentum = cx.attributes.float("momentum")?.unwrap_or(DEFAULT_MOMENTUM);
    let training = match cx.opset() {
        TRAINING_ATTRIBUTE.. => cx.attributes.flag("training_mode")?,
        _ => (1..5).any(|index| cx.wants_output(index)),
    };
    if cx.attributes.int("spatial")?.unwrap_or(1) == 0 {
        return Err("it normalises each position by itself (spatial = 0), which no exporter writes any more".into());
    }
    if !training {
        return Ok(vec![normalise(cx, input, &Vectors { scale, bias, mean, variance }, epsilon)?]);
    }
    if cx.opset() < TRAINING_ATTRIBUTE || cx.shape(input).len() < 2 {
        return Err("it is in training mode; export the model for inference (model.eval() in PyTorch)".into());
    }
    let (own_mean, own_variance) = statistics(cx, input)?;
    let vectors = Vectors { scale, bias, mean: own_mean, variance: own_variance };
    let result = normalise(cx, input, &vectors, epsilon)?;
    Ok(vec![result, running(cx, mean, own_mean, momentum)?, running(cx, variance, own_variance, momentum)?])
}
