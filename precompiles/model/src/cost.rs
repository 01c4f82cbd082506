//! Gas from counted work, never from time (rule R9).
//!
//! Prices belong to an engine version, so they change only with a fork. They are set so that no kernel of the AVX2 path on
//! one thread takes more than some 8 nanoseconds per gas, warm or cold, where the EVM's own worst work takes 13 to 20. The
//! benchmark `gas` measures both in one run.
//!
//! | counted | price in version 1 |
//! |---|---|
//! | a run | 700 gas |
//! | a node | 40 gas |
//! | 64 float32 multiply-adds, columns rounded up to 16 | 1 gas |
//! | 4 multiply-adds in float64 or of integers, columns rounded up to 8 | 1 gas |
//! | 64 multiply-adds of 8-bit integers | 1 gas |
//! | 2 elements computed or moved, or 2 bytes packed (a division counts as 4, a strided move as 8, an inner loop as 8) | 1 gas |
//! | a transcendental function in float32, in float64 | 2 gas, 12 gas |
//! | a read at a place that the data decide, in a table of more than 256 KiB | 5 gas |
//! | 16 bytes of a node's inputs and outputs | 1 gas |
//! | a model's first call in a transaction | 5,000 gas, 200 for each 512-byte leaf, 16 for each byte of its graph section |

use serde::{Deserialize, Serialize};

use crate::{
    Plan, PlanError, TensorType,
    id::{LEAF_BYTES, leaf_count},
    limits::ENGINE_VERSION,
    memory,
};

/// What work costs under one version of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Gas of a run, whatever it computes.
    pub run: u64,
    /// Gas of a node.
    pub node: u64,
    /// Float32 multiply-adds for one gas.
    pub multiply_adds_per_gas: u64,
    /// Float64 and integer multiply-adds for one gas.
    pub wide_multiply_adds_per_gas: u64,
    /// Multiply-adds of 8-bit integers for one gas.
    pub byte_multiply_adds_per_gas: u64,
    /// Elements for one gas.
    pub elements_per_gas: u64,
    /// Gas of a transcendental function in float32.
    pub transcendental: u64,
    /// Gas of a transcendental function in float64.
    pub wide_transcendental: u64,
    /// Gas of a read at a place that the data decide.
    pub random_access: u64,
    /// Bytes of inputs and outputs for one gas.
    pub bytes_per_gas: u64,
    /// Gas of a model's first call in a transaction.
    pub cold: u64,
    /// Gas of each of its leaves on that call: reading, checking what constants hold, packing.
    pub cold_leaf: u64,
    /// Gas of each byte of its graph section on that call: decoding, types, preparation of nodes.
    pub cold_graph_byte: u64,
}

impl Prices {
    /// The prices of version 1.
    pub const VERSION_1: Self = Self {
        run: 700,
        node: 40,
        multiply_adds_per_gas: 64,
        wide_multiply_adds_per_gas: 4,
        byte_multiply_adds_per_gas: 64,
        elements_per_gas: 2,
        transcendental: 2,
        wide_transcendental: 12,
        random_access: 5,
        bytes_per_gas: 16,
        cold: 5_000,
        cold_leaf: 200,
        cold_graph_byte: 16,
    };

    /// The prices of an engine version; `None` for one that this build does not know.
    pub const fn of(engine: u32) -> Option<&'static Self> {
        match engine {
            1 => Some(&Self::VERSION_1),
            _ => None,
        }
    }

    /// Gas of one run with this work; parts of a gas are rounded up kind by kind.
    pub fn gas(&self, work: &Work) -> u64 {
        [
            work.nodes.saturating_mul(self.node),
            work.multiply_adds.div_ceil(self.multiply_adds_per_gas),
            work.wide_multiply_adds.div_ceil(self.wide_multiply_adds_per_gas),
            work.byte_multiply_adds.div_ceil(self.byte_multiply_adds_per_gas),
            work.elements.div_ceil(self.elements_per_gas),
            work.transcendentals.saturating_mul(self.transcendental),
            work.wide_transcendentals.saturating_mul(self.wide_transcendental),
            work.random_accesses.saturating_mul(self.random_access),
            work.bytes.div_ceil(self.bytes_per_gas),
        ]
        .into_iter()
        .fold(self.run, u64::saturating_add)
    }

    /// Gas of the first call in a transaction of a model of `length` bytes, `graph` of them before the weights.
    pub fn cold_gas(&self, length: u64, graph: u64) -> u64 {
        let leaves = leaf_count(length).saturating_mul(self.cold_leaf);
        self.cold.saturating_add(leaves).saturating_add(graph.saturating_mul(self.cold_graph_byte))
    }
}

/// Counted work of one run. Counts saturate instead of wrapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Nodes.
    pub nodes: u64,
    /// Float32 multiply-adds, with columns rounded up to whole panels.
    pub multiply_adds: u64,
    /// Float64 and integer multiply-adds.
    pub wide_multiply_adds: u64,
    /// Multiply-adds of 8-bit integers into 32 bits.
    pub byte_multiply_adds: u64,
    /// Elements computed, packed or moved.
    pub elements: u64,
    /// Evaluations of transcendental functions in float32.
    pub transcendentals: u64,
    /// Evaluations of transcendental functions in float64.
    pub wide_transcendentals: u64,
    /// Reads at places that the data decide: steps in a tree, gathered elements. Each may miss the cache.
    pub random_accesses: u64,
    /// Bytes of the nodes' inputs and outputs.
    pub bytes: u64,
}

/// What a Plan costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCost {
    /// Gas of one run, for each row of a batch.
    pub gas: u64,
    /// Gas for loading the model, on its first call in a transaction.
    pub cold_gas: u64,
    /// Upper bound on the memory of the prepared Plan and one run, in bytes.
    pub memory_bytes: u64,
    /// What was counted.
    pub work: Work,
}

impl Work {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes.saturating_add(other.nodes),
            multiply_adds: self.multiply_adds.saturating_add(other.multiply_adds),
            wide_multiply_adds: self.wide_multiply_adds.saturating_add(other.wide_multiply_adds),
            byte_multiply_adds: self.byte_multiply_adds.saturating_add(other.byte_multiply_adds),
            elements: self.elements.saturating_add(other.elements),
            transcendentals: self.transcendentals.saturating_add(other.transcendentals),
            wide_transcendentals: self.wide_transcendentals.saturating_add(other.wide_transcendentals),
            random_accesses: self.random_accesses.saturating_add(other.random_accesses),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

impl Plan {
    /// What a run costs. Meaningful for Plans that pass [`Plan::validate`], which returns the same.
    pub fn cost(&self) -> PlanCost {
        // Validation refuses an unknown version.
        let prices = Prices::of(self.engine).unwrap_or(&Prices::VERSION_1);
        let (length, graph) = self.encoded_len();
        let (length, graph) = (length as u64, graph as u64);
        let types = self.value_types();
        let work = count(self, &types);
        let memory_bytes = memory::bound(self, &types, length);
        PlanCost { gas: prices.gas(&work), cold_gas: prices.cold_gas(length, graph), memory_bytes, work }
    }

    /// [`Self::cost`] once the limits hold.
    pub(crate) fn checked_cost(&self) -> Result<PlanCost, PlanError> {
        let cost = self.cost();
        let limit = crate::limits::MAX_MEMORY_BYTES;
        if cost.memory_bytes > limit {
            return Err(PlanError::Limit { what: "memory of a run in bytes", found: cost.memory_bytes, limit });
        }
        Ok(cost)
    }
}

fn count(plan: &Plan, types: &[TensorType]) -> Work {
    let kind = |id: &u32| types.get(*id as usize).cloned();
    plan.nodes.iter().fold(Work::default(), |total, node| {
        let inputs: Vec<TensorType> = node.inputs.iter().filter_map(kind).collect();
        let bytes = inputs.iter().chain(&node.outputs).fold(0u64, |sum, kind| sum.saturating_add(kind.bytes()));
        let mut own = Work { nodes: 1, bytes, ..node.op.work(&inputs, &node.outputs) };
        // A constant is packed once; what a run computes is packed in each run.
        let constant = |input: usize| node.inputs.get(input).is_some_and(|&id| plan.is_constant(id));
        let (_, packed_in_run) = node.op.memory(&inputs).packed_bytes(constant);
        own.elements = own.elements.saturating_add(packed_in_run);
        total.plus(own)
    })
}

const _: () = assert!(LEAF_BYTES == 512, "cold leaves are priced as 512 bytes");
const _: () = assert!(Prices::of(ENGINE_VERSION).is_some(), "the engine's version has prices");
