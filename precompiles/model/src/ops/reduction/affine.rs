use super::{float_inputs, rules, vectors};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::Operator,
};

/// x * scale + shift with one scale and one shift for each channel, two roundings: what BatchNormalization is once its
/// statistics are folded. Channels are axis 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchNormalization;

impl Operator for BatchNormalization {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        float_inputs(inputs, 3, 3, "3")?;
        let &[_, channels, ..] = inputs[0].shape.as_slice() else {
            return Err(OpError::shape(format!("input 0 should have samples and channels, it is {}", inputs[0])));
        };
        vectors(inputs, channels, "one number for each channel")?;
        Ok(vec![inputs[0].clone()])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let count = rules::output_elements(outputs);
        let rows =
            inputs.first().map_or(0, |x| x.shape.iter().take(2).fold(1, |p, &dim| u64::from(dim).saturating_mul(p)));
        let elements = count.saturating_mul(2).saturating_add(rows.saturating_mul(rules::LOOP_COST));
        Work { elements, ..Work::default() }
    }
}
