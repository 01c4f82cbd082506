use super::{Operator, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Its input, bit for bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity;

impl Operator for Identity {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        rules::unary(inputs, "all types", |_| true)
    }

    fn is_view(&self) -> bool {
        true
    }

    fn work(&self, _inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        Work::default()
    }
}
