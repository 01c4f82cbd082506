use super::{Operator, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Elementwise difference, wrapping for integers, with broadcasting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sub;

impl Operator for Sub {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        rules::binary(inputs)
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::binary_work(inputs, outputs, 1)
    }
}
