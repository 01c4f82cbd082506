use super::rules;
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::Operator,
};

/// Quantises float32 to uint8 with a scale and a zero point from the data: the range of the elements, 0 included, is mapped
/// to 0 to 255. Outputs: the result, the scale, the zero point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DynamicQuantizeLinear;

impl Operator for DynamicQuantizeLinear {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [x] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, rules::F32_ONLY, |dtype| dtype == DType::F32)?;
        let scalar = |dtype| TensorType::new(dtype, []);
        Ok(vec![TensorType::new(DType::U8, x.shape.clone()), scalar(DType::F32), scalar(DType::U8)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let elements = rules::output_elements(inputs);
        // Its range, a division, and rounding.
        Work { elements: elements.saturating_mul(7).saturating_add(64), ..Work::default() }
    }
}
