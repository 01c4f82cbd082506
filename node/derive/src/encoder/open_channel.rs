//! The channel that takes blocks.

use crate::{
    Batch, BatchBlock,
    batch::hash_check,
    limits::{MAX_BATCH_BLOCKS, MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS},
};
use alloy_eips::{BlockNumHash, Encodable2718};
use alloy_primitives::{B256, Bytes};
use praxis_primitives::{L1Attributes, L1AttributesError, SealedBlock};

/// Upper bound of a batch's encoding besides its blocks: four integers, two hashes, two counts.
const BATCH_OVERHEAD: usize = 6 * 10 + 40;
/// Upper bound of a block's encoding besides its transactions: its bit, a gap and a count.
const BLOCK_OVERHEAD: usize = 1 + 10 + 10;
/// Upper bound of a transaction's encoding besides its bytes.
const TRANSACTION_OVERHEAD: usize = 10;

/// A sealed block as a batch sees it.
#[derive(Debug, Clone)]
pub(crate) struct EncodedBlock {
    pub(crate) id: BlockNumHash,
    pub(crate) parent_hash: B256,
    pub(crate) l1_origin: BlockNumHash,
    pub(crate) forced: bool,
    block: BatchBlock,
    bytes: usize,
}

impl EncodedBlock {
    pub(crate) fn of(block: &SealedBlock) -> Result<Self, L1AttributesError> {
        use alloy_consensus::BlockHeader;
        let transactions = &block.body().transactions;
        let l1 = L1Attributes::from_transaction(transactions.first().ok_or(L1AttributesError::Missing)?)?;
        let batched: Vec<Bytes> =
            transactions.iter().filter(|tx| !tx.is_deposit()).map(|tx| tx.encoded_2718().into()).collect();
        let bytes = batched.iter().map(|tx| tx.len() + TRANSACTION_OVERHEAD).sum::<usize>() + BLOCK_OVERHEAD;
        Ok(Self {
            id: BlockNumHash::new(block.number(), block.hash()),
            parent_hash: block.parent_hash(),
            l1_origin: BlockNumHash::new(l1.number, l1.hash),
            forced: l1.forced,
            block: BatchBlock { advances_origin: l1.sequence_number == 0, transactions: batched },
            bytes,
        })
    }

    /// Whether a batch of this block alone is within the limits.
    pub(crate) fn fits_a_batch(&self) -> bool {
        self.bytes + BATCH_OVERHEAD <= MAX_BATCH_BYTES && self.block.transactions.len() <= MAX_BATCH_TRANSACTIONS
    }
}

/// Blocks on their way into a batch.
#[derive(Debug, Clone)]
pub(crate) struct OpenChannel {
    pub(crate) first_number: u64,
    pub(crate) parent_hash: B256,
    pub(crate) first_origin: u64,
    pub(crate) opened_at_l1: u64,
    pub(crate) last: BlockNumHash,
    /// Upper bound of the batch's encoding.
    pub(crate) bytes: usize,
    last_origin_hash: B256,
    transactions: usize,
    blocks: Vec<BatchBlock>,
}

impl OpenChannel {
    pub(crate) fn begin(block: EncodedBlock, l1_head: u64) -> Self {
        Self {
            first_number: block.id.number,
            parent_hash: block.parent_hash,
            first_origin: block.l1_origin.number,
            opened_at_l1: l1_head,
            last: block.id,
            bytes: BATCH_OVERHEAD + block.bytes,
            last_origin_hash: block.l1_origin.hash,
            transactions: block.block.transactions.len(),
            blocks: vec![block.block],
        }
    }

    pub(crate) fn has_room_for(&self, block: &EncodedBlock) -> bool {
        self.bytes + block.bytes <= MAX_BATCH_BYTES
            && self.blocks.len() < MAX_BATCH_BLOCKS
            && self.transactions + block.block.transactions.len() <= MAX_BATCH_TRANSACTIONS
    }

    pub(crate) fn push(&mut self, block: EncodedBlock) {
        self.last = block.id;
        self.bytes += block.bytes;
        self.last_origin_hash = block.l1_origin.hash;
        self.transactions += block.block.transactions.len();
        self.blocks.push(block.block);
    }

    pub(crate) fn into_batch(self) -> Batch {
        Batch {
            first_number: self.first_number,
            parent_check: hash_check(self.parent_hash),
            first_origin: self.first_origin,
            origin_check: hash_check(self.last_origin_hash),
            blocks: self.blocks,
        }
    }
}
