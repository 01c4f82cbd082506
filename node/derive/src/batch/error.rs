//! What is wrong with bytes that are no batch.

use super::sections::{Section, name};
use crate::{
    limits::{MAX_BATCH_BLOCKS, MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS},
    varint::ReadError,
};

/// Sections that are not the encoding of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchDecodeError {
    /// A section ends early, or holds a malformed integer.
    #[error("in its section `{section}` {error}")]
    Read {
        /// The section's name.
        section: &'static str,
        /// How reading failed.
        error: &'static str,
    },
    /// No block, or too many.
    #[error("it says that it holds {0} blocks; at least 1 and at most {MAX_BATCH_BLOCKS} may be")]
    BlockCount(u64),
    /// The blocks' numbers leave 64 bits.
    #[error("its block or origin numbers exceed 64 bits")]
    Overflow,
    /// Bits beyond the last block are set.
    #[error("origin bits beyond the last block are set")]
    Padding,
    /// A block or transaction lies beyond the last.
    #[error("it names {0} beyond its last")]
    Index(&'static str),
    /// Something is listed that has no size.
    #[error("it lists {0} of zero size")]
    Zero(&'static str),
    /// More transactions than may be, or than there are signatures and verbatim transactions.
    #[error("it says that it holds {0} transactions, above {MAX_BATCH_TRANSACTIONS} or more than it has bytes for")]
    TransactionCount(u64),
    /// A tag that means nothing.
    #[error("{tag} is no tag of {column}")]
    Tag {
        /// What the tag stands for.
        column: &'static str,
        /// The tag.
        tag: u8,
    },
    /// A reference to what was not named before.
    #[error("it refers to {what} {index}, of which there are {known} so far")]
    Reference {
        /// Sender, address or call.
        what: &'static str,
        /// The index.
        index: u64,
        /// How many there are.
        known: usize,
    },
    /// A number above what its field holds.
    #[error("{0} exceeds its field")]
    Number(&'static str),
    /// A call's columns are more than its words.
    #[error("a call of {length} bytes cannot have {columns} columns of words")]
    Columns {
        /// Bytes of calldata.
        length: u64,
        /// Columns.
        columns: u64,
    },
    /// The transactions would be larger than a batch may be.
    #[error("its transactions exceed {MAX_BATCH_BYTES} bytes")]
    TooLarge,
    /// Bytes after the last one that means something.
    #[error("{bytes} bytes of its section `{section}` mean nothing")]
    Trailing {
        /// The section's name.
        section: &'static str,
        /// How many.
        bytes: usize,
    },
}

impl BatchDecodeError {
    pub(super) fn read(section: Section, error: ReadError) -> Self {
        let error = match error {
            ReadError::End => "the bytes end too early",
            ReadError::Varint => "an integer is not in its shortest form or exceeds 64 bits",
        };
        Self::Read { section: name(section as usize), error }
    }
}
