use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Slices of the data at tuples of positions: the last dimension of the positions (int32 or int64) holds one for each of the
/// data's dimensions after the batch. Positions are treated as in Gather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatherND {
    /// How many leading dimensions the data and the positions share.
    pub batch_dims: u32,
}

impl GatherND {
    /// The data's dimensions that the tuples of `indices` index.
    fn indexed<'a>(&self, data: &'a TensorType, indices: &TensorType) -> Option<&'a [u32]> {
        let batch = self.batch_dims as usize;
        let width = *indices.shape.last()? as usize;
        data.shape.get(batch..)?.get(..width)
    }
}

impl Operator for GatherND {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.batch_dims);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { batch_dims: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [data, indices] = rules::inputs::<2>(inputs, "2")?;
        positions::accept(1, indices)?;
        let batch = self.batch_dims as usize;
        let unfit = || {
            let (data, indices) = (&data.shape, &indices.shape);
            OpError::shape(format!("indices of shape {indices:?} do not fit data of shape {data:?}, batch {batch}"))
        };
        let indexed = self.indexed(data, indices).ok_or_else(unfit)?;
        let tuples = &indices.shape[..indices.rank() - 1];
        if tuples.get(..batch).is_none_or(|own| *own != data.shape[..batch]) {
            return Err(unfit());
        }
        let shape = [tuples, &data.shape[batch + indexed.len()..]].concat();
        Ok(vec![TensorType::new(data.dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let Some(indices) = inputs.get(1) else { return Work::default() };
        let width = indices.shape.last().map_or(1, |&dim| u64::from(dim.max(1)));
        let count = indices.elements();
        Work { random_accesses: count / width, elements: count.saturating_mul(2), ..Work::default() }
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        let ([data, indices], [_, constant]) = (inputs, constants) else { return Ok(()) };
        positions::check(indices.dtype, *constant, self.indexed(data, indices).unwrap_or_default())
    }
}
