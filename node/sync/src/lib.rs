//! Blocks before L1 has them: signed by the sequencer, told from node to node, and what a follower makes of them.
//!
//! The sequencer signs the hash of each block that it seals with the key that `SystemConfig` on L1 names. A follower takes a block
//! if the key that is valid in its parent's state signed it, its L1 attributes and deposits are those of L1 as the follower itself
//! sees it, and execution gives the very same header. Until a batch confirms it, it is *unsafe*: derivation replaces it where L1
//! says something else. Whoever was away asks for what it missed.
//!
//! Synchronous and without I/O: [`UnsafeSync`] hears what the network process says ([`praxis_link`]), and gives what to tell it.
//! Knows no sockets, no clock, no database and no EVM.

mod book;
mod budget;
mod buffer;
mod check;
mod core;
mod evidence;
mod follow;
mod limits;
mod peers;
mod ports;
mod serve;
mod signature;
mod wire;

pub use check::{CheckError, check_block};
pub use core::UnsafeSync;
pub use evidence::Equivocation;
pub use limits::{MAX_ANSWER_BYTES, MAX_BLOCK_BYTES, MAX_BLOCKS_PER_ANSWER};
pub use ports::{BlockSigner, Imported, UnsafeChain};
pub use signature::{signer_of, signing_hash};
pub use wire::{Answer, Question, SignedBlock, Status, WireError};

#[cfg(test)]
mod tests;
