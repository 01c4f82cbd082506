use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Elementwise 1 / (1 + exp(-x)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sigmoid;

impl Operator for Sigmoid {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        rules::unary(inputs, "float32 and float64", DType::is_float)
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::transcendental(outputs)
    }
}
