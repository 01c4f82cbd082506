//! What can go wrong when reading L1, by what the operator has to do.

use crate::MissingBlob;
use alloy_primitives::B256;

/// A read of L1 that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum L1Error {
    /// Not a URL that can be spoken to.
    #[error("{url} is not an L1 URL: {reason}; give one like http://127.0.0.1:8545")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No answer.
    #[error(
        "L1 at {url} does not answer ({reason}, {attempts} attempts): check that it runs and that the URL is right"
    )]
    Unreachable {
        /// The URL.
        url: String,
        /// The last failure.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// An answer that says no.
    #[error("L1 at {url} refused {method}: {message} (code {code})")]
    Refused {
        /// The URL.
        url: String,
        /// The method.
        method: &'static str,
        /// JSON-RPC error code.
        code: i64,
        /// Its message.
        message: String,
        /// ABI-encoded revert data, in hex, where there is some.
        data: Option<String>,
    },
    /// An answer of another shape than the specification's.
    #[error("L1 at {url} answered {method} with something unreadable: {reason}")]
    Malformed {
        /// The URL.
        url: String,
        /// The method.
        method: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Bytes that do not belong to the hash under which they came.
    #[error(transparent)]
    Altered(Box<AlteredBlock>),
    /// A transaction that this version cannot encode, so that the block's hash cannot be checked.
    #[error("L1 block {block} holds transaction {transaction}, which this version cannot read: {reason}")]
    UnknownTransaction {
        /// Hash of the block.
        block: B256,
        /// Hash of the transaction, as the provider gives it.
        transaction: String,
        /// Its type, or why it does not read.
        reason: String,
    },
    /// Something that has to be there is not: another fork, or a node that has pruned it.
    #[error("L1 at {url} does not have {what}")]
    NotFound {
        /// The URL.
        url: String,
        /// What was asked for.
        what: String,
    },
    /// A blob that nobody has.
    #[error(transparent)]
    MissingBlob(Box<MissingBlob>),
    /// Another chain.
    #[error("L1 at {url} has chain id {given}, but the rollup is on {expected}: use the L1 that it was deployed to")]
    WrongChain {
        /// The URL.
        url: String,
        /// Its chain id.
        given: u64,
        /// The one of the rollup configuration.
        expected: u64,
    },
}

/// A block whose bytes contradict its hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "L1 at {url} altered block {block}: its {what} hashes to {computed}, not {expected}; do not trust this provider"
)]
pub struct AlteredBlock {
    /// The URL.
    pub url: String,
    /// Hash of the block.
    pub block: B256,
    /// What was altered.
    pub what: &'static str,
    /// The hash that follows from the bytes.
    pub computed: B256,
    /// The hash that the block commits to.
    pub expected: B256,
}

impl L1Error {
    /// Whether the same read may succeed later without anyone's help.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::NotFound { .. } | Self::MissingBlob(_))
    }

    /// Whether the provider gave bytes that contradict a hash.
    pub const fn is_altered(&self) -> bool {
        matches!(self, Self::Altered(_))
    }
}
