//! AveragePool between a dequantisation and a quantisation, as onnxruntime computes it there: the taps of a window are added
//! one after the other and divided by their number, and the zero point is added before the one rounding, not after it.
//! Averages of whole numbers are often just between two, so either difference is seen.

use praxis_model::{
    DType, Tensor, TensorType,
    ops::{self, AveragePool, Conv, Ending, Window},
};

use crate::{
    graph::{Origin, Value},
    lower::Context,
    refusal::Refusal,
};

/// From this scale on no dequantised number is so small that a product would count it as zero.
const LEAST_SCALE: f32 = 1e-9;
/// From int8 to uint8.
const TO_UNSIGNED: f32 = 128.0;

/// In which type the zero point is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    /// In that of the tensor.
    Own,
    /// In uint8, which onnxruntime makes of int8 between nodes on x86.
    Unsigned,
}

/// The quantised averages of what was dequantised from `origin`; `None` where this is another operator's form.
pub(super) fn quantised(
    cx: &mut Context<'_, '_>,
    pool: &AveragePool,
    origin: Origin,
    x: Value,
    (scale, zero_point): (Value, Value),
    domain: Domain,
) -> Result<Option<Value>, Refusal> {
    let dtype = cx.kind(zero_point).dtype;
    let same_type = cx.kind(origin.quantised).dtype == dtype && matches!(dtype, DType::U8 | DType::I8);
    let normal = |scale: Value| {
        let scale = cx.known(scale).and_then(|scale| scale.to_f32());
        scale.is_some_and(|s| matches!(*s, [s] if s.is_normal() && s >= LEAST_SCALE))
    };
    let Some(zero) = cx.known(zero_point).and_then(|zero| zero.data.first().copied()) else { return Ok(None) };
    let whole = cx.shape(origin.scale).is_empty() && normal(origin.scale) && normal(scale);
    // One window over all of a list is what a global average becomes, which onnxruntime computes in integers.
    let shape = cx.shape(x).to_vec();
    let global = shape.len() == 3 && pool.pool.kernel == shape[2..];
    if !same_type || !whole || global || pool.pool.ceil {
        return Ok(None);
    }
    let average = average(cx, pool, x, &shape)?;
    let scaled = cx.emit1(ops::Div, &[average, scale])?;
    let shift = if dtype == DType::I8 && domain == Domain::Unsigned { TO_UNSIGNED } else { 0.0 };
    let zero = if dtype == DType::I8 { f32::from(zero as i8) } else { f32::from(zero) };
    let zero = cx.constant(Tensor::from_f32([], &[zero + shift]))?;
    let moved = cx.emit1(ops::Add, &[scaled, zero])?;
    let mut rounded = cx.emit1(ops::Round, &[moved])?;
    if shift != 0.0 {
        let shift = cx.constant(Tensor::from_f32([], &[shift]))?;
        rounded = cx.emit1(ops::Sub, &[rounded, shift])?;
    }
    // A cast saturates.
    Ok(Some(cx.emit1(ops::Cast { to: dtype }, &[rounded])?))
}

/// The sums in the order of the taps, which is that of a product with ones, over their numbers.
fn average(cx: &mut Context<'_, '_>, pool: &AveragePool, x: Value, shape: &[u32]) -> Result<Value, Refusal> {
    let AveragePool { pool, count_padding } = pool;
    let channels = shape[1];
    let ones = |cx: &mut Context<'_, '_>, groups: u32| {
        let kind = TensorType::new(DType::F32, [&[groups, 1], pool.kernel.as_slice()].concat());
        kind.check().map_err(|error| Refusal::Why(error.to_string()))?;
        let count = kind.elements() as usize;
        cx.constant(Tensor::from_f32(kind.shape, &vec![1.0; count]))
    };
    let conv = |window: &Window, groups| Conv { window: window.clone(), groups, activation: Ending::Identity };
    let weights = ones(cx, channels)?;
    let sums = cx.emit1(conv(&pool.window, channels), &[x, weights])?;
    let taps = pool.kernel.iter().map(|&dim| dim as f32).product();
    let padded = pool.window.axes.iter().any(|axis| axis.begin > 0 || axis.end > 0);
    let counts = if *count_padding || !padded {
        cx.constant(Tensor::from_f32([], &[taps]))?
    } else {
        // Ones in place of the input, summed alike: folded at once.
        let kind = [&[1, 1], &shape[2..]].concat();
        let count = kind.iter().map(|&dim| dim as usize).product();
        let field = cx.constant(Tensor::from_f32(kind, &vec![1.0; count]))?;
        let weights = ones(cx, 1)?;
        cx.emit1(conv(&pool.window, 1), &[field, weights])?
    };
    cx.emit1(ops::Div, &[sums, counts])
}
