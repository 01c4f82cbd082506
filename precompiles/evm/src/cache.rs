//! Prepared models, shared by everything in the node that executes.

use crate::{PreparedModel, ResultCache};
use alloy_primitives::B256;
use lru::LruCache;
use parking_lot::Mutex;
use praxis_model::{ModelFault, ModelStore};
use std::{fmt, sync::Arc};

/// Memory that prepared models take by default.
pub const DEFAULT_CACHE_BYTES: u64 = 512 * 1024 * 1024;

/// Prepared models by id, the least recently used dropped first. What it holds never shows in a block: prices are
/// protocol state, not the cache's.
pub struct ModelCache {
    inner: Mutex<Inner>,
    budget_bytes: u64,
}

struct Inner {
    models: LruCache<B256, Arc<PreparedModel>>,
    held_bytes: u64,
}

impl fmt::Debug for ModelCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelCache").field("budget_bytes", &self.budget_bytes).finish_non_exhaustive()
    }
}

impl Default for ModelCache {
    fn default() -> Self {
        Self::new(DEFAULT_CACHE_BYTES)
    }
}

impl ModelCache {
    /// A cache that holds about `budget_bytes` of prepared models. A model that is larger alone is not kept.
    pub fn new(budget_bytes: u64) -> Self {
        Self { inner: Mutex::new(Inner { models: LruCache::unbounded(), held_bytes: 0 }), budget_bytes }
    }

    /// The prepared model, loaded from `store` when it is not held.
    ///
    /// # Errors
    /// When the store cannot give the model's bytes, when they do not hash to the id, or when they cannot be prepared on
    /// this machine. All of these are faults: the chain says that the model is active.
    pub fn get(&self, id: B256, store: &dyn ModelStore) -> Result<Arc<PreparedModel>, ModelFault> {
        if let Some(model) = self.inner.lock().models.get(&id) {
            return Ok(model.clone());
        }
        // Outside the lock: others go on while this loads. Two that load the same model do the same work twice.
        let model = Arc::new(PreparedModel::load(id, store)?);
        self.insert(id, model.clone());
        Ok(model)
    }

    /// Bytes that the held models take.
    pub fn held_bytes(&self) -> u64 {
        self.inner.lock().held_bytes
    }

    fn insert(&self, id: B256, model: Arc<PreparedModel>) {
        let size = model.held_bytes();
        if size > self.budget_bytes {
            return;
        }
        let mut inner = self.inner.lock();
        inner.held_bytes += size;
        if let Some(old) = inner.models.put(id, model) {
            inner.held_bytes -= old.held_bytes();
        }
        while inner.held_bytes > self.budget_bytes {
            let Some((_, dropped)) = inner.models.pop_lru() else { break };
            inner.held_bytes -= dropped.held_bytes();
        }
    }
}

/// Where an executor gets models from.
#[derive(Clone)]
pub struct ModelAccess {
    /// Complete model bytes, as of the state that is executed on.
    pub store: Arc<dyn ModelStore + Send + Sync>,
    /// Prepared models.
    pub cache: Arc<ModelCache>,
    /// Results computed before, for what only proposes. `None` where blocks are checked: there every inference is run.
    pub results: Option<Arc<ResultCache>>,
}

impl ModelAccess {
    /// Models without results of earlier runs.
    pub fn new(store: Arc<dyn ModelStore + Send + Sync>, cache: Arc<ModelCache>) -> Self {
        Self { store, cache, results: None }
    }

    /// The prepared model.
    ///
    /// # Errors
    /// As [`ModelCache::get`].
    pub fn get(&self, id: B256) -> Result<Arc<PreparedModel>, ModelFault> {
        self.cache.get(id, self.store.as_ref())
    }
}

impl fmt::Debug for ModelAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelAccess").field("cache", &self.cache).finish_non_exhaustive()
    }
}
