//! Remembering what an execution reads.

use super::ExecutionWitness;
use alloy_primitives::{Address, B256, Bytes, U256};
use parking_lot::Mutex;
use praxis_model::{ModelFault, ModelStore};
use praxis_primitives::{Account, Fault, StateReader};
use praxis_trie::{NodeReader, RecordingNodes, account_proof};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// State that remembers what is read of it, and the trie nodes beside it.
pub(super) struct RecordingState<'a> {
    inner: &'a dyn StateReader,
    nodes: RecordingNodes<'a>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    slots: BTreeMap<Address, BTreeSet<U256>>,
    codes: BTreeMap<B256, Bytes>,
    /// The oldest block whose hash was asked for.
    oldest: Option<u64>,
}

impl<'a> RecordingState<'a> {
    pub(super) fn new(inner: &'a dyn StateReader, nodes: &'a dyn NodeReader) -> Self {
        Self { inner, nodes: RecordingNodes::new(nodes), seen: Mutex::default() }
    }

    /// The nodes, for the state root.
    pub(super) const fn nodes(&self) -> &RecordingNodes<'a> {
        &self.nodes
    }

    /// The witness without headers and models, and the oldest block whose hash was asked for. What was read but not
    /// changed has no nodes yet: they are those of its proofs.
    pub(super) fn finish(self) -> Result<(ExecutionWitness, Option<u64>), Fault> {
        let Seen { slots, codes, oldest } = self.seen.into_inner();
        let mut witness = ExecutionWitness { codes: codes.into_values().collect(), ..Default::default() };
        for (address, slots) in slots {
            let slots: Vec<U256> = slots.into_iter().collect();
            account_proof(&self.nodes, address, &slots).map_err(Fault::new)?;
            witness.keys.push(Bytes::copy_from_slice(address.as_slice()));
            witness.keys.extend(slots.iter().map(|slot| slot.to_be_bytes::<32>().into()));
        }
        witness.state = self.nodes.into_nodes();
        Ok((witness, oldest))
    }
}

impl StateReader for RecordingState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        self.seen.lock().slots.entry(address).or_default();
        self.inner.account(address)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        self.seen.lock().slots.entry(address).or_default().insert(slot);
        self.inner.storage(address, slot)
    }

    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        self.inner.has_storage(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        let code = self.inner.code(code_hash)?;
        if !code.is_empty() {
            self.seen.lock().codes.insert(code_hash, code.clone());
        }
        Ok(code)
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        let mut seen = self.seen.lock();
        seen.oldest = Some(seen.oldest.map_or(number, |oldest| oldest.min(number)));
        self.inner.block_hash(number)
    }
}

/// Models that remember which of them were asked for.
pub(super) struct RecordingModels {
    inner: Arc<dyn ModelStore + Send + Sync>,
    seen: Mutex<BTreeMap<B256, Bytes>>,
}

impl RecordingModels {
    pub(super) fn new(inner: Arc<dyn ModelStore + Send + Sync>) -> Self {
        Self { inner, seen: Mutex::default() }
    }

    /// The Plans in the order of their ids.
    pub(super) fn taken(&self) -> Vec<Bytes> {
        std::mem::take(&mut *self.seen.lock()).into_values().collect()
    }
}

impl ModelStore for RecordingModels {
    fn model_bytes(&self, id: B256) -> Result<Option<Vec<u8>>, ModelFault> {
        let bytes = self.inner.model_bytes(id)?;
        if let Some(bytes) = &bytes {
            self.seen.lock().insert(id, Bytes::copy_from_slice(bytes));
        }
        Ok(bytes)
    }
}
