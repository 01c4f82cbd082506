//! Ethereum's Merkle Patricia trie over nodes that are keyed by their path.
//!
//! [`state_root`] applies a block's [`StateDiff`](praxis_primitives::StateDiff): it loads only the nodes on changed
//! paths, checks each against the hash that its parent holds, and returns the new root with the nodes to write. A [`Warmer`]
//! loads them while the block is still executed.
//! [`account_proof`] proves presence or absence for `eth_getProof`. [`full_root`] recomputes a root from nothing, by
//! other code, to check the incremental one. [`RecordingNodes`] remembers what was read, and [`WitnessNodes`] serves it again
//! where there is no store.
//!
//! Knows no database: nodes come through [`NodeReader`], changes leave as [`TrieUpdates`].

mod cache;
mod error;
mod full;
mod memory;
mod node;
mod parallel;
mod proof;
mod reader;
mod sparse;
mod state;
mod stream;
mod updates;
mod warmer;
mod witness;

pub use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};
pub use cache::NodeCache;
pub use error::{NodeAt, TrieError, TrieName};
pub use full::{FullRoot, account_leaf, full_root, full_storage_root, slot_leaves};
pub use memory::MemoryNodes;
pub use proof::{AccountProof, StorageProof, account_proof};
pub use reader::NodeReader;
pub use state::{RootOutcome, account_at, slot_at, state_root, state_root_knowing, storage_root_of};
pub use stream::TrieStream;
pub use updates::{NodeChange, StorageTrieUpdates, TrieUpdates, TrieWork};
pub use warmer::Warmer;
pub use witness::{RecordingNodes, WitnessNodes};

#[cfg(test)]
mod tests;
