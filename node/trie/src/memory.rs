//! Nodes in memory.

use crate::{NodeChange, NodeReader, TrieUpdates};
use alloy_primitives::{B256, Bytes};
use alloy_trie::Nibbles;
use praxis_primitives::Fault;
use std::collections::BTreeMap;

/// Nodes in memory: the empty state under a genesis, and tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryNodes {
    accounts: BTreeMap<Nibbles, Bytes>,
    storage: BTreeMap<B256, BTreeMap<Nibbles, Bytes>>,
}

impl MemoryNodes {
    /// Applies a block's changes.
    pub fn apply(&mut self, updates: &TrieUpdates) {
        apply(&mut self.accounts, &updates.account_nodes);
        for (address, changes) in &updates.storage {
            let nodes = self.storage.entry(*address).or_default();
            if changes.wiped {
                nodes.clear();
            }
            apply(nodes, &changes.nodes);
            if nodes.is_empty() {
                self.storage.remove(address);
            }
        }
    }

    /// How many nodes are stored.
    pub fn len(&self) -> usize {
        self.accounts.len() + self.storage.values().map(BTreeMap::len).sum::<usize>()
    }

    /// Whether no node is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn apply(nodes: &mut BTreeMap<Nibbles, Bytes>, changes: &BTreeMap<Nibbles, NodeChange>) {
    for (path, change) in changes {
        match &change.new {
            Some(rlp) => nodes.insert(*path, rlp.clone()),
            None => nodes.remove(path),
        };
    }
}

impl NodeReader for MemoryNodes {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(self.accounts.get(path).cloned())
    }

    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(self.storage.get(&hashed_address).and_then(|nodes| nodes.get(path)).cloned())
    }
}
