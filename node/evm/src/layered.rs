//! State with changes over it that no block holds: what simulated blocks leave to the ones after them.

use crate::StateOverrides;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_primitives::{Account, AccountDiff, Fault, StateDiff, StateReader};
use std::collections::BTreeMap;

/// A state, and what has changed since.
pub struct LayeredState<'a> {
    base: &'a dyn StateReader,
    diff: StateDiff,
    block_hashes: BTreeMap<u64, B256>,
}

impl std::fmt::Debug for LayeredState<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayeredState").field("diff", &self.diff).finish_non_exhaustive()
    }
}

impl<'a> LayeredState<'a> {
    /// `base`, unchanged.
    pub fn new(base: &'a dyn StateReader) -> Self {
        Self { base, diff: StateDiff::default(), block_hashes: BTreeMap::new() }
    }

    /// What all changes together make of the base.
    pub const fn diff(&self) -> &StateDiff {
        &self.diff
    }

    /// Changes what a block changed.
    pub fn apply(&mut self, later: StateDiff) {
        self.diff.apply(later);
    }

    /// Makes the assumptions true.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn assume(&mut self, overrides: &StateOverrides) -> Result<(), Fault> {
        for (address, assumed) in overrides {
            let before = self.account(*address)?.unwrap_or_default();
            let account = Account {
                nonce: assumed.nonce.unwrap_or(before.nonce),
                balance: assumed.balance.unwrap_or(before.balance),
                code_hash: assumed.code.as_ref().map_or(before.code_hash, keccak256),
            };
            if let Some(code) = &assumed.code {
                self.diff.codes.insert(account.code_hash, code.clone());
            }
            let mut storage = assumed.state.clone().unwrap_or_default();
            storage.extend(assumed.state_diff.iter().map(|(slot, value)| (*slot, *value)));
            let change = AccountDiff { account: Some(account), storage_wiped: assumed.state.is_some(), storage };
            self.diff.accounts.entry(*address).or_default().apply(change);
        }
        Ok(())
    }

    /// Says which hash the block with this number has.
    pub fn set_block_hash(&mut self, number: u64, hash: B256) {
        self.block_hashes.insert(number, hash);
    }
}

impl StateReader for LayeredState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        match self.diff.accounts.get(&address) {
            Some(changed) => Ok(changed.account),
            None => self.base.account(address),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        let Some(changed) = self.diff.accounts.get(&address) else { return self.base.storage(address, slot) };
        match changed.storage.get(&slot) {
            Some(value) => Ok(*value),
            None if changed.storage_wiped => Ok(U256::ZERO),
            None => self.base.storage(address, slot),
        }
    }

    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        self.base.has_storage(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        match self.diff.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.base.code(code_hash),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        match self.block_hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.base.block_hash(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountOverride, InMemoryState};

    const ONE: Address = Address::repeat_byte(1);

    fn account(balance: u64) -> Account {
        Account { balance: U256::from(balance), ..Account::default() }
    }

    fn diff(account: Option<Account>, storage_wiped: bool, slots: &[(u64, u64)]) -> StateDiff {
        let storage = slots.iter().map(|(slot, value)| (U256::from(*slot), U256::from(*value))).collect();
        let changed = AccountDiff { account, storage_wiped, storage };
        StateDiff { accounts: [(ONE, changed)].into(), ..StateDiff::default() }
    }

    #[test]
    fn layers_give_what_applying_them_one_after_another_gives() {
        let layers = [
            diff(Some(account(7)), false, &[(2, 0), (3, 30)]),
            diff(None, true, &[]),
            diff(Some(account(9)), false, &[(4, 40)]),
            diff(Some(account(10)), true, &[(1, 100)]),
        ];
        let mut plain = InMemoryState::new(&diff(Some(account(1)), false, &[(1, 10), (2, 20)]));
        let base = plain.clone();
        let mut layered = LayeredState::new(&base);
        for layer in layers {
            plain.apply(&layer);
            layered.apply(layer);
            assert_eq!(layered.account(ONE).unwrap(), plain.account(ONE).unwrap());
            for slot in (0..6).map(U256::from) {
                assert_eq!(layered.storage(ONE, slot).unwrap(), plain.storage(ONE, slot).unwrap(), "slot {slot}");
            }
            let mut at_once = base.clone();
            at_once.apply(layered.diff());
            assert_eq!(at_once.storage(ONE, U256::from(1)).unwrap(), plain.storage(ONE, U256::from(1)).unwrap());
        }
    }

    #[test]
    fn assumptions_replace_or_add_storage() {
        let base = InMemoryState::new(&diff(Some(account(1)), false, &[(1, 10), (2, 20)]));
        let slot = |n: u64, value: u64| BTreeMap::from([(U256::from(n), U256::from(value))]);
        let mut layered = LayeredState::new(&base);
        let some = AccountOverride { state_diff: slot(1, 11), nonce: Some(5), ..AccountOverride::default() };
        layered.assume(&[(ONE, some)].into()).unwrap();
        assert_eq!(layered.account(ONE).unwrap(), Some(Account { nonce: 5, ..account(1) }));
        assert_eq!(layered.storage(ONE, U256::from(1)).unwrap(), U256::from(11));
        assert_eq!(layered.storage(ONE, U256::from(2)).unwrap(), U256::from(20));
        let all = AccountOverride { state: Some(slot(3, 33)), ..AccountOverride::default() };
        layered.assume(&[(ONE, all)].into()).unwrap();
        assert_eq!(layered.storage(ONE, U256::from(2)).unwrap(), U256::ZERO);
        assert_eq!(layered.storage(ONE, U256::from(3)).unwrap(), U256::from(33));
    }
}
