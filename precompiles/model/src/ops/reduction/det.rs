use super::{FLOATS, floats, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator},
};

/// Determinants of the matrices in the last two dimensions, by elimination in float64 with partial pivoting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Det;

fn order(inputs: &[TensorType]) -> u64 {
    inputs.first().and_then(|input| input.shape.last()).map_or(0, |&n| u64::from(n))
}

impl Operator for Det {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, FLOATS, floats)?;
        match input.shape.as_slice() {
            [batch @ .., rows, columns] if rows == columns => Ok(vec![TensorType::new(input.dtype, batch)]),
            _ => Err(OpError::shape(format!("the input should hold square matrices, it is {input}"))),
        }
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let n = order(inputs);
        let square = n.saturating_mul(n);
        let matrices = rules::output_elements(outputs);
        // Each column: a search, a swap, a division and a loop for each row below it.
        let rows = square.saturating_mul(2 * rules::LOOP_COST).saturating_add(square.saturating_mul(4));
        Work {
            wide_multiply_adds: square.saturating_mul(n).div_ceil(3).saturating_mul(matrices),
            elements: rows.saturating_mul(matrices),
            ..Work::default()
        }
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let n = order(inputs);
        OpMemory { scratch: n.saturating_mul(n).saturating_mul(8).saturating_add(64), ..OpMemory::default() }
    }
}
