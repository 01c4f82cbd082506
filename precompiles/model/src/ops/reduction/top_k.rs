use super::rules;
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator, rules::NUMERIC},
};

/// The k greatest or least elements along an axis in their order, and their positions. Of equal elements the one that stands
/// first comes first. NaN is greater than all numbers; +0 and -0 are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK {
    /// The axis, counted from the outermost.
    pub axis: u32,
    /// How many, from 1 to the length of the axis.
    pub k: u32,
    /// The greatest first; otherwise the least first.
    pub largest: bool,
}

/// Elements that one comparison of a sort counts as, its mispredicted branch included.
const COMPARE_COST: u64 = 4;
/// Bytes of scratch memory for each element: its key and its position.
const KEY_BYTES: u64 = 16;

impl Operator for TopK {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.u32(self.k);
        out.bool(self.largest);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, k: reader.u32()?, largest: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, NUMERIC, rules::numeric)?;
        let axis = rules::axis_below("axis", self.axis, input.rank())?;
        let mut shape = input.shape.clone();
        if self.k == 0 || self.k > shape[axis] {
            return Err(OpError::attribute("k", format!("is {}, the axis has {} elements", self.k, shape[axis])));
        }
        shape[axis] = self.k;
        Ok(vec![TensorType::new(input.dtype, shape.clone()), TensorType::new(DType::I64, shape)])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let count = inputs.first().map_or(0, TensorType::elements);
        // Selection looks at each element a bounded number of times; then the k are sorted.
        let rounds = u64::from(self.k.ilog2()) + 1;
        let sorted = rules::output_elements(outputs).saturating_mul(rounds);
        let compared = count.saturating_mul(8).saturating_add(sorted);
        let moved = count.saturating_add(rules::output_elements(outputs)).saturating_mul(rules::STRIDED_COST);
        Work { elements: compared.saturating_mul(COMPARE_COST).saturating_add(moved), ..Work::default() }
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let length = inputs.first().and_then(|input| input.shape.get(self.axis as usize)).map_or(0, |&dim| dim);
        OpMemory { scratch: u64::from(length).saturating_mul(KEY_BYTES).saturating_add(64), ..OpMemory::default() }
    }
}
