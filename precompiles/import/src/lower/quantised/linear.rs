use praxis_model::{DType, Tensor, TensorType, ops};

use super::fuse;
use crate::{
    graph::{Origin, Value},
    lower::Context,
    refusal::Refusal,
};

/// The axis where a node does not name one.
const DEFAULT_AXIS: i64 = 1;

/// Scale and zero point in the form of the Plan's operators.
struct Parameters {
    scale: Value,
    zero_point: Value,
    axis: u32,
    block: u32,
}

/// A value with one element as a scalar; another with one dimension above 1 as a list.
pub(super) fn list(cx: &mut Context<'_, '_>, value: Value) -> Result<Value, Refusal> {
    let shape = cx.shape(value).to_vec();
    let kept: Vec<u32> = shape.iter().copied().filter(|&dim| dim != 1).collect();
    if kept.len() > 1 {
        return Err(
            format!("its scales and zero points should be numbers or lists, one has the shape {shape:?}").into()
        );
    }
    if kept == shape { Ok(value) } else { cx.emit1(ops::Reshape { shape: kept }, &[value]) }
}

/// Zeros of a shape.
pub(super) fn zeros(cx: &mut Context<'_, '_>, dtype: DType, shape: &[u32]) -> Result<Value, Refusal> {
    let kind = TensorType::new(dtype, shape);
    kind.check().map_err(|error| Refusal::Why(error.to_string()))?;
    let data = vec![0; kind.bytes() as usize];
    cx.constant(Tensor { dtype, shape: kind.shape, data })
}

fn parameters(cx: &mut Context<'_, '_>, x: Value, dtype: Option<DType>) -> Result<Parameters, Refusal> {
    cx.at_most(3)?;
    let axis = cx.attributes.int("axis")?.unwrap_or(DEFAULT_AXIS);
    let block = cx.attributes.int("block_size")?.unwrap_or(0);
    let block = u32::try_from(block).map_err(|_| format!("its block_size is {block}"))?;
    // This is about 8-bit floats, which Plans do not have.
    cx.attributes.ignore("saturate");
    let mut scale = cx.input(1)?;
    if cx.kind(scale).dtype == DType::I32 {
        scale = cx.emit1(ops::Cast { to: DType::F32 }, &[scale])?;
    }
    let shape = cx.shape(scale).to_vec();
    let mut zero_point = match cx.optional(2) {
        Some(zero_point) => zero_point,
        None => zeros(cx, dtype.unwrap_or(DType::U8), &shape)?,
    };
    if cx.kind(scale).checked_elements() == Some(1) {
        (scale, zero_point) = (list(cx, scale)?, list(cx, zero_point)?);
        return Ok(Parameters { scale, zero_point, axis: 0, block: 0 });
    }
    let axis = cx.axis(axis, cx.shape(x).len())?;
    Ok(Parameters { scale, zero_point, axis, block })
}

/// The element type that an attribute names, 0 for none.
fn named_type(cx: &mut Context<'_, '_>, name: &str) -> Result<Option<DType>, Refusal> {
    match cx.attributes.int(name)? {
        None | Some(0) => Ok(None),
        Some(number) => Ok(Some(crate::tensor::dtype(i32::try_from(number).unwrap_or(0))?)),
    }
}

pub(super) fn quantize(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let mut x = cx.input(0)?;
    let dtype = named_type(cx, "output_dtype")?;
    if named_type(cx, "precision")?.is_some_and(|precision| precision != DType::F32) {
        return Err("its precision is another than float32, which is not supported".into());
    }
    if cx.kind(x).dtype == DType::I32 {
        x = cx.emit1(ops::Cast { to: DType::F32 }, &[x])?;
    }
    let to = parameters(cx, x, dtype)?;
    if let Some(dtype) = dtype.filter(|&dtype| dtype != cx.kind(to.zero_point).dtype) {
        return Err(format!("its output_dtype is {dtype}, its zero point is {}", cx.kind(to.zero_point).dtype).into());
    }
    emit_quantize(cx, x, to)
}

fn emit_quantize(cx: &mut Context<'_, '_>, x: Value, to: Parameters) -> Result<Vec<Value>, Refusal> {
    let Parameters { scale, zero_point, axis, block } = to;
    if let Some(fused) = fuse::before(cx, x, scale, zero_point)? {
        return Ok(vec![fused]);
    }
    cx.emit(ops::QuantizeLinear { axis, block }, &[x, scale, zero_point])
}

pub(super) fn dequantize(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let x = cx.input(0)?;
    if named_type(cx, "output_dtype")?.is_some_and(|dtype| dtype != DType::F32) {
        return Err("its output_dtype is another than float32, which is not supported".into());
    }
    let dtype = cx.kind(x).dtype;
    let from = parameters(cx, x, Some(dtype))?;
    Ok(vec![emit_dequantize(cx, x, from)?])
}

fn emit_dequantize(cx: &mut Context<'_, '_>, x: Value, from: Parameters) -> Result<Value, Refusal> {
    let Parameters { scale, zero_point, axis, block } = from;
    let y = cx.emit1(ops::DequantizeLinear { axis, block }, &[x, scale, zero_point])?;
    if block == 0 {
        cx.set_origin(y, Origin { quantised: x, scale, zero_point, axis });
    }
    Ok(y)
}

pub(super) fn dynamic(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    cx.emit(ops::DynamicQuantizeLinear, &[cx.input(0)?])
}

/// A value from three inputs in a row: a tensor, its scale and its zero point.
pub(super) fn dequantized_input(cx: &mut Context<'_, '_>, first: usize) -> Result<Value, Refusal> {
    let x = cx.input(first)?;
    let (scale, zero_point) = scalars(cx, first + 1, cx.kind(x).dtype)?;
    emit_dequantize(cx, x, Parameters { scale, zero_point, axis: 0, block: 0 })
}

/// A result in the type that two inputs in a row say: a scale and a zero point.
pub(super) fn quantized_by(
    cx: &mut Context<'_, '_>,
    x: Value,
    (scale, zero_point): (Value, Value),
) -> Result<Vec<Value>, Refusal> {
    emit_quantize(cx, x, Parameters { scale, zero_point, axis: 0, block: 0 })
}

/// A scale and a zero point that serve a whole tensor; `dtype` is that of a missing zero point.
pub(super) fn scalars(cx: &mut Context<'_, '_>, first: usize, dtype: DType) -> Result<(Value, Value), Refusal> {
    let scale = cx.input(first)?;
    let scale = list(cx, scale)?;
    let zero_point = match cx.optional(first + 1) {
        Some(zero_point) => list(cx, zero_point)?,
        None => zeros(cx, dtype, &[])?,
    };
    Ok((scale, zero_point))
}
