//! Constant folding on Praxis's own kernels: no float that another library computed enters a Plan.

use std::sync::Arc;

use praxis_inference::{EvaluateError, evaluate};
use praxis_model::{Op, Prices, Tensor, TensorType, Work};

use crate::{
    ImportError,
    limits::{MAX_CONSTANT_BYTES, MAX_FOLDING_GAS},
    refusal::Refusal,
};

/// Folds nodes and keeps account of what that took.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    gas: u64,
    bytes: u64,
}

impl Folder {
    /// Counts a constant that the importer is about to hold.
    pub(crate) fn hold(&mut self, bytes: u64) -> Result<(), ImportError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MAX_CONSTANT_BYTES {
            let (found, limit) = (self.bytes, MAX_CONSTANT_BYTES);
            return Err(ImportError::Limit { what: "size of all constants in bytes", found, limit });
        }
        Ok(())
    }

    /// The outputs of `op` for these constants; `outputs` are their types by the operator's rule.
    pub(crate) fn run(
        &mut self,
        op: &Op,
        inputs: &[Arc<Tensor>],
        outputs: &[TensorType],
    ) -> Result<Vec<Tensor>, Refusal> {
        let inputs: Vec<Tensor> = inputs.iter().map(|tensor| Tensor::clone(tensor)).collect();
        let kinds: Vec<TensorType> = inputs.iter().map(Tensor::tensor_type).collect();
        let bytes = kinds.iter().chain(outputs).fold(0u64, |sum, kind| sum.saturating_add(kind.bytes()));
        let work = Work { nodes: 1, bytes, ..op.work(&kinds, outputs) };
        self.gas = self.gas.saturating_add(Prices::VERSION_1.gas(&work));
        if self.gas > MAX_FOLDING_GAS {
            let (found, limit) = (self.gas, MAX_FOLDING_GAS);
            return Err(ImportError::Limit { what: "gas of the nodes with constant inputs", found, limit }.into());
        }
        evaluate(op, &inputs).map_err(|error| match error {
            EvaluateError::Fault(fault) => ImportError::Engine(fault.to_string()).into(),
            refused => Refusal::Why(refused.to_string()),
        })
    }
}
