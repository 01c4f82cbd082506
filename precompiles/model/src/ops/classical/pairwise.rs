use super::super::{OpMemory, Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Most classes whose pairs are compared.
const MAX_CLASSES: u32 = 256;

/// Rounds of the coupling at most, by the method's definition.
const MAX_ROUNDS: u64 = 100;

/// The number of classes C with C (C - 1) / 2 pairs.
fn classes(inputs: &[TensorType]) -> Result<(u32, u32), OpError> {
    let [scores] = rules::inputs::<1>(inputs, "1")?;
    rules::accept(inputs, rules::F32_ONLY, |dtype| dtype == DType::F32)?;
    let &[rows, pairs] = scores.shape.as_slice() else {
        return Err(OpError::shape(format!("pairs have rank 2, these have the shape {:?}", scores.shape)));
    };
    let count = (2..=MAX_CLASSES).find(|count| count * (count - 1) / 2 == pairs);
    count.map(|count| (rows, count)).ok_or_else(|| OpError::shape(format!("{pairs} is not a number of pairs")))
}

/// Labels by votes, one for each pair of classes (libsvm's rule): float32`[N, C (C - 1) / 2]` to int64`[N]`. The pairs stand in
/// the order (0, 1), (0, 2) … (1, 2) …; a value above 0 is a vote for the pair's first class, any other for its second. Most
/// votes win, the first class among equals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairwiseLabels {
    /// The classes' labels.
    pub labels: Vec<i64>,
}

impl Operator for PairwiseLabels {
    fn encode(&self, out: &mut Writer) {
        out.list(&self.labels, |w, &label| w.i64(label));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { labels: reader.list("number of classes", MAX_CLASSES as usize, 8, Reader::i64)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let (rows, count) = classes(inputs)?;
        if self.labels.len() != count as usize {
            return Err(OpError::attribute("labels", format!("{} are given, {count} are needed", self.labels.len())));
        }
        Ok(vec![TensorType::new(DType::I64, [rows])])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let pairs = inputs.first().map_or(0, TensorType::elements);
        let votes = rules::output_elements(outputs).saturating_mul(self.labels.len() as u64 + rules::LOOP_COST);
        Work { elements: pairs.saturating_mul(4).saturating_add(votes), ..Work::default() }
    }

    fn memory(&self, _inputs: &[TensorType]) -> OpMemory {
        OpMemory { scratch: self.labels.len() as u64 * 4 + 64, ..OpMemory::default() }
    }
}

/// Probabilities of C classes from those of their pairs, by the second method of Wu, Lin and Weng (2004), as libsvm has it:
/// float32`[N, C (C - 1) / 2]` to float32`[N, C]`. An element is the probability of the pair's first class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairwiseProbabilities;

impl Operator for PairwiseProbabilities {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let (rows, count) = classes(inputs)?;
        Ok(vec![TensorType::new(DType::F32, [rows, count])])
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let (rows, count) =
            outputs.first().and_then(|kind| Some((*kind.shape.first()?, *kind.shape.get(1)?))).unwrap_or((0, 0));
        // A round takes two passes over C times C elements, the second with two divisions for each; divisions count as 4.
        let square = u64::from(count) * u64::from(count);
        let round = square.saturating_mul(24).saturating_add(64);
        Work { elements: u64::from(rows).saturating_mul(round.saturating_mul(MAX_ROUNDS + 1)), ..Work::default() }
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let count = classes(inputs).map_or(0, |(_, count)| u64::from(count));
        OpMemory { scratch: (count * count + count) * 4 + 64, ..OpMemory::default() }
    }
}
