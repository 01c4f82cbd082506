use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Elementwise `x < 0 ? alpha * x : x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu {
    /// Slope below zero; finite.
    pub alpha: f32,
}

impl Operator for LeakyRelu {
    fn encode(&self, out: &mut Writer) {
        out.f32(self.alpha);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { alpha: reader.f32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        if !self.alpha.is_finite() {
            return Err(OpError::attribute("alpha", "is not finite"));
        }
        rules::unary(inputs, "float32 and float64", DType::is_float)
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::per_element(outputs)
    }
}
