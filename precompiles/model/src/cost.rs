//! Gas from counted work, never from time (rule R9).
//!
//! The prices are set so that no kernel of the AVX2 path on one thread takes more than about 3.3 nanoseconds per gas: a
//! block of 30 M gas then executes within 100 milliseconds.
//!
//! | counted | price |
//! |---|---|
//! | a run | 1,500 gas |
//! | a node | 150 gas |
//! | 16 float32 multiply-adds, columns rounded up to 16 | 1 gas |
//! | a float64 or integer multiply-add | 1 gas |
//! | 2 elements computed, packed or moved (a division counts as 4, a strided move as 8, an inner loop as 8) | 1 gas |
//! | 8 multiply-adds of 8-bit integers | 1 gas |
//! | a transcendental function in float32, in float64 | 2 gas, 12 gas |
//! | a read at a place that the data decide | 5 gas |
//! | 32 bytes of a node's inputs and outputs | 1 gas |
//! | a 512-byte leaf, on a model's first call in a transaction | 800 gas |

use serde::{Deserialize, Serialize};

use crate::{
    Plan, PlanError, TensorType,
    id::{LEAF_BYTES, leaf_count},
    memory,
};

/// Gas of a run, whatever it computes.
pub const RUN_GAS: u64 = 1_500;
/// Gas of a node.
pub const NODE_GAS: u64 = 150;
/// Float32 multiply-adds for one gas.
pub const MULTIPLY_ADDS_PER_GAS: u64 = 16;
/// Gas of a float64 or integer multiply-add.
pub const WIDE_MULTIPLY_ADD_GAS: u64 = 1;
/// Multiply-adds of 8-bit integers for one gas.
pub const BYTE_MULTIPLY_ADDS_PER_GAS: u64 = 8;
/// Elements for one gas.
pub const ELEMENTS_PER_GAS: u64 = 2;
/// Gas of a transcendental function.
pub const TRANSCENDENTAL_GAS: u64 = 2;
/// Gas of a transcendental function in float64.
pub const WIDE_TRANSCENDENTAL_GAS: u64 = 12;
/// Gas of a read at a place that the data decide.
pub const RANDOM_ACCESS_GAS: u64 = 5;
/// Bytes of inputs and outputs for one gas.
pub const BYTES_PER_GAS: u64 = 32;
/// Gas of a leaf on the first call in a transaction.
pub const COLD_LEAF_GAS: u64 = 800;

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
    /// Gas for the leaves, on the first call in a transaction.
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

    /// Gas of one run with this work; parts of a gas are rounded up kind by kind.
    pub fn gas(&self) -> u64 {
        [
            self.nodes.saturating_mul(NODE_GAS),
            self.multiply_adds.div_ceil(MULTIPLY_ADDS_PER_GAS),
            self.wide_multiply_adds.saturating_mul(WIDE_MULTIPLY_ADD_GAS),
            self.byte_multiply_adds.div_ceil(BYTE_MULTIPLY_ADDS_PER_GAS),
            self.elements.div_ceil(ELEMENTS_PER_GAS),
            self.transcendentals.saturating_mul(TRANSCENDENTAL_GAS),
            self.wide_transcendentals.saturating_mul(WIDE_TRANSCENDENTAL_GAS),
            self.random_accesses.saturating_mul(RANDOM_ACCESS_GAS),
            self.bytes.div_ceil(BYTES_PER_GAS),
        ]
        .into_iter()
        .fold(RUN_GAS, u64::saturating_add)
    }
}

impl Plan {
    /// What a run costs. Meaningful for Plans that pass [`Plan::validate`], which returns the same.
    pub fn cost(&self) -> PlanCost {
        let length = self.encoded_len().0 as u64;
        let types = self.value_types();
        let work = count(self, &types);
        let cold_gas = leaf_count(length).saturating_mul(COLD_LEAF_GAS);
        PlanCost { gas: work.gas(), cold_gas, memory_bytes: memory::bound(self, &types, length), work }
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
        own.elements = own.elements.saturating_add(packed_in_run / 4);
        total.plus(own)
    })
}

const _: () = assert!(LEAF_BYTES == 512, "COLD_LEAF_GAS is priced for leaves of 512 bytes");
