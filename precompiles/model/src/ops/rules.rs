//! Parts of type and shape rules that several operators share.

use crate::{
    DType, OpError, TensorType, Work,
    limits::{MAX_RANK, MAX_TENSOR_BYTES},
};

/// All but bool.
pub(super) const NUMERIC: &str = "all types but bool";
/// float32.
pub(super) const F32_ONLY: &str = "float32";

pub(super) fn numeric(dtype: DType) -> bool {
    dtype != DType::Bool
}

/// Exactly `N` inputs.
pub(super) fn inputs<'a, const N: usize>(
    inputs: &'a [TensorType],
    expected: &'static str,
) -> Result<&'a [TensorType; N], OpError> {
    inputs.try_into().map_err(|_| OpError::Arity { expected, found: inputs.len() })
}

pub(super) fn accept(
    inputs: &[TensorType],
    accepted: &'static str,
    accepts: impl Fn(DType) -> bool,
) -> Result<(), OpError> {
    for (input, kind) in inputs.iter().enumerate() {
        if !accepts(kind.dtype) {
            return Err(OpError::InputType { input, found: kind.dtype, accepted });
        }
    }
    Ok(())
}

pub(super) fn same_type(inputs: &[TensorType]) -> Result<DType, OpError> {
    let Some(first) = inputs.first() else {
        return Err(OpError::Arity { expected: "at least 1", found: 0 });
    };
    for (input, kind) in inputs.iter().enumerate() {
        if kind.dtype != first.dtype {
            return Err(OpError::InputType { input, found: kind.dtype, accepted: "the type of input 0" });
        }
    }
    Ok(first.dtype)
}

/// One input, one output of the same type.
pub(super) fn unary(
    types: &[TensorType],
    accepted: &'static str,
    accepts: impl Fn(DType) -> bool,
) -> Result<Vec<TensorType>, OpError> {
    let [input] = inputs::<1>(types, "1")?;
    accept(types, accepted, accepts)?;
    Ok(vec![input.clone()])
}

/// Two inputs of one numeric type, broadcast against each other.
pub(super) fn binary(types: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    let [left, right] = inputs::<2>(types, "2")?;
    accept(types, NUMERIC, numeric)?;
    let dtype = same_type(types)?;
    Ok(vec![TensorType::new(dtype, broadcast(&left.shape, &right.shape)?)])
}

/// The shape that two shapes broadcast to: aligned at the last dimension, where one of two dimensions may be 1.
pub fn broadcast(left: &[u32], right: &[u32]) -> Result<Vec<u32>, OpError> {
    let rank = left.len().max(right.len());
    let dim = |shape: &[u32], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |index| shape[index]);
    (0..rank)
        .map(|axis| match (dim(left, axis), dim(right, axis)) {
            (l, r) if l == r => Ok(l),
            (1, r) => Ok(r),
            (l, 1) => Ok(l),
            _ => Err(OpError::shape(format!("shapes {left:?} and {right:?} do not broadcast"))),
        })
        .collect()
}

/// Elements of the first output.
pub(super) fn output_elements(outputs: &[TensorType]) -> u64 {
    outputs.first().map_or(0, TensorType::elements)
}

/// Elements that starting an inner loop counts as.
pub(super) const LOOP_COST: u64 = 8;
/// Elements that one read at a distance counts as: it may miss the cache.
pub(super) const STRIDED_COST: u64 = 8;

/// A table of at most this many bytes stays in the cache while it is read.
const NEAR_TABLE_BYTES: u64 = 256 * 1024;
/// Elements that one read of such a table counts as.
const NEAR_COST: u64 = 4;

/// `count` reads of a table of so many bytes, at places that the data decide.
pub(super) fn reads(count: u64, table: u64) -> Work {
    if table <= NEAR_TABLE_BYTES {
        Work { elements: count.saturating_mul(NEAR_COST), ..Work::default() }
    } else {
        Work { random_accesses: count, ..Work::default() }
    }
}

/// `cost` counted elements for each element of the output, and the inner loops of broadcasting.
pub(super) fn binary_work(inputs: &[TensorType], outputs: &[TensorType], cost: u64) -> Work {
    let count = output_elements(outputs);
    let elements = count.saturating_mul(cost);
    let alike = |kind: &TensorType| kind.elements() == 1 || kind.elements() == count;
    if inputs.iter().all(alike) {
        return Work { elements, ..Work::default() };
    }
    // The innermost loop has at least the length of the last dimension that is not 1.
    let inner =
        outputs.first().and_then(|output| output.shape.iter().rev().find(|&&dim| dim > 1)).map_or(1, |&dim| dim);
    let loops = count / u64::from(inner);
    Work { elements: elements.saturating_add(loops.saturating_mul(LOOP_COST)), ..Work::default() }
}

/// One counted element for each element of the output.
pub(super) fn per_element(outputs: &[TensorType]) -> Work {
    Work { elements: output_elements(outputs), ..Work::default() }
}

/// One transcendental function for each element of the output, in its type.
pub(super) fn transcendental(outputs: &[TensorType]) -> Work {
    let count = output_elements(outputs);
    match outputs.first().map(|output| output.dtype) {
        Some(DType::F32) => Work { transcendentals: count, ..Work::default() },
        _ => Work { wide_transcendentals: count, ..Work::default() },
    }
}

pub(super) fn axis_below(name: &'static str, axis: u32, rank: usize) -> Result<usize, OpError> {
    let index = axis as usize;
    if index < rank {
        Ok(index)
    } else {
        Err(OpError::attribute(name, format!("is {axis}, the input has rank {rank}")))
    }
}

/// Product of dimensions as one dimension.
pub(super) fn product(shape: &[u32]) -> Result<u32, OpError> {
    let product = TensorType::new(DType::U8, shape).checked_elements();
    product.and_then(|count| u32::try_from(count).ok()).ok_or(OpError::Limit {
        what: "number of elements",
        found: product.unwrap_or(u64::MAX),
        limit: MAX_TENSOR_BYTES,
    })
}

pub(super) fn rank_limit(rank: usize) -> Result<(), OpError> {
    if rank > MAX_RANK {
        return Err(OpError::Limit { what: "rank", found: rank as u64, limit: MAX_RANK as u64 });
    }
    Ok(())
}
