//! What changes in the tables of nodes.

use alloy_primitives::{B256, Bytes};
use alloy_trie::Nibbles;
use std::collections::BTreeMap;

/// What becomes of one stored node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeChange {
    /// RLP of the node that is stored before, as it was read; `None` where none is. A store that keeps history need not read
    /// it again.
    pub old: Option<Bytes>,
    /// Its hash.
    pub old_hash: Option<B256>,
    /// RLP of the node to write; `None` deletes.
    pub new: Option<Bytes>,
}

/// Nodes to write or to delete, by path. Holds nothing that is stored already: each entry changes its table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrieUpdates {
    /// The account trie.
    pub account_nodes: BTreeMap<Nibbles, NodeChange>,
    /// Storage tries by hashed address.
    pub storage: BTreeMap<B256, StorageTrieUpdates>,
}

/// Changes of one storage trie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StorageTrieUpdates {
    /// All nodes that are stored for this address go first, then `nodes` is written. Set only where the account's leaf
    /// held a storage root other than the empty trie's; the store enumerates the address's nodes, because they were not
    /// loaded here, and for the same reason `nodes` does not know what stood at their paths.
    pub wiped: bool,
    /// Nodes to write or delete.
    pub nodes: BTreeMap<Nibbles, NodeChange>,
}

impl TrieUpdates {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.account_nodes.is_empty() && self.storage.is_empty()
    }
}

/// How much a root cost. What is read or made is hashed too, to check it; what the cache had is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrieWork {
    /// Nodes that were needed.
    pub nodes_needed: u64,
    /// Those of them that the cache had.
    pub nodes_cached: u64,
    /// Those of them that were leaves and were made from what stood in the state; the others were read from the store.
    pub nodes_made: u64,
    /// Nodes that were encoded anew and hashed.
    pub nodes_hashed: u64,
}

impl TrieWork {
    /// Nodes that were read from the store.
    pub const fn nodes_read(&self) -> u64 {
        self.nodes_needed.saturating_sub(self.nodes_cached).saturating_sub(self.nodes_made)
    }
}

impl std::ops::AddAssign for TrieWork {
    fn add_assign(&mut self, other: Self) {
        self.nodes_needed += other.nodes_needed;
        self.nodes_cached += other.nodes_cached;
        self.nodes_made += other.nodes_made;
        self.nodes_hashed += other.nodes_hashed;
    }
}
