use super::{Operator, ScatterReduction, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// A copy of the data with slices updated: inputs are the data, tuples of positions (int32 or int64) in the last dimension of
/// the second input, and a slice for each tuple. Updates apply in row-major order; positions are treated as in
/// [`super::ScatterElements`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScatterND {
    /// What an update does.
    pub reduction: ScatterReduction,
}

/// The data's dimensions that the tuples of `indices` index.
fn indexed<'a>(data: &'a TensorType, indices: &TensorType) -> Option<&'a [u32]> {
    data.shape.get(..*indices.shape.last()? as usize)
}

impl Operator for ScatterND {
    fn encode(&self, out: &mut Writer) {
        out.u8(self.reduction as u8);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { reduction: ScatterReduction::decode(reader)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [data, indices, updates] = rules::inputs::<3>(inputs, "3")?;
        positions::accept(1, indices)?;
        self.reduction.accept(data, updates)?;
        let fits = indexed(data, indices).is_some_and(|indexed| {
            let slice = &data.shape[indexed.len()..];
            [&indices.shape[..indices.rank() - 1], slice].concat() == updates.shape
        });
        if !fits {
            let (data, indices, updates) = (&data.shape, &indices.shape, &updates.shape);
            let why = format!("indices {indices:?} and updates {updates:?} do not fit data of shape {data:?}");
            return Err(OpError::shape(why));
        }
        Ok(vec![data.clone()])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let [_, indices, updates] = inputs else { return Work::default() };
        let width = indices.shape.last().map_or(1, |&dim| u64::from(dim.max(1)));
        let elements = updates.elements().saturating_add(indices.elements());
        self.reduction.work(outputs, indices.elements() / width, elements)
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        let ([data, indices, _], [_, constant, _]) = (inputs, constants) else { return Ok(()) };
        positions::check(indices.dtype, *constant, indexed(data, indices).unwrap_or_default())
    }
}
