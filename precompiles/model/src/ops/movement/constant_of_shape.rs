use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
};

/// One value, repeated: an operator without inputs, for tensors that would be large as constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstantOfShape {
    /// Type of the output.
    pub dtype: DType,
    /// The element, in the low bytes; the others are 0.
    pub value: u64,
    /// Shape of the output.
    pub shape: Vec<u32>,
}

impl Operator for ConstantOfShape {
    fn encode(&self, out: &mut Writer) {
        out.u8(self.dtype.code());
        out.u64(self.value);
        out.list(&self.shape, |w, &dim| w.u32(dim));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let (dtype, value) = (DType::try_from(reader.u8()?)?, reader.u64()?);
        let fits = dtype.size() == 8 || value >> (8 * dtype.size()) == 0;
        if !fits || (dtype == DType::Bool && value > 1) {
            return Err(PlanError::NotCanonical { what: "a repeated value is not one of its type" });
        }
        Ok(Self { dtype, value, shape: reader.list("rank", MAX_RANK, 4, Reader::u32)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [] = rules::inputs::<0>(inputs, "0")?;
        Ok(vec![TensorType::new(self.dtype, self.shape.clone())])
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        Work { elements: rules::output_elements(outputs) / 4, ..Work::default() }
    }
}
