//! A verifier that is heard: votes about claims, contests of false ones, verdicts of a quorum, proofs against liars.

mod challenger;
mod docket;
mod registry;
mod signed_log;

pub use challenger::{ChallengeError, Challenger, ChallengerConfig, VoteExchange, Voter};
pub use docket::{Docket, Finding};
pub use registry::{Registered, electorate, register_calldata, slash_calldata, verifiers};
pub use signed_log::{SignedLog, SignedLogError};
