//! The transaction pool: signed transactions that wait for a block.
//!
//! A transaction is checked against the head's state when it comes, ordered by what it pays, and given up when a block
//! used its nonce or when something that pays more needs its place. Count and bytes are bounded in all and by sender.

mod best;
mod error;
mod intrinsic;
mod limits;
mod pool;

pub use best::BestTransactions;
pub use error::PoolError;
pub use intrinsic::intrinsic_gas;
pub use limits::{MAX_TRANSACTION_GAS, PoolLimits};
pub use pool::{Pool, PoolConfig, PoolStatus, PooledTransaction};

#[cfg(test)]
mod tests;
