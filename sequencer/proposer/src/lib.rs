//! The proposer: claims output roots on L1.
//!
//! [`ProposerCore`] decides what to claim, without I/O; [`Ledger`] knows the claims on L1; [`Proposer`] is the task around both.
//! Only safe blocks are claimed, so a claim never runs ahead of what L1 itself proves. Anyone may claim, so only claims that this
//! node finds right count as made. The proposer ends its own claims when their windows are over and gets its bonds back. All it
//! knows is read from L1: a restart or a reorg of L1 needs no memory here.

mod core;
mod driver;
mod ledger;
mod port;

pub use core::{ClaimRequest, ProposerCore};
pub use driver::{Proposer, ProposerConfig, ProposerError};
pub use ledger::{KnownClaim, Ledger};
pub use port::L2Outputs;
