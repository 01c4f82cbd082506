//! What derivation dropped and why, for operators and verifiers.

use crate::{
    ChannelId, batch::BatchDecodeError, blob::BlobError, channel::ChannelError, frame::FrameError, limits::MAX_EVENTS,
};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256};
use std::collections::VecDeque;

/// Something that happened at one L1 block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The L1 block under derivation.
    pub l1: BlockNumHash,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// Whether data on L1 was given up or was missing, rather than accepted.
    pub const fn is_drop(&self) -> bool {
        !matches!(self.kind, EventKind::BatchAccepted { .. })
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventKind {
    /// Someone else wrote to the inbox.
    #[error("transaction {tx} to the inbox is from {from}, who is not the batcher")]
    WrongSender {
        /// Hash of the transaction.
        tx: B256,
        /// Its sender.
        from: Address,
    },
    /// The calldata is not a list of frames.
    #[error("transaction {tx} to the inbox was dropped: {error}")]
    BadFrames {
        /// Hash of the transaction.
        tx: B256,
        /// What is wrong with it.
        error: FrameError,
    },
    /// A blob that carries no data.
    #[error("blob {index} of transaction {tx} to the inbox was dropped: {error}")]
    BadBlob {
        /// Hash of the transaction.
        tx: B256,
        /// The blob's place in it.
        index: usize,
        /// What is wrong with it.
        error: BlobError,
    },
    /// A blob whose data is not a list of frames.
    #[error("blob {index} of transaction {tx} to the inbox was dropped: its data is no list of frames: {error}")]
    BadBlobFrames {
        /// Hash of the transaction.
        tx: B256,
        /// The blob's place in it.
        index: usize,
        /// What is wrong with it.
        error: FrameError,
    },
    /// A frame that does not continue the open channel.
    #[error("frame {number} of channel {channel} was dropped: {reason}")]
    FrameDropped {
        /// Its channel.
        channel: ChannelId,
        /// Its number.
        number: u16,
        /// Why.
        reason: &'static str,
    },
    /// A channel that ended without a batch.
    #[error("channel {channel} was dropped: {reason}")]
    ChannelDropped {
        /// The channel.
        channel: ChannelId,
        /// Why.
        reason: &'static str,
    },
    /// A complete channel that does not decode.
    #[error("channel {channel} does not decode: {error}")]
    BadChannel {
        /// The channel.
        channel: ChannelId,
        /// What is wrong with it.
        error: ChannelError,
    },
    /// A channel whose batch does not decode.
    #[error("the batch of channel {channel} does not decode: {error}")]
    BadBatch {
        /// The channel.
        channel: ChannelId,
        /// What is wrong with it.
        error: BatchDecodeError,
    },
    /// A batch that may not stand here.
    #[error("the batch of L2 blocks {first} to {last} in channel {channel} was dropped: {reason}")]
    BatchDropped {
        /// The channel.
        channel: ChannelId,
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
        /// Why.
        reason: DropReason,
    },
    /// A batch that became attributes.
    #[error("the batch of L2 blocks {first} to {last} in channel {channel} was accepted")]
    BatchAccepted {
        /// The channel.
        channel: ChannelId,
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
    },
    /// Execution refused a block of a batch; it and the rest of the batch went.
    #[error(
        "execution rejected L2 block {number}: {reason}; it keeps its deposits only, the rest of its batch is dropped"
    )]
    BlockRejected {
        /// The block.
        number: u64,
        /// What execution said.
        reason: String,
    },
    /// The sequencing window passed without a batch.
    #[error("no batch covered L2 block {number} within the sequencing window of L1 origin {origin}: it is forced")]
    Forced {
        /// The block.
        number: u64,
        /// The L1 origin of its parent.
        origin: u64,
    },
}

/// Why a whole batch was dropped. Every number is what the rule compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DropReason {
    /// Its first block is not new.
    #[error("it begins at or below the safe head {safe}")]
    Past {
        /// The safe head.
        safe: u64,
    },
    /// A batch before it is missing.
    #[error("it begins beyond the next block {next}")]
    Future {
        /// The block that is due.
        next: u64,
    },
    /// It builds on another chain.
    #[error("its parent is not the safe head {safe}")]
    Parent {
        /// The safe head.
        safe: B256,
    },
    /// It came too late.
    #[error("its first L1 origin {origin} had to be batched by L1 block {deadline}")]
    Window {
        /// Origin of its first block.
        origin: u64,
        /// Last L1 block that could have held it.
        deadline: u64,
    },
    /// Its first L1 origin does not follow from its origin bits.
    #[error("it names L1 origin {given} for its first block, which follows from origin {parent}")]
    FirstOrigin {
        /// What it names.
        given: u64,
        /// The safe head's origin.
        parent: u64,
    },
    /// It names an L1 origin that was not known when it was included.
    #[error("its last L1 origin {origin} is not before the L1 block that holds it")]
    OriginAhead {
        /// The origin.
        origin: u64,
    },
    /// It names an L1 origin of another chain.
    #[error("its last L1 origin {origin} has another hash on this L1")]
    OriginHash {
        /// The origin.
        origin: u64,
    },
    /// A block is older than its L1 origin.
    #[error("block {number} would be older than its L1 origin {origin}")]
    BeforeOrigin {
        /// The block.
        number: u64,
        /// Its origin.
        origin: u64,
    },
    /// A block that runs too far ahead of its L1 origin holds transactions.
    #[error("block {number} is beyond the sequencer drift of L1 origin {origin} and holds transactions")]
    DriftTransactions {
        /// The block.
        number: u64,
        /// Its origin.
        origin: u64,
    },
    /// A transaction that may not stand in a batch.
    #[error("transaction {index} of block {number} {what}")]
    Transaction {
        /// The block.
        number: u64,
        /// Its index among the block's batched transactions.
        index: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// The newest events; the oldest fall out.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    events: VecDeque<Event>,
    total: u64,
}

impl EventLog {
    pub(crate) fn push(&mut self, l1: BlockNumHash, kind: EventKind) {
        tracing::debug!(l1 = l1.number, "{kind}");
        if self.events.len() >= MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(Event { l1, kind });
        self.total += 1;
    }

    /// The events that are still held, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter()
    }

    /// How many there were in all.
    pub const fn total(&self) -> u64 {
        self.total
    }
}
