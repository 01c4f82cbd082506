use alloy_primitives::{B256, keccak256};
use serde::{Deserialize, Serialize};

use crate::{
    DType, PlanError, TensorType,
    codec::{Reader, Writer},
    limits::{MAX_MODEL_ARITY, MAX_RANK},
};

/// A tensor as it enters and leaves a model.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tensor {
    /// Element type.
    pub dtype: DType,
    /// Dimensions, outermost first.
    pub shape: Vec<u32>,
    /// Elements, row-major, little-endian, packed; a bool is one byte, 0 or 1.
    pub data: Vec<u8>,
}

/// Why a tensor is not well formed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TensorError {
    /// The data has another length than type and shape ask for.
    #[error("the data has {found} bytes, its type and shape ask for {expected}")]
    Length {
        /// Bytes asked for.
        expected: u64,
        /// Bytes given.
        found: u64,
    },
    /// A bool element that is neither 0 nor 1.
    #[error("a bool element is {0}, it should be 0 or 1")]
    Bool(u8),
}

impl Tensor {
    /// A float32 tensor of these elements.
    pub fn from_f32(shape: impl Into<Vec<u32>>, values: &[f32]) -> Self {
        Self::from_elements(DType::F32, shape, values, |value| value.to_le_bytes())
    }

    /// A float64 tensor of these elements.
    pub fn from_f64(shape: impl Into<Vec<u32>>, values: &[f64]) -> Self {
        Self::from_elements(DType::F64, shape, values, |value| value.to_le_bytes())
    }

    /// An int64 tensor of these elements.
    pub fn from_i64(shape: impl Into<Vec<u32>>, values: &[i64]) -> Self {
        Self::from_elements(DType::I64, shape, values, |value| value.to_le_bytes())
    }

    fn from_elements<T: Copy, const N: usize>(
        dtype: DType,
        shape: impl Into<Vec<u32>>,
        values: &[T],
        bytes: impl Fn(T) -> [u8; N],
    ) -> Self {
        Self { dtype, shape: shape.into(), data: values.iter().flat_map(|&value| bytes(value)).collect() }
    }

    /// The elements of a float32 tensor, `None` for another type.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        (self.dtype == DType::F32).then(|| self.elements(f32::from_le_bytes))
    }

    /// The elements of a float64 tensor, `None` for another type.
    pub fn to_f64(&self) -> Option<Vec<f64>> {
        (self.dtype == DType::F64).then(|| self.elements(f64::from_le_bytes))
    }

    /// The elements of an int64 tensor, `None` for another type.
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        (self.dtype == DType::I64).then(|| self.elements(i64::from_le_bytes))
    }

    fn elements<T, const N: usize>(&self, read: impl Fn([u8; N]) -> T) -> Vec<T> {
        self.data.as_chunks::<N>().0.iter().map(|&bytes| read(bytes)).collect()
    }

    /// Element type and shape.
    pub fn tensor_type(&self) -> TensorType {
        TensorType::new(self.dtype, self.shape.clone())
    }

    /// That the data has the length of type and shape, and bools are 0 or 1.
    pub fn check(&self) -> Result<(), TensorError> {
        let elements = self.shape.iter().try_fold(1u64, |product, &dim| product.checked_mul(u64::from(dim)));
        let expected = elements.unwrap_or(u64::MAX).saturating_mul(self.dtype.size() as u64);
        if self.data.len() as u64 != expected {
            return Err(TensorError::Length { expected, found: self.data.len() as u64 });
        }
        match self.data.iter().find(|&&byte| self.dtype == DType::Bool && byte > 1) {
            Some(&byte) => Err(TensorError::Bool(byte)),
            None => Ok(()),
        }
    }
}

/// The canonical encoding behind input and output hashes: count u32, then for each tensor dtype u8, rank u8, dimensions u32,
/// data; all little-endian.
pub fn encode_tensors(tensors: &[Tensor]) -> Vec<u8> {
    let mut out = Writer::default();
    out.list(tensors, |w, tensor| {
        w.u8(tensor.dtype.code());
        w.u8(u8::try_from(tensor.shape.len()).unwrap_or(u8::MAX));
        for &dim in &tensor.shape {
            w.u32(dim);
        }
        w.raw(&tensor.data);
    });
    out.into_bytes()
}

/// Reads what [`encode_tensors`] wrote, and nothing else. Data is bounded by the bytes given.
pub fn decode_tensors(bytes: &[u8]) -> Result<Vec<Tensor>, PlanError> {
    let mut reader = Reader::new(bytes);
    let tensors = reader.list("number of tensors", MAX_MODEL_ARITY, 2, |reader| {
        let dtype = DType::try_from(reader.u8()?)?;
        let rank = usize::from(reader.u8()?);
        if rank > MAX_RANK {
            return Err(PlanError::Limit { what: "rank", found: rank as u64, limit: MAX_RANK as u64 });
        }
        let shape = (0..rank).map(|_| reader.u32()).collect::<Result<Vec<_>, _>>()?;
        let size = usize::try_from(TensorType::new(dtype, shape.clone()).bytes()).unwrap_or(usize::MAX);
        let tensor = Tensor { dtype, shape, data: reader.take(size)?.to_vec() };
        tensor.check().map_err(|_| PlanError::NotCanonical { what: "a bool element is neither 0 nor 1" })?;
        Ok(tensor)
    })?;
    reader.end()?;
    Ok(tensors)
}

/// keccak256 of [`encode_tensors`].
pub fn hash_tensors(tensors: &[Tensor]) -> B256 {
    keccak256(encode_tensors(tensors))
}
