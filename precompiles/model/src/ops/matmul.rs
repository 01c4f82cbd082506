use super::{OpMemory, Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
};

/// Matrix product as numpy's matmul: batched over the leading dimensions, which broadcast; a vector on the left is a row, on
/// the right a column, and its dimension is dropped from the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatMul;

/// The sizes of a matrix product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatMulShape {
    /// Leading dimensions of the result.
    pub batch: Vec<u32>,
    /// Leading dimensions of the left operand.
    pub left_batch: Vec<u32>,
    /// Leading dimensions of the right operand.
    pub right_batch: Vec<u32>,
    /// Rows of the left operand.
    pub m: u32,
    /// Columns of the left and rows of the right operand.
    pub k: u32,
    /// Columns of the right operand.
    pub n: u32,
}

/// Outputs that stand side by side in a register panel: a narrower result costs as much as one of this width.
const PANEL: u64 = 16;
/// Length of one chain of multiply-adds.
const BLOCK: u64 = 256;

/// Elements that setting up one of many products counts as.
const PRODUCT_COST: u64 = 32;
/// Columns that are computed together in float64 and integers.
const WIDE_PANEL: u64 = 8;

/// Work of `batch` products of m by k with k by n. The left operand is copied and the result is written; packing the right
/// operand is counted apart, since a constant is packed only once.
pub(super) fn product_work(dtype: DType, batch: u64, m: u64, k: u64, n: u64) -> Work {
    let terms = |n: u64| batch.saturating_mul(m).saturating_mul(k).saturating_mul(n);
    let elements = batch.saturating_mul(m.saturating_mul(k.saturating_add(n)).saturating_add(PRODUCT_COST));
    if dtype == DType::F32 {
        Work { multiply_adds: terms(n.next_multiple_of(PANEL)), elements, ..Work::default() }
    } else {
        Work { wide_multiply_adds: terms(n.next_multiple_of(WIDE_PANEL)), elements, ..Work::default() }
    }
}

/// Memory of products whose right operand is `rights` matrices of k by n, and whose left operand has m rows at a time.
pub(super) fn product_memory(dtype: DType, rights: u64, m: u64, k: u64, n: u64) -> OpMemory {
    if dtype != DType::F32 {
        return OpMemory::default();
    }
    let floats = |count: u64| count.saturating_mul(4).saturating_add(64);
    let columns = n.next_multiple_of(PANEL);
    let packed = floats(rights.saturating_mul(k).saturating_mul(columns));
    let partial = columns.saturating_mul(k.div_ceil(BLOCK));
    OpMemory { packed: vec![(1, packed)], scratch: floats(m.saturating_mul(k).saturating_add(partial)) }
}

pub(super) fn accepts(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64 | DType::I32 | DType::I64 | DType::U32 | DType::U64)
}

pub(super) const ACCEPTED: &str = "float32, float64 and 32- and 64-bit integers";

impl MatMulShape {
    /// The sizes for operands of these shapes.
    pub fn new(left: &[u32], right: &[u32]) -> Result<Self, OpError> {
        let mismatch = || OpError::shape(format!("a matrix product of {left:?} and {right:?} does not exist"));
        let (left_batch, m, k) = match left {
            [] => return Err(mismatch()),
            [k] => (&[][..], 1, *k),
            [batch @ .., m, k] => (batch, *m, *k),
        };
        let (right_batch, right_k, n) = match right {
            [] => return Err(mismatch()),
            [k] => (&[][..], *k, 1),
            [batch @ .., k, n] => (batch, *k, *n),
        };
        if k != right_k {
            return Err(mismatch());
        }
        let batch = rules::broadcast(left_batch, right_batch)?;
        Ok(Self { batch, left_batch: left_batch.to_vec(), right_batch: right_batch.to_vec(), m, k, n })
    }
}

impl Operator for MatMul {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [left, right] = rules::inputs::<2>(inputs, "2")?;
        rules::accept(inputs, ACCEPTED, accepts)?;
        let dtype = rules::same_type(inputs)?;
        let sizes = MatMulShape::new(&left.shape, &right.shape)?;
        let mut shape = sizes.batch;
        if left.rank() > 1 {
            shape.push(sizes.m);
        }
        if right.rank() > 1 {
            shape.push(sizes.n);
        }
        debug_assert!(shape.len() <= MAX_RANK + 1);
        Ok(vec![TensorType::new(dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let [left, right] = inputs else {
            return Work::default();
        };
        let Ok(sizes) = MatMulShape::new(&left.shape, &right.shape) else {
            return Work::default();
        };
        let (m, k, n) = (u64::from(sizes.m), u64::from(sizes.k), u64::from(sizes.n));
        let batch = rules::output_elements(outputs) / (m * n).max(1);
        product_work(left.dtype, batch, m, k, n)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let [left, right] = inputs else { return OpMemory::default() };
        let Ok(sizes) = MatMulShape::new(&left.shape, &right.shape) else { return OpMemory::default() };
        let (k, n) = (u64::from(sizes.k), u64::from(sizes.n));
        let rights = right.elements() / (k * n).max(1);
        // With a single right matrix the left ones are the rows of one product.
        let rows = left.elements() / k.max(1);
        product_memory(left.dtype, rights, rows, k, n)
    }
}
