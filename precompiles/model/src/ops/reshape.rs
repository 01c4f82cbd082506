use super::{Operator, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
};

/// The same elements under another shape (also what Squeeze and Unsqueeze become).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reshape {
    /// The new shape, written out: no 0 and no -1.
    pub shape: Vec<u32>,
}

impl Operator for Reshape {
    fn encode(&self, out: &mut Writer) {
        out.list(&self.shape, |w, &dim| w.u32(dim));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { shape: reader.list("rank", MAX_RANK, 4, Reader::u32)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        let output = TensorType::new(input.dtype, self.shape.clone());
        if output.checked_elements() != input.checked_elements() {
            let why = format!("{:?} has another number of elements than {:?}", self.shape, input.shape);
            return Err(OpError::attribute("shape", why));
        }
        Ok(vec![output])
    }

    fn is_view(&self) -> bool {
        true
    }

    fn work(&self, _inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        Work::default()
    }
}
