//! What changes in the tables of nodes.

use alloy_primitives::B256;
use alloy_trie::Nibbles;
use std::collections::BTreeMap;

/// Nodes to write (`Some`, the RLP) or to delete (`None`), by path. Holds nothing that is stored already: each entry
/// changes its table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrieUpdates {
    /// The account trie.
    pub account_nodes: BTreeMap<Nibbles, Option<Vec<u8>>>,
    /// Storage tries by hashed address.
    pub storage: BTreeMap<B256, StorageTrieUpdates>,
}

/// Changes of one storage trie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StorageTrieUpdates {
    /// All nodes that are stored for this address go first, then `nodes` is written. Set only where the account's leaf
    /// held a storage root other than the empty trie's; the store enumerates the address's nodes, because they were not
    /// loaded here.
    pub wiped: bool,
    /// Nodes to write or delete.
    pub nodes: BTreeMap<Nibbles, Option<Vec<u8>>>,
}

impl TrieUpdates {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.account_nodes.is_empty() && self.storage.is_empty()
    }
}

/// How much a root cost. What is read is hashed too, to check it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrieWork {
    /// Nodes that were read from the store.
    pub nodes_read: u64,
    /// Nodes that were encoded anew and hashed.
    pub nodes_hashed: u64,
}

impl std::ops::AddAssign for TrieWork {
    fn add_assign(&mut self, other: Self) {
        self.nodes_read += other.nodes_read;
        self.nodes_hashed += other.nodes_hashed;
    }
}
