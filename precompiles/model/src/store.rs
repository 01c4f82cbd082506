use alloy_primitives::B256;

/// Where complete model bytes come from: the chain's database, or a test's map.
pub trait ModelStore {
    /// The complete bytes of the model, `None` when the chain holds no such model. Bytes that the chain says it holds and
    /// that cannot be read are a [`ModelFault`], never `None`.
    fn model_bytes(&self, id: B256) -> Result<Option<Vec<u8>>, ModelFault>;
}

/// The node cannot say what a model's bytes are. It stops: this is never an outcome of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("model {id}: {reason}")]
pub struct ModelFault {
    /// Which model.
    pub id: B256,
    /// What went wrong.
    pub reason: String,
}

impl ModelFault {
    /// A fault with its reason.
    pub fn new(id: B256, reason: impl Into<String>) -> Self {
        Self { id, reason: reason.into() }
    }
}
