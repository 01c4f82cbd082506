//! Reading back what the transaction has inferred, and a model's price.

use crate::{
    abi,
    dispatch::Inference,
    gas::{self, Meter},
    infer::abi_tensor,
    journal,
    outcome::Stop,
    registry,
};
use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use praxis_contracts::IInference;
use revm::context::{Block, ContextTr};

/// Bytes of the four words and the offset that stand before the tensors in `observed`'s result.
const OBSERVED_HEAD_BYTES: u64 = 4 * 32;

impl Inference {
    pub(crate) fn inference_gas<CTX: ContextTr>(
        &self,
        context: &mut CTX,
        meter: &mut Meter,
        model: B256,
    ) -> Result<Bytes, Stop> {
        let word = registry::active(context, meter, model)?;
        let royalty = registry::royalty(context, meter, model)?;
        let counted = word.warm_gas.saturating_add(word.cold_gas);
        let royalty_gas = royalty.gas(counted, context.block().timestamp().saturating_to());
        Ok(U256::from(gas::cold_call_gas(word.warm_gas, word.cold_gas, royalty_gas)).abi_encode().into())
    }

    pub(crate) fn observed_count<CTX: ContextTr>(&self, context: &mut CTX, meter: &mut Meter) -> Result<Bytes, Stop> {
        meter.charge(gas::WARM_SLOT_GAS)?;
        Ok(U256::from(journal::observable(context.journal_mut())).abi_encode().into())
    }

    pub(crate) fn observed<CTX: ContextTr>(
        &self,
        context: &mut CTX,
        meter: &mut Meter,
        index: U256,
    ) -> Result<Bytes, Stop> {
        meter.charge_each(3, gas::WARM_SLOT_GAS)?;
        let index = u64::try_from(index).map_err(|_| Stop::index_out_of_range())?;
        let completed = self.records.observed(context.journal_mut(), index).ok_or_else(Stop::index_out_of_range)?;
        let sizes = completed.result.outputs.iter().map(|t| (t.shape.len() as u64, t.data.len() as u64));
        meter.charge_each(abi::tensors_len(sizes).saturating_add(OBSERVED_HEAD_BYTES), gas::OUTPUT_BYTE_GAS)?;
        let result = IInference::observedReturn {
            caller: completed.caller,
            model: completed.model,
            inputHash: completed.input_hash,
            outputHash: completed.result.hash,
            outputs: completed.result.outputs.iter().map(abi_tensor).collect(),
        };
        Ok(IInference::observedCall::abi_encode_returns(&result).into())
    }
}
