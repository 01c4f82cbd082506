//! Ethereum's own tests, as its clients share them: state tests, transaction tests and RLP tests.
//!
//! They are read from a folder outside the repository. What is checked is what the node runs: its decoder of transactions,
//! its block executor and its state trie.

pub mod rlp;
pub mod state;
pub mod transaction;

mod fork;
mod run;

pub use run::{Outcome, Report, run_folder};

use std::{env, path::PathBuf};

/// Folder of the shared fixtures: `PRAXIS_FIXTURES`, or `shared/fixtures` beside the repository. `None` when it is not
/// there, and then tests that need it say that they are skipped.
pub fn fixtures() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = env::var_os("PRAXIS_FIXTURES").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}
