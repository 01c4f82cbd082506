use super::{
    super::{OpMemory, Operator, rules},
    tables::{table, words},
    tree_shape::{self, TREE_FIELDS},
};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// How the trees' weights for a target become its score. Numbered as in ONNX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Aggregate {
    /// Their sum divided by the number of trees of the ensemble.
    Average = 0,
    /// Their sum.
    Sum = 1,
    /// The least of them.
    Min = 2,
    /// The greatest of them.
    Max = 3,
}

/// Where the leaves' weights stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafWeights {
    /// Each tree feeds one target; a leaf's value is its weight.
    OneTarget,
    /// Each leaf has a weight for every target, in a table of its own.
    AllTargets,
}

/// An ensemble of decision trees (ONNX TreeEnsemble, and the scores of TreeEnsembleRegressor and TreeEnsembleClassifier).
///
/// Inputs, all but the first constant, T being float32 or float64:
/// 0. the rows, T`[N, F]`;
/// 1. the nodes of all trees, uint32`[nodes]`: [`super::LEAF`] or a [`super::Split`]'s word, in the order that `tree_shape`
///    describes;
/// 2. a value for each node, T`[nodes]`: a split's threshold, a leaf's weight (+0 with the sixth input);
/// 3. the trees, uint32`[trees, 2]`: number of nodes, and target (0 with the sixth input);
/// 4. the targets' base values, T`[targets]`, which are added last;
/// 5. where leaves feed all targets: their weights, T`[leaves, targets]`, the leaves in the order of the nodes.
///
/// The output is T`[N, targets]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEnsemble {
    /// How weights become scores.
    pub aggregate: Aggregate,
    /// Sum of the trees' depths, which the price rests on; checked against the nodes.
    pub total_depth: u64,
}

impl TreeEnsemble {
    /// Number of inputs of each form.
    const INPUTS: [(usize, LeafWeights); 2] = [(5, LeafWeights::OneTarget), (6, LeafWeights::AllTargets)];

    /// Which form these inputs have.
    pub fn leaf_weights(inputs: &[TensorType]) -> Option<LeafWeights> {
        Self::INPUTS.iter().find(|(count, _)| *count == inputs.len()).map(|&(_, form)| form)
    }

    /// Rows, features, trees and targets, for inputs that passed the type rule.
    fn sizes(inputs: &[TensorType]) -> Option<[u64; 4]> {
        let dim = |input: usize, axis: usize| inputs.get(input)?.shape.get(axis).map(|&dim| u64::from(dim));
        Some([dim(0, 0)?, dim(0, 1)?, dim(3, 0)?, dim(4, 0)?])
    }

    fn check_trees(&self, constants: &[Option<&[u8]>], features: u32, targets: u32) -> Result<u64, OpError> {
        let trees: Vec<u32> = words(constants, 3)?.collect();
        let nodes = words(constants, 1)?;
        let one_target = constants.len() == 5;
        let (mut start, mut total, mut leaves) = (0usize, 0u64, 0u64);
        for tree in trees.as_chunks::<TREE_FIELDS>().0 {
            let &[count, target] = tree;
            if target >= if one_target { targets } else { 1 } {
                return Err(OpError::shape(format!("a tree feeds target {target} of {targets}")));
            }
            let count = count as usize;
            if count > nodes.len() - start {
                return Err(OpError::shape("the trees have more nodes than there are"));
            }
            let depth = tree_shape::depth(nodes.clone().skip(start).take(count), features)?;
            total = total.saturating_add(depth);
            // A full binary tree has one leaf more than splits.
            leaves += (count as u64).div_ceil(2);
            start += count;
        }
        if start != nodes.len() {
            return Err(OpError::shape("there are nodes that belong to no tree"));
        }
        if total != self.total_depth {
            let why = format!("is {}, the trees' depths add up to {total}", self.total_depth);
            return Err(OpError::attribute("total_depth", why));
        }
        Ok(leaves)
    }

    /// With a table of weights the leaves' own values say nothing, so they have one form.
    fn check_leaf_values(constants: &[Option<&[u8]>], size: usize) -> Result<(), OpError> {
        let values = table(constants, 2)?.chunks_exact(size);
        let stray = words(constants, 1)?
            .zip(values)
            .any(|(word, value)| word == tree_shape::LEAF && value.iter().any(|&byte| byte != 0));
        if stray { Err(OpError::shape("a leaf has a value beside its weights")) } else { Ok(()) }
    }
}

impl Operator for TreeEnsemble {
    fn encode(&self, out: &mut Writer) {
        out.u8(self.aggregate as u8);
        out.u64(self.total_depth);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let aggregate = match reader.u8()? {
            0 => Aggregate::Average,
            1 => Aggregate::Sum,
            2 => Aggregate::Min,
            3 => Aggregate::Max,
            _ => return Err(PlanError::NotCanonical { what: "an aggregate function is not among the four" }),
        };
        Ok(Self { aggregate, total_depth: reader.u64()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let Some(form) = Self::leaf_weights(inputs) else {
            return Err(OpError::Arity { expected: "5 or 6", found: inputs.len() });
        };
        let dtype = inputs[0].dtype;
        for (input, kind) in inputs.iter().enumerate() {
            let (fits, accepted) = match input {
                0 => (matches!(dtype, DType::F32 | DType::F64), "float32 and float64"),
                1 | 3 => (kind.dtype == DType::U32, "uint32"),
                _ => (kind.dtype == dtype, "the type of input 0"),
            };
            if !fits {
                return Err(OpError::InputType { input, found: kind.dtype, accepted });
            }
        }
        let (&[rows, _], &[nodes], &[values], &[_, fields], &[targets]) = (
            inputs[0].shape.as_slice(),
            inputs[1].shape.as_slice(),
            inputs[2].shape.as_slice(),
            inputs[3].shape.as_slice(),
            inputs[4].shape.as_slice(),
        ) else {
            return Err(OpError::shape("the inputs should have the ranks 2, 1, 1, 2, 1"));
        };
        if nodes != values || fields != TREE_FIELDS as u32 {
            return Err(OpError::shape(format!("{nodes} nodes, {values} values, {fields} fields of a tree")));
        }
        if form == LeafWeights::AllTargets
            && !matches!(*inputs[5].shape.as_slice(), [leaves, columns] if leaves <= nodes && columns == targets)
        {
            return Err(OpError::shape(format!("weights {:?} for {targets} targets", inputs[5].shape)));
        }
        Ok(vec![TensorType::new(dtype, [rows, targets])])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let Some([rows, features, trees, targets]) = Self::sizes(inputs) else { return Work::default() };
        let per_tree = if inputs.len() == 5 { 2 } else { targets.saturating_add(rules::LOOP_COST) };
        // Each feature becomes two keys; each target is set, finished and stored.
        let elements = [features.saturating_mul(4), trees.saturating_mul(per_tree), targets.saturating_mul(4)];
        let elements = elements.into_iter().fold(0, u64::saturating_add);
        let steps = self.total_depth.saturating_add(trees);
        let table = inputs.iter().skip(1).fold(0u64, |sum, kind| sum.saturating_add(kind.bytes()));
        Work { elements: rows.saturating_mul(elements), ..Work::default() }
            .plus(rules::reads(rows.saturating_mul(steps), table))
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let Some([_, features, trees, targets]) = Self::sizes(inputs) else { return OpMemory::default() };
        let nodes = inputs[1].elements();
        let size = inputs[0].dtype.size() as u64;
        // A record has a key, a feature and a distance; a tree has where it starts and its target.
        let records = nodes.saturating_add(1).saturating_mul(size + 8).saturating_add(trees.saturating_mul(8));
        let scratch = [features.saturating_mul(2 * size), targets.saturating_mul(2 * size), 256];
        OpMemory { packed: vec![(1, records)], scratch: scratch.into_iter().fold(0, u64::saturating_add) }
    }

    fn is_table(&self, input: usize) -> bool {
        input > 0
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        for input in 1..inputs.len() {
            table(constants, input)?;
        }
        let leaves = self.check_trees(constants, inputs[0].shape[1], inputs[4].shape[0])?;
        if let Some(weights) = inputs.get(5) {
            if u64::from(weights.shape[0]) != leaves {
                return Err(OpError::shape(format!("weights of {} leaves, there are {leaves}", weights.shape[0])));
            }
            Self::check_leaf_values(constants, inputs[0].dtype.size())?;
        }
        Ok(())
    }
}
