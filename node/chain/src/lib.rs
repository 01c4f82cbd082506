//! The chain of one node: its genesis, the blocks on top, and the heads that say how sure of them it is.
//!
//! Every role meets here. A sequencer *builds* blocks from attributes and pool and then *imports* them as if they were
//! a stranger's; a follower or verifier *derives* them from attributes alone. All three run the same executor over the
//! same state, and a block reaches the disk in one atomic write with its state, receipts and records.
//!
//! Knows no sequencer, no sockets and no clock.

mod build;
mod chain;
mod derived;
mod divergence;
mod error;
mod events;
mod execute;
mod forkchoice;
mod genesis;
mod history;
mod import;
mod inference_proof;
mod pending;
mod unsafe_view;
mod witness;

pub use build::{BuiltBlock, NoTransactions, TransactionSource};
pub use chain::{Chain, ChainOptions, DiffHook};
pub use derived::{Derived, SafeChain, SafeChainError};
pub use divergence::{Divergence, FirstDifference, Found, TxChanges, first_difference};
pub use error::ChainError;
pub use events::{ChainEvent, ImportedBlock};
pub use history::{DEFAULT_KEPT_STATES, HistoryMode, MIN_KEPT_STATES, PROOF_DAYS, UnknownHistoryMode, prune};
pub use inference_proof::{HISTORY_BLOCKS, InferenceProof, InferenceProofError, inference_proof};
pub use pending::{ChainState, Opening, PendingBlock, PendingPart, PendingState, Preconfirmed};
pub use unsafe_view::{SeenL1, UnsafeView};
pub use witness::{ExecutionWitness, Replayed, replay};
