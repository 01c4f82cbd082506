use super::{Operator, Walk, rules};
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

impl Transpose {
    /// Where the output's elements stand in an input of this shape.
    pub fn walk(&self, shape: &[u32]) -> Result<Walk, OpError> {
        let strides = Walk::strides(shape);
        let place = |&axis: &u32| Some((*shape.get(axis as usize)?, *strides.get(axis as usize)?));
        Walk::new(0, self.perm.iter().filter_map(place))
    }
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

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let walk = inputs.first().map(|input| self.walk(&input.shape));
        walk.and_then(Result::ok).map_or_else(Work::default, |walk| walk.work())
    }
}
