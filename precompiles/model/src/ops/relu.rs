use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Elementwise `x < 0 ? +0 : x`, so -0 stays and NaN gives NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relu;

impl Operator for Relu {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        use DType::{F32, F64, I8, I16, I32, I64};
        let signed = |dtype| matches!(dtype, F32 | F64 | I8 | I16 | I32 | I64);
        rules::unary(inputs, "float32, float64 and signed integers", signed)
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::per_element(outputs)
    }
}
