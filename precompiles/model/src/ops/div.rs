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

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        // A division occupies its unit for several times as long as an addition.
        let elements = rules::output_elements(outputs).saturating_mul(DIVISION_COST);
        Work { elements, ..Work::default() }
    }
}

const DIVISION_COST: u64 = 4;
