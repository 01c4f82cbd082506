//! The frames of one L1 block, in order, from the batcher's transactions only.

use crate::{EventKind, EventLog, Frame, blob::decode_blob, frame::decode_calldata};
use alloy_primitives::{Address, B256, Bytes};
use praxis_primitives::{BatcherTransaction, L1BlockInfo};
use std::collections::VecDeque;

/// The blobs of one transaction that count, by versioned hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedBlobs {
    /// Hash of the transaction, for messages.
    pub transaction: B256,
    /// Its sender, the batcher.
    pub from: Address,
    /// Versioned hashes, in order.
    pub hashes: Vec<B256>,
}

/// Bounded by what fits in one L1 block: it is empty before the next one is opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct FrameQueue(VecDeque<Frame>);

impl FrameQueue {
    /// The blobs that have to be there before the block can be opened; `batcher` as in [`Self::open`].
    pub(crate) fn wanted(batcher: B256, block: &L1BlockInfo) -> Vec<WantedBlobs> {
        let with_blobs = |tx: &&BatcherTransaction| tx.from.into_word() == batcher && !tx.blobs.is_empty();
        let wanted =
            |tx: &BatcherTransaction| WantedBlobs { transaction: tx.hash, from: tx.from, hashes: tx.blobs.clone() };
        block.batcher_transactions.iter().filter(with_blobs).map(wanted).collect()
    }

    /// Takes the block's frames. `batcher` is the configuration's hash of it as of the block before; `blobs` are those of [`Self::wanted`], in order.
    pub(crate) fn open(&mut self, batcher: B256, block: &L1BlockInfo, blobs: Vec<Bytes>, events: &mut EventLog) {
        let mut blobs = blobs.into_iter();
        for tx in &block.batcher_transactions {
            if tx.from.into_word() != batcher {
                events.push(block.id(), EventKind::WrongSender { tx: tx.hash, from: tx.from });
                continue;
            }
            if tx.blobs.is_empty() {
                match decode_calldata(&tx.data) {
                    Ok(frames) => self.0.extend(frames),
                    Err(error) => events.push(block.id(), EventKind::BadFrames { tx: tx.hash, error }),
                }
            }
            // Each blob stands for itself: one that is void takes no other with it.
            for (index, blob) in blobs.by_ref().take(tx.blobs.len()).enumerate() {
                let frames = decode_blob(&blob).map_err(|error| EventKind::BadBlob { tx: tx.hash, index, error });
                let frames = frames.and_then(|data| {
                    decode_calldata(&data).map_err(|error| EventKind::BadBlobFrames { tx: tx.hash, index, error })
                });
                match frames {
                    Ok(frames) => self.0.extend(frames),
                    Err(event) => events.push(block.id(), event),
                }
            }
        }
    }

    pub(crate) fn next(&mut self) -> Option<Frame> {
        self.0.pop_front()
    }
}
