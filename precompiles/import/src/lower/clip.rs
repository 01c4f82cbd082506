use praxis_model::{
    DType,
    ops::{self, Scalar},
};

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// From this version on the bounds are inputs.
const BOUNDS_AS_INPUTS: i64 = 11;

pub(super) fn clip(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let dtype = cx.kind(input).dtype;
    let computed = |index: usize| cx.optional(index).is_some_and(|bound| cx.known(bound).is_none());
    if computed(1) || computed(2) {
        cx.at_most(3)?;
        return runtime_bounds(cx, input);
    }
    let (min, max) = if cx.opset() < BOUNDS_AS_INPUTS {
        cx.at_most(1)?;
        let [min, max] = [cx.attributes.float("min")?, cx.attributes.float("max")?];
        (min.map(|bound| from_attribute(bound, dtype)), max.map(|bound| from_attribute(bound, dtype)))
    } else {
        cx.at_most(3)?;
        (from_input(cx, 1, dtype)?, from_input(cx, 2, dtype)?)
    };
    if min.is_none() && max.is_none() {
        return Ok(vec![input]);
    }
    cx.emit(ops::Clip { min, max }, &[input])
}

/// Bounds that a run computes.
fn runtime_bounds(cx: &mut Context<'_, '_>, mut value: Value) -> Result<Vec<Value>, Refusal> {
    for (index, op) in [(1, ops::Max.into()), (2, praxis_model::Op::from(ops::Min))] {
        if let Some(bound) = cx.optional(index) {
            let bound = super::elementwise::scalar(cx, bound, "bounds")?;
            value = cx.emit1(op, &[value, bound])?;
        }
    }
    Ok(vec![value])
}

fn from_attribute(bound: f32, dtype: DType) -> Scalar {
    match dtype {
        DType::F64 => Scalar { dtype, bytes: f64::from(bound).to_le_bytes() },
        _ => Scalar::f32(bound),
    }
}

fn from_input(cx: &Context<'_, '_>, index: usize, dtype: DType) -> Result<Option<Scalar>, Refusal> {
    let Some(tensor) = cx.constant_input(index, "bounds")? else { return Ok(None) };
    let single = tensor.tensor_type().elements() == 1 && tensor.dtype == dtype;
    match Scalar::from_bytes(dtype, &tensor.data).filter(|_| single) {
        Some(bound) => Ok(Some(bound)),
        None => Err(format!("its bound (input {index}) should be one {dtype}, it is {}", tensor.tensor_type()).into()),
    }
}
