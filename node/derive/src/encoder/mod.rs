//! Blocks to L1 transactions: the inverse of the pipeline, as a state machine that the batcher drives.
//!
//! It holds the blocks between the safe head and its tip. The driver feeds blocks with [`Encoder::add_block`], sends what
//! [`Encoder::next_submission`] gives, reports back with [`Encoder::confirm`] or [`Encoder::requeue`], and tells it how L1
//! and derivation move. Only the safe head says that a block is done: a batch that derivation drops, or that an L1 reorg
//! takes away, is encoded again from the safe head as it then is.

mod closed_channel;
mod config;
mod open_channel;

use crate::{
    Batch, ChannelId,
    channel::{compress, decompress},
};
use alloy_eips::BlockNumHash;
use alloy_primitives::Bytes;
use closed_channel::{ClosedChannel, FrameState};
use open_channel::{EncodedBlock, OpenChannel};
use praxis_primitives::{L1AttributesError, L2BlockInfo, RollupConfig, SealedBlock};
use std::{collections::VecDeque, ops::RangeInclusive, sync::Arc};

pub use config::EncoderConfig;

/// One part in so many may be missing from a channel's target when it is closed as full.
const NEARLY: usize = 64;

/// Names one attempt to send one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubmissionId {
    channel: u64,
    frame: u16,
    attempt: u32,
}

/// Calldata for one transaction to the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// What to report back with.
    pub id: SubmissionId,
    /// The channel that it is a part of.
    pub channel: ChannelId,
    /// The L2 blocks of that channel.
    pub blocks: RangeInclusive<u64>,
    /// The calldata.
    pub calldata: Bytes,
}

/// What became of an added block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddBlock {
    /// It is in the open channel.
    Added,
    /// It was not taken: too much waits to become safe. Try again later.
    Full,
}

/// A block that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// It does not build on the block before: reset to the safe head.
    #[error("L2 block {} ({}) does not build on block {} ({})", given.number, given.hash, tip.number, tip.hash)]
    Reorg {
        /// The block.
        given: BlockNumHash,
        /// The block that was added before.
        tip: BlockNumHash,
    },
    /// It is a forced block, which exists only because no batch covered it: wait until it is safe.
    #[error("L2 block {0} is forced: it comes from L1 alone and no batch may cover it")]
    Forced(u64),
    /// It has no L1 attributes.
    #[error("L2 block {0} cannot be batched: {1}")]
    Malformed(u64, L1AttributesError),
    /// It exceeds a batch by itself.
    #[error("L2 block {0} alone exceeds what a batch may hold")]
    TooLarge(u64),
    /// What was encoded does not decode to the same: nothing was posted.
    #[error(
        "the batch of L2 blocks {first} to {last} does not decode to itself: the compressor or the encoder is at fault"
    )]
    SelfCheck {
        /// First block.
        first: u64,
        /// Last block.
        last: u64,
    },
}

/// What a new safe head meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SafeUpdate {
    /// Nothing is to be done again.
    Kept,
    /// Everything above the safe head will be encoded again: what was posted did not become safe, or the safe head moved
    /// on or back in another way. Blocks are wanted from [`Encoder::next_block`] on.
    Restarted,
}

/// Why there is nothing to submit though blocks wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Waiting {
    /// Posting would be money lost: derivation will drop the batch.
    #[error(
        "the sequencing window of L2 block {first} closed at L1 block {deadline}; waiting for derivation to force blocks"
    )]
    WindowPassed {
        /// First block of the batch.
        first: u64,
        /// Last L1 block that could have held the batch.
        deadline: u64,
    },
}

/// A channel on its way, for metrics and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSummary {
    /// Its id.
    pub id: ChannelId,
    /// Its blocks.
    pub blocks: RangeInclusive<u64>,
    /// Compressed bytes.
    pub bytes: usize,
    /// Number of frames.
    pub frames: usize,
    /// Number of frames that are confirmed on L1.
    pub confirmed: usize,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Encoder {
    rollup: Arc<RollupConfig>,
    config: EncoderConfig,
    tip: BlockNumHash,
    open: Option<OpenChannel>,
    closed: VecDeque<ClosedChannel>,
    counter: u64,
    l1_head: u64,
    /// Compressed bytes per thousand bytes of upper bound, as last measured; at least 1.
    ratio_permille: usize,
}

impl Encoder {
    /// An encoder that begins after `safe`. `l1_head` is the number of the newest L1 block.
    pub fn new(rollup: Arc<RollupConfig>, config: EncoderConfig, safe: &L2BlockInfo, l1_head: u64) -> Self {
        let closed = VecDeque::new();
        Self { rollup, config, tip: safe.id(), open: None, closed, counter: 0, l1_head, ratio_permille: 1000 }
    }

    /// Number of the block that is wanted next.
    pub const fn next_block(&self) -> u64 {
        self.tip.number.saturating_add(1)
    }

    /// The last block that was added, or the safe head.
    pub const fn tip(&self) -> BlockNumHash {
        self.tip
    }

    /// Bytes that wait to become safe.
    pub fn pending_bytes(&self) -> usize {
        let open = self.open.as_ref().map_or(0, |open| open.bytes);
        open + self.closed.iter().map(|channel| channel.payload.len()).sum::<usize>()
    }

    /// The closed channels that are not safe yet, oldest first.
    pub fn channels(&self) -> impl Iterator<Item = ChannelSummary> + '_ {
        self.closed.iter().map(|channel| ChannelSummary {
            id: channel.id,
            blocks: channel.first_number..=channel.last.number,
            bytes: channel.payload.len(),
            frames: channel.frames.len(),
            confirmed: channel.frames.iter().filter(|f| matches!(f.0, FrameState::Confirmed { .. })).count(),
        })
    }

    /// Adds the block [`Self::next_block`].
    ///
    /// # Errors
    /// When the block cannot follow the one before, or cannot stand in a batch.
    pub fn add_block(&mut self, block: &SealedBlock) -> Result<AddBlock, EncodeError> {
        use alloy_consensus::BlockHeader;
        let given = BlockNumHash::new(block.number(), block.hash());
        if given.number != self.next_block() || block.parent_hash() != self.tip.hash {
            return Err(EncodeError::Reorg { given, tip: self.tip });
        }
        if self.pending_bytes() >= self.config.max_pending_bytes {
            return Ok(AddBlock::Full);
        }
        let block = EncodedBlock::of(block).map_err(|error| EncodeError::Malformed(given.number, error))?;
        if block.forced {
            return Err(EncodeError::Forced(given.number));
        }
        if !block.fits_a_batch() {
            return Err(EncodeError::TooLarge(given.number));
        }
        if self.open.as_ref().is_some_and(|open| !open.has_room_for(&block)) {
            self.close()?;
        }
        match &mut self.open {
            Some(open) => open.push(block, self.l1_head),
            None => self.open = Some(OpenChannel::begin(block, self.l1_head, self.expected_bound())),
        }
        self.tip = given;
        self.close_if_full()?;
        Ok(AddBlock::Added)
    }

    /// The upper bound of a batch that is expected to compress to a channel's target.
    const fn expected_bound(&self) -> usize {
        self.config.target_channel_bytes.saturating_mul(1000) / self.ratio_permille
    }

    /// Closes the open channel if it compresses to its target, or nearly so. What it compresses to is estimated by the
    /// last measure, so it is compressed two or three times in its life.
    fn close_if_full(&mut self) -> Result<(), EncodeError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.bytes < open.full_at {
            return Ok(());
        }
        let target = self.config.target_channel_bytes;
        let payload = pack(&open.batch(), self.config.compression_quality);
        self.ratio_permille = ratio_permille(payload.len(), open.bytes);
        if payload.len() >= target - target / NEARLY {
            return self.close_first(Some(payload));
        }
        // At least a step further, or an estimate that is off would have every block compress all before it.
        let full_at = open.bytes.saturating_mul(target) / payload.len().max(1);
        open.full_at = full_at.max(open.bytes + open.bytes / NEARLY);
        Ok(())
    }

    /// Closes the open channel, so that its blocks can be submitted. Blocks that would bring it above its target go into
    /// channels of their own.
    ///
    /// # Errors
    /// When what was encoded does not decode to the same.
    pub fn close(&mut self) -> Result<(), EncodeError> {
        while self.open.is_some() {
            self.close_first(None)?;
        }
        Ok(())
    }

    /// Closes as much of the open channel as its target has room for, one block at least. `payload` is all of it, if that
    /// is known already.
    fn close_first(&mut self, payload: Option<Vec<u8>>) -> Result<(), EncodeError> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let (target, quality) = (self.config.target_channel_bytes, self.config.compression_quality);
        let mut payload = payload.unwrap_or_else(|| pack(&open.batch(), quality));
        let mut behind: Vec<OpenChannel> = Vec::new();
        while payload.len() > target {
            let room = open.bytes.saturating_mul(target) / payload.len();
            let Some(next) = open.split(room - room / NEARLY) else { break };
            behind.push(next);
            payload = pack(&open.batch(), quality);
        }
        self.ratio_permille = ratio_permille(payload.len(), open.bytes);
        // The parts behind lie in reverse: what was split off last comes first.
        self.open = behind.into_iter().rev().reduce(OpenChannel::join);
        let full_at = self.expected_bound();
        self.open.iter_mut().for_each(|behind| behind.full_at = full_at);
        self.enqueue(&open, payload)
    }

    fn enqueue(&mut self, open: &OpenChannel, payload: Vec<u8>) -> Result<(), EncodeError> {
        let batch = open.batch();
        if decompress(&payload).ok().and_then(|sections| Batch::decode(&sections).ok()).as_ref() != Some(&batch) {
            return Err(EncodeError::SelfCheck { first: batch.first_number, last: batch.last_number() });
        }
        let frame_data_bytes = self.config.frame_data_bytes();
        let counter = self.next_counter();
        self.closed.push_back(ClosedChannel {
            counter,
            id: ChannelId::derive(self.config.salt, counter, &payload),
            first_number: batch.first_number,
            parent_hash: open.first().parent_hash,
            first_origin: batch.first_origin,
            last: open.last().id,
            frames: vec![(FrameState::Pending, 0); payload.len().div_ceil(frame_data_bytes)],
            payload,
            frame_data_bytes,
        });
        Ok(())
    }

    /// Tells how far L1 is. Closes a channel that has been open long enough, and begins again with a channel that timed
    /// out before all of it was on L1.
    ///
    /// # Errors
    /// As [`Self::close`].
    pub fn advance_l1(&mut self, head: u64) -> Result<(), EncodeError> {
        self.l1_head = head;
        let quarter = self.rollup.sequencing_window / 4;
        let busy = self.config.max_channel_l1_blocks.min(quarter).min(self.rollup.channel_timeout / 2).max(1);
        let idle = self.config.max_idle_l1_blocks.min(quarter);
        if self.open.as_ref().is_some_and(|open| open.is_due(head, busy, idle)) {
            self.close()?;
        }
        for index in 0..self.closed.len() {
            let channel = &self.closed[index];
            let first = channel.first_confirmation().filter(|_| !channel.is_confirmed());
            if first.is_some_and(|first| head >= first.saturating_add(self.rollup.channel_timeout)) {
                let counter = self.next_counter();
                let channel = &mut self.closed[index];
                channel.counter = counter;
                channel.id = ChannelId::derive(self.config.salt, counter, &channel.payload);
                channel.unsend(0);
            }
        }
        Ok(())
    }

    /// The next transaction to send, in order; it counts as sent. `None` when all is sent, or as [`Self::waiting`] says.
    pub fn next_submission(&mut self) -> Option<Submission> {
        if self.waiting().is_some() {
            return None;
        }
        self.closed.iter_mut().find_map(|channel| channel.next_pending().and_then(|index| channel.send(index)))
    }

    /// Why nothing is submitted, if blocks wait for something other than L1.
    pub fn waiting(&self) -> Option<Waiting> {
        let channel = self.closed.iter().find(|channel| channel.next_pending().is_some())?;
        let deadline = channel.first_origin.saturating_add(self.rollup.sequencing_window);
        (self.l1_head >= deadline).then_some(Waiting::WindowPassed { first: channel.first_number, deadline })
    }

    /// The submission is in L1 block `l1`. False when it is no longer of interest.
    pub fn confirm(&mut self, id: SubmissionId, l1: u64) -> bool {
        let state = self.sent(id).and_then(|(channel, frame)| self.closed[channel].frames.get_mut(frame));
        match state {
            Some((state, _)) => {
                *state = FrameState::Confirmed { l1 };
                true
            }
            None => false,
        }
    }

    /// The submission will not be on L1. It and everything after it is sent again, because frames and batches count in
    /// order only. False when it is no longer of interest.
    pub fn requeue(&mut self, id: SubmissionId) -> bool {
        let Some((channel, frame)) = self.sent(id) else { return false };
        self.closed[channel].unsend(frame);
        self.closed.iter_mut().skip(channel + 1).for_each(|later| later.unsend(0));
        true
    }

    fn sent(&self, id: SubmissionId) -> Option<(usize, usize)> {
        let channel = self.closed.iter().position(|channel| channel.counter == id.channel)?;
        let (state, attempt) = self.closed[channel].frames.get(usize::from(id.frame))?;
        (*attempt == id.attempt && *state != FrameState::Pending).then_some((channel, usize::from(id.frame)))
    }

    /// Tells the safe head, after derivation consumed L1 block `derived_l1`.
    pub fn update_safe(&mut self, safe: &L2BlockInfo, derived_l1: u64) -> SafeUpdate {
        while self.closed.front().is_some_and(|channel| channel.last.number < safe.number) {
            self.closed.pop_front();
        }
        if self.closed.front().is_some_and(|channel| channel.last == safe.id()) {
            self.closed.pop_front();
        }
        let stands = match (self.closed.front(), &self.open) {
            (Some(channel), _) => stands(channel, safe, derived_l1),
            (None, Some(open)) => open.first().id.number == safe.number + 1 && open.first().parent_hash == safe.hash,
            (None, None) => self.tip == safe.id(),
        };
        if stands {
            return SafeUpdate::Kept;
        }
        self.reset(safe);
        SafeUpdate::Restarted
    }

    /// Forgets everything and begins after `safe`.
    pub fn reset(&mut self, safe: &L2BlockInfo) {
        self.tip = safe.id();
        self.open = None;
        self.closed.clear();
    }

    const fn next_counter(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

fn pack(batch: &Batch, quality: u32) -> Vec<u8> {
    compress(&batch.encode(), quality)
}

fn ratio_permille(payload: usize, bound: usize) -> usize {
    (payload.saturating_mul(1000) / bound.max(1)).clamp(1, 1000)
}

/// Whether the oldest channel can still become safe on this safe head.
fn stands(channel: &ClosedChannel, safe: &L2BlockInfo, derived_l1: u64) -> bool {
    if channel.last_confirmation().is_some_and(|l1| l1 <= derived_l1) {
        return false; // Derivation read all of it, and its last block is not safe.
    }
    if channel.first_number <= safe.number {
        // Derivation is in the middle of it; or another batch covers its beginning, and then it will be dropped.
        return channel.last.number > safe.number && channel.next_pending().is_none();
    }
    channel.first_number == safe.number + 1 && channel.parent_hash == safe.hash
}
