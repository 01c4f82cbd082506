//! What nodes say to each other, in bytes. Every length is bounded before anything is allocated for it.

use crate::limits::{MAX_ANSWER_BYTES, MAX_BLOCK_BYTES, MAX_BLOCK_TRANSACTIONS, MAX_BLOCKS_PER_ANSWER};
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_primitives::{Block, SealedBlock};

/// Bytes that say nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// They end too early.
    #[error("the message ends too early")]
    Short,
    /// Bytes are left.
    #[error("{0} bytes follow the message")]
    Trailing(usize),
    /// The first byte means nothing.
    #[error("there is no message of kind {0}")]
    Kind(u8),
    /// There is more than may be.
    #[error("{given} where at most {limit} are allowed")]
    TooMany {
        /// What there is.
        given: usize,
        /// The most.
        limit: usize,
    },
    /// It is no block.
    #[error("a block does not decode: {0}")]
    Block(alloy_rlp::Error),
}

/// A block with the sequencer's signature. Whose it is has still to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBlock {
    /// Of [`crate::signing_hash`].
    pub signature: [u8; 65],
    /// The block.
    pub block: SealedBlock,
}

impl SignedBlock {
    /// The signature, then the block in RLP.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.signature.to_vec();
        alloy_rlp::Encodable::encode(&self.block, &mut bytes);
        bytes
    }

    /// Reads it, and computes the block's hash.
    ///
    /// # Errors
    /// When it is too long or no block.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (signature, block) = bytes.split_first_chunk::<65>().ok_or(WireError::Short)?;
        if block.len() > MAX_BLOCK_BYTES {
            return Err(WireError::TooMany { given: block.len(), limit: MAX_BLOCK_BYTES });
        }
        check_transactions(block)?;
        let block: Block = alloy_rlp::decode_exact(block).map_err(WireError::Block)?;
        Ok(Self { signature: *signature, block: SealedBlock::seal_slow(block) })
    }
}

/// What a node asks another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Where are you?
    Status,
    /// Which blocks have you from this number on?
    Blocks {
        /// The first.
        first: u64,
        /// How many at most.
        count: u16,
    },
}

impl Question {
    /// One byte for the kind, then the fields, big-endian.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Status => vec![0],
            Self::Blocks { first, count } => [&[1][..], &first.to_be_bytes(), &count.to_be_bytes()].concat(),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no question, or asks for more than there is in one answer.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader(bytes);
        let question = match reader.array::<1>()? {
            [0] => Self::Status,
            [1] => {
                let (first, count) = (u64::from_be_bytes(reader.array()?), u16::from_be_bytes(reader.array()?));
                if count > MAX_BLOCKS_PER_ANSWER {
                    return Err(WireError::TooMany { given: count.into(), limit: MAX_BLOCKS_PER_ANSWER.into() });
                }
                Self::Blocks { first, count }
            }
            [kind] => return Err(WireError::Kind(kind)),
        };
        reader.end()?;
        Ok(question)
    }
}

/// Where a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Hash of its genesis block: nodes of two chains have nothing to say to each other.
    pub genesis: B256,
    /// Its unsafe head.
    pub head: BlockNumHash,
    /// Number of its safe head.
    pub safe: u64,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To [`Question::Status`].
    Status(Status),
    /// To [`Question::Blocks`]: in order and without a gap; none, or fewer than asked for, where it has no more of them with their
    /// signatures.
    Blocks(Vec<SignedBlock>),
}

impl Answer {
    /// One byte for the kind, then the fields, big-endian; bytes with their length in four bytes before them.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Status(status) => {
                let Status { genesis, head, safe } = status;
                let numbers = [head.number.to_be_bytes(), safe.to_be_bytes()].concat();
                [&[0][..], genesis.as_slice(), head.hash.as_slice(), &numbers].concat()
            }
            Self::Blocks(blocks) => {
                let encoded: Vec<_> = blocks.iter().map(SignedBlock::encode).collect();
                encode_blocks(&encoded)
            }
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no answer.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader(bytes);
        let answer = match reader.array::<1>()? {
            [0] => {
                let (genesis, hash) = (B256::new(reader.array()?), B256::new(reader.array()?));
                let (number, safe) = (u64::from_be_bytes(reader.array()?), u64::from_be_bytes(reader.array()?));
                Self::Status(Status { genesis, head: BlockNumHash::new(number, hash), safe })
            }
            [1] => {
                let count = u16::from_be_bytes(reader.array()?);
                if count > MAX_BLOCKS_PER_ANSWER {
                    return Err(WireError::TooMany { given: count.into(), limit: MAX_BLOCKS_PER_ANSWER.into() });
                }
                let blocks = (0..count).map(|_| {
                    let length = u32::from_be_bytes(reader.array()?) as usize;
                    SignedBlock::decode(reader.take(length)?)
                });
                Self::Blocks(blocks.collect::<Result<_, _>>()?)
            }
            [kind] => return Err(WireError::Kind(kind)),
        };
        reader.end()?;
        Ok(answer)
    }
}

/// An answer with these encoded signed blocks: of a list that is within the bounds already.
pub(crate) fn encode_blocks(blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend_from_slice(&(blocks.len() as u16).to_be_bytes());
    for block in blocks {
        bytes.extend_from_slice(&(block.len() as u32).to_be_bytes());
        bytes.extend_from_slice(block);
    }
    bytes
}

/// Whether an answer of `bytes` so far may take another `more`.
pub(crate) const fn fits(bytes: usize, more: usize) -> bool {
    bytes == 0 || bytes + more <= MAX_ANSWER_BYTES
}

/// A transaction of ten bytes takes half a kilobyte in memory: they are counted before one is decoded.
fn check_transactions(block: &[u8]) -> Result<(), WireError> {
    let mut rest = block;
    let item = |rest: &mut &[u8]| -> Result<usize, WireError> {
        let header = alloy_rlp::Header::decode(rest).map_err(WireError::Block)?;
        Ok(header.payload_length)
    };
    item(&mut rest)?;
    let header = item(&mut rest)?;
    rest = rest.get(header..).ok_or(WireError::Short)?;
    let length = item(&mut rest)?;
    let mut transactions = rest.get(..length).ok_or(WireError::Short)?;
    let mut count = 0;
    while !transactions.is_empty() {
        count += 1;
        if count > MAX_BLOCK_TRANSACTIONS {
            return Err(WireError::TooMany { given: count, limit: MAX_BLOCK_TRANSACTIONS });
        }
        let length = item(&mut transactions)?;
        transactions = transactions.get(length..).ok_or(WireError::Short)?;
    }
    Ok(())
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(WireError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(WireError::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    const fn end(self) -> Result<(), WireError> {
        match self.0.len() {
            0 => Ok(()),
            left => Err(WireError::Trailing(left)),
        }
    }
}
