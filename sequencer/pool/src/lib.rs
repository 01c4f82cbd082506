//! The transaction pool: signed transactions that wait for a block.
//!
//! A transaction is checked against the head's state when it comes, ordered by what it pays, and given up when a block
//! used its nonce, when its sender can't pay any more, or when something that pays more needs its place. Count and bytes
//! are bounded in all and by sender. Those that follow the account's nonce without a gap are *pending*, the others
//! *queued*; in a full pool the queued ones go first, then what pays least, and never one that others follow.
//!
//! [`Pool::open`] keeps the transactions in a file, so that a restarted node goes on with them.

mod best;
mod error;
mod eviction;
mod head;
mod inner;
mod intrinsic;
mod journal;
mod limits;
mod news;
mod pool;
mod record_log;
mod rules;
mod sender;
mod transaction;

pub use best::BestTransactions;
pub use error::PoolError;
pub use head::PoolHead;
pub use intrinsic::{floor_gas, intrinsic_gas};
pub use limits::{MAX_TRANSACTION_GAS, PoolLimits};
pub use pool::{Pool, PoolConfig, PoolStatus};
pub use record_log::RecordLog;
pub use transaction::PooledTransaction;

#[cfg(test)]
mod tests;
