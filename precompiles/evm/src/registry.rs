//! A model's words in ModelRegistry, read through the journal at EIP-2929's price.

use crate::{gas, gas::Meter, outcome::Stop};
use alloy_primitives::{B256, U256};
use praxis_contracts::{
    IInference,
    addresses::MODEL_REGISTRY,
    layout::{ModelWord, RoyaltyWord, model_royalty_slot, model_slot},
};
use revm::context::{Block, ContextTr, JournalTr};

/// The model's word; reverts when nobody has published the model.
pub(crate) fn known<CTX: ContextTr>(context: &mut CTX, meter: &mut Meter, model: B256) -> Result<ModelWord, Stop> {
    // The least that the read can cost, before any of it is done.
    meter.charge(gas::WARM_SLOT_GAS)?;
    let journal = context.journal_mut();
    if journal.load_account(MODEL_REGISTRY).map_err(Stop::fault)?.is_cold {
        meter.charge(gas::COLD_ACCOUNT_GAS)?;
    }
    let word = ModelWord::decode(read(context, meter, model_slot(model))?);
    if !word.exists() {
        return Err(Stop::error(&IInference::UnknownModel { model }));
    }
    Ok(word)
}

/// A slot of ModelRegistry, whose warm price has been charged.
fn read<CTX: ContextTr>(context: &mut CTX, meter: &mut Meter, slot: U256) -> Result<U256, Stop> {
    let slot = context.journal_mut().sload(MODEL_REGISTRY, slot).map_err(Stop::fault)?;
    if slot.is_cold {
        meter.charge(gas::COLD_SLOT_GAS - gas::WARM_SLOT_GAS)?;
    }
    Ok(slot.data)
}

/// Who is paid for a model that [`known`] knows.
pub(crate) fn royalty<CTX: ContextTr>(context: &mut CTX, meter: &mut Meter, model: B256) -> Result<RoyaltyWord, Stop> {
    meter.charge(gas::WARM_SLOT_GAS)?;
    Ok(RoyaltyWord::decode(read(context, meter, model_royalty_slot(model))?))
}

/// The word of a model that this block may call: it was activated in an earlier block.
pub(crate) fn active<CTX: ContextTr>(context: &mut CTX, meter: &mut Meter, model: B256) -> Result<ModelWord, Stop> {
    let word = known(context, meter, model)?;
    if !word.is_active_at(context.block().number().saturating_to()) {
        return Err(Stop::error(&IInference::ModelNotActive { model }));
    }
    Ok(word)
}
