//! State that a call assumes.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_primitives::{Account, Fault, StateReader};
use std::collections::BTreeMap;

/// What `eth_call` may assume of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountOverride {
    /// Balance in wei.
    pub balance: Option<U256>,
    /// Nonce.
    pub nonce: Option<u64>,
    /// Code.
    pub code: Option<Bytes>,
    /// All of the storage.
    pub state: Option<BTreeMap<U256, U256>>,
    /// Some slots of the storage; these win over `state`.
    pub state_diff: BTreeMap<U256, U256>,
}

/// What a call assumes, by account.
pub type StateOverrides = BTreeMap<Address, AccountOverride>;

/// State with assumptions over it.
#[derive(Clone)]
pub(crate) struct OverriddenState<'a> {
    base: &'a dyn StateReader,
    overrides: &'a StateOverrides,
    codes: BTreeMap<B256, Bytes>,
}

impl<'a> OverriddenState<'a> {
    pub(crate) fn new(base: &'a dyn StateReader, overrides: &'a StateOverrides) -> Self {
        let codes = overrides.values().filter_map(|o| o.code.clone()).map(|code| (keccak256(&code), code)).collect();
        Self { base, overrides, codes }
    }
}

impl StateReader for OverriddenState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        let base = self.base.account(address)?;
        let Some(assumed) = self.overrides.get(&address) else { return Ok(base) };
        let base = base.unwrap_or_default();
        Ok(Some(Account {
            nonce: assumed.nonce.unwrap_or(base.nonce),
            balance: assumed.balance.unwrap_or(base.balance),
            code_hash: assumed.code.as_ref().map_or(base.code_hash, keccak256),
        }))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        let Some(assumed) = self.overrides.get(&address) else { return self.base.storage(address, slot) };
        match (assumed.state_diff.get(&slot), &assumed.state) {
            (Some(value), _) => Ok(*value),
            (None, Some(state)) => Ok(state.get(&slot).copied().unwrap_or_default()),
            (None, None) => self.base.storage(address, slot),
        }
    }

    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        self.base.has_storage(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        match self.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.base.code(code_hash),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        self.base.block_hash(number)
    }
}
