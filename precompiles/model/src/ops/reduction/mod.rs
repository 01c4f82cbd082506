//! Reductions along axes, positions of extremes, cumulative results, and normalisation.

mod affine;
mod arg;
mod cumulative;
mod det;
mod group_norm;
mod layer_norm;
mod linear_attention;
mod reduce;
mod rms_norm;
mod top_k;

pub use affine::BatchNormalization;
pub use arg::{Arg, ArgMax, ArgMin};
pub use cumulative::{CumProd, CumSum, Cumulative};
pub use det::Det;
pub use group_norm::GroupNormalization;
pub use layer_norm::LayerNormalization;
pub use linear_attention::{LinearAttention, LinearAttentionShape};
pub use reduce::{
    ReduceL1, ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum, ReduceSumSquare, Reduction, ReductionShape,
};
pub use rms_norm::RMSNormalization;
pub use top_k::TopK;

use super::rules;
use crate::{DType, OpError, TensorType};

/// Elements that joining the 16 lanes of one reduction counts as.
const JOIN_COST: u64 = 32;
/// Elements that one element of a normalisation counts as: two reductions, a difference, products that may be
/// subnormal, a sum.
const NORMALISE_COST: u64 = 12;
const FLOATS: &str = "float32 and float64";
/// The types of ONNX's arithmetic reductions.
const WIDE: &str = "float32, float64, int32, int64, uint32 and uint64";

fn floats(dtype: DType) -> bool {
    dtype.is_float()
}

fn wide(dtype: DType) -> bool {
    use DType::{F32, F64, I32, I64, U32, U64};
    matches!(dtype, F32 | F64 | I32 | I64 | U32 | U64)
}

/// Inputs 1 and later are `count` numbers each, in one dimension.
fn vectors(inputs: &[TensorType], count: u32, what: &str) -> Result<(), OpError> {
    for (index, kind) in inputs.iter().enumerate().skip(1) {
        if kind.shape != [count] {
            return Err(OpError::shape(format!(
                "input {index} should have the shape [{count}], {what}, it has {kind}"
            )));
        }
    }
    Ok(())
}

/// The number of inputs and their one float type.
fn float_inputs(inputs: &[TensorType], least: usize, most: usize, expected: &'static str) -> Result<DType, OpError> {
    if !(least..=most).contains(&inputs.len()) {
        return Err(OpError::Arity { expected, found: inputs.len() });
    }
    rules::accept(inputs, FLOATS, floats)?;
    rules::same_type(inputs)
}
