use super::{
    super::{Operator, rules},
    tables::table,
};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Replaces each element by the value of its key (ONNX LabelEncoder for numbers).
///
/// Inputs: 0. any shape; 1. the keys, of the type of input 0, rank 1, constant and strictly ascending (as -0 equals +0, one of
/// them at most; NaN stands last and is found by every NaN); 2. a value for each key and a last one for what is no key, rank
/// 1. Types: int64, int32, float32, float64 for keys; any for values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelMap;

impl LabelMap {
    fn is_ascending(dtype: DType, bytes: &[u8]) -> bool {
        match dtype {
            DType::F32 => floats_ascend(bytes, |word| f64::from(f32::from_le_bytes(word))),
            DType::F64 => floats_ascend(bytes, f64::from_le_bytes),
            DType::I32 => bytes.as_chunks::<4>().0.is_sorted_by(|&a, &b| i32::from_le_bytes(a) < i32::from_le_bytes(b)),
            _ => bytes.as_chunks::<8>().0.is_sorted_by(|&a, &b| i64::from_le_bytes(a) < i64::from_le_bytes(b)),
        }
    }
}

fn floats_ascend<const N: usize>(bytes: &[u8], value: impl Fn([u8; N]) -> f64) -> bool {
    // NaN as a left neighbour, or twice, is not in order.
    bytes.as_chunks::<N>().0.is_sorted_by(|&a, &b| {
        let (a, b) = (value(a), value(b));
        a < b || (b.is_nan() && !a.is_nan())
    })
}

impl Operator for LabelMap {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input, keys, values] = rules::inputs::<3>(inputs, "3")?;
        if !matches!(input.dtype, DType::I64 | DType::I32 | DType::F32 | DType::F64) {
            let accepted = "int64, int32, float32 and float64";
            return Err(OpError::InputType { input: 0, found: input.dtype, accepted });
        }
        if keys.dtype != input.dtype {
            return Err(OpError::InputType { input: 1, found: keys.dtype, accepted: "the type of input 0" });
        }
        match (keys.shape.as_slice(), values.shape.as_slice()) {
            (&[keys], &[values]) if keys.checked_add(1) == Some(values) => {
                Ok(vec![TensorType::new(inputs[2].dtype, input.shape.clone())])
            }
            _ => Err(OpError::shape(format!("keys {:?} and values {:?}", keys.shape, values.shape))),
        }
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let keys = inputs.get(1).map_or(0, TensorType::elements);
        let steps = u64::from(u64::BITS - keys.leading_zeros());
        let count = rules::output_elements(outputs);
        let table = inputs.iter().skip(1).fold(0u64, |sum, kind| sum.saturating_add(kind.bytes()));
        rules::reads(count.saturating_mul(steps.saturating_add(1)), table)
    }

    fn is_table(&self, input: usize) -> bool {
        input == 1
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        if Self::is_ascending(inputs[1].dtype, table(constants, 1)?) {
            Ok(())
        } else {
            Err(OpError::shape("the keys do not ascend"))
        }
    }
}
