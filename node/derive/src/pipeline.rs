//! The pipeline: L1 blocks in, payload attributes out.

use crate::{
    Checkpoint, CriticalError, EventKind, EventLog, PipelineError, ResetError, TemporaryError,
    limits::{MAX_L1_BLOCKS, recovery_margin},
    stages::{AttributesQueue, BatchQueue, ChannelAssembler, FrameQueue, L1Traversal, WantedBlobs, read_channel},
};
use alloy_eips::BlockNumHash;
use alloy_primitives::{B256, Bytes};
use praxis_primitives::{ConfigUpdate, L1BlockInfo, L2BlockInfo, PayloadAttributes, RollupConfig};
use std::sync::Arc;

/// What the driver has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and most of them are checkpoints or attributes")]
pub enum Step {
    /// Execute these on the safe head (or find that the block is there already), then step with the new safe head. When a
    /// transaction of a batch is invalid in execution, call [`DerivationPipeline::reject`] and step with the same head.
    Attributes(Box<PayloadAttributes>),
    /// One L1 block is derived to its end. The checkpoint is worth keeping.
    Consumed(Checkpoint),
    /// Push the canonical L1 block with this number, when there is one.
    NeedL1(u64),
    /// Push these blobs of the current L1 block. There is no way around them: without one, nothing is derived.
    NeedBlobs(Vec<WantedBlobs>),
}

/// Derives the L2 chain from L1 blocks that are given in order.
///
/// ```text
/// loop { match pipeline.step(&safe)? {
///     Attributes(a) => safe = execute(a),
///     Consumed(checkpoint) => store(checkpoint),
///     NeedL1(number) => pipeline.push_l1(fetch(number))?,
///     NeedBlobs(wanted) => pipeline.push_blobs(fetch(wanted))?,
/// } }
/// ```
#[derive(Debug, Clone)]
pub struct DerivationPipeline {
    config: Arc<RollupConfig>,
    safe: L2BlockInfo,
    /// L1 blocks up to this one were consumed before the reset: they only rebuild the open channel.
    consumed_before: u64,
    /// The current L1 block's frames are in the queue.
    opened: bool,
    /// The blobs of the current L1 block, between their coming and its opening.
    blobs: Option<Vec<Bytes>>,
    /// A block was forced at the current L1 block.
    forcing: bool,
    /// Whose inbox transactions count in the L1 block under derivation.
    batcher: B256,
    /// The L1 origin at the reset: what changed up to there, `batcher` holds already.
    batcher_known_at: u64,
    l1: L1Traversal,
    frames: FrameQueue,
    channels: ChannelAssembler,
    batches: BatchQueue,
    attributes: AttributesQueue,
    events: EventLog,
}

impl DerivationPipeline {
    /// A pipeline that goes on from `checkpoint`; [`Checkpoint::genesis`] for a new node.
    ///
    /// # Errors
    /// When the configuration's windows exceed what derivation may hold, or the checkpoint contradicts itself.
    pub fn new(config: Arc<RollupConfig>, checkpoint: Checkpoint) -> Result<Self, CriticalError> {
        let (sequencing_window, channel_timeout) = (config.sequencing_window, config.channel_timeout);
        if sequencing_window.saturating_add(channel_timeout) > MAX_L1_BLOCKS {
            return Err(CriticalError::Windows { sequencing_window, channel_timeout });
        }
        check_checkpoint(&config, &checkpoint)?;
        Ok(Self {
            safe: checkpoint.safe,
            consumed_before: checkpoint.l1.number,
            opened: false,
            blobs: None,
            forcing: false,
            batcher: checkpoint.safe.config.batcher_hash,
            batcher_known_at: checkpoint.safe.l1_origin.number,
            l1: L1Traversal::new(&config, &checkpoint),
            frames: FrameQueue::default(),
            channels: ChannelAssembler::new(config.channel_timeout),
            batches: BatchQueue::default(),
            attributes: AttributesQueue::default(),
            events: EventLog::default(),
            config,
        })
    }

    /// Goes back (or ahead) to `checkpoint`. The events are kept.
    ///
    /// # Errors
    /// When the checkpoint contradicts itself.
    pub fn reset(&mut self, checkpoint: Checkpoint) -> Result<(), CriticalError> {
        let events = std::mem::take(&mut self.events);
        *self = Self { events, ..Self::new(self.config.clone(), checkpoint)? };
        Ok(())
    }

    /// What was dropped, accepted and forced.
    pub const fn events(&self) -> &EventLog {
        &self.events
    }

    /// The safe head that the pipeline builds on.
    pub const fn safe(&self) -> &L2BlockInfo {
        &self.safe
    }

    /// The L1 block under derivation, if one is.
    pub fn current_l1(&self) -> Option<BlockNumHash> {
        self.l1.current().map(|block| block.id())
    }

    /// Number of the L1 block to push next.
    pub const fn next_l1(&self) -> u64 {
        self.l1.next_number()
    }

    /// Takes the next L1 block.
    ///
    /// # Errors
    /// Reset when it does not build on the block before; temporary when it is not the one that is wanted.
    pub fn push_l1(&mut self, block: Arc<L1BlockInfo>) -> Result<(), PipelineError> {
        self.l1.push(block)?;
        self.l1.prune(self.safe.l1_origin.number);
        (self.opened, self.blobs) = (false, None);
        Ok(())
    }

    /// Takes the blobs that the last step wanted, all of them in order. Whoever gives them has checked each against its
    /// versioned hash.
    ///
    /// # Errors
    /// Temporary when their number is not the one that is wanted.
    pub fn push_blobs(&mut self, blobs: Vec<Bytes>) -> Result<(), PipelineError> {
        let wanted = self.wanted_blobs().iter().map(|tx| tx.hashes.len()).sum();
        if blobs.len() != wanted {
            return Err(TemporaryError::Blobs { given: blobs.len(), wanted }.into());
        }
        self.blobs = Some(blobs);
        Ok(())
    }

    /// The blobs without which the current L1 block can't be opened.
    fn wanted_blobs(&self) -> Vec<WantedBlobs> {
        let current = self.l1.current().filter(|l1| !self.opened && l1.number > self.config.genesis.l1.number);
        match current {
            Some(current) if self.blobs.is_none() => FrameQueue::wanted(self.batcher, current),
            _ => vec![],
        }
    }

    /// Goes on until the driver has something to do. `safe` is the head that the last attributes led to, or the same as
    /// before; then the same attributes come again.
    ///
    /// # Errors
    /// Reset when `safe` is another block than the last attributes led to.
    pub fn step(&mut self, safe: &L2BlockInfo) -> Result<Step, PipelineError> {
        self.follow(safe)?;
        loop {
            if let Some(attributes) = self.attributes.pending() {
                return Ok(Step::Attributes(Box::new(attributes.clone())));
            }
            let Some(current) = self.l1.current().cloned() else {
                return Ok(Step::NeedL1(self.l1.next_number()));
            };
            let wanted = self.wanted_blobs();
            if !wanted.is_empty() {
                return Ok(Step::NeedBlobs(wanted));
            }
            if current.number <= self.consumed_before {
                self.rebuild_channel(&current);
                continue;
            }
            if !self.opened {
                self.open(&current);
            }
            if let Some(block) = self.batches.next() {
                self.attributes.batched(&self.config, &self.safe, &self.l1, block)?;
            } else if self.next_batch(&current) {
                continue;
            } else if current.number >= self.forced_from() {
                self.forcing = true;
                let number = self.attributes.forced(&self.config, &self.safe, &self.l1)?;
                let origin = self.safe.l1_origin.number;
                self.events.push(current.id(), EventKind::Forced { number, origin });
            } else {
                self.finish(&current);
                return Ok(Step::Consumed(Checkpoint { l1: current.id(), safe: self.safe }));
            }
        }
    }

    /// Execution found an invalid transaction in the last attributes. The block keeps its deposits only, the rest of the
    /// batch is dropped, and the next step gives the replacement.
    ///
    /// # Errors
    /// Critical when the last attributes hold deposits only: those cannot be invalid.
    pub fn reject(&mut self, reason: impl Into<String>) -> Result<(), PipelineError> {
        let number = self.attributes.reject(&self.config, &self.safe, &self.l1)?;
        self.batches.clear();
        let l1 = self.current_l1().unwrap_or(self.safe.l1_origin);
        self.events.push(l1, EventKind::BlockRejected { number, reason: reason.into() });
        Ok(())
    }

    fn follow(&mut self, safe: &L2BlockInfo) -> Result<(), ResetError> {
        if *safe == self.safe {
            return Ok(());
        }
        let executed = self.attributes.pending().is_some_and(|attributes| {
            attributes.number == safe.number
                && attributes.parent_hash == safe.parent_hash
                && attributes.l1_origin == safe.l1_origin
                && attributes.sequence_number == safe.sequence_number
        });
        if !executed {
            return Err(ResetError::SafeHead { given: safe.id(), expected_parent: self.safe.id() });
        }
        self.attributes.clear();
        self.safe = *safe;
        self.l1.prune(safe.l1_origin.number);
        Ok(())
    }

    /// The L1 block at whose end the block after the safe head is forced.
    fn forced_from(&self) -> u64 {
        let window = self.config.sequencing_window;
        let margin = if self.forcing { recovery_margin(window) } else { 0 };
        self.safe.l1_origin.number.saturating_add(window - margin)
    }

    fn open(&mut self, current: &L1BlockInfo) {
        self.opened = true;
        self.forcing = false;
        self.channels.advance(current.id(), &mut self.events);
        if current.number > self.config.genesis.l1.number {
            let blobs = self.blobs.take().unwrap_or_default();
            self.frames.open(self.batcher, current, blobs, &mut self.events);
        }
    }

    /// Ends an L1 block. A change of the batcher holds from the next one on, and drops the open channel: so what is open
    /// at a checkpoint came from the batcher of that time, and a node that resumes need not know the ones before.
    fn finish(&mut self, current: &L1BlockInfo) {
        let batcher = current.config_updates.iter().rev().find_map(|logged| match logged.update {
            ConfigUpdate::Batcher(hash) => Some(hash),
            _ => None,
        });
        if let Some(batcher) = batcher.filter(|_| current.number > self.config.genesis.l1.number) {
            self.channels.batcher_changed(current.id(), &mut self.events);
            if current.number > self.batcher_known_at {
                self.batcher = batcher;
            }
        }
        self.l1.consume();
    }

    /// An L1 block that was consumed before the reset only contributes frames to the channel that is still open. What
    /// happened in it was logged then.
    fn rebuild_channel(&mut self, current: &L1BlockInfo) {
        let events = std::mem::take(&mut self.events);
        self.open(current);
        while let Some(frame) = self.frames.next() {
            self.channels.push(frame, current.id(), &mut self.events);
        }
        self.finish(current);
        self.events = events;
    }

    /// Works through one frame. False when the L1 block has no more.
    fn next_batch(&mut self, current: &L1BlockInfo) -> bool {
        let Some(frame) = self.frames.next() else { return false };
        let l1 = current.id();
        let Some(complete) = self.channels.push(frame, l1, &mut self.events) else { return true };
        let Some(batch) = read_channel(&complete, l1, &mut self.events) else { return true };
        let (channel, first, last) = (complete.id, batch.first_number, batch.last_number());
        let event = match self.batches.accept(&self.config, batch, &self.safe, current, &self.l1) {
            Ok(()) => EventKind::BatchAccepted { channel, first, last },
            Err(reason) => EventKind::BatchDropped { channel, first, last, reason },
        };
        self.events.push(l1, event);
        true
    }
}

fn check_checkpoint(config: &RollupConfig, checkpoint: &Checkpoint) -> Result<(), CriticalError> {
    let (l1, origin) = (checkpoint.l1.number, checkpoint.safe.l1_origin.number);
    let genesis = config.genesis.l1.number;
    if l1 < origin || origin < genesis {
        return Err(CriticalError::Checkpoint { l1, origin, genesis });
    }
    Ok(())
}
