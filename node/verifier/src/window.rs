//! The L1 blocks of the recent past.

use parking_lot::RwLock;
use praxis_primitives::L1BlockInfo;
use std::{collections::BTreeMap, sync::Arc};

/// The newest L1 blocks as the driver saw them, at most a given number of them, shared with the sequencer.
#[derive(Debug)]
pub struct L1Window {
    blocks: RwLock<BTreeMap<u64, Arc<L1BlockInfo>>>,
    limit: usize,
}

impl L1Window {
    /// An empty window that keeps `limit` blocks.
    pub fn new(limit: usize) -> Self {
        Self { blocks: RwLock::default(), limit: limit.max(1) }
    }

    /// The block of that number, if it is in the window.
    pub fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
        self.blocks.read().get(&number).cloned()
    }

    /// The newest block.
    pub fn newest(&self) -> Option<Arc<L1BlockInfo>> {
        self.blocks.read().last_key_value().map(|(_, block)| block.clone())
    }

    /// Takes a canonical block. Where it replaces another one, those above it are of a chain that is gone.
    /// The window keeps no batches: thousands of blocks with their calldata would fill the memory.
    pub fn insert(&self, mut block: Arc<L1BlockInfo>) {
        if !block.batcher_transactions.is_empty() {
            block = Arc::new(L1BlockInfo { batcher_transactions: Vec::new(), ..L1BlockInfo::clone(&block) });
        }
        let mut blocks = self.blocks.write();
        if blocks.get(&block.number).is_some_and(|known| known.hash == block.hash) {
            return;
        }
        blocks.split_off(&block.number);
        blocks.insert(block.number, block);
        while blocks.len() > self.limit {
            blocks.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    fn block(number: u64, fork: u8) -> Arc<L1BlockInfo> {
        Arc::new(L1BlockInfo {
            number,
            hash: B256::repeat_byte(number as u8 ^ fork),
            parent_hash: B256::ZERO,
            timestamp: number,
            base_fee: 1,
            blob_base_fee: 1,
            prev_randao: B256::ZERO,
            parent_beacon_block_root: B256::ZERO,
            batcher_transactions: vec![],
            config_updates: vec![],
            deposits: vec![],
        })
    }

    #[test]
    fn a_reorg_takes_the_blocks_above_away_and_a_repeat_does_not() {
        let window = L1Window::new(3);
        (1..=4).for_each(|n| window.insert(block(n, 0)));
        assert!(window.block(1).is_none(), "the limit is 3");
        window.insert(block(3, 0));
        assert_eq!(window.newest().unwrap().number, 4);
        window.insert(block(3, 0x80));
        assert_eq!(window.newest().unwrap().hash, block(3, 0x80).hash);
    }
}
