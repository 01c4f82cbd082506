//! Positions along an axis as tensors hold them: int32 or int64, where a negative one counts from the end.

use super::rules;
use crate::{DType, OpError, TensorType};

/// Accepts the types that positions may have.
pub(super) fn accept(input: usize, kind: &TensorType) -> Result<(), OpError> {
    match kind.dtype {
        DType::I32 | DType::I64 => Ok(()),
        found => Err(OpError::InputType { input, found, accepted: "int32 and int64" }),
    }
}

/// The positions in these bytes.
fn values(dtype: DType, bytes: &[u8]) -> impl Iterator<Item = i64> {
    bytes.chunks_exact(dtype.size()).map(move |word| {
        let mut wide = [0; 8];
        wide[..word.len()].copy_from_slice(word);
        let value = i64::from_le_bytes(wide);
        if dtype == DType::I32 { i64::from(value as i32) } else { value }
    })
}

/// Refuses constant positions outside of dimensions of these sizes: the k-th position of each group of `dims.len()` counts
/// along the k-th.
pub(super) fn check(dtype: DType, constant: Option<&[u8]>, dims: &[u32]) -> Result<(), OpError> {
    let Some(bytes) = constant else { return Ok(()) };
    for (value, &dim) in values(dtype, bytes).zip(dims.iter().cycle()) {
        let size = i64::from(dim);
        if !(-size..size).contains(&value) {
            return Err(OpError::shape(format!("the index {value} is out of range for a dimension of {dim}")));
        }
    }
    Ok(())
}

/// Product of dimensions, saturating.
pub(super) fn count(dims: &[u32]) -> u64 {
    dims.iter().fold(1u64, |product, &dim| product.saturating_mul(u64::from(dim)))
}

/// Dimensions of the input that are not the axis must be at least those of the indices.
pub(super) fn fits_elsewhere(data: &TensorType, indices: &TensorType, axis: usize) -> Result<(), OpError> {
    rules::axis_below("axis", u32::try_from(axis).unwrap_or(u32::MAX), data.rank())?;
    let too_large = |(place, (&own, &given)): (usize, (&u32, &u32))| place != axis && given > own;
    if data.rank() != indices.rank() || data.shape.iter().zip(&indices.shape).enumerate().any(too_large) {
        let why = format!("indices of shape {:?} do not fit data of shape {:?}", indices.shape, data.shape);
        return Err(OpError::shape(why));
    }
    Ok(())
}
