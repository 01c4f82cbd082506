//! Blocks above the head that wait: for their parents, or for L1.

use crate::{
    SignedBlock,
    limits::{MAX_AHEAD, MAX_BUFFERED, MAX_BUFFERED_BYTES, MAX_WAIT_MS},
};
use alloy_primitives::Address;
use praxis_link::PeerName;
use std::collections::BTreeMap;

/// A block that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) signed: SignedBlock,
    /// Whose signature it bears.
    pub(crate) signer: Address,
    /// Whether that was the valid key in the newest state that was known when it came. Its parent's state decides.
    pub(crate) likely: bool,
    /// Who sent it.
    pub(crate) peer: PeerName,
    /// Number of the gossip message that brought it and waits for its verdict.
    pub(crate) message: Option<u64>,
    /// Its length.
    pub(crate) bytes: usize,
    /// When it came.
    pub(crate) since_ms: u64,
}

/// What happened to a block that came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It waits.
    Waits,
    /// There was no place for it.
    Full,
    /// Another one of its number waits and came first.
    Second(Box<SignedBlock>),
    /// The very same waits.
    Known,
}

/// At most one for each number.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    waiting: BTreeMap<u64, Waiting>,
    bytes: usize,
}

impl Buffer {
    /// Takes a block above `head`. The first of a number stays, unless it is unlikely and the new one is not.
    pub(crate) fn add(&mut self, block: Waiting, head: u64) -> Added {
        let number = block.signed.block.header().number;
        if number <= head || number - head > MAX_AHEAD {
            return Added::Full;
        }
        if let Some(first) = self.waiting.get(&number) {
            if first.signed.block.hash() == block.signed.block.hash() {
                return Added::Known;
            }
            if first.likely || !block.likely {
                return Added::Second(Box::new(first.signed.clone()));
            }
            self.remove(number);
        }
        self.bytes += block.bytes;
        self.waiting.insert(number, block);
        // What is needed last gives way.
        while self.waiting.len() > MAX_BUFFERED || self.bytes > MAX_BUFFERED_BYTES {
            let Some((last, gone)) = self.waiting.pop_last() else { break };
            self.bytes -= gone.bytes;
            if last == number {
                return Added::Full;
            }
        }
        Added::Waits
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Waiting> {
        self.waiting.get(&number)
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Waiting> {
        let removed = self.waiting.remove(&number)?;
        self.bytes -= removed.bytes;
        Some(removed)
    }

    /// Forgets what is not above `head`, and what has waited too long.
    pub(crate) fn tidy(&mut self, head: u64, now_ms: u64) {
        self.waiting.retain(|number, waiting| {
            let stays = *number > head && now_ms.saturating_sub(waiting.since_ms) <= MAX_WAIT_MS;
            if !stays {
                self.bytes -= waiting.bytes;
            }
            stays
        });
    }

    /// Forgets what a peer sent.
    pub(crate) fn forget(&mut self, peer: &PeerName) {
        self.waiting.retain(|_, waiting| {
            let stays = waiting.peer != *peer;
            if !stays {
                self.bytes -= waiting.bytes;
            }
            stays
        });
    }

    /// The highest one.
    pub(crate) fn highest(&self) -> Option<u64> {
        self.waiting.last_key_value().map(|(number, _)| *number)
    }

    #[cfg(test)]
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.waiting.len(), self.bytes)
    }
}
