//! `validateModel`: what ModelRegistry asks before it activates a model.

use crate::{
    dispatch::{Frame, Inference},
    engine,
    gas::{self, Meter},
    outcome::Stop,
    registry,
};
use alloy_primitives::{B256, Bytes};
use alloy_sol_types::SolCall;
use praxis_contracts::{IModelValidator, addresses::MODEL_REGISTRY};
use praxis_model::{Plan, PlanCost, PlanError};
use revm::context::ContextTr;

/// The reason that an invalid model is refused with. Which rule it breaks is in the node's log and in `praxis model
/// inspect`; returned to contracts, its wording would be consensus.
const NOT_A_PLAN: &str = "the bytes are not a Plan that this engine runs";

impl Inference {
    pub(crate) fn validate_model<CTX: ContextTr>(
        &self,
        context: &mut CTX,
        meter: &mut Meter,
        frame: Frame,
        model: B256,
    ) -> Result<Bytes, Stop> {
        if frame.caller != MODEL_REGISTRY {
            return Err(Stop::error(&IModelValidator::NotModelRegistry { caller: frame.caller }));
        }
        let word = registry::known(context, meter, model)?;
        meter.charge(gas::validation_gas(word.length))?;
        let bytes = engine::stored_bytes(model, Some(word.length), self.models.store.as_ref()).map_err(Stop::fault)?;
        let graph_bytes = Plan::graph_bytes(&bytes).unwrap_or(0) as u64;
        meter.charge_each(graph_bytes, gas::VALIDATE_GRAPH_BYTE_GAS)?;
        let (plan, cost) = validated(&bytes, &self.engines).map_err(|error| {
            tracing::debug!(%model, %error, "refused a model");
            Stop::error(&IModelValidator::InvalidModel { model, reason: NOT_A_PLAN.into() })
        })?;
        let result = IModelValidator::validateModelReturn {
            engine: plan.engine,
            warmGas: cost.gas,
            coldGas: cost.cold_gas,
            length: u32::try_from(bytes.len()).map_err(|_| Stop::fault("a model has more than 4 GiB"))?,
        };
        Ok(IModelValidator::validateModelCall::abi_encode_returns(&result).into())
    }
}

/// The Plan and its price. `engines` are the versions of the arithmetic that this block knows.
fn validated(bytes: &[u8], engines: &[u32]) -> Result<(Plan, PlanCost), PlanError> {
    let plan = Plan::decode(bytes)?;
    if !engines.contains(&plan.engine) {
        return Err(PlanError::EngineNotLive { found: plan.engine, live: engines.to_vec() });
    }
    let cost = plan.validate()?;
    Ok((plan, cost))
}
