use praxis_model::{
    DType,
    ops::{Aggregate, LeafWeights, TreeEnsemble},
};

use super::{
    forest::{Forest, Narrow, Record, Tables, Wide},
    key::{Float, fill_keys},
};
use crate::{
    Fault,
    align::{LINE, elements_mut},
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// What a run knows beside its inputs.
#[derive(Clone, Copy, Debug)]
struct Shape {
    aggregate: Aggregate,
    form: LeafWeights,
    features: usize,
    targets: usize,
}

/// Scores of all rows.
struct Rows<'a, T: Float, R> {
    forest: &'a Forest<R>,
    shape: Shape,
    trees: u32,
    rows: &'a [T],
    /// Weights of leaves, where they feed all targets.
    weights: &'a [T],
    base: &'a [T],
    keys: &'a mut [T::Key],
    /// Whether a target has a weight yet, for the least and the greatest.
    seen: &'a mut [u8],
    output: &'a mut [T],
}

impl<T: Float, R: Record<Key = T::Key>> Job for Rows<'_, T, R> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(mut self) {
        let rows = self.rows.chunks_exact(self.shape.features);
        let output = core::mem::take(&mut self.output);
        for (row, scores) in rows.zip(output.chunks_exact_mut(self.shape.targets)) {
            fill_keys(row, self.keys);
            scores.fill(T::ZERO);
            match (self.shape.aggregate, self.shape.form) {
                (Aggregate::Sum | Aggregate::Average, LeafWeights::OneTarget) => self.sum_one(scores),
                (Aggregate::Sum | Aggregate::Average, LeafWeights::AllTargets) => self.sum_all(scores),
                (Aggregate::Min, _) => self.extreme(scores, |new, old| new < old),
                (Aggregate::Max, _) => self.extreme(scores, |new, old| new > old),
            }
            let count = T::from_count(self.trees);
            for (score, &base) in scores.iter_mut().zip(self.base) {
                let whole = if self.shape.aggregate == Aggregate::Average { *score / count } else { *score };
                *score = (whole + base).canonical();
            }
        }
    }
}

/// A weight that is NaN gives nothing. A sum from +0 is never -0, so adding +0 does not change it.
#[inline(always)]
fn given<T: Float>(weight: T) -> T {
    if weight.is_nan() { T::ZERO } else { weight }
}

impl<T: Float, R: Record<Key = T::Key>> Rows<'_, T, R> {
    #[inline(always)]
    fn sum_one(&self, scores: &mut [T]) {
        if let [score] = scores {
            let mut sum = T::ZERO;
            self.forest.walk(self.keys, |_, leaf| sum = sum + given(T::from_payload(leaf)));
            *score = sum;
            return;
        }
        self.forest.walk(self.keys, |target, leaf| {
            let score = &mut scores[target as usize];
            *score = *score + given(T::from_payload(leaf));
        });
    }

    #[inline(always)]
    fn sum_all(&self, scores: &mut [T]) {
        self.forest.walk(self.keys, |_, leaf| {
            let weights = &self.weights[T::payload_index(leaf) * scores.len()..][..scores.len()];
            for (score, &weight) in scores.iter_mut().zip(weights) {
                *score = *score + given(weight);
            }
        });
    }

    /// The least or the greatest weight of each target; 0 where a target has none.
    #[inline(always)]
    fn extreme(&mut self, scores: &mut [T], better: impl Fn(T, T) -> bool) {
        self.seen.fill(0);
        let (seen, weights, form) = (&mut *self.seen, self.weights, self.shape.form);
        let mut take = |target: usize, weight: T, score: &mut T| {
            if !weight.is_nan() && (seen[target] == 0 || better(weight, *score)) {
                *score = weight;
                seen[target] = 1;
            }
        };
        self.forest.walk(self.keys, |target, leaf| match form {
            LeafWeights::OneTarget => {
                take(target as usize, T::from_payload(leaf), &mut scores[target as usize]);
            }
            LeafWeights::AllTargets => {
                let weights = &weights[T::payload_index(leaf) * scores.len()..][..scores.len()];
                for (target, (score, &weight)) in scores.iter_mut().zip(weights).enumerate() {
                    take(target, weight, score);
                }
            }
        });
    }
}

fn run<T: Float, R: Record<Key = T::Key>>(
    call: &mut Call<'_>,
    forest: &Forest<R>,
    shape: Shape,
    trees: u32,
) -> Result<(), Fault> {
    let (path, rows, base) = (call.path, call.input::<T>(0)?, call.input::<T>(4)?);
    let weights = match shape.form {
        LeafWeights::OneTarget => &[],
        LeafWeights::AllTargets => call.input::<T>(5)?,
    };
    let (output, scratch) = call.output_and_scratch::<T>()?;
    let (keys, seen) = scratch.split_at_mut(keys_bytes::<T>(forest.slots()));
    let keys = &mut elements_mut::<T::Key>(keys)?[..forest.slots()];
    let seen = &mut seen[..shape.targets];
    path.run(Rows { forest, shape, trees, rows, weights, base, keys, seen, output });
    Ok(())
}

fn keys_bytes<T: Float>(slots: usize) -> usize {
    (slots * size_of::<T::Key>()).next_multiple_of(LINE)
}

fn prepared<T: Float, R: Record<Key = T::Key>>(forest: Forest<R>, shape: Shape, trees: u32) -> Prepared {
    let (slots, held_bytes) = (forest.slots(), forest.held_bytes());
    let mut prepared = Prepared::new(move |call| run::<T, R>(call, &forest, shape, trees));
    prepared.scratch_bytes = keys_bytes::<T>(slots) + shape.targets.next_multiple_of(LINE);
    prepared.held_bytes = held_bytes;
    prepared
}

impl Kernel for TreeEnsemble {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let table = |input: usize| {
            node.constants.get(input).copied().flatten().ok_or(Fault::Internal("a tree's table is not constant"))
        };
        let form = Self::leaf_weights(node.inputs).ok_or(Fault::Internal("trees with missing tables"))?;
        let [features, targets] = [node.inputs[0].shape[1] as usize, node.inputs[4].shape[0] as usize];
        let shape = Shape { aggregate: self.aggregate, form, features, targets };
        let trees = node.inputs[3].shape[0];
        let number_leaves = form == LeafWeights::AllTargets;
        let tables = Tables { splits: table(1)?, values: table(2)?, trees: table(3)?, features, number_leaves };
        let too_large = Fault::Internal("trees of more than 2^32 nodes");
        if node.inputs[0].dtype == DType::F64 {
            let forest = Forest::<Wide<i64>>::pack::<f64>(&tables)?.ok_or(too_large)?;
            return Ok(prepared::<f64, _>(forest, shape, trees));
        }
        if let Some(forest) = Forest::<Narrow>::pack::<f32>(&tables)? {
            return Ok(prepared::<f32, _>(forest, shape, trees));
        }
        let forest = Forest::<Wide<i32>>::pack::<f32>(&tables)?.ok_or(too_large)?;
        Ok(prepared::<f32, _>(forest, shape, trees))
    }
}
