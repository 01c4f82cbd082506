use super::{Operator, ScatterReduction, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// A copy of the data with single elements updated: inputs are the data, positions (int32 or int64) and as many updates. The
/// element's index is the position along the axis and the update's own index elsewhere. Updates apply in row-major order.
/// A negative position counts from the end. A constant one out of range is refused; an update at one that a run computes
/// is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScatterElements {
    /// The axis, counted from the outermost.
    pub axis: u32,
    /// What an update does.
    pub reduction: ScatterReduction,
}

impl Operator for ScatterElements {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.u8(self.reduction as u8);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, reduction: ScatterReduction::decode(reader)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [data, indices, updates] = rules::inputs::<3>(inputs, "3")?;
        positions::accept(1, indices)?;
        self.reduction.accept(data, updates)?;
        positions::fits_elsewhere(data, indices, self.axis as usize)?;
        if updates.shape != indices.shape {
            let why = format!("updates of shape {:?} differ from indices of shape {:?}", updates.shape, indices.shape);
            return Err(OpError::shape(why));
        }
        Ok(vec![data.clone()])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let count = inputs.get(1).map_or(0, TensorType::elements);
        self.reduction.work(outputs, count, count)
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        let ([data, indices, _], [_, constant, _]) = (inputs, constants) else { return Ok(()) };
        positions::check(indices.dtype, *constant, &data.shape[self.axis as usize..][..1])
    }
}
