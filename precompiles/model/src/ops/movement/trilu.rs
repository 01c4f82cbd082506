use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// The upper or lower triangle of the matrices in the last two dimensions, zero elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trilu {
    /// Whether the upper triangle stays.
    pub upper: bool,
    /// The diagonal that bounds it, to the right of the main one; it stays too.
    pub diagonal: i64,
}

impl Operator for Trilu {
    fn encode(&self, out: &mut Writer) {
        out.bool(self.upper);
        out.i64(self.diagonal);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { upper: reader.bool()?, diagonal: reader.i64()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        if input.rank() < 2 {
            return Err(OpError::shape(format!("{input} has no matrices")));
        }
        Ok(vec![input.clone()])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let Some(input) = inputs.first() else { return Work::default() };
        let rows = positions::count(&input.shape[..input.rank().saturating_sub(1)]);
        let elements = input.elements().saturating_add(rows.saturating_mul(2 * rules::LOOP_COST));
        Work { elements, ..Work::default() }
    }
}
