use super::{Operator, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
};

/// Dimensions in another order: output dimension i is input dimension `perm[i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transpose {
    /// A permutation of `0..rank`.
    pub perm: Vec<u32>,
}

impl Operator for Transpose {
    fn encode(&self, out: &mut Writer) {
        out.list(&self.perm, |w, &axis| w.u32(axis));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { perm: reader.list("rank", MAX_RANK, 4, Reader::u32)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        let mut sorted = self.perm.clone();
        sorted.sort_unstable();
        if sorted.len() != input.rank() || sorted.iter().enumerate().any(|(index, &axis)| index != axis as usize) {
            let why = format!("{:?} is not a permutation of the {} dimensions", self.perm, input.rank());
            return Err(OpError::attribute("perm", why));
        }
        let shape: Vec<u32> = self.perm.iter().map(|&axis| input.shape[axis as usize]).collect();
        Ok(vec![TensorType::new(input.dtype, shape)])
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        // The reads jump: a cache line serves one element.
        let elements = rules::output_elements(outputs).saturating_mul(rules::STRIDED_COST);
        Work { elements, ..Work::default() }
    }
}
