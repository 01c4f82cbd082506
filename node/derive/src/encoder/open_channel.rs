//! The channel that takes blocks.

use crate::{
    Batch, BatchBlock,
    batch::hash_check,
    limits::{MAX_BATCH_BLOCKS, MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS},
};
use alloy_consensus::Transaction as _;
use alloy_eips::{BlockNumHash, Encodable2718};
use alloy_primitives::{B256, Bytes};
use praxis_primitives::{L1Attributes, L1AttributesError, SealedBlock, Transaction};

/// Upper bound of a batch's encoding besides its blocks: four integers, two hashes.
const BATCH_OVERHEAD: usize = 4 * 10 + 40;
/// Upper bound of a block's encoding besides its transactions: its bit, a gap and a count.
const BLOCK_OVERHEAD: usize = 1 + 10 + 10;
/// Upper bound of what a transaction's encoding takes above its bytes and a tag for each word: a signature may be shorter in
/// its own encoding, references and shapes of numbers are not in it.
const TRANSACTION_OVERHEAD: usize = 128;
/// The same for an authorization.
const AUTHORIZATION_OVERHEAD: usize = 96;

/// A sealed block as a batch sees it.
#[derive(Debug, Clone)]
pub(crate) struct EncodedBlock {
    pub(crate) id: BlockNumHash,
    pub(crate) parent_hash: B256,
    pub(crate) l1_origin: BlockNumHash,
    pub(crate) forced: bool,
    block: BatchBlock,
    /// Upper bound of its encoding.
    bytes: usize,
}

/// Upper bound of a transaction's encoding.
fn bound(tx: &Transaction, encoded: &[u8]) -> usize {
    let authorizations = match tx {
        Transaction::Ethereum(tx) => tx.authorization_list().map_or(0, <[_]>::len),
        Transaction::Deposit(_) => 0,
    };
    encoded.len() + encoded.len() / 32 + TRANSACTION_OVERHEAD + AUTHORIZATION_OVERHEAD * authorizations
}

impl EncodedBlock {
    pub(crate) fn of(block: &SealedBlock) -> Result<Self, L1AttributesError> {
        use alloy_consensus::BlockHeader;
        let transactions = &block.body().transactions;
        let l1 = L1Attributes::from_transaction(transactions.first().ok_or(L1AttributesError::Missing)?)?;
        let mut batched = Vec::new();
        let mut bytes = BLOCK_OVERHEAD;
        for tx in transactions.iter().filter(|tx| !tx.is_deposit()) {
            let encoded = Bytes::from(tx.encoded_2718());
            bytes += bound(tx, &encoded);
            batched.push(encoded);
        }
        Ok(Self {
            id: BlockNumHash::new(block.number(), block.hash()),
            parent_hash: block.parent_hash(),
            l1_origin: BlockNumHash::new(l1.number, l1.hash),
            forced: l1.forced,
            block: BatchBlock { advances_origin: l1.sequence_number == 0, transactions: batched },
            bytes,
        })
    }

    const fn has_transactions(&self) -> bool {
        !self.block.transactions.is_empty()
    }

    /// Whether a batch of this block alone is within the limits.
    pub(crate) fn fits_a_batch(&self) -> bool {
        self.bytes + BATCH_OVERHEAD <= MAX_BATCH_BYTES && self.block.transactions.len() <= MAX_BATCH_TRANSACTIONS
    }
}

/// Blocks on their way into a batch; at least one.
#[derive(Debug, Clone)]
pub(crate) struct OpenChannel {
    pub(crate) opened_at_l1: u64,
    /// The newest L1 block when the first block with transactions came.
    busy_since_l1: Option<u64>,
    /// Upper bound of the batch's encoding.
    pub(crate) bytes: usize,
    /// At this upper bound it is compressed, to see whether it is full.
    pub(crate) full_at: usize,
    first: EncodedBlock,
    rest: Vec<EncodedBlock>,
    transactions: usize,
}

impl OpenChannel {
    pub(crate) fn begin(block: EncodedBlock, l1_head: u64, full_at: usize) -> Self {
        Self {
            opened_at_l1: l1_head,
            busy_since_l1: block.has_transactions().then_some(l1_head),
            bytes: BATCH_OVERHEAD + block.bytes,
            full_at,
            transactions: block.block.transactions.len(),
            first: block,
            rest: Vec::new(),
        }
    }

    pub(crate) const fn first(&self) -> &EncodedBlock {
        &self.first
    }

    pub(crate) fn last(&self) -> &EncodedBlock {
        self.rest.last().unwrap_or(&self.first)
    }

    pub(crate) fn has_room_for(&self, block: &EncodedBlock) -> bool {
        self.bytes + block.bytes <= MAX_BATCH_BYTES
            && self.rest.len() + 1 < MAX_BATCH_BLOCKS
            && self.transactions + block.block.transactions.len() <= MAX_BATCH_TRANSACTIONS
    }

    pub(crate) fn push(&mut self, block: EncodedBlock, l1_head: u64) {
        if block.has_transactions() {
            self.busy_since_l1.get_or_insert(l1_head);
        }
        self.bytes += block.bytes;
        self.transactions += block.block.transactions.len();
        self.rest.push(block);
    }

    /// Whether it has been open long enough at this L1 block: `busy` L1 blocks with transactions, `idle` without.
    pub(crate) fn is_due(&self, l1_head: u64, busy: u64, idle: u64) -> bool {
        let ends = |since: u64, blocks: u64| l1_head >= since.saturating_add(blocks);
        ends(self.opened_at_l1, idle.max(busy)) || self.busy_since_l1.is_some_and(|since| ends(since, busy))
    }

    /// Splits it so that the first part's upper bound is at most `bytes`, but keeps the first block. `None` if nothing is
    /// behind the first part.
    pub(crate) fn split(&mut self, bytes: usize) -> Option<Self> {
        let mut kept = BATCH_OVERHEAD + self.first.bytes;
        let fits = |block: &&EncodedBlock| {
            kept += block.bytes;
            kept <= bytes
        };
        let count = self.rest.iter().take_while(fits).count();
        let mut behind = self.rest.split_off(count).into_iter();
        let mut next = Self::begin(behind.next()?, self.opened_at_l1, self.full_at);
        behind.for_each(|block| next.push(block, self.opened_at_l1));
        self.bytes -= next.bytes - BATCH_OVERHEAD;
        self.transactions -= next.transactions;
        Some(next)
    }

    /// Puts the blocks of the next channel behind its own.
    pub(crate) fn join(mut self, next: Self) -> Self {
        let l1_head = next.opened_at_l1;
        std::iter::once(next.first).chain(next.rest).for_each(|block| self.push(block, l1_head));
        self
    }

    pub(crate) fn batch(&self) -> Batch {
        let blocks = std::iter::once(&self.first).chain(&self.rest);
        Batch {
            first_number: self.first.id.number,
            parent_check: hash_check(self.first.parent_hash),
            first_origin: self.first.l1_origin.number,
            origin_check: hash_check(self.last().l1_origin.hash),
            blocks: blocks.map(|block| block.block.clone()).collect(),
        }
    }
}
