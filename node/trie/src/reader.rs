//! Where nodes come from.

use crate::{NodeAt, NodeCache, TrieError, TrieName, cache::Place};
use alloy_primitives::{B256, Bytes};
use alloy_trie::Nibbles;
use praxis_primitives::Fault;

/// Nodes of the state as of one block, by path. A node is stored when it is a root or its RLP has 32 bytes or more;
/// smaller ones stand inside their parents. An error is a fault of the node's database.
///
/// Storage tries are read by several threads at once.
pub trait NodeReader: Sync {
    /// RLP of the account trie's node at `path`; `None` where none is stored. The root has the empty path.
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault>;
    /// RLP of the node at `path` in the storage trie of the account with this hashed address.
    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault>;
    /// The node at `path` whose parent, or whose account's leaf, says that it has this hash: for a reader that knows nodes
    /// by their hashes and not by their places. `hashed_address` is `None` in the account trie.
    fn node_of_hash(&self, hashed_address: Option<B256>, path: &Nibbles, hash: B256) -> Result<Option<Bytes>, Fault> {
        let _ = hash;
        match hashed_address {
            None => self.account_node(path),
            Some(address) => self.storage_node(address, path),
        }
    }
    /// Where to look for nodes first. A reader that must see every read has none.
    fn cache(&self) -> Option<&NodeCache> {
        None
    }
}

impl<T: NodeReader + ?Sized> NodeReader for &T {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        (**self).account_node(path)
    }
    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        (**self).storage_node(hashed_address, path)
    }
    fn node_of_hash(&self, hashed_address: Option<B256>, path: &Nibbles, hash: B256) -> Result<Option<Bytes>, Fault> {
        (**self).node_of_hash(hashed_address, path, hash)
    }
    fn cache(&self) -> Option<&NodeCache> {
        (**self).cache()
    }
}

impl<T: NodeReader + Send + ?Sized> NodeReader for std::sync::Arc<T> {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        (**self).account_node(path)
    }
    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        (**self).storage_node(hashed_address, path)
    }
    fn node_of_hash(&self, hashed_address: Option<B256>, path: &Nibbles, hash: B256) -> Result<Option<Bytes>, Fault> {
        (**self).node_of_hash(hashed_address, path, hash)
    }
    fn cache(&self) -> Option<&NodeCache> {
        (**self).cache()
    }
}

/// One trie's nodes.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// The account trie.
    Accounts(&'a dyn NodeReader),
    /// An account's storage trie.
    Storage(&'a dyn NodeReader, B256),
    /// A storage trie that begins empty, whatever is stored at its paths.
    Fresh(B256),
}

impl<'a> Source<'a> {
    pub(crate) fn cache(&self) -> Option<&'a NodeCache> {
        match *self {
            Self::Accounts(reader) | Self::Storage(reader, _) => reader.cache(),
            Self::Fresh(_) => None,
        }
    }

    /// What a node at `path` is to the cache.
    pub(crate) fn place(&self, path: &Nibbles) -> Place {
        Place::of(matches!(self, Self::Accounts(_)), path.len())
    }

    const fn name(&self) -> TrieName {
        match self {
            Self::Accounts(_) => TrieName::Accounts,
            Self::Storage(_, address) | Self::Fresh(address) => TrieName::Storage(*address),
        }
    }

    /// The node at `path`; `expected` is its hash where something above it says so.
    pub(crate) fn read(&self, path: &Nibbles, expected: Option<B256>) -> Result<Option<Bytes>, TrieError> {
        let found = match (self, expected) {
            (Self::Accounts(reader), None) => reader.account_node(path),
            (Self::Accounts(reader), Some(hash)) => reader.node_of_hash(None, path, hash),
            (Self::Storage(reader, address), None) => reader.storage_node(*address, path),
            (Self::Storage(reader, address), Some(hash)) => reader.node_of_hash(Some(*address), path, hash),
            (Self::Fresh(_), _) => Ok(None),
        };
        found.map_err(|source| TrieError::Read { at: self.at(*path), source })
    }

    pub(crate) fn at(&self, path: Nibbles) -> Box<NodeAt> {
        Box::new(NodeAt { trie: self.name(), path })
    }

    pub(crate) fn corrupt(&self, path: Nibbles, reason: &'static str) -> TrieError {
        TrieError::Corrupt { at: self.at(path), reason }
    }
}
