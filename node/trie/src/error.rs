//! What can go wrong with a trie.

use alloy_primitives::B256;
use alloy_trie::Nibbles;
use praxis_primitives::Fault;

/// A trie could not be read. Every variant is a fault of the node's database, never an outcome of a block.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TrieError {
    /// The reader failed.
    #[error("{at} cannot be read: {source}")]
    Read {
        /// Where.
        at: Box<NodeAt>,
        /// The reader's reason.
        source: Fault,
    },
    /// A parent names a node that is not stored.
    #[error("{at} with hash {hash} is missing")]
    Missing {
        /// Where.
        at: Box<NodeAt>,
        /// Its hash, as the parent holds it.
        hash: B256,
    },
    /// A stored node is not the one that its parent names.
    #[error("{at} should have hash {expected} and has {actual}")]
    Mismatch {
        /// Where.
        at: Box<NodeAt>,
        /// The hash that the parent, or the account's leaf, holds.
        expected: B256,
        /// The hash of the stored bytes.
        actual: B256,
    },
    /// A stored node does not decode, or no trie contains such a node.
    #[error("{at} is corrupt: {reason}")]
    Corrupt {
        /// Where.
        at: Box<NodeAt>,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// The node that an error speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeAt {
    /// Which trie.
    pub trie: TrieName,
    /// Path of the node in it.
    pub path: Nibbles,
}

impl std::fmt::Display for NodeAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: the node at {:?}", self.trie, self.path)
    }
}

/// The trie that an error speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrieName {
    /// The trie of accounts.
    Accounts,
    /// The storage trie of the account whose address has this keccak hash.
    Storage(B256),
}

impl std::fmt::Display for TrieName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Accounts => f.write_str("account trie"),
            Self::Storage(address) => write!(f, "storage trie of hashed address {address}"),
        }
    }
}
