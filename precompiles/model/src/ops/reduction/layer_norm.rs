use super::{JOIN_COST, NORMALISE_COST, float_inputs, rules, vectors};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::Operator,
};

/// (x - mean) / sqrt(variance + epsilon), times a scale and plus a bias where they are given, over the axes from `axis` on
/// taken together. Scale and bias are flat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNormalization {
    /// The first normalised axis, counted from the outermost.
    pub axis: u32,
    /// Added to the variance; finite.
    pub epsilon: f32,
    /// Mean and 1 / sqrt(variance + epsilon) are outputs too, with the normalised axes of length 1.
    pub statistics: bool,
}

impl Operator for LayerNormalization {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.f32(self.epsilon);
        out.bool(self.statistics);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, epsilon: reader.f32()?, statistics: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let dtype = float_inputs(inputs, 1, 3, "1 to 3")?;
        let shape = &inputs[0].shape;
        let axis = rules::axis_below("axis", self.axis, shape.len())?;
        if !self.epsilon.is_finite() {
            return Err(OpError::attribute("epsilon", "is not finite"));
        }
        vectors(inputs, rules::product(&shape[axis..])?, "one number for each normalised element")?;
        let mut outputs = vec![inputs[0].clone()];
        if self.statistics {
            let rows = shape.iter().enumerate().map(|(index, &dim)| if index < axis { dim } else { 1 });
            let rows = TensorType::new(dtype, rows.collect::<Vec<_>>());
            outputs.extend([rows.clone(), rows]);
        }
        Ok(outputs)
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        norm_work(inputs, |shape| shape.get(..self.axis as usize).map_or(0, |rows| rules::product(rows).unwrap_or(0)))
    }
}

/// Work of a normalisation whose number of rows follows from the shape of input 0.
pub(super) fn norm_work(inputs: &[TensorType], rows: impl Fn(&[u32]) -> u32) -> Work {
    let Some(input) = inputs.first() else { return Work::default() };
    let words = input.elements().saturating_mul(input.dtype.size() as u64 / 4);
    let joins = u64::from(rows(&input.shape)).saturating_mul(3 * JOIN_COST);
    Work { elements: words.saturating_mul(NORMALISE_COST).saturating_add(joins), ..Work::default() }
}
