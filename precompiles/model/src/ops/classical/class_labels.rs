use super::super::{Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// How scores decide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    /// The label of the greatest score, the first one among equals. NaN is never greater; a row whose first score is NaN
    /// gives the first label.
    Greatest,
    /// Of two labels the second one where the last score is greater than this.
    Above(f32),
}

/// Class labels from scores: T`[N, C]` to int64`[N]`, T being float32 or float64.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassLabels {
    /// How scores decide.
    pub decision: Decision,
    /// The labels: one for each score, or two.
    pub labels: Vec<i64>,
}

impl ClassLabels {
    /// Most classes.
    pub const MAX_CLASSES: usize = 4096;
}

impl Operator for ClassLabels {
    fn encode(&self, out: &mut Writer) {
        match self.decision {
            Decision::Greatest => out.bool(false),
            Decision::Above(bound) => {
                out.bool(true);
                out.f32(bound);
            }
        }
        out.list(&self.labels, |w, &label| w.i64(label));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let decision = if reader.bool()? { Decision::Above(reader.f32()?) } else { Decision::Greatest };
        let labels = reader.list("number of classes", Self::MAX_CLASSES, 8, Reader::i64)?;
        Ok(Self { decision, labels })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [scores] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, "float32 and float64", |dtype| matches!(dtype, DType::F32 | DType::F64))?;
        let &[rows, columns] = scores.shape.as_slice() else {
            return Err(OpError::shape(format!("scores have rank 2, these have the shape {:?}", scores.shape)));
        };
        let (expected, finite) = match self.decision {
            Decision::Greatest => (columns as usize, true),
            Decision::Above(bound) => (2, bound.is_finite()),
        };
        if self.labels.len() != expected || expected > Self::MAX_CLASSES || !finite {
            let why = format!("{} are given, {expected} are needed", self.labels.len());
            return Err(OpError::attribute("labels", why));
        }
        Ok(vec![TensorType::new(DType::I64, [rows])])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let scores = inputs.first().map_or(0, TensorType::elements);
        let rows = rules::output_elements(outputs).saturating_mul(rules::LOOP_COST);
        Work { elements: scores.saturating_mul(2).saturating_add(rows), ..Work::default() }
    }
}
