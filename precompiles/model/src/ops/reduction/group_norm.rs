use super::{float_inputs, layer_norm::norm_work, vectors};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::Operator,
};

/// (x - mean) / sqrt(variance + epsilon) * scale + bias, where mean and variance are those of a group of neighbouring channels
/// in one sample, and scale and bias have one number for each channel. Channels are axis 1. With as many groups as channels it
/// is ONNX's InstanceNormalization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupNormalization {
    /// Number of groups; it divides the number of channels.
    pub groups: u32,
    /// Added to the variance; finite.
    pub epsilon: f32,
}

impl Operator for GroupNormalization {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.groups);
        out.f32(self.epsilon);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { groups: reader.u32()?, epsilon: reader.f32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        float_inputs(inputs, 3, 3, "3")?;
        let &[_, channels, ..] = inputs[0].shape.as_slice() else {
            return Err(OpError::shape(format!("input 0 should have samples and channels, it is {}", inputs[0])));
        };
        if self.groups == 0 || !channels.is_multiple_of(self.groups) {
            let why = format!("is {}, which does not divide {channels} channels", self.groups);
            return Err(OpError::attribute("groups", why));
        }
        if !self.epsilon.is_finite() {
            return Err(OpError::attribute("epsilon", "is not finite"));
        }
        vectors(inputs, channels, "one number for each channel")?;
        Ok(vec![inputs[0].clone()])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        // Each channel starts loops of its own.
        norm_work(inputs, |shape| shape.iter().take(2).fold(1u32, |product, &dim| product.saturating_mul(dim)))
    }
}
