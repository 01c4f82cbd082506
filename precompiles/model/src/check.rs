//! Whether given tensors are inputs of a Plan: what a caller may get wrong, apart from the Plan itself.

use crate::{
    DType, Plan, Tensor, TensorError,
    limits::{MAX_BATCH, MAX_MEMORY_BYTES},
};

/// Why tensors are not inputs of a Plan. These are outcomes of a call, named as in the precompile's ABI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Wrong number of inputs.
    #[error("the model takes {expected} inputs, {given} given")]
    InputCount {
        /// What the model takes.
        expected: u64,
        /// What was given.
        given: u64,
    },
    /// Wrong element type.
    #[error("input {index} should be {expected}, it is {given}")]
    InputType {
        /// Which input.
        index: u64,
        /// What the model takes.
        expected: DType,
        /// What was given.
        given: DType,
    },
    /// Wrong shape, a batch that is too large, or inputs that disagree about the batch.
    #[error("input {index} should have shape {expected:?}, it has {given:?}")]
    InputShape {
        /// Which input.
        index: u64,
        /// What the model takes.
        expected: Vec<u32>,
        /// What was given.
        given: Vec<u32>,
    },
    /// Wrong length of the data, or a bool that is neither 0 nor 1.
    #[error("input {index} should have {expected} bytes of data, it has {given}")]
    InputLength {
        /// Which input.
        index: u64,
        /// What its type and shape ask for.
        expected: u64,
        /// What was given; equal to `expected` when a bool element is neither 0 nor 1.
        given: u64,
    },
}

/// Most rows that one call of a batch-1 model may have: [`MAX_BATCH`], and inputs and outputs within [`MAX_MEMORY_BYTES`].
pub fn max_batch(plan: &Plan) -> u32 {
    if !plan.is_batch_one() {
        return 1;
    }
    let row: u64 = plan.inputs.iter().chain(&plan.outputs).map(|info| info.tensor_type().bytes()).sum();
    u32::try_from(MAX_MEMORY_BYTES / row.max(1)).unwrap_or(MAX_BATCH).clamp(1, MAX_BATCH)
}

impl Plan {
    /// Number of runs that these inputs ask for: 1, or the leading dimension B of every input of a batch-1 model.
    pub fn check_inputs(&self, inputs: &[Tensor]) -> Result<u32, InputError> {
        if inputs.len() != self.inputs.len() {
            let (expected, given) = (self.inputs.len() as u64, inputs.len() as u64);
            return Err(InputError::InputCount { expected, given });
        }
        let limit = max_batch(self);
        let mut batch = None;
        for (index, (info, input)) in (0u64..).zip(self.inputs.iter().zip(inputs)) {
            if input.dtype != info.dtype {
                return Err(InputError::InputType { index, expected: info.dtype, given: input.dtype });
            }
            let rows = batch_rows(&info.shape, &input.shape, limit).filter(|&rows| *batch.get_or_insert(rows) == rows);
            if rows.is_none() {
                let (expected, given) = (info.shape.clone(), input.shape.clone());
                return Err(InputError::InputShape { index, expected, given });
            }
            input.check().map_err(|error| {
                let given = input.data.len() as u64;
                let expected = if let TensorError::Length { expected, .. } = error { expected } else { given };
                InputError::InputLength { index, expected, given }
            })?;
        }
        Ok(batch.unwrap_or(1))
    }
}

/// Rows of a given shape, `None` when it is neither the model's shape nor a batch of it.
fn batch_rows(expected: &[u32], given: &[u32], limit: u32) -> Option<u32> {
    if expected == given {
        return Some(1);
    }
    match (expected, given) {
        ([1, expected @ ..], [rows, given @ ..]) if expected == given && (1..=limit).contains(rows) => Some(*rows),
        _ => None,
    }
}
