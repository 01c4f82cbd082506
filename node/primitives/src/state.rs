//! Accounts, reading them, and what a block changed.

use crate::Fault;
use alloy_consensus::constants::KECCAK_EMPTY;
use alloy_primitives::{Address, B256, Bytes, U256};
use std::collections::BTreeMap;

/// An account without its storage root, which belongs to the trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Nonce.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// keccak256 of the code; that of the empty string where there is none.
    pub code_hash: B256,
}

impl Default for Account {
    fn default() -> Self {
        Self { nonce: 0, balance: U256::ZERO, code_hash: KECCAK_EMPTY }
    }
}

/// State as of one block. An error is a fault of the node, never an outcome.
pub trait StateReader {
    /// The account, or `None` where there is none.
    fn account(&self, address: Address) -> Result<Option<Account>, Fault>;
    /// A storage slot; zero where unset.
    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault>;
    /// Code by its hash. A hash that an account names and that is not stored is a fault.
    fn code(&self, code_hash: B256) -> Result<Bytes, Fault>;
    /// Whether the account has storage. Only asked of accounts without code and nonce on chains where such an account may
    /// have some (EIP-7610); a reader that serves no such chain need not know.
    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        let _ = address;
        Ok(false)
    }
    /// Hash of an ancestor block by number; zero where unknown.
    fn block_hash(&self, number: u64) -> Result<B256, Fault>;
}

impl<T: StateReader + ?Sized> StateReader for &T {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        (**self).account(address)
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        (**self).storage(address, slot)
    }
    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        (**self).has_storage(address)
    }
    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        (**self).code(code_hash)
    }
    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        (**self).block_hash(number)
    }
}

impl<T: StateReader + ?Sized> StateReader for std::sync::Arc<T> {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        (**self).account(address)
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        (**self).storage(address, slot)
    }
    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        (**self).has_storage(address)
    }
    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        (**self).code(code_hash)
    }
    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        (**self).block_hash(number)
    }
}

/// What a block changed, in ascending order of address and slot, so that nothing that walks it depends on hash order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateDiff {
    /// Changed accounts.
    pub accounts: BTreeMap<Address, AccountDiff>,
    /// New code by hash.
    pub codes: BTreeMap<B256, Bytes>,
}

/// What a block changed in one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountDiff {
    /// The account afterwards; `None` when it is gone (or is empty, which EIP-161 treats alike).
    pub account: Option<Account>,
    /// All earlier storage is gone; `storage` then holds everything that there is.
    pub storage_wiped: bool,
    /// Changed slots with their new values; zero deletes.
    pub storage: BTreeMap<U256, U256>,
}

/// What stood in accounts and slots before a block changed them: whoever keeps history or needs the old leaves of the trie
/// need not read them again. It says nothing of what is not in it, and what is in it need not have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateBefore {
    /// Accounts by address.
    pub accounts: BTreeMap<Address, AccountBefore>,
}

/// What stood in one account before a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountBefore {
    /// The account; `None` when there was none.
    pub account: Option<Account>,
    /// Slots with their values; zero where one was not set.
    pub storage: BTreeMap<U256, U256>,
}

impl StateDiff {
    /// Adds what was changed after it.
    pub fn apply(&mut self, later: Self) {
        self.codes.extend(later.codes);
        for (address, change) in later.accounts {
            self.accounts.entry(address).or_default().apply(change);
        }
    }
}

impl AccountDiff {
    /// Adds what was changed after it.
    pub fn apply(&mut self, later: Self) {
        if later.storage_wiped || later.account.is_none() {
            self.storage_wiped = true;
            self.storage.clear();
        }
        // An empty account and none are the same (EIP-161).
        self.account = later.account.filter(|account| *account != Account::default());
        self.storage.extend(later.storage);
        if self.storage_wiped {
            self.storage.retain(|_, value| !value.is_zero());
        }
    }
}
