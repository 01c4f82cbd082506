//! A complete channel to its batch.

use super::CompleteChannel;
use crate::{Batch, EventKind, EventLog, channel::decompress};
use alloy_eips::BlockNumHash;

/// Decompresses and decodes; what does not decode leaves an event and nothing else.
pub(crate) fn read_channel(channel: &CompleteChannel, l1: BlockNumHash, events: &mut EventLog) -> Option<Batch> {
    let sections = match decompress(&channel.data) {
        Ok(sections) => sections,
        Err(error) => {
            events.push(l1, EventKind::BadChannel { channel: channel.id, error });
            return None;
        }
    };
    match Batch::decode(&sections) {
        Ok(batch) => Some(batch),
        Err(error) => {
            events.push(l1, EventKind::BadBatch { channel: channel.id, error });
            None
        }
    }
}
