use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// A cache with an update written into one axis: inputs are the cache, the update, and for each element of the first dimension
/// the place of the update's first element (int32 or int64; 0 without this input). What falls outside of the axis is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TensorScatter {
    /// The axis, not the first.
    pub axis: u32,
    /// Whether places count modulo the length of the axis.
    pub circular: bool,
}

impl Operator for TensorScatter {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.bool(self.circular);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, circular: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let (cache, update, places) = match inputs {
            [cache, update] => (cache, update, None),
            [cache, update, places] => (cache, update, Some(places)),
            _ => return Err(OpError::Arity { expected: "2 or 3", found: inputs.len() }),
        };
        rules::same_type(&inputs[..2])?;
        let axis = rules::axis_below("axis", self.axis, cache.rank())?;
        if axis == 0 {
            return Err(OpError::attribute("axis", "is that of the batch"));
        }
        let mut expected = cache.shape.clone();
        expected[axis] = update.shape.get(axis).copied().unwrap_or(0).min(cache.shape[axis]);
        if update.shape != expected {
            let why = format!("an update of shape {:?} does not fit a cache of shape {:?}", update.shape, cache.shape);
            return Err(OpError::shape(why));
        }
        if let Some(places) = places {
            positions::accept(2, places)?;
            if places.shape != cache.shape[..1] {
                return Err(OpError::shape(format!("{places} is not one place for each of {}", cache.shape[0])));
            }
        }
        Ok(vec![cache.clone()])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let Some(update) = inputs.get(1) else { return Work::default() };
        let rows = positions::count(update.shape.get(..=self.axis as usize).unwrap_or(&update.shape));
        Work { random_accesses: rows, elements: rules::output_elements(outputs) / 4, ..Work::default() }
    }
}
