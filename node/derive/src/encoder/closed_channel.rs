//! A channel that is on its way to L1.

use super::{Submission, SubmissionId};
use crate::{ChannelId, Frame, frame::encode_calldata};
use alloy_eips::BlockNumHash;
use alloy_primitives::{B256, Bytes};

/// Where one frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameState {
    Pending,
    Sent,
    Confirmed { l1: u64 },
}

/// A compressed batch and the fate of its frames.
#[derive(Debug, Clone)]
pub(crate) struct ClosedChannel {
    /// Counts the channels of this encoder; the key of submissions.
    pub(crate) counter: u64,
    pub(crate) id: ChannelId,
    pub(crate) first_number: u64,
    pub(crate) parent_hash: B256,
    pub(crate) first_origin: u64,
    pub(crate) last: BlockNumHash,
    pub(crate) payload: Vec<u8>,
    pub(crate) frame_data_bytes: usize,
    /// Of each frame: its state and how often it was sent.
    pub(crate) frames: Vec<(FrameState, u32)>,
}

impl ClosedChannel {
    pub(crate) fn is_confirmed(&self) -> bool {
        self.last_confirmation().is_some()
    }

    /// The L1 block that completed it, when all frames are on L1.
    pub(crate) fn last_confirmation(&self) -> Option<u64> {
        self.frames.iter().try_fold(0, |last, (state, _)| match state {
            FrameState::Confirmed { l1 } => Some(last.max(*l1)),
            _ => None,
        })
    }

    pub(crate) fn first_confirmation(&self) -> Option<u64> {
        let confirmed = |(state, _): &(FrameState, u32)| match state {
            FrameState::Confirmed { l1 } => Some(*l1),
            _ => None,
        };
        self.frames.iter().filter_map(confirmed).min()
    }

    pub(crate) fn next_pending(&self) -> Option<usize> {
        self.frames.iter().position(|(state, _)| *state == FrameState::Pending)
    }

    /// Marks a frame as sent and gives its calldata.
    pub(crate) fn send(&mut self, index: usize) -> Option<Submission> {
        let count = self.frames.len();
        let (state, attempt) = self.frames.get_mut(index)?;
        *state = FrameState::Sent;
        *attempt = attempt.saturating_add(1);
        let id = SubmissionId { channel: self.counter, frame: u16::try_from(index).ok()?, attempt: *attempt };
        let data = self.payload.chunks(self.frame_data_bytes).nth(index)?.to_vec();
        let frame = Frame { channel: self.id, number: id.frame, data, is_last: index + 1 == count };
        let blocks = self.first_number..=self.last.number;
        Some(Submission { id, channel: self.id, blocks, calldata: Bytes::from(encode_calldata(&[frame])) })
    }

    /// Marks the frames from `index` on as not sent.
    pub(crate) fn unsend(&mut self, index: usize) {
        for (state, _) in self.frames.iter_mut().skip(index) {
            *state = FrameState::Pending;
        }
    }
}
