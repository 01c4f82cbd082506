//! The chain on disk: blocks, receipts, flat state, trie nodes, model bytes, and the history of all that changes.
//!
//! [`Database::commit_block`] writes a block and everything that follows from it in one atomic batch, so a process that
//! dies at any instant restarts at a whole block. [`Database::unwind_to`] goes back block by block, each step as whole.
//!
//! Execution reads flat tables of the newest state. History is append-only: a row per changed key and block holds what
//! stood there before, so the state of block `n` is the first row of a later block, or else the newest state. A
//! [`StateView`] reads through one snapshot of the database and never sees half a commit; it outlives commits, unwinds
//! and the [`Database`] itself.
//!
//! The only crate that names RocksDB. Knows no EVM and no async runtime.

mod codec;
mod commit;
mod database;
mod error;
mod failpoint;
mod heads;
mod keys;
mod load;
mod options;
mod prune;
mod reader;
mod snapshot;
mod stats;
mod tables;
mod unwind;
mod verify;
mod view;
mod walk;

pub use commit::CommitBlock;
pub use database::{Access, ChainIdentity, Database, SCHEMA_VERSION};
pub use error::StorageError;
pub use heads::{HeadUpdate, Heads};
pub use load::StateLoader;
pub use options::{DatabaseOptions, Durability, Origin};
pub use prune::{KeptProofs, Prune, Pruned};
pub use reader::Reader;
pub use stats::{Stats, TableStats};
pub use verify::{Difference, Verification};
pub use view::StateView;

#[cfg(test)]
mod tests;
