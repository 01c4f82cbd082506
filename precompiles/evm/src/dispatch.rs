//! The one way into the precompile: it charges for the input and refuses misuse before any function sees the call.

use crate::{
    ModelAccess, PreparedModel,
    abi::{self, Call},
    gas::{self, Meter},
    outcome::Stop,
    records::Records,
};
use alloy_primitives::{Address, B256, Bytes};
use revm::{
    context::ContextTr,
    interpreter::{CallInputs, CallScheme},
};
use std::{collections::BTreeMap, sync::Arc};

/// The precompile's state during one transaction.
#[derive(Debug)]
pub(crate) struct Inference {
    pub(crate) models: ModelAccess,
    /// Versions of the arithmetic that may be activated in this block by the rollup's configuration.
    pub(crate) engines: Vec<u32>,
    /// T_ms of the block.
    pub(crate) timestamp_ms: u64,
    /// Models that this transaction has paid the leaves of. Held until it ends, so that a model that is warm for the
    /// protocol is not loaded again however small the node's cache is.
    pub(crate) pinned: BTreeMap<B256, Arc<PreparedModel>>,
    pub(crate) records: Records,
    /// Gas of royalties that the transaction owes, by payee: of every inference that completed, whatever reverted around it. The
    /// gas was used, and what a frame learnt it may have told before it reverted.
    pub(crate) royalties: BTreeMap<Address, u64>,
}

/// Who calls, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) caller: Address,
    pub(crate) is_static: bool,
}

impl Inference {
    pub(crate) fn new(models: ModelAccess, engines: Vec<u32>, timestamp_ms: u64) -> Self {
        Self {
            models,
            engines,
            timestamp_ms,
            pinned: BTreeMap::new(),
            records: Records::default(),
            royalties: BTreeMap::new(),
        }
    }

    /// Serves one call and returns the ABI-encoded result.
    pub(crate) fn serve<CTX: ContextTr>(
        &mut self,
        context: &mut CTX,
        inputs: &CallInputs,
        meter: &mut Meter,
    ) -> Result<Bytes, Stop> {
        meter.charge(gas::CALL_GAS)?;
        meter.charge_each(inputs.input.len() as u64, gas::INPUT_BYTE_GAS)?;
        guard(inputs)?;
        let calldata = inputs.input.bytes(context);
        let frame = Frame { caller: inputs.caller, is_static: inputs.is_static };
        match abi::decode(&calldata).ok_or_else(Stop::empty)? {
            Call::Infer { model, inputs } => self.infer(context, meter, frame, model, &inputs),
            Call::InferFixed { model, output_index, input, decimals } => {
                self.infer_fixed(context, meter, frame, model, output_index, input, decimals)
            }
            Call::InferenceGas { model } => self.inference_gas(context, meter, model),
            Call::ObservedCount => self.observed_count(context, meter),
            Call::Observed { index } => self.observed(context, meter, index),
            Call::ValidateModel { model } => self.validate_model(context, meter, frame, model),
        }
    }
}

/// With DELEGATECALL and CALLCODE the caller that the precompile sees is not the code that runs: any contract that an
/// agent calls could forge records in its name.
fn guard(inputs: &CallInputs) -> Result<(), Stop> {
    let borrowed = matches!(inputs.scheme, CallScheme::DelegateCall | CallScheme::CallCode);
    if borrowed || inputs.target_address != inputs.bytecode_address || !inputs.call_value().is_zero() {
        return Err(Stop::empty());
    }
    Ok(())
}
