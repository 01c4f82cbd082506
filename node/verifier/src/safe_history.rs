//! How far the L2 was at which L1 block.

use praxis_derive::Checkpoint;
use std::collections::BTreeMap;

/// L1 blocks that are remembered: a claim's L1 head may be as old as EIP-2935's history is long.
const MAX_BLOCKS: usize = 8_192;

/// The safe head after each L1 block of the recent past.
#[derive(Debug, Clone, Default)]
pub struct SafeHistory {
    safe: BTreeMap<u64, u64>,
}

impl SafeHistory {
    /// A history that begins with these checkpoints.
    pub fn new<'a>(checkpoints: impl IntoIterator<Item = &'a Checkpoint>) -> Self {
        let mut history = Self::default();
        checkpoints.into_iter().for_each(|checkpoint| history.push(checkpoint));
        history
    }

    /// An L1 block is derived to its end.
    pub fn push(&mut self, checkpoint: &Checkpoint) {
        self.safe.insert(checkpoint.l1.number, checkpoint.safe.number);
        if self.safe.len() > MAX_BLOCKS {
            self.safe.pop_first();
        }
    }

    /// L1 reorganised, and derivation went back to `to`.
    pub fn rewind(&mut self, to: &Checkpoint) {
        drop(self.safe.split_off(&(to.l1.number.saturating_add(1))));
    }

    /// The safe head after L1 block `l1`. For a block before the history, or in a hole that a restart left, that of the next one
    /// which is known: such a claim is judged by its root alone. 0 when nothing is known from there on.
    pub fn at(&self, l1: u64) -> u64 {
        self.safe.range(l1..).next().map_or(0, |(_, safe)| *safe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_eips::BlockNumHash;
    use alloy_primitives::B256;
    use praxis_primitives::{Eip1559Params, FeeScalars, L2BlockInfo, SystemConfig};

    fn checkpoint(l1: u64, safe: u64) -> Checkpoint {
        let safe = L2BlockInfo {
            number: safe,
            hash: B256::ZERO,
            parent_hash: B256::ZERO,
            timestamp_ms: 0,
            l1_origin: BlockNumHash::default(),
            sequence_number: 0,
            config: SystemConfig {
                batcher_hash: B256::ZERO,
                scalars: FeeScalars::default(),
                gas_limit: 1,
                eip1559: Eip1559Params { denominator: 1, elasticity: 1 },
            },
        };
        Checkpoint { l1: BlockNumHash::new(l1, B256::ZERO), safe }
    }

    #[test]
    fn it_forgets_what_a_reorg_took_and_what_is_old() {
        let mut history = SafeHistory::new(&[checkpoint(10, 1), checkpoint(11, 5)]);
        assert_eq!([9, 10, 11, 12].map(|l1| history.at(l1)), [1, 1, 5, 0]);
        history.push(&checkpoint(14, 9));
        assert_eq!(history.at(12), 9, "a hole takes the next one that is known");
        history.rewind(&checkpoint(10, 1));
        assert_eq!([10, 11].map(|l1| history.at(l1)), [1, 0]);
        (0..10_000).for_each(|l1| history.push(&checkpoint(l1, l1)));
        assert_eq!((history.safe.len(), history.at(0)), (MAX_BLOCKS, 10_000 - MAX_BLOCKS as u64));
    }
}
