use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Elementwise hyperbolic tangent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tanh;

impl Operator for Tanh {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        rules::unary(inputs, rules::F32_ONLY, |dtype| dtype == DType::F32)
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        Work { transcendentals: rules::output_elements(outputs), ..Work::default() }
    }
}
