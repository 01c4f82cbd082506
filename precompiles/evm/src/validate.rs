//! `validateModel`: what ModelRegistry asks before it activates a model.

use crate::{
    dispatch::{Frame, Inference},
    engine,
    gas::{self, Meter},
    l1_block,
    outcome::Stop,
    registry,
};
use alloy_primitives::{B256, Bytes};
use alloy_sol_types::SolCall;
use praxis_contracts::{IModelValidator, addresses::MODEL_REGISTRY};
use praxis_model::{KNOWN_ENGINES, Plan, PlanCost, PlanError};
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
        let live = self.live_engine(context, &bytes)?;
        let (plan, cost) = validated(&bytes, live).map_err(|error| {
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

    /// The version of the arithmetic that a Plan states, if it is live in this block: by the rollup's configuration or by
    /// what L1 has set since. One that is live and that this build does not know is a fault: other nodes may accept the
    /// Plan.
    fn live_engine<CTX: ContextTr>(&self, context: &mut CTX, plan: &[u8]) -> Result<Option<u32>, Stop> {
        let Some(version) = engine::stated_version(plan) else { return Ok(None) };
        let live = self.engines.contains(&version) || l1_block::engine_is_live(context, version, self.timestamp_ms)?;
        if live && !KNOWN_ENGINES.contains(&version) {
            return Err(Stop::fault(format!(
                "version {version} of the inference engine is live on this chain and this build knows {KNOWN_ENGINES:?}: \
                 install a newer one"
            )));
        }
        Ok(live.then_some(version))
    }
}

/// The Plan and its price. `live` is the version of the arithmetic that it states, where the chain has that one.
fn validated(bytes: &[u8], live: Option<u32>) -> Result<(Plan, PlanCost), PlanError> {
    let plan = Plan::decode(bytes)?;
    if live != Some(plan.engine) {
        return Err(PlanError::EngineNotLive { found: plan.engine, live: live.into_iter().collect() });
    }
    let cost = plan.validate()?;
    Ok((plan, cost))
}
