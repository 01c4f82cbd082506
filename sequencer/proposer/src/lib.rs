//! The proposer: claims output roots on L1.
//!
//! [`ProposerCore`] decides what to claim, without I/O; [`Proposer`] is the task around it. Only safe blocks are claimed, so a
//! claim never runs ahead of what L1 itself proves. What was claimed is read from L1 at its head each time: a restart
//! or a reorg of L1 needs no memory here.

mod core;
mod driver;
mod port;

pub use core::{ClaimRequest, ProposerCore};
pub use driver::{Proposer, ProposerConfig, ProposerError};
pub use port::L2Outputs;
