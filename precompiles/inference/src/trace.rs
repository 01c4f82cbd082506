//! The trace of a run: a Merkle root over the output tensors of all nodes, in order. Two parties that disagree about a
//! result find the first node whose outputs differ by bisection, and then argue about that node alone.
//!
//! ```text
//! data root   the root of the model id's tree over the tensor's bytes, in 512-byte leaves
//! leaf        keccak256(0x00 | node u32 | output u32 | dtype u8 | rank u8 | dimensions u32 … | data root)
//! node        keccak256(0x01 | left | right), leaves padded with 32 zero bytes to a power of two
//! trace root  keccak256("praxis trace v1" | engine u32 | count of leaves u64 | hash of the inputs | root)
//! ```
//! Integers are big-endian. A run without a trace does none of this: the trace runs node by node, by itself.

use alloy_primitives::{B256, Keccak256, keccak256};
use praxis_model::{InputError, Plan, PlanError, Tensor, TensorType, hash_tensors, id::model_root};

use crate::{EvaluateError, Fault, Isa, evaluate::evaluate_with};

/// What the preimage of a trace root starts with.
pub const TRACE_DOMAIN: &[u8; 15] = b"praxis trace v1";

/// The output of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLeaf {
    /// Position of the node in the Plan.
    pub node: u32,
    /// Which of its outputs.
    pub output: u32,
    /// Its type.
    pub kind: TensorType,
    /// Merkle root over its bytes.
    pub data_root: B256,
}

/// A run with the outputs of all its nodes committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// What the model gives.
    pub outputs: Vec<Tensor>,
    /// The nodes' outputs, in order.
    pub leaves: Vec<TraceLeaf>,
    /// The trace root.
    pub root: B256,
}

/// Why a trace cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// The Plan is not valid.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The inputs do not fit.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A batch: each row is a run with a trace of its own.
    #[error("a trace is of one run, {rows} rows are given: trace them one by one")]
    Rows {
        /// How many rows.
        rows: u32,
    },
    /// The machine cannot compute it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TraceLeaf {
    /// Its hash in the trace's tree.
    pub fn hash(&self) -> B256 {
        let mut hasher = Keccak256::new();
        hasher.update([0]);
        hasher.update(self.node.to_be_bytes());
        hasher.update(self.output.to_be_bytes());
        hasher.update([self.kind.dtype.code(), self.kind.shape.len() as u8]);
        self.kind.shape.iter().for_each(|dim| hasher.update(dim.to_be_bytes()));
        hasher.update(self.data_root);
        hasher.finalize()
    }
}

impl Trace {
    /// The siblings from leaf `index` up to the tree's root, lowest first; `None` past the last leaf.
    pub fn proof(&self, index: usize) -> Option<Vec<B256>> {
        let mut level = padded(&self.leaves);
        if index >= self.leaves.len() {
            return None;
        }
        let (mut position, mut proof) = (index, Vec::new());
        while level.len() > 1 {
            proof.push(level[position ^ 1]);
            level = parents(&level);
            position /= 2;
        }
        Some(proof)
    }
}

/// Runs one row of the model node by node on this instruction set and commits every node's outputs.
///
/// # Errors
/// See [`TraceError`].
pub fn trace(plan: &Plan, inputs: &[Tensor], isa: Isa) -> Result<Trace, TraceError> {
    plan.validate()?;
    let rows = plan.check_inputs(inputs)?;
    if rows != 1 {
        return Err(TraceError::Rows { rows });
    }
    let mut values = inputs.to_vec();
    for (kind, range) in plan.constants.iter().zip(plan.constant_ranges()?) {
        values.push(Tensor { dtype: kind.dtype, shape: kind.shape.clone(), data: plan.weights[range].to_vec() });
    }
    let mut leaves = Vec::new();
    for (node, position) in plan.nodes.iter().zip(0u32..) {
        let given: Option<Vec<Tensor>> = node.inputs.iter().map(|&id| values.get(id as usize).cloned()).collect();
        let given = given.ok_or(Fault::Internal("a node reads an unknown value"))?;
        let outputs = evaluate_with(&node.op, &given, isa).map_err(|error| match error {
            EvaluateError::Fault(fault) => fault,
            // The Plan is valid, so its nodes take what they are given.
            EvaluateError::Op(_) | EvaluateError::Tensor(_) => Fault::Internal("a valid node was refused"),
        })?;
        for (tensor, output) in outputs.into_iter().zip(0u32..) {
            let data_root = model_root(&tensor.data);
            leaves.push(TraceLeaf { node: position, output, kind: tensor.tensor_type(), data_root });
            values.push(tensor);
        }
    }
    let outputs: Option<Vec<Tensor>> = plan.output_values.iter().map(|&id| values.get(id as usize).cloned()).collect();
    let outputs = outputs.ok_or(Fault::Internal("an output names an unknown value"))?;
    let root = root(plan.engine, hash_tensors(inputs), &leaves);
    Ok(Trace { outputs, leaves, root })
}

/// The trace root over these leaves.
pub fn root(engine: u32, input_hash: B256, leaves: &[TraceLeaf]) -> B256 {
    let mut level = padded(leaves);
    while level.len() > 1 {
        level = parents(&level);
    }
    let mut hasher = Keccak256::new();
    hasher.update(TRACE_DOMAIN);
    hasher.update(engine.to_be_bytes());
    hasher.update((leaves.len() as u64).to_be_bytes());
    hasher.update(input_hash);
    hasher.update(level.first().copied().unwrap_or_default());
    hasher.finalize()
}

fn padded(leaves: &[TraceLeaf]) -> Vec<B256> {
    let mut level: Vec<B256> = leaves.iter().map(TraceLeaf::hash).collect();
    level.resize(leaves.len().next_power_of_two(), B256::ZERO);
    level
}

fn parents(level: &[B256]) -> Vec<B256> {
    let node = |[left, right]: &[B256; 2]| keccak256([&[1], left.as_slice(), right.as_slice()].concat());
    level.as_chunks::<2>().0.iter().map(node).collect()
}
