//! An L1 in memory.

use crate::{BATCHER, L1_GENESIS_NUMBER, L1_GENESIS_TIME, PROPOSER};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, keccak256};
use praxis_builder::L1View;
use praxis_derive::blob::encode_blob;
use praxis_l1::Claim;
use praxis_primitives::{BatcherTransaction, ConfigUpdate, L1BlockInfo, LoggedUpdate, TxDeposit};
use praxis_proposer::ClaimRequest;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// What a new block is to hold.
#[derive(Debug, Clone, Copy)]
pub struct Mine {
    /// Seconds after its parent.
    pub seconds: u64,
    /// How many of the waiting transactions to the inbox it takes at most.
    pub transactions: usize,
}

impl Default for Mine {
    fn default() -> Self {
        Self { seconds: 1, transactions: usize::MAX }
    }
}

/// What a block holds.
#[derive(Debug, Default)]
struct Content {
    transactions: Vec<BatcherTransaction>,
    updates: Vec<ConfigUpdate>,
    deposits: Vec<TxDeposit>,
}

/// A chain of L1 blocks with what waits to be in the next one. Blocks can be taken back.
#[derive(Debug)]
pub struct L1Miner {
    blocks: Vec<Arc<L1BlockInfo>>,
    claims: BTreeMap<B256, Vec<Claim>>,
    /// What waits, each with the number of the first block that may hold it.
    inbox: VecDeque<(u64, BatcherTransaction)>,
    waiting_claims: VecDeque<ClaimRequest>,
    updates: Vec<ConfigUpdate>,
    deposits: Vec<TxDeposit>,
    /// By versioned hash.
    blobs: BTreeMap<B256, Bytes>,
    /// Every transaction to the inbox that was ever submitted.
    submitted: BTreeMap<B256, BatcherTransaction>,
    /// Makes every block's and transaction's hash another.
    count: u64,
    /// How far behind the head the finalized block stands; `None`: nothing is ever final.
    pub finality_depth: Option<u64>,
    /// How many blocks a transaction to the inbox waits before one holds it.
    pub inclusion_delay: u64,
}

impl Default for L1Miner {
    fn default() -> Self {
        let mut miner = Self {
            blocks: vec![],
            claims: BTreeMap::new(),
            inbox: VecDeque::new(),
            waiting_claims: VecDeque::new(),
            updates: vec![],
            deposits: vec![],
            blobs: BTreeMap::new(),
            submitted: BTreeMap::new(),
            count: 0,
            finality_depth: None,
            inclusion_delay: 0,
        };
        let first = miner.seal(L1_GENESIS_NUMBER, B256::ZERO, L1_GENESIS_TIME, Content::default());
        miner.blocks.push(Arc::new(first));
        miner
    }
}

impl L1Miner {
    /// The newest block.
    pub fn head(&self) -> &Arc<L1BlockInfo> {
        self.blocks.last().expect("the first block is never taken back")
    }

    /// The canonical block of that number.
    pub fn at(&self, number: u64) -> Option<&Arc<L1BlockInfo>> {
        self.blocks.get(usize::try_from(number.checked_sub(L1_GENESIS_NUMBER)?).ok()?)
    }

    /// Whether this is a canonical block.
    pub fn is_canonical(&self, id: BlockNumHash) -> bool {
        self.at(id.number).is_some_and(|block| block.hash == id.hash)
    }

    /// The finalized block, where there is one.
    pub fn finalized(&self) -> Option<BlockNumHash> {
        let number = self.head().number.checked_sub(self.finality_depth?)?;
        self.at(number).map(|block| block.id())
    }

    /// The claims that the block with this hash holds.
    pub fn claims_in(&self, block: B256) -> &[Claim] {
        self.claims.get(&block).map_or(&[], Vec::as_slice)
    }

    /// Every claim of the canonical chain, in order.
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.blocks.iter().flat_map(|block| self.claims_in(block.hash))
    }

    /// The block that holds the transaction.
    pub fn included(&self, transaction: B256) -> Option<BlockNumHash> {
        let holds = |block: &&Arc<L1BlockInfo>| block.batcher_transactions.iter().any(|tx| tx.hash == transaction);
        self.blocks.iter().rev().find(holds).map(|block| block.id())
    }

    /// How many transactions to the inbox wait.
    pub fn waiting(&self) -> usize {
        self.inbox.len()
    }

    /// A transaction of the batcher to the inbox waits to be mined; gives its hash.
    pub fn submit(&mut self, data: Bytes) -> B256 {
        self.submit_from(BATCHER, data)
    }

    /// A transaction of anybody to the inbox waits to be mined; gives its hash.
    pub fn submit_from(&mut self, from: Address, data: Bytes) -> B256 {
        self.submit_transaction(from, data, vec![])
    }

    /// A blob transaction, one blob for each of `data`, waits to be mined; gives its hash.
    ///
    /// # Panics
    /// When one of `data` does not fit in a blob.
    pub fn submit_blobs(&mut self, from: Address, data: &[Bytes]) -> B256 {
        let blobs = data.iter().map(|data| encode_blob(data).expect("it fits in a blob"));
        let blobs: Vec<Bytes> = blobs.map(Into::into).collect();
        self.submit_raw_blobs(from, &blobs)
    }

    /// As [`Self::submit_blobs`], of blobs that may hold anything.
    pub fn submit_raw_blobs(&mut self, from: Address, blobs: &[Bytes]) -> B256 {
        let hashes = blobs.iter().map(|blob| {
            // No commitment is computed here: nobody checks one either.
            let hash = keccak256(blob);
            self.blobs.insert(hash, blob.clone());
            hash
        });
        let hashes = hashes.collect();
        self.submit_transaction(from, Bytes::new(), hashes)
    }

    /// Whether a transaction to the inbox waits or is in a block.
    pub fn knows(&self, transaction: B256) -> bool {
        self.inbox.iter().any(|(_, tx)| tx.hash == transaction) || self.included(transaction).is_some()
    }

    /// A transaction that was submitted before waits to be mined once more.
    pub fn publish_again(&mut self, transaction: B256) {
        if let Some(tx) = self.submitted.get(&transaction).cloned() {
            self.inbox.push_back((self.head().number + 1 + self.inclusion_delay, tx));
        }
    }

    /// A blob, if it is still to be had.
    pub fn blob(&self, hash: B256) -> Option<&Bytes> {
        self.blobs.get(&hash)
    }

    /// The blobs of all transactions so far are no longer to be had.
    pub fn prune_blobs(&mut self) -> BTreeMap<B256, Bytes> {
        std::mem::take(&mut self.blobs)
    }

    /// Blobs are to be had again.
    pub fn restore_blobs(&mut self, blobs: BTreeMap<B256, Bytes>) {
        self.blobs.extend(blobs);
    }

    fn submit_transaction(&mut self, from: Address, data: Bytes, blobs: Vec<B256>) -> B256 {
        self.count += 1;
        let hash = keccak256([&self.count.to_be_bytes()[..], from.as_slice(), &data].concat());
        let first = self.head().number + 1 + self.inclusion_delay;
        let transaction = BatcherTransaction { from, hash, data, blobs };
        self.submitted.insert(hash, transaction.clone());
        self.inbox.push_back((first, transaction));
        hash
    }

    /// A claim waits to be mined. It is void, as the contract has it, when the L1 block that it names is gone by then.
    pub fn submit_claim(&mut self, claim: ClaimRequest) {
        self.waiting_claims.push_back(claim);
    }

    /// Forgets what waits, as when a mempool lost it.
    pub fn drop_waiting(&mut self) {
        self.inbox.clear();
        self.waiting_claims.clear();
    }

    /// A deposit that the next block makes.
    pub fn deposit(&mut self, deposit: TxDeposit) {
        self.deposits.push(deposit);
    }

    /// A change of the configuration that the next block makes.
    pub fn configure(&mut self, update: ConfigUpdate) {
        self.updates.push(update);
    }

    /// Mines a block a second after the last, with everything that waits.
    pub fn mine(&mut self) -> BlockNumHash {
        self.mine_with(Mine::default())
    }

    /// Mines `count` blocks that take nothing of what waits.
    pub fn mine_empty(&mut self, count: u64) {
        for _ in 0..count {
            self.mine_with(Mine { transactions: 0, ..Mine::default() });
        }
    }

    /// Mines a block.
    pub fn mine_with(&mut self, mine: Mine) -> BlockNumHash {
        let parent = self.head().clone();
        let ready = self.inbox.iter().take_while(|(first, _)| *first <= parent.number + 1).count();
        let transactions: Vec<_> = self.inbox.drain(..ready.min(mine.transactions)).map(|(_, tx)| tx).collect();
        let content = Content {
            transactions,
            updates: std::mem::take(&mut self.updates),
            deposits: std::mem::take(&mut self.deposits),
        };
        let block = self.seal(parent.number + 1, parent.hash, parent.timestamp + mine.seconds, content);
        let id = block.id();
        self.blocks.push(Arc::new(block));
        if mine.transactions > 0 {
            self.hold_claims(id);
        }
        id
    }

    fn hold_claims(&mut self, l1: BlockNumHash) {
        for request in std::mem::take(&mut self.waiting_claims) {
            let ClaimRequest { l2_block_number, output_root, l1: l1_head } = request;
            if !self.is_canonical(l1_head) {
                continue;
            }
            self.count += 1;
            let game = Address::from_word(keccak256([b"game".as_slice(), &self.count.to_be_bytes()].concat()));
            let held = self.claims.entry(l1.hash).or_default();
            let index = held.len() as u64;
            held.push(Claim { game, proposer: PROPOSER, index, l2_block_number, output_root, l1_head, l1 });
        }
    }

    fn seal(&mut self, number: u64, parent_hash: B256, timestamp: u64, content: Content) -> L1BlockInfo {
        self.count += 1;
        let hash = keccak256([parent_hash.as_slice(), &self.count.to_be_bytes()].concat());
        L1BlockInfo {
            number,
            hash,
            parent_hash,
            timestamp,
            base_fee: 1_000_000_000 + number,
            blob_base_fee: 1,
            prev_randao: keccak256([hash.as_slice(), b"randao"].concat()),
            parent_beacon_block_root: keccak256([hash.as_slice(), b"beacon"].concat()),
            batcher_transactions: content.transactions,
            config_updates: (0..)
                .zip(content.updates)
                .map(|(log_index, update)| LoggedUpdate { log_index, update })
                .collect(),
            deposits: content.deposits,
        }
    }

    /// Takes back the newest `depth` blocks with all that they held; what was in them comes back only if a test submits
    /// it again. Gives their transactions to the inbox.
    ///
    /// # Panics
    /// When that would take back the first block.
    pub fn reorg(&mut self, depth: usize) -> Vec<BatcherTransaction> {
        assert!(depth < self.blocks.len(), "a reorg of depth {depth} on {} blocks", self.blocks.len());
        let gone = self.blocks.split_off(self.blocks.len() - depth);
        for block in &gone {
            self.claims.remove(&block.hash);
        }
        let next = self.head().number + 1;
        self.inbox.iter_mut().for_each(|(first, _)| *first = next.min(*first));
        gone.iter().flat_map(|block| block.batcher_transactions.clone()).collect()
    }
}

impl L1View for L1Miner {
    fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
        self.at(number).cloned()
    }
}
