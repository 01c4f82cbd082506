//! Where each computed value of a run stands in one arena: values share bytes when their lifetimes do not overlap. The
//! layout is a function of the Plan alone, so the bound on a run's memory is exact and known before anything is
//! allocated.

use crate::{Plan, TensorType, ValueId};

/// Alignment of every value in the arena, in bytes.
pub const ARENA_ALIGNMENT: u64 = 64;

/// Offsets of the values that a run computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaLayout {
    /// Which value's bytes each value has, by value id: another's for outputs of nodes that only give bytes a new shape, its
    /// own for all others.
    pub storage: Vec<ValueId>,
    /// Byte offset by value id; `None` for inputs and constants, which live outside, and for values stored as another.
    pub offsets: Vec<Option<u64>>,
    /// Size of the arena in bytes.
    pub bytes: u64,
}

struct Placed {
    start: u64,
    end: u64,
    last_use: usize,
}

impl ArenaLayout {
    /// Places each node's outputs in node order at the lowest free offset. A value is free once the last node that reads it
    /// is done; the model's outputs are never free. A value with the bytes of another takes no place and keeps that one in use.
    pub fn new(plan: &Plan, types: &[TensorType]) -> Self {
        let storage = storage(plan, types.len());
        let last_use = last_uses(plan, &storage);
        let mut offsets = vec![None; types.len()];
        let mut live: Vec<Placed> = Vec::new();
        let mut bytes = 0;
        let mut next = plan.first_computed() as usize;
        for (index, node) in plan.nodes.iter().enumerate() {
            live.retain(|value| value.last_use >= index);
            for output in &node.outputs {
                if storage[next] as usize != next {
                    next += 1;
                    continue;
                }
                let size = output.bytes().saturating_add(ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
                let start = lowest_gap(&live, size);
                let end = start.saturating_add(size);
                bytes = bytes.max(end);
                let at = live.partition_point(|value| value.start < start);
                live.insert(at, Placed { start, end, last_use: last_use[next].max(index) });
                offsets[next] = Some(start);
                next += 1;
            }
        }
        Self { storage, offsets, bytes }
    }
}

/// Whose bytes each value has.
fn storage(plan: &Plan, count: usize) -> Vec<ValueId> {
    let mut storage: Vec<ValueId> = (0..count as ValueId).collect();
    let mut next = plan.first_computed() as usize;
    for node in &plan.nodes {
        if let Some(&input) = node.inputs.first().filter(|_| node.op.is_view())
            && let Some(&root) = storage.get(input as usize)
            && let Some(own) = storage.get_mut(next)
        {
            *own = root;
        }
        next += node.outputs.len();
    }
    storage
}

/// Index of the last node that reads each value's bytes; `usize::MAX` for outputs of the model.
fn last_uses(plan: &Plan, storage: &[ValueId]) -> Vec<usize> {
    let mut last = vec![0; storage.len()];
    let mut touch = |id: ValueId, index: usize| {
        let root = storage.get(id as usize).map(|&root| root as usize);
        if let Some(entry) = root.and_then(|root| last.get_mut(root)) {
            *entry = index.max(*entry);
        }
    };
    for (index, node) in plan.nodes.iter().enumerate() {
        node.inputs.iter().for_each(|&id| touch(id, index));
    }
    plan.output_values.iter().for_each(|&id| touch(id, usize::MAX));
    last
}

/// Lowest start of a gap of `size` bytes between the values in `live`, which are ordered by start.
fn lowest_gap(live: &[Placed], size: u64) -> u64 {
    let mut start = 0u64;
    for value in live {
        if value.start.saturating_sub(start) >= size && value.start >= start {
            return start;
        }
        start = start.max(value.end);
    }
    start
}

/// Upper bound on the memory of a prepared Plan and one run: the encoded bytes and the weights, constants packed for the
/// kernels, the arena with the inputs in front, inputs and outputs, and the scratch memory of the neediest node.
pub(crate) fn bound(plan: &Plan, types: &[TensorType], encoded_bytes: u64) -> u64 {
    let io = plan.inputs.iter().chain(&plan.outputs).map(|info| info.tensor_type().bytes().saturating_add(LINE));
    let io = io.fold(0u64, |sum, bytes| sum.saturating_add(bytes.saturating_mul(2)));
    let arena = ArenaLayout::new(plan, types).bytes;
    let (mut held, mut scratch) = (0u64, 0u64);
    for node in &plan.nodes {
        let inputs: Vec<TensorType> = node.inputs.iter().filter_map(|&id| types.get(id as usize).cloned()).collect();
        let memory = node.op.memory(&inputs);
        let constant = |input: usize| node.inputs.get(input).is_some_and(|&id| plan.is_constant(id));
        let (packed_once, packed_in_run) = memory.packed_bytes(constant);
        held = held.saturating_add(packed_once);
        scratch = scratch.max(memory.scratch.saturating_add(packed_in_run));
    }
    let weights = plan.weights.len() as u64 + LINE;
    [encoded_bytes, weights, held, arena, io, scratch].into_iter().fold(0, u64::saturating_add)
}

const LINE: u64 = 64;
