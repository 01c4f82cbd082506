//! A model's bytes to something that runs.

use alloy_primitives::B256;
use praxis_model::{ModelFault, ModelStore, Plan, PlanCost, Tensor, id::model_id};
use std::sync::Arc;

/// A model that is ready to run.
#[derive(Debug)]
pub struct PreparedModel {
    id: B256,
    plan: Arc<Plan>,
    cost: PlanCost,
}

/// The complete bytes of a model, checked against its id.
pub(crate) fn checked_bytes(id: B256, store: &dyn ModelStore) -> Result<Vec<u8>, ModelFault> {
    let bytes = store.model_bytes(id)?.ok_or_else(|| ModelFault::new(id, "the chain holds it, this node does not"))?;
    let found = model_id(&bytes);
    if found != id {
        return Err(ModelFault::new(id, format!("the stored bytes hash to {found}")));
    }
    Ok(bytes)
}

impl PreparedModel {
    /// Loads, checks and prepares a model that the chain says is active.
    ///
    /// # Errors
    /// When any of it fails: a fault.
    pub fn load(id: B256, store: &dyn ModelStore) -> Result<Self, ModelFault> {
        let bytes = checked_bytes(id, store)?;
        let plan = Plan::decode(&bytes).map_err(|error| ModelFault::new(id, error.to_string()))?;
        let cost = plan.validate().map_err(|error| ModelFault::new(id, error.to_string()))?;
        Ok(Self { id, plan: Arc::new(plan), cost })
    }

    /// The model's id.
    pub const fn id(&self) -> B256 {
        self.id
    }

    /// The Plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What it costs.
    pub const fn cost(&self) -> &PlanCost {
        &self.cost
    }

    /// Upper bound on the memory that it takes, in bytes.
    pub const fn held_bytes(&self) -> u64 {
        self.cost.memory_bytes
    }

    /// Runs the model on inputs that [`Plan::check_inputs`] accepts.
    ///
    /// # Errors
    /// When the node cannot compute: a fault.
    pub fn run(&self, _inputs: &[Tensor]) -> Result<Vec<Tensor>, ModelFault> {
        Err(ModelFault::new(self.id, "the engine is not linked yet"))
    }
}
