//! What the core needs of the node around it.

use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256};
use praxis_primitives::{Fault, L1BlockInfo, L2BlockInfo, SealedBlock};
use std::sync::Arc;

/// What became of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is the head.
    Done,
    /// It does not follow the head, which has moved.
    NotOnHead,
    /// It does not hold, and never will.
    Refused(String),
}

/// The node's chain, and L1 as the node sees it. A fault stops the node.
pub trait UnsafeChain: Send + Sync {
    /// The unsafe head.
    fn head(&self) -> BlockNumHash;

    /// The safe head.
    ///
    /// # Errors
    /// When it can't be read.
    fn safe(&self) -> Result<BlockNumHash, Fault>;

    /// What derivation needs to know of a block of the chain.
    ///
    /// # Errors
    /// When it can't be read.
    fn info(&self, number: u64) -> Result<Option<L2BlockInfo>, Fault>;

    /// A block of the chain.
    ///
    /// # Errors
    /// When it can't be read.
    fn block(&self, number: u64) -> Result<Option<SealedBlock>, Fault>;

    /// The key that signs children of this block: `unsafeBlockSigner` of L1Block in its state. `None` where none is set, or the
    /// state is no longer kept.
    ///
    /// # Errors
    /// When it can't be read.
    fn signer_after(&self, number: u64) -> Result<Option<Address>, Fault>;

    /// Executes a block on the head and makes it the head.
    ///
    /// # Errors
    /// When this node can't execute what others can.
    fn import(&self, block: &SealedBlock) -> Result<Imported, Fault>;

    /// Takes back every block above `to`, if `head` is still the head; gives whether it was.
    ///
    /// # Errors
    /// When the chain can't be written.
    fn unwind(&self, head: B256, to: u64) -> Result<bool, Fault>;

    /// The canonical L1 block of this number, if it is one of the recent ones.
    fn l1(&self, number: u64) -> Option<Arc<L1BlockInfo>>;

    /// Whether derivation has read all of L1 once: before, the head is nowhere near the chain's.
    fn caught_up(&self) -> bool;
}

/// The sequencer's key.
pub trait BlockSigner: Send + Sync {
    /// Its address.
    fn address(&self) -> Address;

    /// Signs a hash: r, s, 27 or 28.
    ///
    /// # Errors
    /// When the key can't be used.
    fn sign(&self, hash: B256) -> Result<[u8; 65], Fault>;
}
