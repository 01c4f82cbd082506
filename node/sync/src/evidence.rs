//! Two blocks that one key signed for one place.

use crate::{SignedBlock, limits::MAX_EVIDENCE};
use alloy_primitives::{Address, B256};
use std::collections::VecDeque;

/// A key signed two blocks of one number on L1 chains that both still stand. The first one that came counts here; L1 decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equivocation {
    /// Number of both blocks.
    pub number: u64,
    /// Whose signatures they bear.
    pub signer: Address,
    /// The one that came first.
    pub first: SignedBlock,
    /// The other.
    pub second: SignedBlock,
}

/// How long a contradiction waits, in milliseconds. A sequencer signs anew after a reorg of L1, which this node may see later.
const WAIT_MS: u64 = 60_000;

/// What was found and is not told yet.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    waiting: Vec<(u64, Equivocation)>,
    /// Hashes of what was found, so that each is told once.
    known: VecDeque<B256>,
}

impl Evidence {
    pub(crate) fn add(&mut self, found: Equivocation, now_ms: u64) {
        let hash = found.second.block.hash();
        if self.known.contains(&hash) || self.waiting.len() >= MAX_EVIDENCE {
            return;
        }
        if self.known.len() >= MAX_EVIDENCE {
            self.known.pop_front();
        }
        self.known.push_back(hash);
        self.waiting.push((now_ms, found));
    }

    /// What has waited long enough; of that, what `stands`.
    pub(crate) fn take(&mut self, now_ms: u64, stands: impl Fn(&Equivocation) -> bool) -> Vec<Equivocation> {
        let ripe = |since_ms: u64| now_ms.saturating_sub(since_ms) >= WAIT_MS;
        let found: Vec<_> =
            self.waiting.extract_if(.., |(since_ms, _)| ripe(*since_ms)).map(|(_, found)| found).collect();
        let found: Vec<_> = found.into_iter().filter(stands).collect();
        for found in &found {
            tracing::error!(
                number = found.number,
                signer = %found.signer,
                first = %found.first.block.hash(),
                second = %found.second.block.hash(),
                "the sequencer's key signed two blocks for one place"
            );
        }
        metrics::counter!("praxis_p2p_equivocations_total").increment(found.len() as u64);
        found
    }
}
