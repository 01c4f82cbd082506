use super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// exp(x - max) / sum of exp(x - max) along one axis (ONNX from opset 13 on).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax {
    /// The axis, counted from the outermost.
    pub axis: u32,
}

impl Operator for Softmax {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let outputs = rules::unary(inputs, rules::F32_ONLY, |dtype| dtype == DType::F32)?;
        rules::axis_below("axis", self.axis, inputs[0].rank())?;
        Ok(outputs)
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let count = rules::output_elements(outputs);
        let length = inputs.first().and_then(|input| input.shape.get(self.axis as usize)).map_or(1, |&dim| dim);
        // Two reductions, a subtraction and a division for each element; each row also joins 16 lanes twice.
        let rows = count / u64::from(length.max(1));
        let elements = count.saturating_mul(8).saturating_add(rows.saturating_mul(48));
        Work { transcendentals: count, elements, ..Work::default() }
    }
}
