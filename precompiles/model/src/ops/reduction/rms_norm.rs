use super::{float_inputs, layer_norm::norm_work, rules, vectors};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::Operator,
};

/// x / sqrt(mean of x * x + epsilon), times a scale where one is given, over the axes from `axis` on taken together. The scale
/// is flat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RMSNormalization {
    /// The first normalised axis, counted from the outermost.
    pub axis: u32,
    /// Added to the mean square; finite.
    pub epsilon: f32,
}

impl Operator for RMSNormalization {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.f32(self.epsilon);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, epsilon: reader.f32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        float_inputs(inputs, 1, 2, "1 or 2")?;
        let shape = &inputs[0].shape;
        let axis = rules::axis_below("axis", self.axis, shape.len())?;
        if !self.epsilon.is_finite() {
            return Err(OpError::attribute("epsilon", "is not finite"));
        }
        vectors(inputs, rules::product(&shape[axis..])?, "one number for each normalised element")?;
        Ok(vec![inputs[0].clone()])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        norm_work(inputs, |shape| shape.get(..self.axis as usize).map_or(0, |rows| rules::product(rows).unwrap_or(0)))
    }
}
