//! What this process tells the node.

use crate::limits::{QUEUED_BYTES, QUEUED_FRAMES};
use praxis_link::FromNetwork;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::mpsc;

/// Places beyond those that droppable frames may take.
const RESERVE: usize = 64;

/// Frames on the way to the node. A node that is slow loses what peers send; it never loses what it asked for.
#[derive(Clone)]
pub(crate) struct Outbox {
    frames: mpsc::Sender<Vec<u8>>,
    bytes: Arc<AtomicUsize>,
}

/// The other end.
pub(crate) struct Writer {
    frames: mpsc::Receiver<Vec<u8>>,
    bytes: Arc<AtomicUsize>,
}

impl Outbox {
    pub(crate) fn new() -> (Self, Writer) {
        let (sender, frames) = mpsc::channel(QUEUED_FRAMES + RESERVE);
        let bytes = Arc::new(AtomicUsize::new(0));
        (Self { frames: sender, bytes: bytes.clone() }, Writer { frames, bytes })
    }

    /// Tells the node, if there is room; gives whether there was.
    pub(crate) fn offer(&self, message: &FromNetwork) -> bool {
        let frame = message.encode();
        if self.frames.capacity() <= RESERVE || self.bytes.load(Ordering::Relaxed) + frame.len() > QUEUED_BYTES {
            return false;
        }
        let length = frame.len();
        self.bytes.fetch_add(length, Ordering::Relaxed);
        let sent = self.frames.try_send(frame).is_ok();
        if !sent {
            self.bytes.fetch_sub(length, Ordering::Relaxed);
        }
        sent
    }

    /// Tells the node, and waits until there is room.
    pub(crate) async fn deliver(&self, message: FromNetwork) {
        let frame = message.encode();
        self.bytes.fetch_add(frame.len(), Ordering::Relaxed);
        // The writer ends when the node is gone; then this process does too.
        let _ = self.frames.send(frame).await;
    }
}

impl Writer {
    /// The next frame; `None` when there will be none.
    pub(crate) fn next(&mut self) -> Option<Vec<u8>> {
        let frame = self.frames.blocking_recv()?;
        self.bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_dropped_leaves_room_for_what_may_not() {
        let (outbox, mut writer) = Outbox::new();
        let message = FromNetwork::Unanswered { id: 1 };
        let taken = (0..10_000).filter(|_| outbox.offer(&message)).count();
        assert_eq!(taken, QUEUED_FRAMES);
        assert!(writer.next().is_some() && outbox.offer(&message) && !outbox.offer(&message));
    }

    #[test]
    fn bytes_count_too_and_come_back() {
        let (outbox, mut writer) = Outbox::new();
        let large = FromNetwork::Answered { id: 1, data: vec![0; 8 << 20] };
        let taken = (0..100).filter(|_| outbox.offer(&large)).count();
        assert_eq!(taken, 7, "64 MiB, with the fields beside the data");
        (0..7).for_each(|_| drop(writer.next()));
        assert!(outbox.offer(&large));
    }
}
