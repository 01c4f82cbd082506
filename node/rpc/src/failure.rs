//! What a method answers when it has no result, with the codes and words that Ethereum's clients look for.

use alloy_primitives::{B256, Bytes};
use jsonrpsee::types::{ErrorObjectOwned, error};
use praxis_chain::ChainError;
use praxis_pool::PoolError;
use praxis_primitives::Fault;
use praxis_storage::StorageError;
use praxis_trie::TrieError;

/// A call reverted.
const REVERTED: i32 = 3;
/// EIP-7966: the transaction waits, but was not included in time.
const SYNC_TIMEOUT: i32 = 4;
/// EIP-7966: the transaction can't be included because an earlier nonce is missing.
const SYNC_NONCE_GAP: i32 = 6;
/// The client asked for more than this node gives.
const LIMIT_EXCEEDED: i32 = -32005;

/// A method's error.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// The request makes no sense.
    Params(String),
    /// The request makes sense, and the answer is no.
    Rejected(String),
    /// A call reverted, with what it returned.
    Reverted {
        /// `execution reverted`, and why if the data says so.
        message: String,
        /// What the call returned.
        data: Bytes,
    },
    /// A refusal with a code of its own.
    Coded {
        /// The JSON-RPC error code.
        code: i32,
        /// Why.
        message: String,
    },
    /// A bound of this node.
    Limit(String),
    /// Too many requests at once.
    Busy,
    /// EIP-7966: the transaction was accepted, but no block held it in time.
    SyncTimeout {
        /// Hash of the transaction.
        hash: B256,
        /// How long the node waited, in milliseconds.
        waited_ms: u64,
    },
    /// EIP-7966: the transaction was accepted, but an earlier nonce of its sender is missing.
    SyncNonceGap {
        /// Hash of the transaction.
        hash: B256,
        /// The nonce that is missing.
        expected: u64,
    },
    /// The node can't do what it should.
    Fault(String),
}

impl Failure {
    /// There is no such block.
    pub(crate) fn unknown_block() -> Self {
        Self::Rejected("header not found".into())
    }

    /// A parameter that is wrong, counted from 0 as Ethereum's clients do.
    pub(crate) fn argument(index: usize, reason: impl std::fmt::Display) -> Self {
        Self::Params(format!("invalid argument {index}: {reason}"))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(ErrorObjectOwned::from(self.clone()).message())
    }
}

impl From<Failure> for ErrorObjectOwned {
    fn from(failure: Failure) -> Self {
        let plain = |code, message: String| Self::owned(code, message, None::<()>);
        match failure {
            Failure::Params(message) => plain(error::INVALID_PARAMS_CODE, message),
            Failure::Rejected(message) => plain(error::CALL_EXECUTION_FAILED_CODE, message),
            Failure::Reverted { message, data } => Self::owned(REVERTED, message, Some(data)),
            Failure::Coded { code, message } => plain(code, message),
            Failure::Limit(message) => plain(LIMIT_EXCEEDED, message),
            Failure::Busy => plain(LIMIT_EXCEEDED, "too many requests wait for this node; try again later".into()),
            Failure::SyncTimeout { hash, waited_ms } => Self::owned(
                SYNC_TIMEOUT,
                format!("the transaction is in the pool, but no block took it within {waited_ms} ms"),
                Some(hash),
            ),
            Failure::SyncNonceGap { hash, expected } => Self::owned(
                SYNC_NONCE_GAP,
                format!("the transaction waits for the sender's nonce {expected}, which is missing"),
                Some(serde_json::json!({ "transactionHash": hash, "expectedNonce": format!("{expected:#x}") })),
            ),
            Failure::Fault(message) => {
                tracing::error!(%message, "a request failed because this node has a fault");
                plain(error::INTERNAL_ERROR_CODE, message)
            }
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoSuchBlock { .. } => Self::unknown_block(),
            StorageError::Pruned { .. } => Self::Rejected(error.to_string()),
            other => Self::Fault(other.to_string()),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl From<TrieError> for Failure {
    fn from(error: TrieError) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::UnknownBlock(_) => Self::unknown_block(),
            other => Self::Fault(other.to_string()),
        }
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Fault(fault) => fault.into(),
            other => Self::Rejected(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(failure: Failure) -> serde_json::Value {
        serde_json::to_value(ErrorObjectOwned::from(failure)).unwrap()
    }

    #[test]
    fn a_revert_has_code_3_and_its_data() {
        let failure = Failure::Reverted { message: "execution reverted: no".into(), data: Bytes::from_static(&[1, 2]) };
        let expected = serde_json::json!({"code": 3, "message": "execution reverted: no", "data": "0x0102"});
        assert_eq!(wire(failure), expected);
    }

    #[test]
    fn errors_without_data_leave_the_field_out() {
        let expected = serde_json::json!({"code": -32000, "message": "header not found"});
        assert_eq!(wire(Failure::unknown_block()), expected);
        let expected = serde_json::json!({"code": -32602, "message": "invalid argument 1: no"});
        assert_eq!(wire(Failure::argument(1, "no")), expected);
    }

    #[test]
    fn pool_errors_keep_the_words_that_wallets_look_for() {
        let low = PoolError::NonceTooLow { expected: 3, given: 1 };
        let expected = serde_json::json!({"code": -32000, "message": "nonce too low: next nonce 3, tx nonce 1"});
        assert_eq!(wire(low.into()), expected);
    }

    #[test]
    fn a_sync_timeout_carries_the_hash() {
        let hash = B256::repeat_byte(7);
        let value = wire(Failure::SyncTimeout { hash, waited_ms: 20 });
        assert_eq!(value["code"], 4);
        assert_eq!(value["data"], serde_json::to_value(hash).unwrap());
    }
}
