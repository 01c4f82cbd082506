//! Replays the chain from L1 alone and judges what was claimed about it.
//!
//! [`L1Driver`] fetches L1 blocks and feeds them to a [`praxis_chain::SafeChain`]; every role that follows L1 uses it.
//! [`Judge`] is the pure half of a verifier: it compares claims with the replayed chain. [`Verifier`] joins both.
//! [`challenge`] acts on what was found, [`votes`] is what verifiers sign. Knows no sequencer and no pool.

pub mod challenge;
mod driver;
mod error;
mod judge;
mod safe_history;
mod verifier;
pub mod votes;
mod window;

pub use driver::{Advance, DriverConfig, L1Driver, Replayed, SyncStatus};
pub use error::DriverError;
pub use judge::{Difference, Judge, Verdict};
pub use safe_history::SafeHistory;
pub use verifier::{Report, Verifier};
pub use window::L1Window;
