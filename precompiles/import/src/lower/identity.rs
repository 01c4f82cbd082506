use praxis_model::{DType, Tensor};

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// From this version on the mask is bool.
const BOOL_MASK: i64 = 10;

/// Nothing is dropped when a model decides, nor in training with a ratio of 0. The mask is all true.
pub(super) fn dropout(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    ["ratio", "seed"].into_iter().for_each(|name| cx.attributes.ignore(name));
    let training = cx.constant_input(2, "training mode")?;
    if training.is_some_and(|mode| mode.data.iter().any(|&byte| byte != 0)) {
        let ratio = cx.constant_input(1, "ratios")?;
        if !ratio.is_some_and(|ratio| ratio.dtype.is_float() && ratio.data.iter().all(|&byte| byte == 0)) {
            return Err("it is in training mode; export the model for inference".into());
        }
    }
    let input = cx.input(0)?;
    let mut outputs = vec![input];
    if cx.wants_output(1) {
        let kind = cx.kind(input).clone();
        let ones = match kind.dtype {
            _ if cx.opset() >= BOOL_MASK => (DType::Bool, vec![1]),
            DType::F64 => (DType::F64, 1f64.to_le_bytes().to_vec()),
            _ => (DType::F32, 1f32.to_le_bytes().to_vec()),
        };
        let data = ones.1.repeat(kind.elements() as usize);
        outputs.push(cx.constant(Tensor { dtype: ones.0, shape: kind.shape, data })?);
    }
    Ok(outputs)
}
