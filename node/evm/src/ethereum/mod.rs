//! What Ethereum's blocks have and the rollup's have not: proof of work, uncles, withdrawals, and requests to the beacon
//! chain.

mod changes;
mod check;

pub(crate) use changes::{after_transactions, before_transactions};
pub(crate) use check::{check_body, check_header};
