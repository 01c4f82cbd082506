use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// One element of the data for each of the positions (int32 or int64): the data's index is the position along the axis and
/// the output's own index elsewhere. Positions are treated as in Gather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatherElements {
    /// The axis, counted from the outermost.
    pub axis: u32,
}

impl Operator for GatherElements {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [data, indices] = rules::inputs::<2>(inputs, "2")?;
        positions::accept(1, indices)?;
        positions::fits_elsewhere(data, indices, self.axis as usize)?;
        Ok(vec![TensorType::new(data.dtype, indices.shape.clone())])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let table = inputs.first().map_or(0, TensorType::bytes);
        rules::reads(rules::output_elements(outputs), table).plus(rules::per_element(outputs))
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        let ([data, indices], [_, constant]) = (inputs, constants) else { return Ok(()) };
        positions::check(indices.dtype, *constant, &data.shape[self.axis as usize..][..1])
    }
}
