//! The batch: consecutive L2 blocks, reduced to what L1 does not already say.

use crate::{
    limits::{MAX_BATCH_BLOCKS, MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS},
    varint::{ReadError, Reader, put},
};
use alloy_primitives::{B256, Bytes, FixedBytes};

/// The first 20 bytes of a hash: enough to refuse another chain's block.
pub type HashCheck = FixedBytes<20>;

/// One L2 block in a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchBlock {
    /// Its L1 origin is the one after its parent's.
    pub advances_origin: bool,
    /// Its transactions besides deposits, in EIP-2718 encoding.
    pub transactions: Vec<Bytes>,
}

/// Consecutive L2 blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Number of the first block.
    pub first_number: u64,
    /// First 20 bytes of the hash of the first block's parent.
    pub parent_check: HashCheck,
    /// Number of the first block's L1 origin.
    pub first_origin: u64,
    /// First 20 bytes of the hash of the last block's L1 origin.
    pub origin_check: HashCheck,
    /// The blocks, at least one.
    pub blocks: Vec<BatchBlock>,
}

/// Bytes that are not the encoding of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchDecodeError {
    /// Above the limit.
    #[error("it has {0} bytes, above {MAX_BATCH_BYTES}")]
    TooLarge(usize),
    /// It ends early or an integer is malformed.
    #[error("while reading {what}: {error}")]
    Read {
        /// What was read.
        what: &'static str,
        /// How it failed.
        error: &'static str,
    },
    /// No block, or too many.
    #[error("it says that it holds {0} blocks; at least 1 and at most {MAX_BATCH_BLOCKS} may be")]
    BlockCount(u64),
    /// The blocks' numbers leave 64 bits.
    #[error("its block or origin numbers exceed 64 bits")]
    Overflow,
    /// Bits beyond the last block are set.
    #[error("bits beyond the last block are set")]
    Padding,
    /// A block with transactions lies beyond the last block.
    #[error("it gives transactions to a block beyond its last")]
    BlockIndex,
    /// A block that is listed as having transactions has none, or a transaction has no bytes.
    #[error("it lists {0} of zero size")]
    Zero(&'static str),
    /// More transactions than may be, or than it has bytes for.
    #[error("it says that it holds {0} transactions, above {MAX_BATCH_TRANSACTIONS} or more than it has bytes")]
    TransactionCount(u64),
    /// Bytes after the last transaction.
    #[error("{0} bytes follow the last transaction")]
    Trailing(usize),
}

/// The first 20 bytes of a hash.
pub(crate) fn hash_check(hash: B256) -> HashCheck {
    HashCheck::from_slice(&hash[..20])
}

impl Batch {
    /// Number of the last block.
    pub fn last_number(&self) -> u64 {
        self.first_number.saturating_add(self.blocks.len() as u64).saturating_sub(1)
    }

    /// Number of the last block's L1 origin.
    pub fn last_origin(&self) -> u64 {
        let advances = self.blocks.iter().skip(1).filter(|b| b.advances_origin).count();
        self.first_origin.saturating_add(advances as u64)
    }

    /// The encoding that `SPEC.md` describes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, self.first_number);
        out.extend_from_slice(self.parent_check.as_slice());
        put(&mut out, self.first_origin);
        out.extend_from_slice(self.origin_check.as_slice());
        put(&mut out, self.blocks.len() as u64);
        for eight in self.blocks.chunks(8) {
            let bits = eight.iter().enumerate().map(|(i, block)| u8::from(block.advances_origin) << i);
            out.push(bits.fold(0, |a, b| a | b));
        }
        let filled: Vec<_> = self.blocks.iter().enumerate().filter(|(_, b)| !b.transactions.is_empty()).collect();
        put(&mut out, filled.len() as u64);
        let mut next = 0;
        for (index, block) in &filled {
            put(&mut out, (index - next) as u64);
            put(&mut out, block.transactions.len() as u64);
            next = index + 1;
        }
        let transactions = || filled.iter().flat_map(|(_, block)| &block.transactions);
        transactions().for_each(|tx| put(&mut out, tx.len() as u64));
        transactions().for_each(|tx| out.extend_from_slice(tx));
        out
    }

    /// Reads a batch. Every batch has one encoding only.
    ///
    /// # Errors
    /// When the bytes are anything but what [`Self::encode`] gives. Allocates at most a small multiple of the input.
    pub fn decode(bytes: &[u8]) -> Result<Self, BatchDecodeError> {
        if bytes.len() > MAX_BATCH_BYTES {
            return Err(BatchDecodeError::TooLarge(bytes.len()));
        }
        let mut reader = Reader::new(bytes);
        let first_number = reader.varint().map_err(at("the first block's number"))?;
        let parent_check = reader.array::<20>().map_err(at("the parent's hash"))?.into();
        let first_origin = reader.varint().map_err(at("the first L1 origin's number"))?;
        let origin_check = reader.array::<20>().map_err(at("the last L1 origin's hash"))?.into();
        let mut blocks = decode_origin_bits(&mut reader)?;
        let count = blocks.len() as u64;
        if first_number.checked_add(count).is_none() || first_origin.checked_add(count).is_none() {
            return Err(BatchDecodeError::Overflow);
        }
        decode_transactions(&mut reader, &mut blocks)?;
        match reader.remaining() {
            0 => Ok(Self { first_number, parent_check, first_origin, origin_check, blocks }),
            trailing => Err(BatchDecodeError::Trailing(trailing)),
        }
    }
}

fn at(what: &'static str) -> impl Fn(ReadError) -> BatchDecodeError {
    move |error| BatchDecodeError::Read {
        what,
        error: match error {
            ReadError::End => "the bytes end too early",
            ReadError::Varint => "an integer is not in its shortest form or exceeds 64 bits",
        },
    }
}

fn decode_origin_bits(reader: &mut Reader<'_>) -> Result<Vec<BatchBlock>, BatchDecodeError> {
    let count = reader.varint().map_err(at("the number of blocks"))?;
    if count == 0 || count > MAX_BATCH_BLOCKS as u64 {
        return Err(BatchDecodeError::BlockCount(count));
    }
    let count = count as usize;
    let bits = reader.take(count.div_ceil(8)).map_err(at("the origin bits"))?;
    let bit = |i: usize| bits[i / 8] >> (i % 8) & 1 == 1;
    if (count..8 * bits.len()).any(bit) {
        return Err(BatchDecodeError::Padding);
    }
    Ok((0..count).map(|i| BatchBlock { advances_origin: bit(i), transactions: Vec::new() }).collect())
}

fn decode_transactions(reader: &mut Reader<'_>, blocks: &mut [BatchBlock]) -> Result<(), BatchDecodeError> {
    let filled = reader.varint().map_err(at("the number of blocks with transactions"))?;
    if filled > blocks.len() as u64 {
        return Err(BatchDecodeError::BlockIndex);
    }
    let mut counts = Vec::new();
    let (mut next, mut total) = (0u64, 0u64);
    for _ in 0..filled {
        let gap = reader.varint().map_err(at("a block with transactions"))?;
        let index = next.checked_add(gap).filter(|i| *i < blocks.len() as u64).ok_or(BatchDecodeError::BlockIndex)?;
        let count = reader.varint().map_err(at("a block's number of transactions"))?;
        if count == 0 {
            return Err(BatchDecodeError::Zero("a block"));
        }
        total = total.saturating_add(count);
        counts.push((index as usize, count));
        next = index + 1;
    }
    if total > reader.remaining().min(MAX_BATCH_TRANSACTIONS) as u64 {
        return Err(BatchDecodeError::TransactionCount(total));
    }
    let lengths: Vec<u64> =
        (0..total).map(|_| reader.varint()).collect::<Result<_, _>>().map_err(at("a transaction's length"))?;
    let mut lengths = lengths.into_iter();
    for (index, count) in counts {
        for length in lengths.by_ref().take(count as usize) {
            if length == 0 {
                return Err(BatchDecodeError::Zero("a transaction"));
            }
            let length = usize::try_from(length).map_err(|_| at("a transaction")(ReadError::End))?;
            let bytes = reader.take(length).map_err(at("a transaction"))?;
            blocks[index].transactions.push(Bytes::copy_from_slice(bytes));
        }
    }
    Ok(())
}
