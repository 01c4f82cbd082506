//! The frames of one L1 block, in order, from the batcher's transactions only.

use crate::{EventKind, EventLog, Frame, frame::decode_calldata};
use praxis_primitives::{L1BlockInfo, RollupConfig};
use std::collections::VecDeque;

/// Bounded by what fits in one L1 block: it is empty before the next one is opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct FrameQueue(VecDeque<Frame>);

impl FrameQueue {
    pub(crate) fn open(&mut self, config: &RollupConfig, block: &L1BlockInfo, events: &mut EventLog) {
        for tx in &block.batcher_transactions {
            if tx.from != config.batcher {
                events.push(block.id(), EventKind::WrongSender { tx: tx.hash, from: tx.from });
                continue;
            }
            match decode_calldata(&tx.data) {
                Ok(frames) => self.0.extend(frames),
                Err(error) => events.push(block.id(), EventKind::BadFrames { tx: tx.hash, error }),
            }
        }
    }

    pub(crate) fn next(&mut self) -> Option<Frame> {
        self.0.pop_front()
    }
}
