//! What QuantizeLinear makes of the operator before it. Between a dequantisation and a quantisation a product is computed in
//! integers, as onnxruntime does, and what only moves elements moves the quantised ones.

use praxis_model::{DType, Op, Tensor, ops};

use super::average::{self, Domain};
use crate::{
    graph::{Origin, Value},
    lower::Context,
    refusal::Refusal,
};

/// How far the scale of a bias may be from that of the sums, relative to it.
const BIAS_TOLERANCE: f32 = 1e-5;

/// The quantised form of `x`, where the operator that computes it has one.
pub(super) fn before(
    cx: &mut Context<'_, '_>,
    x: Value,
    scale: Value,
    zero_point: Value,
) -> Result<Option<Value>, Refusal> {
    if !cx.shape(scale).is_empty() || !is_byte(cx.kind(zero_point).dtype) {
        return Ok(None);
    }
    let Some((op, inputs)) = cx.producer(x) else { return Ok(None) };
    if matches!(op, Op::Relu(_)) && is_lowest(cx, zero_point) {
        // What is below 0 saturates at the zero point all the same.
        return before_product(cx, inputs[0], scale, zero_point);
    }
    if let (Op::AveragePool(pool), &[input]) = (&op, inputs.as_slice()) {
        let Some(origin) = cx.origin(input) else { return Ok(None) };
        // What a caller gives quantised stays as it is.
        let domain = if cx.producer(origin.quantised).is_some() { Domain::Unsigned } else { Domain::Own };
        return average::quantised(cx, pool, origin, input, (scale, zero_point), domain);
    }
    match moved(cx, &op, &inputs, scale, zero_point)? {
        None => before_product(cx, x, scale, zero_point),
        found => Ok(found),
    }
}

fn is_byte(dtype: DType) -> bool {
    matches!(dtype, DType::U8 | DType::I8)
}

/// Whether a zero point is the least number of its type.
fn is_lowest(cx: &Context<'_, '_>, zero_point: Value) -> bool {
    let least = if cx.kind(zero_point).dtype == DType::I8 { 0x80 } else { 0 };
    cx.known(zero_point).is_some_and(|tensor| tensor.data == [least])
}

fn same(cx: &Context<'_, '_>, a: Value, b: Value) -> bool {
    a == b || matches!((cx.known(a), cx.known(b)), (Some(a), Some(b)) if a == b)
}

/// Movement of elements, and maxima, of a tensor with the same scale and zero point.
fn moved(
    cx: &mut Context<'_, '_>,
    op: &Op,
    inputs: &[Value],
    scale: Value,
    zero_point: Value,
) -> Result<Option<Value>, Refusal> {
    let moves = matches!(op, Op::MaxPool(pool) if pool.indices.is_none())
        || matches!(op, Op::Reshape(_) | Op::Flatten(_) | Op::Transpose(_) | Op::Slice(_) | Op::Identity(_));
    let &[input] = inputs else { return Ok(None) };
    let Some(origin) = cx.origin(input).filter(|_| moves) else { return Ok(None) };
    if !same(cx, origin.scale, scale) || !same(cx, origin.zero_point, zero_point) {
        return Ok(None);
    }
    // A scale that is no ordinary number does not give the same number back.
    let ordinary = cx.known(scale).and_then(|scale| scale.to_f32()).is_some_and(|s| s.iter().all(|s| s.is_normal()));
    if !ordinary || op.outputs(&[cx.kind(origin.quantised).clone()]).is_err() {
        return Ok(None);
    }
    Ok(Some(cx.emit1(op.clone(), &[origin.quantised])?))
}

/// A product of two dequantised operands.
fn before_product(
    cx: &mut Context<'_, '_>,
    x: Value,
    scale: Value,
    zero_point: Value,
) -> Result<Option<Value>, Refusal> {
    let Some((op, inputs)) = cx.producer(x) else { return Ok(None) };
    let Some((left, right)) = operands(cx, &inputs) else { return Ok(None) };
    match op {
        Op::MatMul(_) => {
            let rank = cx.shape(right.quantised).len();
            if rank < 2 || !left_is_whole(cx, left) || !is_along(cx, right, rank - 1) {
                return Ok(None);
            }
            let operands = all(left, right, scale, zero_point, None);
            Ok(Some(cx.emit1(ops::QLinearMatMul, &operands)?))
        }
        Op::Gemm(gemm) if (gemm.alpha, gemm.beta, gemm.trans_a) == (1.0, 1.0, false) => {
            let column_axis = usize::from(!gemm.trans_b);
            let Some(bias) = bias(cx, &inputs, left, right) else { return Ok(None) };
            if !left_is_whole(cx, left) || !is_along(cx, right, column_axis) {
                return Ok(None);
            }
            let mut right = right;
            if gemm.trans_b {
                right.quantised = cx.emit1(ops::Transpose { perm: vec![1, 0] }, &[right.quantised])?;
            }
            let operands = all(left, right, scale, zero_point, bias);
            Ok(Some(cx.emit1(ops::QLinearMatMul, &operands)?))
        }
        Op::Conv(conv) if conv.activation == ops::Ending::Identity => {
            let Some(bias) = bias(cx, &inputs, left, right) else { return Ok(None) };
            if !left_is_whole(cx, left) || !is_along(cx, right, 0) {
                return Ok(None);
            }
            let conv = ops::ByteConv { window: conv.window, groups: conv.groups };
            let operands = all(left, right, scale, zero_point, bias);
            Ok(Some(cx.emit1(ops::QLinearConv { conv }, &operands)?))
        }
        _ => Ok(None),
    }
}

/// Both factors, where they are dequantised bytes.
fn operands(cx: &Context<'_, '_>, inputs: &[Value]) -> Option<(Origin, Origin)> {
    let origin =
        |index: usize| cx.origin(*inputs.get(index)?).filter(|origin| is_byte(cx.kind(origin.quantised).dtype));
    Some((origin(0)?, origin(1)?))
}

fn left_is_whole(cx: &Context<'_, '_>, left: Origin) -> bool {
    cx.shape(left.scale).is_empty()
}

/// Whether there is one scale, or one for each position of this axis.
fn is_along(cx: &Context<'_, '_>, right: Origin, axis: usize) -> bool {
    cx.shape(right.scale).is_empty() || (right.axis as usize == axis)
}

fn all(left: Origin, right: Origin, scale: Value, zero_point: Value, bias: Option<Value>) -> Vec<Value> {
    let mut operands = vec![
        left.quantised,
        left.scale,
        left.zero_point,
        right.quantised,
        right.scale,
        right.zero_point,
        scale,
        zero_point,
    ];
    operands.extend(bias);
    operands
}

/// The third input as int32 in the scale of the sums: `Some(None)` where there is none, `None` where it does not fit.
fn bias(cx: &Context<'_, '_>, inputs: &[Value], left: Origin, right: Origin) -> Option<Option<Value>> {
    let Some(&value) = inputs.get(2) else { return Some(None) };
    let bias = cx.origin(value).filter(|bias| cx.kind(bias.quantised).dtype == DType::I32)?;
    if cx.shape(bias.quantised).len() != 1 {
        return None;
    }
    let zero = cx.known(bias.zero_point)?.data.iter().all(|&byte| byte == 0);
    let list = |value: Value| cx.known(value).as_deref().and_then(Tensor::to_f32);
    let (own, left, right) = (list(bias.scale)?, list(left.scale)?, list(right.scale)?);
    let expected: Vec<f32> = right.iter().map(|right| left[0] * right).collect();
    let count = own.len().max(expected.len());
    let at = |list: &[f32], index: usize| if list.len() == 1 { list[0] } else { list[index] };
    let fits = [own.len(), expected.len()].iter().all(|&length| length == 1 || length == count);
    let close = |index: usize| {
        let (own, expected) = (at(&own, index), at(&expected, index));
        (own - expected).abs() <= BIAS_TOLERANCE * expected.abs()
    };
    (zero && fits && (0..count).all(close)).then_some(Some(bias.quantised))
}
