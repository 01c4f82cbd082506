use praxis_model::{Tensor, TensorType};

use super::Context;
use crate::{graph::Value, limits::MAX_CONSTANT_BYTES, refusal::Refusal, tensor};

/// Constant, in each of the forms that versions 1 to 13 and later have.
pub(super) fn constant(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(0)?;
    let mut forms = Vec::new();
    let stored = cx.attributes.tensor("value")?;
    if let Some(value) = cx.attributes.float("value_float")? {
        forms.push(Tensor::from_f32([], &[value]));
    }
    if let Some(values) = cx.attributes.floats("value_floats")? {
        forms.push(Tensor::from_f32([length(values.len())?], values));
    }
    if let Some(value) = cx.attributes.int("value_int")? {
        forms.push(Tensor::from_i64([], &[value]));
    }
    if let Some(values) = cx.attributes.ints("value_ints")? {
        forms.push(Tensor::from_i64([length(values.len())?], values));
    }
    match forms.len() + usize::from(stored.is_some()) {
        1 => {}
        0 => {
            return Err(
                "it has no numeric value; value, value_float, value_floats, value_int and value_ints are supported"
                    .into(),
            );
        }
        _ => return Err("it has several values".into()),
    }
    if let Some(proto) = stored {
        return Ok(vec![cx.load(proto)?]);
    }
    forms.into_iter().map(|tensor| cx.constant(tensor)).collect()
}

/// One value, repeated; the shape must be constant, so the result is.
pub(super) fn constant_of_shape(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let dims = cx.integers(0, "dimensions")?.ok_or("input 0 is missing")?;
    let value = match cx.attributes.tensor("value")? {
        Some(proto) => tensor::load(proto)?,
        None => Tensor::from_f32([1], &[0.0]),
    };
    if value.tensor_type().elements() != 1 {
        return Err(format!("its value should be one element, it is {}", value.tensor_type()).into());
    }
    let shape = dims.iter().map(|&dim| u32::try_from(dim)).collect::<Result<Vec<_>, _>>();
    let shape = shape.map_err(|_| format!("its dimensions {dims:?} are out of range"))?;
    let kind = TensorType::new(value.dtype, shape);
    match kind.checked_bytes().and_then(|bytes| usize::try_from(bytes).ok()) {
        Some(bytes) if bytes as u64 <= MAX_CONSTANT_BYTES && kind.rank() <= praxis_model::limits::MAX_RANK => {
            let data = value.data.repeat(bytes / value.data.len());
            Ok(vec![cx.constant(Tensor { dtype: kind.dtype, shape: kind.shape, data })?])
        }
        _ => Err(format!("{kind} is too large; a constant may have {MAX_CONSTANT_BYTES} bytes").into()),
    }
}

fn length(count: usize) -> Result<u32, Refusal> {
    u32::try_from(count).map_err(|_| Refusal::from("it has too many elements"))
}
