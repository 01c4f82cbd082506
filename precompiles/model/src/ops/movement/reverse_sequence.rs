use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// The first elements of each sequence in reverse order: the second input (int32 or int64) has the number of elements for each
/// sequence of the batch. Numbers are clamped to 0 and the length of the time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReverseSequence {
    /// Whether time is the first dimension and the batch the second, not the other way round.
    pub time_first: bool,
}

impl Operator for ReverseSequence {
    fn encode(&self, out: &mut Writer) {
        out.bool(self.time_first);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { time_first: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input, lengths] = rules::inputs::<2>(inputs, "2")?;
        positions::accept(1, lengths)?;
        let batch = input.shape.get(usize::from(self.time_first)).filter(|_| input.rank() > 1);
        if batch.is_none_or(|&batch| lengths.shape != [batch]) {
            let why = format!("lengths of shape {:?} do not fit sequences of shape {:?}", lengths.shape, input.shape);
            return Err(OpError::shape(why));
        }
        Ok(vec![input.clone()])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        // One copy for each step of each sequence.
        let steps = inputs.first().map_or(0, |input| positions::count(&input.shape[..2]));
        Work { random_accesses: steps, ..Work::default() }
    }
}
