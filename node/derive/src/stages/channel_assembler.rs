//! Frames to channels. One channel is open at a time, so the memory that L1 can make a node hold is that of one channel.
//!
//! A frame 0 always opens a channel, and what was open is gone. So the state depends on nothing before the last frame 0, and
//! a node that resumes one channel timeout back reaches the same state.

use crate::{ChannelId, EventKind, EventLog, Frame, limits::MAX_CHANNEL_BYTES};
use alloy_eips::BlockNumHash;

/// All frames of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompleteChannel {
    pub(crate) id: ChannelId,
    pub(crate) data: Vec<u8>,
}

#[derive(Debug, Clone)]
struct OpenChannel {
    id: ChannelId,
    opened_at: u64,
    next_frame: u16,
    data: Vec<u8>,
}

#[derive(Debug, Clone)]
pub(crate) struct ChannelAssembler {
    channel_timeout: u64,
    open: Option<OpenChannel>,
}

impl ChannelAssembler {
    pub(crate) const fn new(channel_timeout: u64) -> Self {
        Self { channel_timeout, open: None }
    }

    /// Drops the open channel if its time is over by this L1 block.
    pub(crate) fn advance(&mut self, l1: BlockNumHash, events: &mut EventLog) {
        if let Some(open) = &self.open
            && l1.number > open.opened_at.saturating_add(self.channel_timeout)
        {
            self.drop_open(l1, "it was not complete within the channel timeout", events);
        }
    }

    /// The frames of another batcher do not continue the open channel.
    pub(crate) fn batcher_changed(&mut self, l1: BlockNumHash, events: &mut EventLog) {
        self.drop_open(l1, "the batcher changed before it was complete", events);
    }

    fn drop_open(&mut self, l1: BlockNumHash, reason: &'static str, events: &mut EventLog) {
        if let Some(open) = self.open.take() {
            events.push(l1, EventKind::ChannelDropped { channel: open.id, reason });
        }
    }

    /// Takes one frame; gives the channel that it completes.
    pub(crate) fn push(&mut self, frame: Frame, l1: BlockNumHash, events: &mut EventLog) -> Option<CompleteChannel> {
        if frame.number == 0 {
            self.drop_open(l1, "another channel began before it was complete", events);
            self.open = Some(OpenChannel { id: frame.channel, opened_at: l1.number, next_frame: 0, data: Vec::new() });
        }
        let (channel, number) = (frame.channel, frame.number);
        let refused = match &self.open {
            None => Some("no channel is open"),
            Some(open) if open.id != channel => Some("another channel is open"),
            Some(open) if number < open.next_frame => Some("the channel already has it"),
            Some(open) if number > open.next_frame => Some("a frame before it is missing"),
            Some(_) => None,
        };
        if let Some(reason) = refused {
            events.push(l1, EventKind::FrameDropped { channel, number, reason });
            return None;
        }
        let open = self.open.as_mut()?;
        if open.data.len() + frame.data.len() > MAX_CHANNEL_BYTES {
            self.drop_open(l1, "it is larger than a channel may be", events);
            return None;
        }
        open.data.extend_from_slice(&frame.data);
        if frame.is_last {
            return self.open.take().map(|open| CompleteChannel { id: open.id, data: open.data });
        }
        match open.next_frame.checked_add(1) {
            Some(next) => open.next_frame = next,
            None => self.drop_open(l1, "it has more frames than a channel may have", events),
        }
        None
    }
}
