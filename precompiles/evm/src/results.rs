//! Results of inferences that were computed before. An inference is a pure function, so a result can be used again by
//! whoever only proposes: the builder, the pool's runs ahead of it, RPC. What checks a block computes everything itself.

use alloy_primitives::{B256, Bytes, keccak256};
use lru::LruCache;
use parking_lot::Mutex;
use praxis_model::{Tensor, encode_tensors};
use std::{fmt, sync::Arc};

/// Memory that results take by default.
pub const DEFAULT_RESULT_BYTES: u64 = 64 * 1024 * 1024;

/// Memory of an entry beside its tensors.
const ENTRY_BYTES: u64 = 256;

/// What an inference depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResultKey {
    /// Version of the arithmetic.
    pub(crate) engine: u32,
    /// The model.
    pub(crate) model: B256,
    /// Hash of the inputs in canonical encoding.
    pub(crate) input_hash: B256,
}

/// What an inference gave.
#[derive(Debug)]
pub(crate) struct InferenceResult {
    pub(crate) outputs: Vec<Tensor>,
    /// The same in canonical encoding.
    pub(crate) encoded: Bytes,
    /// Hash of that.
    pub(crate) hash: B256,
}

impl InferenceResult {
    fn bytes(&self) -> u64 {
        // The tensors are held twice: as they are and encoded.
        ENTRY_BYTES.saturating_add(2 * self.encoded.len() as u64)
    }
}

/// Results within a budget of bytes, the least recently used dropped first.
pub struct ResultCache {
    inner: Mutex<Inner>,
    budget_bytes: u64,
}

struct Inner {
    results: LruCache<ResultKey, Arc<InferenceResult>>,
    held_bytes: u64,
}

impl fmt::Debug for ResultCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultCache").field("budget_bytes", &self.budget_bytes).finish_non_exhaustive()
    }
}

impl Default for ResultCache {
    fn default() -> Self {
        Self::new(DEFAULT_RESULT_BYTES)
    }
}

impl ResultCache {
    /// A cache that holds at most `budget_bytes`. A result that is larger alone is not kept.
    pub fn new(budget_bytes: u64) -> Self {
        Self { inner: Mutex::new(Inner { results: LruCache::unbounded(), held_bytes: 0 }), budget_bytes }
    }

    /// Bytes that the held results take.
    pub fn held_bytes(&self) -> u64 {
        self.inner.lock().held_bytes
    }

    /// Number of held results.
    pub fn len(&self) -> usize {
        self.inner.lock().results.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Flips a bit in each held result: what a test does to show that a wrong one does no harm.
    #[doc(hidden)]
    pub fn corrupt_all(&self) {
        for (_, result) in self.inner.lock().results.iter_mut() {
            let mut outputs = result.outputs.clone();
            outputs.iter_mut().filter_map(|tensor| tensor.data.first_mut()).for_each(|byte| *byte ^= 1);
            let encoded = Bytes::from(encode_tensors(&outputs));
            *result = Arc::new(InferenceResult { outputs, hash: keccak256(&encoded), encoded });
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut inner = self.inner.lock();
        inner.results.clear();
        inner.held_bytes = 0;
    }

    pub(crate) fn get(&self, key: &ResultKey) -> Option<Arc<InferenceResult>> {
        let found = self.inner.lock().results.get(key).cloned();
        let outcome = if found.is_some() { "hit" } else { "miss" };
        metrics::counter!("praxis_inference_results_total", "outcome" => outcome).increment(1);
        found
    }

    pub(crate) fn insert(&self, key: ResultKey, result: Arc<InferenceResult>) {
        let size = result.bytes();
        if size > self.budget_bytes {
            return;
        }
        let mut inner = self.inner.lock();
        inner.held_bytes += size;
        if let Some(old) = inner.results.put(key, result) {
            inner.held_bytes -= old.bytes();
        }
        while inner.held_bytes > self.budget_bytes {
            let Some((_, dropped)) = inner.results.pop_lru() else { break };
            inner.held_bytes -= dropped.bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(bytes: usize) -> Arc<InferenceResult> {
        Arc::new(InferenceResult { outputs: vec![], encoded: vec![0; bytes].into(), hash: B256::ZERO })
    }

    fn key(number: u8) -> ResultKey {
        ResultKey { engine: 1, model: B256::ZERO, input_hash: B256::repeat_byte(number) }
    }

    #[test]
    fn the_budget_holds_and_the_oldest_goes_first() {
        let cache = ResultCache::new(3 * (ENTRY_BYTES + 2_000));
        (0..3).for_each(|number| cache.insert(key(number), result(1_000)));
        assert!(cache.get(&key(0)).is_some());
        cache.insert(key(3), result(1_000));
        assert!(cache.get(&key(1)).is_none(), "1 was the least recently used");
        assert!(cache.get(&key(0)).is_some());
        assert_eq!((cache.len(), cache.held_bytes()), (3, 3 * (ENTRY_BYTES + 2_000)));
        cache.insert(key(0), result(10));
        assert_eq!(cache.held_bytes(), 2 * (ENTRY_BYTES + 2_000) + ENTRY_BYTES + 20);
        cache.insert(key(9), result(1_000_000));
        assert!(cache.get(&key(9)).is_none(), "one that is too large is not kept");
    }

    #[test]
    fn engine_model_and_input_tell_results_apart() {
        let cache = ResultCache::default();
        cache.insert(key(1), result(1));
        assert!(cache.get(&ResultKey { engine: 2, ..key(1) }).is_none());
        assert!(cache.get(&ResultKey { model: B256::repeat_byte(1), ..key(1) }).is_none());
        assert!(cache.get(&key(1)).is_some());
    }
}
