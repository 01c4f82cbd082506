use super::{Operator, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Inputs joined along one axis; at least one input, all other dimensions equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concat {
    /// The axis, counted from the outermost.
    pub axis: u32,
}

impl Operator for Concat {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let dtype = rules::same_type(inputs)?;
        let mut shape = inputs[0].shape.clone();
        let axis = rules::axis_below("axis", self.axis, shape.len())?;
        for (index, input) in inputs.iter().enumerate().skip(1) {
            let others = |shape: &[u32]| -> Vec<u32> {
                shape.iter().enumerate().filter(|&(i, _)| i != axis).map(|(_, &dim)| dim).collect()
            };
            if input.rank() != shape.len() || others(&input.shape) != others(&shape) {
                let why = format!("input {index} of shape {:?} does not join {shape:?} on axis {axis}", input.shape);
                return Err(OpError::shape(why));
            }
            shape[axis] = shape[axis]
                .checked_add(input.shape[axis])
                .ok_or_else(|| OpError::shape("the joined dimension exceeds 32 bits"))?;
        }
        Ok(vec![TensorType::new(dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        // Each input gives one run of elements for each index of the dimensions before the axis.
        let outer = outputs.first().map_or(0, |output| {
            output
                .shape
                .iter()
                .take(self.axis as usize)
                .fold(1u64, |product, &dim| product.saturating_mul(u64::from(dim)))
        });
        let runs = outer.saturating_mul(inputs.len() as u64);
        let elements = rules::output_elements(outputs).saturating_add(runs.saturating_mul(rules::LOOP_COST));
        Work { elements, ..Work::default() }
    }
}
