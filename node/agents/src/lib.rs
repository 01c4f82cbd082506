//! What tools for agent developers need to know: policies as files, logs as what an agent did, and strategies run again over the
//! past.
//!
//! - [`policy`]: the policy file, and what a change of it permits more or less.
//! - [`log`]: logs of runner and policy as what an agent did and what was refused, and a digest of decisions.
//! - [`backtest`]: a strategy over the past or over a file of prices.
//! - [`explain`]: how far each action was from each rule.
//! - [`errors`], [`slots`], [`abi`]: what the contracts revert with, where they keep things, what else is called.
//!
//! Nothing here opens a connection or reads the clock: commands hand in what they fetched.

pub mod abi;
pub mod backtest;
pub mod errors;
pub mod explain;
pub mod log;
pub mod policy;
pub mod slots;
