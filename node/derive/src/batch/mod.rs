//! The batch: consecutive L2 blocks, reduced to what L1 does not already say.

mod cell;
mod columns;
mod dictionary;
mod error;
mod fields;
mod number;
mod sections;

use crate::limits::{MAX_BATCH_BLOCKS, MAX_BATCH_TRANSACTIONS};
use alloy_primitives::{B256, Bytes, FixedBytes};
use columns::{Budget, SIGNATURE_BYTES};
use fields::Fields;
use sections::Input;

pub use error::BatchDecodeError;
pub(crate) use sections::{SECTIONS, name};
pub use sections::{Section, Sections};

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

    /// The encoding that `SPEC.md` describes. The same batch gives the same bytes.
    pub fn encode(&self) -> Sections {
        let mut out = Sections::default();
        out.varint(Section::Head, self.first_number);
        out.bytes(Section::Head, self.parent_check.as_slice());
        out.varint(Section::Head, self.first_origin);
        out.bytes(Section::Head, self.origin_check.as_slice());
        out.varint(Section::Head, self.blocks.len() as u64);
        for eight in self.blocks.chunks(8) {
            let bits = eight.iter().enumerate().map(|(i, block)| u8::from(block.advances_origin) << i);
            out.byte(Section::Origins, bits.fold(0, |a, b| a | b));
        }
        let mut gap = 0;
        for block in &self.blocks {
            if block.transactions.is_empty() {
                gap += 1;
                continue;
            }
            out.varint(Section::Gaps, gap);
            out.varint(Section::Counts, block.transactions.len() as u64);
            gap = 0;
        }
        encode_transactions(&mut out, self.blocks.iter().flat_map(|block| &block.transactions));
        out
    }

    /// Reads a batch.
    ///
    /// # Errors
    /// Where `SPEC.md` refuses the sections. Allocates at most a small multiple of the input and of
    /// [`crate::limits::MAX_BATCH_BYTES`].
    pub fn decode(sections: &Sections) -> Result<Self, BatchDecodeError> {
        let mut input = Input::new(sections);
        let first_number = input.varint(Section::Head)?;
        let parent_check = input.array::<20>(Section::Head)?.into();
        let first_origin = input.varint(Section::Head)?;
        let origin_check = input.array::<20>(Section::Head)?.into();
        let mut blocks = decode_origin_bits(&mut input)?;
        let count = blocks.len() as u64;
        if first_number.checked_add(count).is_none() || first_origin.checked_add(count).is_none() {
            return Err(BatchDecodeError::Overflow);
        }
        let counts = decode_counts(&mut input, blocks.len())?;
        let total = counts.iter().map(|(_, count)| count).sum();
        let mut transactions = decode_transactions(&mut input, total)?.into_iter();
        for (index, count) in counts {
            blocks[index].transactions.extend(transactions.by_ref().take(count));
        }
        input.finish()?;
        Ok(Self { first_number, parent_check, first_origin, origin_check, blocks })
    }
}

fn decode_origin_bits(input: &mut Input<'_>) -> Result<Vec<BatchBlock>, BatchDecodeError> {
    let count = input.varint(Section::Head)?;
    if count == 0 || count > MAX_BATCH_BLOCKS as u64 {
        return Err(BatchDecodeError::BlockCount(count));
    }
    let count = count as usize;
    let bits = input.take(Section::Origins, count.div_ceil(8))?;
    let bit = |i: usize| bits[i / 8] >> (i % 8) & 1 == 1;
    if (count..8 * bits.len()).any(bit) {
        return Err(BatchDecodeError::Padding);
    }
    Ok((0..count).map(|i| BatchBlock { advances_origin: bit(i), transactions: Vec::new() }).collect())
}

/// The blocks that have transactions, and how many.
fn decode_counts(input: &mut Input<'_>, blocks: usize) -> Result<Vec<(usize, usize)>, BatchDecodeError> {
    let mut counts = Vec::new();
    let (mut next, mut total) = (0u64, 0u64);
    while input.remaining(Section::Gaps) > 0 {
        let gap = input.varint(Section::Gaps)?;
        let index = next.checked_add(gap).filter(|i| *i < blocks as u64);
        let index = index.ok_or(BatchDecodeError::Index("a block"))?;
        let count = input.varint(Section::Counts)?;
        if count == 0 {
            return Err(BatchDecodeError::Zero("a block"));
        }
        total = total.saturating_add(count);
        if total > MAX_BATCH_TRANSACTIONS as u64 {
            return Err(BatchDecodeError::TransactionCount(total));
        }
        counts.push((index as usize, count as usize));
        next = index + 1;
    }
    Ok(counts)
}

/// Writes all transactions: chain id, then those that do not come apart, then the others in columns.
fn encode_transactions<'a>(out: &mut Sections, transactions: impl Iterator<Item = &'a Bytes>) {
    let mut chain_id = None;
    let mut fields = Vec::new();
    let mut verbatim = Vec::new();
    let mut gap = 0;
    for tx in transactions {
        match Fields::read(tx) {
            Some((tx, chain)) if chain.is_none() || *chain_id.get_or_insert(chain) == chain => {
                fields.push(tx);
                gap += 1;
            }
            _ => {
                out.varint(Section::Verbatim, gap);
                out.varint(Section::Verbatim, tx.len() as u64);
                verbatim.push(tx);
                gap = 0;
            }
        }
    }
    out.varint(Section::Head, chain_id.flatten().unwrap_or_default());
    columns::put(out, &fields);
    verbatim.into_iter().for_each(|tx| out.bytes(Section::Bytes, tx));
}

fn decode_transactions(input: &mut Input<'_>, total: usize) -> Result<Vec<Bytes>, BatchDecodeError> {
    let chain_id = input.varint(Section::Head)?;
    let mut budget = Budget::new();
    let verbatim = decode_verbatim(input, total, &mut budget)?;
    let count = total - verbatim.len();
    // Each transaction in columns has a signature, so this bounds what is allocated for them.
    if count > input.remaining(Section::Signatures) / SIGNATURE_BYTES {
        return Err(BatchDecodeError::TransactionCount(total as u64));
    }
    let fields = columns::get(input, count, &mut budget)?;
    let mut fields = fields.into_iter().map(|fields| fields.write(chain_id));
    let mut transactions = Vec::new();
    for (gap, length) in verbatim {
        transactions.extend(fields.by_ref().take(gap));
        transactions.push(Bytes::copy_from_slice(input.take(Section::Bytes, length)?));
    }
    transactions.extend(fields);
    Ok(transactions)
}

/// Of each verbatim transaction the number of others before it, and its length.
fn decode_verbatim(
    input: &mut Input<'_>,
    total: usize,
    budget: &mut Budget,
) -> Result<Vec<(usize, usize)>, BatchDecodeError> {
    let mut verbatim = Vec::new();
    let mut left = total as u64;
    while input.remaining(Section::Verbatim) > 0 {
        let gap = input.varint(Section::Verbatim)?;
        let length = input.varint(Section::Verbatim)?;
        if length == 0 {
            return Err(BatchDecodeError::Zero("a transaction"));
        }
        budget.take(length)?;
        left = left
            .checked_sub(gap)
            .and_then(|left| left.checked_sub(1))
            .ok_or(BatchDecodeError::Index("a transaction"))?;
        verbatim.push((gap as usize, length as usize));
    }
    Ok(verbatim)
}
