//! A node's own inability to go on.

use std::fmt::Display;

/// The node could not compute something that every healthy node can: a disk error, a missing weight, a broken
/// database. A fault is never an outcome of a transaction: turning it into a revert would fork the chain.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Fault(String);

impl Fault {
    /// A fault with a sentence that says what could not be done and why.
    pub fn new(reason: impl Display) -> Self {
        Self(reason.to_string())
    }
}
