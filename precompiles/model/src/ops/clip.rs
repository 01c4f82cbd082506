use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// One number of a given element type, as its little-endian bytes followed by zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Element type.
    pub dtype: DType,
    /// Its bytes; those past the element's size are 0.
    pub bytes: [u8; 8],
}

/// Elementwise minimum(maximum(x, min), max), with IEEE 754-2019 maximum and minimum for floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Lower bound, not NaN.
    pub min: Option<Scalar>,
    /// Upper bound, not NaN.
    pub max: Option<Scalar>,
}

impl Scalar {
    /// The first element of `data`, which holds elements of type `dtype`; `None` when it is too short.
    pub fn from_bytes(dtype: DType, data: &[u8]) -> Option<Self> {
        let mut bytes = [0; 8];
        bytes[..dtype.size()].copy_from_slice(data.get(..dtype.size())?);
        Some(Self { dtype, bytes })
    }

    /// A float32.
    pub fn f32(value: f32) -> Self {
        let [a, b, c, d] = value.to_le_bytes();
        Self { dtype: DType::F32, bytes: [a, b, c, d, 0, 0, 0, 0] }
    }

    /// Its bytes without the zeros after them.
    pub fn data(&self) -> &[u8] {
        &self.bytes[..self.dtype.size()]
    }

    fn problem(&self) -> Option<&'static str> {
        let [a, b, c, d, ..] = self.bytes;
        let nan = match self.dtype {
            DType::F32 => f32::from_le_bytes([a, b, c, d]).is_nan(),
            DType::F64 => f64::from_le_bytes(self.bytes).is_nan(),
            _ => false,
        };
        if nan {
            return Some("a bound is NaN");
        }
        let padded = self.bytes[self.dtype.size()..].iter().any(|&byte| byte != 0);
        let not_bool = self.dtype == DType::Bool && a > 1;
        (padded || not_bool).then_some("a bound has bytes that its type does not use")
    }
}

fn encode_bound(bound: Option<Scalar>, out: &mut Writer) {
    out.bool(bound.is_some());
    if let Some(scalar) = bound {
        out.u8(scalar.dtype.code());
        out.raw(scalar.data());
    }
}

fn decode_bound(reader: &mut Reader<'_>) -> Result<Option<Scalar>, PlanError> {
    if !reader.bool()? {
        return Ok(None);
    }
    let dtype = DType::try_from(reader.u8()?)?;
    let mut bytes = [0; 8];
    bytes[..dtype.size()].copy_from_slice(reader.take(dtype.size())?);
    let scalar = Scalar { dtype, bytes };
    match scalar.problem() {
        Some(what) => Err(PlanError::NotCanonical { what }),
        None => Ok(Some(scalar)),
    }
}

impl Operator for Clip {
    fn encode(&self, out: &mut Writer) {
        encode_bound(self.min, out);
        encode_bound(self.max, out);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { min: decode_bound(reader)?, max: decode_bound(reader)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let outputs = rules::unary(inputs, rules::NUMERIC, rules::numeric)?;
        for (name, bound) in [("min", self.min), ("max", self.max)] {
            let Some(scalar) = bound else { continue };
            if let Some(what) = scalar.problem() {
                return Err(OpError::attribute(name, what));
            }
            if scalar.dtype != outputs[0].dtype {
                return Err(OpError::attribute(
                    name,
                    format!("is {}, the input is {}", scalar.dtype, outputs[0].dtype),
                ));
            }
        }
        Ok(outputs)
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::per_element(outputs)
    }
}
