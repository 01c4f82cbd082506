//! State and models in memory, for tests of this and other crates. No node uses them.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_model::{ModelFault, ModelStore, id::model_id};
use praxis_primitives::{Account, Fault, StateDiff, StateReader};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// A state that [`StateDiff`]s are applied to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InMemoryState {
    /// Accounts.
    pub accounts: BTreeMap<Address, Account>,
    /// Storage without zeros.
    pub storage: BTreeMap<(Address, U256), U256>,
    /// Code by hash.
    pub codes: BTreeMap<B256, Bytes>,
    /// Hashes of ancestors by number.
    pub block_hashes: BTreeMap<u64, B256>,
}

impl InMemoryState {
    /// A state that is `diff` over nothing, such as a genesis state.
    pub fn new(diff: &StateDiff) -> Self {
        let mut state = Self::default();
        state.apply(diff);
        state
    }

    /// Applies what a block changed.
    pub fn apply(&mut self, diff: &StateDiff) {
        for (hash, code) in &diff.codes {
            self.codes.insert(*hash, code.clone());
        }
        for (address, changed) in &diff.accounts {
            if changed.storage_wiped || changed.account.is_none() {
                self.storage.retain(|(owner, _), _| owner != address);
            }
            match changed.account {
                Some(account) => self.accounts.insert(*address, account),
                None => self.accounts.remove(address),
            };
            for (slot, value) in &changed.storage {
                match value.is_zero() {
                    true => self.storage.remove(&(*address, *slot)),
                    false => self.storage.insert((*address, *slot), *value),
                };
            }
        }
    }

    /// Puts an account with code there.
    pub fn insert_contract(&mut self, address: Address, code: Bytes) {
        let code_hash = keccak256(&code);
        self.codes.insert(code_hash, code);
        self.accounts.entry(address).or_insert(Account { nonce: 1, ..Account::default() }).code_hash = code_hash;
    }

    /// Sets a balance in wei.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.accounts.entry(address).or_default().balance = balance;
    }

    /// Sum of all balances in wei.
    pub fn total_balance(&self) -> U256 {
        self.accounts.values().fold(U256::ZERO, |sum, account| sum.saturating_add(account.balance))
    }
}

impl StateReader for InMemoryState {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        Ok(self.accounts.get(&address).copied())
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        Ok(self.storage.get(&(address, slot)).copied().unwrap_or_default())
    }

    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        let from = (address, U256::ZERO);
        Ok(self.storage.range(from..).next().is_some_and(|((owner, _), _)| *owner == address))
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        self.codes.get(&code_hash).cloned().ok_or_else(|| Fault::new(format!("code {code_hash} is not stored")))
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        Ok(self.block_hashes.get(&number).copied().unwrap_or_default())
    }
}

/// Complete models.
#[derive(Debug, Default)]
pub struct InMemoryModels(Mutex<BTreeMap<B256, Vec<u8>>>);

impl InMemoryModels {
    /// Adds a model and returns its id.
    pub fn insert(&self, bytes: Vec<u8>) -> B256 {
        let id = model_id(&bytes);
        self.insert_as(id, bytes);
        id
    }

    /// Adds bytes under an id that they may not hash to.
    pub fn insert_as(&self, id: B256, bytes: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, bytes);
    }
}

impl ModelStore for InMemoryModels {
    fn model_bytes(&self, id: B256) -> Result<Option<Vec<u8>>, ModelFault> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned())
    }
}
