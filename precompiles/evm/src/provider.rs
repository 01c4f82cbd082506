//! The precompile provider that revm calls.

use crate::{ModelAccess, PRECOMPILE_ADDRESS, dispatch::Inference, gas::Meter, outcome::Stop};
use alloy_primitives::{Address, Bytes};
use praxis_primitives::InferenceEntry;
use revm::{
    context::{Cfg, ContextTr, JournalTr},
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
    primitives::{AddressSet, hardfork::SpecId},
};

/// Ethereum's precompiles of Osaka and, on the rollup, the inference precompile.
///
/// Around each transaction its owner calls [`Self::begin`], then [`Self::settle`] after execution and before the journal
/// clears transient storage, then [`Self::take_records`].
#[derive(Debug)]
pub struct InferencePrecompiles {
    ethereum: EthPrecompiles,
    inference: Option<Inference>,
    addresses: AddressSet,
}

impl InferencePrecompiles {
    /// With the inference precompile, in a block at `timestamp_ms`. `engines` are the versions of the arithmetic that models
    /// may be activated for by the rollup's configuration; L1Block's state may name more.
    pub fn new(models: ModelAccess, engines: Vec<u32>, timestamp_ms: u64) -> Self {
        Self::build(Some(Inference::new(models, engines, timestamp_ms)))
    }

    /// Ethereum's alone, for the embedded L1.
    pub fn ethereum() -> Self {
        Self::build(None)
    }

    fn build(inference: Option<Inference>) -> Self {
        let ethereum = EthPrecompiles::new(SpecId::OSAKA);
        let addresses = addresses(&ethereum, inference.is_some());
        Self { ethereum, inference, addresses }
    }

    /// Forgets the last transaction.
    pub fn begin(&mut self) {
        if let Some(inference) = &mut self.inference {
            inference.records.clear();
            inference.pinned.clear();
            inference.royalties.clear();
        }
    }

    /// Finds out which inferences the transaction reverted. Call it when the last frame has returned and before the
    /// journal's `commit_tx`, which clears transient storage.
    pub fn settle<J: JournalTr>(&mut self, journal: &mut J) {
        if let Some(inference) = &mut self.inference {
            inference.records.settle(journal);
        }
    }

    /// Gas of the royalties of the transaction's inferences so far, by payee.
    pub fn royalties(&self) -> impl Iterator<Item = (Address, u64)> + '_ {
        self.inference.iter().flat_map(|inference| inference.royalties.iter().map(|(payee, gas)| (*payee, *gas)))
    }

    /// Gas of all of them.
    pub fn royalty_gas(&self) -> u64 {
        self.royalties().fold(0, |sum, (_, gas)| sum.saturating_add(gas))
    }

    /// Takes the settled records of the transaction, in the order in which the inferences completed.
    pub fn take_records(&mut self, transaction_index: u32) -> Vec<InferenceEntry> {
        self.inference.as_mut().map(|inference| inference.records.take(transaction_index)).unwrap_or_default()
    }
}

fn addresses(ethereum: &EthPrecompiles, inference: bool) -> AddressSet {
    let mut addresses = AddressSet::default();
    addresses.clone_from(ethereum.warm_addresses());
    if inference {
        addresses.insert(PRECOMPILE_ADDRESS);
    }
    addresses
}

impl<CTX: ContextTr> PrecompileProvider<CTX> for InferencePrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: <CTX::Cfg as Cfg>::Spec) -> bool {
        let changed = <EthPrecompiles as PrecompileProvider<CTX>>::set_spec(&mut self.ethereum, spec);
        if changed {
            self.addresses = addresses(&self.ethereum, self.inference.is_some());
        }
        changed
    }

    fn run(&mut self, context: &mut CTX, inputs: &CallInputs) -> Result<Option<InterpreterResult>, String> {
        match &mut self.inference {
            Some(inference) if inputs.bytecode_address == PRECOMPILE_ADDRESS => {
                let mut meter = Meter::new(inputs.gas_limit);
                let outcome = inference.serve(context, inputs, &mut meter);
                result(inputs, &meter, outcome).map(Some)
            }
            _ => self.ethereum.run(context, inputs),
        }
    }

    fn warm_addresses(&self) -> &AddressSet {
        &self.addresses
    }

    fn contains(&self, address: &Address) -> bool {
        self.addresses.contains(address)
    }
}

fn result(inputs: &CallInputs, meter: &Meter, outcome: Result<Bytes, Stop>) -> Result<InterpreterResult, String> {
    let mut gas = Gas::new_with_regular_gas_and_reservoir(inputs.gas_limit, inputs.reservoir);
    let (result, output) = match outcome {
        Ok(output) => (InstructionResult::Return, output),
        Err(Stop::Revert(output)) => (InstructionResult::Revert, output),
        Err(Stop::OutOfGas) => (InstructionResult::PrecompileOOG, Bytes::new()),
        Err(Stop::Fault(reason)) => return Err(reason),
    };
    // The meter never counts beyond the limit.
    if result == InstructionResult::PrecompileOOG || !gas.record_regular_cost(meter.used()) {
        gas.spend_all();
    }
    Ok(InterpreterResult::new(result, output, gas))
}
