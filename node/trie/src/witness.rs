//! Tries without a store: the nodes that something read, and reading them again.

use crate::NodeReader;
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};
use parking_lot::Mutex;
use praxis_primitives::Fault;
use std::collections::BTreeMap;

/// Remembers every node that is read through it.
pub struct RecordingNodes<'a> {
    inner: &'a dyn NodeReader,
    seen: Mutex<BTreeMap<B256, Bytes>>,
}

impl<'a> RecordingNodes<'a> {
    /// Reads through to `inner`.
    pub const fn new(inner: &'a dyn NodeReader) -> Self {
        Self { inner, seen: Mutex::new(BTreeMap::new()) }
    }

    /// The nodes in the order of their hashes.
    pub fn into_nodes(self) -> Vec<Bytes> {
        self.seen.into_inner().into_values().collect()
    }

    fn keep(&self, node: Option<Bytes>) -> Option<Bytes> {
        let node = node?;
        self.seen.lock().insert(keccak256(&node), node.clone());
        Some(node)
    }
}

impl NodeReader for RecordingNodes<'_> {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(self.keep(self.inner.account_node(path)?))
    }

    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(self.keep(self.inner.storage_node(hashed_address, path)?))
    }
}

/// Nodes by hash under a state root: what a witness holds. Nothing is trusted: whoever reads a node checks it against its
/// parent, and a node that is not there is an error.
#[derive(Debug, Clone)]
pub struct WitnessNodes {
    root: B256,
    nodes: BTreeMap<B256, Bytes>,
}

impl WitnessNodes {
    /// The state with this root, as far as `nodes` show it.
    pub fn new(root: B256, nodes: impl IntoIterator<Item = Bytes>) -> Self {
        Self { root, nodes: nodes.into_iter().map(|node| (keccak256(&node), node)).collect() }
    }
}

impl NodeReader for WitnessNodes {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        // Only a root is asked for by nothing but its place.
        if !path.is_empty() || self.root == EMPTY_ROOT_HASH {
            return Ok(None);
        }
        match self.nodes.get(&self.root) {
            Some(node) => Ok(Some(node.clone())),
            None => Err(Fault::new(format!("the witness lacks the node of the state root {}", self.root))),
        }
    }

    fn storage_node(&self, _: B256, _: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(None)
    }

    fn node_of_hash(&self, _: Option<B256>, _: &Nibbles, hash: B256) -> Result<Option<Bytes>, Fault> {
        Ok(self.nodes.get(&hash).cloned())
    }
}
