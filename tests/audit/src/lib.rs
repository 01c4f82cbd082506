//! Checks from the chain alone that no agent did what its owner's policy forbids.
//!
//! It reads traces and their logs, nothing else: policies from the code that `AgentPolicy` created, prices from what valuers
//! answered, amounts from `Transfer` events, calls from call frames. It shares no code with the contracts that enforce, and it
//! states the rules as what must be true of a history, not as they are computed there: a bucket is a bound on every interval, not a
//! fill level with its rounding.
//!
//! - [`Record`]: a chain as `debug_traceBlockByNumber` shows it; [`fetch`] reads one from a node.
//! - [`audit`]: the findings.

mod abi;
mod account;
mod arguments;
mod audit;
mod budget;
mod fetch;
mod outputs;
mod record;
mod run;

pub use audit::{Audited, Finding, audit};
pub use fetch::fetch;
pub use record::{Block, Frame, Log, Record, Transaction};
