use super::{Operator, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Elementwise quotient, with broadcasting. Integers truncate; x / 0 is 0, the least integer divided by -1 wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Div;

impl Operator for Div {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        rules::binary(inputs)
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        // A division occupies its unit for several times as long as an addition.
        rules::binary_work(inputs, outputs, DIVISION_COST)
    }
}

const DIVISION_COST: u64 = 4;
