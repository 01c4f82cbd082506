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
        meter.charge(gas::VALIDATE_GAS)?;
        meter.charge_each(u64::from(word.length), gas::VALIDATE_BYTE_GAS)?;
        let bytes = engine::checked_bytes(model, self.models.store.as_ref()).map_err(Stop::fault)?;
        let (plan, cost) = validated(&bytes).map_err(|error| {
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

fn validated(bytes: &[u8]) -> Result<(Plan, PlanCost), PlanError> {
    let plan = Plan::decode(bytes)?;
    let cost = plan.validate()?;
    Ok((plan, cost))
}
