use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Positions (int32 or int64) as a new dimension that holds one value at the position and another elsewhere: the second input
/// has the value elsewhere and the value at the position. A negative position counts from the end; one out of range leaves the
/// whole dimension at the value elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneHot {
    /// Where the new dimension stands in the output.
    pub axis: u32,
    /// Its size.
    pub depth: u32,
}

impl Operator for OneHot {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.u32(self.depth);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, depth: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [indices, values] = rules::inputs::<2>(inputs, "2")?;
        positions::accept(0, indices)?;
        if values.shape != [2] {
            return Err(OpError::shape(format!("the values should be a pair, they are {values}")));
        }
        let axis = rules::axis_below("axis", self.axis, indices.rank() + 1)?;
        let shape = [&indices.shape[..axis], &[self.depth], &indices.shape[axis..]].concat();
        Ok(vec![TensorType::new(values.dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let random_accesses = inputs.first().map_or(0, TensorType::elements);
        Work { elements: rules::output_elements(outputs) / 2, random_accesses, ..Work::default() }
    }
}
