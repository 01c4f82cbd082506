//! A model's bytes to something that runs.

use alloy_primitives::B256;
use praxis_inference::{RunError, Session};
use praxis_model::{ModelFault, ModelStore, Plan, PlanCost, Tensor};
use std::sync::Arc;

/// Workspaces that a session is expected to keep, for the estimate of its memory.
const WORKSPACES: usize = 2;

/// A model that is ready to run.
#[derive(Debug)]
pub struct PreparedModel {
    id: B256,
    session: Session,
    cost: PlanCost,
}

/// The complete bytes of a model that the chain says it holds.
///
/// Each chunk was checked against the id when ModelRegistry accepted it, and the database checks the sums of the blocks
/// that it reads. Hashing everything again at each load would cost more than the load: the length and the Plan's own
/// strict encoding are what is looked at.
pub(crate) fn stored_bytes(id: B256, length: Option<u32>, store: &dyn ModelStore) -> Result<Vec<u8>, ModelFault> {
    let bytes = store.model_bytes(id)?.ok_or_else(|| ModelFault::new(id, "the chain holds it, this node does not"))?;
    match length {
        Some(length) if bytes.len() as u64 != u64::from(length) => {
            Err(ModelFault::new(id, format!("{} bytes are stored, the chain says {length}", bytes.len())))
        }
        _ => Ok(bytes),
    }
}

/// Where a Plan's graph section begins, with the engine's version as its first word: the same in every version.
const GRAPH_AT: usize = 20;

/// The version of the engine that a Plan's bytes state, whatever else is in them; `None` where they are too short.
pub(crate) fn stated_version(plan: &[u8]) -> Option<u32> {
    plan.get(GRAPH_AT..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

impl PreparedModel {
    /// Loads, checks and prepares a model that the chain says is active.
    ///
    /// # Errors
    /// When any of it fails: a fault.
    pub fn load(id: B256, store: &dyn ModelStore) -> Result<Self, ModelFault> {
        let bytes = stored_bytes(id, None, store)?;
        let plan = Plan::decode(&bytes).map_err(|error| ModelFault::new(id, error.to_string()))?;
        let cost = plan.validate().map_err(|error| ModelFault::new(id, error.to_string()))?;
        let session = Session::prepare(Arc::new(plan)).map_err(|error| ModelFault::new(id, error.to_string()))?;
        Ok(Self { id, session, cost })
    }

    /// The model's id.
    pub const fn id(&self) -> B256 {
        self.id
    }

    /// The Plan.
    pub fn plan(&self) -> &Plan {
        self.session.plan()
    }

    /// What it costs.
    pub const fn cost(&self) -> &PlanCost {
        &self.cost
    }

    /// Memory that it takes, in bytes.
    pub fn held_bytes(&self) -> u64 {
        let workspaces = self.session.workspace_bytes().saturating_mul(WORKSPACES);
        let bytes = self.session.held_bytes() + self.plan().weights.len();
        bytes.saturating_add(workspaces) as u64
    }

    /// Runs the model on inputs that [`Plan::check_inputs`] accepts.
    ///
    /// # Errors
    /// [`RunError::Input`] when it does not accept them, else a fault: the node cannot compute.
    pub fn run(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>, RunError> {
        self.session.run(inputs)
    }
}
