//! What schedules came to, by name: what never happens is not tested.

use praxis_derive::{DropReason, Event, EventKind};
use std::collections::BTreeMap;

/// Names of the actions, by what the die shows.
pub(super) const ACTIONS: [&str; 17] = [
    "act: reorg",
    "act: the mempool forgets",
    "act: garbage in the inbox",
    "act: configuration",
    "act: configuration",
    "act: deposit",
    "act: the sequencer restarts",
    "act: the verifier restarts",
    "act: another batcher takes over",
    "act: the batcher falls silent or speaks again",
    "act: a second batcher comes or goes",
    "act: frames are altered from now on, or no longer",
    "act: L1 takes longer",
    "act: L1 stalls",
    "act: blobs are not to be had, or are again",
    "act: transactions",
    "act: transactions",
];

/// What happens at least once in so many schedules, with a wide margin: a schedule has nine or ten steps, so each action comes
/// up in every second one.
const EXPECTED: [(&str, u64); 34] = [
    ("act: reorg", 4),
    ("act: the mempool forgets", 4),
    ("act: garbage in the inbox", 4),
    ("act: configuration", 2),
    ("act: deposit", 4),
    ("act: the sequencer restarts", 4),
    ("act: the verifier restarts", 4),
    ("act: another batcher takes over", 4),
    ("act: the batcher falls silent or speaks again", 4),
    ("act: a second batcher comes or goes", 4),
    ("act: frames are altered from now on, or no longer", 4),
    ("act: L1 takes longer", 4),
    ("act: L1 stalls", 4),
    ("act: blobs are not to be had, or are again", 4),
    ("act: transactions", 2),
    ("reorg of depth 1", 50),
    ("reorg of depth 2", 50),
    ("reorg of depth 3", 50),
    ("reorg of depth 4", 50),
    ("reorg of depth 5", 50),
    ("reorg of depth 6", 50),
    ("the verifier's safe head went back", 10),
    ("the verifier waits for a blob", 10),
    ("a channel is dropped: it was not complete within the channel timeout", 1000),
    ("a batch is dropped: its origin is of another L1", 25),
    ("the batcher waits: its window has passed", 250),
    ("the batcher begins anew from the safe head", 10),
    ("a transaction of the inbox has blobs", 10),
    ("a batch counts", 1),
    ("a scheduled call is made", 2),
    ("a block is forced", 10),
    ("somebody else writes to the inbox", 10),
    ("calldata is no list of frames", 50),
    ("a blob holds no frames", 250),
];

/// What a schedule came to, or several together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// How often each thing happened.
    pub counts: BTreeMap<String, u64>,
}

impl Ran {
    pub(super) fn count(&mut self, name: impl Into<String>) {
        *self.counts.entry(name.into()).or_default() += 1;
    }

    pub(super) fn count_event(&mut self, event: &Event) {
        self.count(name(&event.kind));
    }

    /// Adds what another came to.
    pub fn add(&mut self, other: Self) {
        for (name, count) in other.counts {
            *self.counts.entry(name).or_default() += count;
        }
    }

    /// How often something happened.
    pub fn of(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// What happened too rarely in so many schedules for them to have tested it.
    pub fn rare(&self, schedules: u64) -> Vec<&'static str> {
        let rare = EXPECTED.iter().filter(|(name, once_in)| self.of(name) < schedules / once_in);
        rare.map(|(name, _)| *name).collect()
    }

    /// A line for each thing.
    pub fn table(&self) -> String {
        self.counts.iter().map(|(name, count)| format!("{count:>9}  {name}\n")).collect()
    }
}

fn name(kind: &EventKind) -> String {
    let fixed = match kind {
        EventKind::WrongSender { .. } => "somebody else writes to the inbox",
        EventKind::BadFrames { .. } => "calldata is no list of frames",
        EventKind::BadBlob { .. } => "a blob carries no data",
        EventKind::BadBlobFrames { .. } => "a blob holds no frames",
        EventKind::FrameDropped { reason, .. } => return format!("a frame is dropped: {reason}"),
        EventKind::ChannelDropped { reason, .. } => return format!("a channel is dropped: {reason}"),
        EventKind::BadChannel { .. } => "a channel does not decode",
        EventKind::BadBatch { .. } => "a batch does not decode",
        EventKind::BatchDropped { reason, .. } => return format!("a batch is dropped: {}", dropped(reason)),
        EventKind::BatchAccepted { .. } => "a batch counts",
        EventKind::BlockRejected { .. } => "execution rejects a block of a batch",
        EventKind::Forced { .. } => "a block is forced",
    };
    fixed.to_owned()
}

const fn dropped(reason: &DropReason) -> &'static str {
    match reason {
        DropReason::Past { .. } => "it begins in the past",
        DropReason::Future { .. } => "one before it is missing",
        DropReason::Parent { .. } => "it builds on another chain",
        DropReason::Window { .. } => "its window has passed",
        DropReason::FirstOrigin { .. } => "its first origin does not follow",
        DropReason::OriginAhead { .. } => "its origin is ahead",
        DropReason::OriginHash { .. } => "its origin is of another L1",
        DropReason::BeforeOrigin { .. } => "a block is older than its origin",
        DropReason::DriftTransactions { .. } => "transactions beyond the drift",
        DropReason::Transaction { .. } => "a transaction may not stand in it",
    }
}
