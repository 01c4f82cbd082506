use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Conversion of each element: floats to the nearest, ties to even; float to integer truncates and saturates, NaN to 0;
/// integer to integer wraps; to bool is "not zero", NaN included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Type of the output.
    pub to: DType,
}

impl Operator for Cast {
    fn encode(&self, out: &mut Writer) {
        out.u8(self.to.code());
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { to: DType::try_from(reader.u8()?)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        Ok(vec![TensorType::new(self.to, input.shape.clone())])
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::per_element(outputs)
    }
}
