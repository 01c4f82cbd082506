use serde::{Deserialize, Serialize};

use crate::{
    DType, OpError,
    limits::{MAX_RANK, MAX_TENSOR_BYTES},
};

/// Element type and static shape of a value. Rank 0 is a scalar; no dimension is 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TensorType {
    /// Element type.
    pub dtype: DType,
    /// Dimensions, outermost first.
    pub shape: Vec<u32>,
}

/// Name, element type and static shape of a model's input or output.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ValueInfo {
    /// Name in the ONNX graph.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Dimensions, outermost first.
    pub shape: Vec<u32>,
}

impl TensorType {
    /// A type of this element type and shape; [`Self::check`] says whether it keeps the limits.
    pub fn new(dtype: DType, shape: impl Into<Vec<u32>>) -> Self {
        Self { dtype, shape: shape.into() }
    }

    /// Checks rank, dimensions and size against the limits.
    pub fn check(&self) -> Result<(), OpError> {
        if self.shape.len() > MAX_RANK {
            let found = self.shape.len() as u64;
            return Err(OpError::Limit { what: "rank", found, limit: MAX_RANK as u64 });
        }
        if self.shape.contains(&0) {
            return Err(OpError::shape(format!("shape {:?} has a dimension of 0", self.shape)));
        }
        let bytes = self.checked_bytes().unwrap_or(u64::MAX);
        if bytes > MAX_TENSOR_BYTES {
            return Err(OpError::Limit { what: "tensor size in bytes", found: bytes, limit: MAX_TENSOR_BYTES });
        }
        Ok(())
    }

    /// Number of elements, `None` on overflow.
    pub fn checked_elements(&self) -> Option<u64> {
        self.shape.iter().try_fold(1u64, |product, &dim| product.checked_mul(u64::from(dim)))
    }

    /// Size in bytes, `None` on overflow.
    pub fn checked_bytes(&self) -> Option<u64> {
        self.checked_elements()?.checked_mul(self.dtype.size() as u64)
    }

    /// Number of elements of a type that passed [`Self::check`] (saturating otherwise).
    pub fn elements(&self) -> u64 {
        self.checked_elements().unwrap_or(u64::MAX)
    }

    /// Size in bytes of a type that passed [`Self::check`] (saturating otherwise).
    pub fn bytes(&self) -> u64 {
        self.checked_bytes().unwrap_or(u64::MAX)
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }
}

impl core::fmt::Display for TensorType {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}{:?}", self.dtype, self.shape)
    }
}

impl ValueInfo {
    /// Without the name.
    pub fn tensor_type(&self) -> TensorType {
        TensorType::new(self.dtype, self.shape.clone())
    }
}
