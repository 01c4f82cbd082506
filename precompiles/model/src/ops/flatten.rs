use super::{Operator, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Two dimensions: those before `axis` and those from it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flatten {
    /// Where to cut, `0..=rank`.
    pub axis: u32,
}

impl Operator for Flatten {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        let axis = self.axis as usize;
        if axis > input.rank() {
            return Err(OpError::attribute("axis", format!("is {axis}, the input has rank {}", input.rank())));
        }
        let (outer, inner) = input.shape.split_at(axis);
        Ok(vec![TensorType::new(input.dtype, vec![rules::product(outer)?, rules::product(inner)?])])
    }

    fn is_view(&self) -> bool {
        true
    }

    fn work(&self, _inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        Work::default()
    }
}
