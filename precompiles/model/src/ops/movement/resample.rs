use super::{Operator, positions, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// One axis interpolated: inputs are the data (float32 or float64), positions (int32) of shape [length, taps] and weights of
/// the data's type and the same shape. The output's element j along the axis is the sum over the taps t of
/// weight [j, t] * data [position [j, t]]. A position outside of the axis, -1 by convention, is no tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resample {
    /// The axis, counted from the outermost.
    pub axis: u32,
}

impl Operator for Resample {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [data, places, weights] = rules::inputs::<3>(inputs, "3")?;
        if !data.dtype.is_float() {
            return Err(OpError::InputType { input: 0, found: data.dtype, accepted: "float32 and float64" });
        }
        if places.dtype != DType::I32 {
            return Err(OpError::InputType { input: 1, found: places.dtype, accepted: "int32" });
        }
        if weights.dtype != data.dtype {
            return Err(OpError::InputType { input: 2, found: weights.dtype, accepted: "the type of input 0" });
        }
        let axis = rules::axis_below("axis", self.axis, data.rank())?;
        if places.rank() != 2 || weights.shape != places.shape {
            let why = format!("positions {places} and weights {weights} should be matrices of one shape");
            return Err(OpError::shape(why));
        }
        let mut shape = data.shape.clone();
        shape[axis] = places.shape[0];
        Ok(vec![TensorType::new(data.dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let [data, places, _] = inputs else { return Work::default() };
        let taps = places.shape.last().map_or(1, |&taps| u64::from(taps));
        let outer = positions::count(&data.shape[..data.rank().min(self.axis as usize)]);
        let runs = outer.saturating_mul(places.elements());
        let elements = rules::output_elements(outputs).saturating_mul(taps).saturating_mul(2);
        Work { elements: elements.saturating_add(runs.saturating_mul(rules::LOOP_COST)), ..Work::default() }
    }
}
