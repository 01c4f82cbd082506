use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Slices of the data at given positions of one axis: inputs are the data and the positions, int32 or int64, whose shape takes
/// the place of the axis. A negative position counts from the end. A constant one out of range is refused; one that a run
/// computes is clamped into the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gather {
    /// The axis, counted from the outermost.
    pub axis: u32,
}

impl Operator for Gather {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [data, indices] = rules::inputs::<2>(inputs, "2")?;
        positions::accept(1, indices)?;
        let axis = rules::axis_below("axis", self.axis, data.rank())?;
        let shape = [&data.shape[..axis], &indices.shape, &data.shape[axis + 1..]].concat();
        Ok(vec![TensorType::new(data.dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let [data, indices] = inputs else { return Work::default() };
        let outer = positions::count(&data.shape[..data.rank().min(self.axis as usize)]);
        rules::reads(outer.saturating_mul(indices.elements()), data.bytes())
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        let ([data, indices], [_, constant]) = (inputs, constants) else { return Ok(()) };
        positions::check(indices.dtype, *constant, &data.shape[self.axis as usize..][..1])
    }
}
