//! Reductions, positions of extremes, cumulative results, the softmax family, normalisation, attention and signals.

mod arg;
mod attention;
mod batch_norm;
mod cumulative;
mod det;
mod empty;
mod layer_norm;
mod linear_attention;
mod logs;
mod losses;
mod other_norm;
mod reduce;
mod signal;
mod softmax;
mod top_k;

use praxis_model::{DType, Tensor, ops};

use super::{Context, Row};
use crate::{graph::Value, refusal::Refusal};

/// The rows of this family.
pub(super) const TABLE: &[Row] = &[
    ("", "ArgMax", arg::arg_max),
    ("", "ArgMin", arg::arg_min),
    ("", "Attention", attention::attention),
    ("", "BatchNormalization", batch_norm::batch_normalization),
    ("", "BlackmanWindow", signal::blackman),
    ("", "CumProd", cumulative::cum_prod),
    ("", "CumSum", cumulative::cum_sum),
    ("", "DFT", signal::dft),
    ("", "Det", det::det),
    ("", "GroupNormalization", layer_norm::group_normalization),
    ("", "HammingWindow", signal::hamming),
    ("", "HannWindow", signal::hann),
    ("", "Hardmax", softmax::hardmax),
    ("", "InstanceNormalization", layer_norm::instance_normalization),
    ("", "LRN", other_norm::lrn),
    ("", "LayerNormalization", layer_norm::layer_normalization),
    ("", "LinearAttention", linear_attention::linear_attention),
    ("", "LogSoftmax", softmax::log_softmax),
    ("", "LpNormalization", other_norm::lp_normalization),
    ("", "MeanVarianceNormalization", other_norm::mean_variance_normalization),
    ("", "MelWeightMatrix", signal::mel_weight_matrix),
    ("", "NegativeLogLikelihoodLoss", losses::negative_log_likelihood),
    ("", "RMSNormalization", layer_norm::rms_normalization),
    ("", "ReduceL1", reduce::l1),
    ("", "ReduceL2", logs::l2),
    ("", "ReduceLogSum", logs::log_sum),
    ("", "ReduceLogSumExp", logs::log_sum_exp),
    ("", "ReduceMax", reduce::max),
    ("", "ReduceMean", reduce::mean),
    ("", "ReduceMin", reduce::min),
    ("", "ReduceProd", reduce::prod),
    ("", "ReduceSum", reduce::sum),
    ("", "ReduceSumSquare", reduce::sum_square),
    ("", "RotaryEmbedding", attention::rotary_embedding),
    ("", "STFT", signal::stft),
    ("", "Softmax", softmax::softmax),
    ("", "SoftmaxCrossEntropyLoss", losses::softmax_cross_entropy),
    ("", "TopK", top_k::top_k),
    ("ai.onnx.preview", "FlexAttention", attention::flex_attention),
];

/// The value under another shape.
fn reshaped(cx: &mut Context<'_, '_>, value: Value, shape: Vec<u32>) -> Result<Value, Refusal> {
    if cx.shape(value) == shape {
        return Ok(value);
    }
    cx.emit1(ops::Reshape { shape }, &[value])
}

/// A constant of one repeated number; integers take its whole part.
fn filled(cx: &mut Context<'_, '_>, dtype: DType, shape: Vec<u32>, number: f64) -> Result<Value, Refusal> {
    let element = Tensor::from_f64([], &[number]);
    let element = cx.constant(element)?;
    let element = if dtype == DType::F64 { element } else { cx.emit1(ops::Cast { to: dtype }, &[element])? };
    let data = cx.known(element).map(|tensor| tensor.data.clone()).ok_or("a number is not constant")?;
    let count = shape.iter().try_fold(1usize, |product, &dim| product.checked_mul(dim as usize));
    let count = count.filter(|&count| count <= crate::limits::MAX_CONSTANT_BYTES as usize / data.len());
    let data = data.repeat(count.ok_or("a constant that it needs is too large")?);
    cx.constant(Tensor { dtype, shape, data })
}

/// One number that broadcasts.
fn number(cx: &mut Context<'_, '_>, dtype: DType, number: f64) -> Result<Value, Refusal> {
    filled(cx, dtype, Vec::new(), number)
}

/// The value broadcast to a shape that it broadcasts to, with the same numbers.
fn spread(cx: &mut Context<'_, '_>, value: Value, shape: Vec<u32>) -> Result<Value, Refusal> {
    if cx.shape(value) == shape {
        return Ok(value);
    }
    // -0 + x is x.
    let zeros = filled(cx, cx.kind(value).dtype, shape, -0.0)?;
    cx.emit1(ops::Add, &[zeros, value])
}
