//! The state of a block while it is executed: what its transactions read, and what they changed.

use crate::{
    bare_storage::real_code_hash,
    database::{DatabaseFault, StateDatabase},
};
use alloy_primitives::{
    Address, B256, U256,
    map::{AddressMap, B256Map, HashMap, hash_map::Entry},
};
use praxis_primitives::{Account, AccountDiff, StateDiff};
use revm::{
    bytecode::Bytecode,
    database_interface::{Database, DatabaseCommit, DatabaseRef},
    primitives::KECCAK_EMPTY,
    state::{self, AccountInfo},
};
use std::collections::BTreeMap;

/// The parent's state with the block's changes over it. Each account and slot keeps what stood in the parent's state beside
/// what stands now, so the block's difference is one pass over them at its end; revm's own state writes a transition for each
/// account of each transaction instead.
#[derive(Debug)]
pub(crate) struct BlockState<'a> {
    parent: StateDatabase<'a>,
    accounts: AddressMap<Held>,
    codes: B256Map<Bytecode>,
    /// The EVM asks for the last 256 only.
    block_hashes: HashMap<u64, B256>,
}

/// An account that was read.
#[derive(Debug)]
struct Held {
    /// In the parent's state.
    before: Option<Account>,
    now: Option<AccountInfo>,
    storage: HashMap<U256, Slot>,
    /// A transaction touched it.
    changed: bool,
    /// It was destroyed in this block, or it was empty and was touched, and may have come back since.
    destroyed: bool,
    /// Slots that are not in `storage` are zero: it did not exist, was destroyed or was created in this block.
    storage_known: bool,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// In the parent's state; zero in an account that was destroyed since.
    before: U256,
    now: U256,
}

impl Held {
    fn new(info: Option<AccountInfo>) -> Self {
        let storage_known = info.is_none();
        let before = info.as_ref().map(account);
        Self { before, now: info, storage: HashMap::default(), changed: false, destroyed: false, storage_known }
    }

    /// Takes the account as a transaction leaves it.
    fn apply(&mut self, changed: state::Account) {
        self.changed = true;
        if changed.is_selfdestructed() || (changed.is_empty() && !changed.is_created()) {
            return self.destroy();
        }
        if changed.is_created() {
            self.storage_known = true;
            self.storage.values_mut().for_each(|slot| slot.now = U256::ZERO);
        }
        for (key, slot) in changed.storage {
            if slot.is_changed() {
                let before = if self.destroyed { U256::ZERO } else { slot.original_value };
                self.storage.entry(key).or_insert(Slot { before, now: before }).now = slot.present_value;
            }
        }
        self.now = Some(changed.info);
    }

    /// EIP-161 destroys an account that is empty and touched, too. One that does not exist stays as it is.
    fn destroy(&mut self) {
        if self.now.take().is_some() {
            self.destroyed = true;
            self.storage_known = true;
            self.storage.clear();
        }
    }

    /// What the block changed in it; `None` where changes cancel out.
    fn diff(&self, empty_accounts: bool) -> Option<AccountDiff> {
        let after = self.now.as_ref().filter(|info| empty_accounts || !info.is_empty()).map(account);
        // An account that did not exist has no storage to wipe.
        let storage_wiped = self.destroyed && self.before.is_some();
        let storage: BTreeMap<U256, U256> = match after {
            Some(_) => {
                let changed = self.storage.iter().filter(|(_, slot)| slot.now != slot.before);
                changed.map(|(key, slot)| (*key, slot.now)).collect()
            }
            None => BTreeMap::new(),
        };
        if self.before == after && !storage_wiped && storage.is_empty() {
            return None;
        }
        Some(AccountDiff { account: after, storage_wiped, storage })
    }

    /// Code that the account got in this block.
    fn new_code(&self) -> Option<(B256, &Bytecode)> {
        let now = self.now.as_ref()?;
        let hash = real_code_hash(now.code_hash);
        let known = self.before.is_some_and(|before| before.code_hash == hash);
        if known || hash == KECCAK_EMPTY { None } else { Some((hash, now.code.as_ref()?)) }
    }
}

fn account(info: &AccountInfo) -> Account {
    Account { nonce: info.nonce, balance: info.balance, code_hash: real_code_hash(info.code_hash) }
}

impl<'a> BlockState<'a> {
    /// The parent's state, unchanged.
    pub(crate) fn new(parent: StateDatabase<'a>) -> Self {
        Self { parent, accounts: HashMap::default(), codes: HashMap::default(), block_hashes: HashMap::default() }
    }

    fn held(&mut self, address: Address) -> Result<&mut Held, DatabaseFault> {
        match self.accounts.entry(address) {
            Entry::Occupied(held) => Ok(held.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(Held::new(self.parent.basic_ref(address)?))),
        }
    }

    /// The account as it stands now.
    pub(crate) fn account(&mut self, address: Address) -> Result<Option<&AccountInfo>, DatabaseFault> {
        Ok(self.held(address)?.now.as_ref())
    }

    /// Credits balances, in wei, that no transaction moves.
    pub(crate) fn credit(&mut self, amounts: impl IntoIterator<Item = (Address, u128)>) -> Result<(), DatabaseFault> {
        for (address, amount) in amounts.into_iter().filter(|(_, amount)| *amount > 0) {
            let held = self.held(address)?;
            held.changed = true;
            let info = held.now.get_or_insert_default();
            info.balance = info.balance.saturating_add(U256::from(amount));
        }
        Ok(())
    }

    /// Empties accounts and gives the sum of what they held, in wei.
    pub(crate) fn drain(&mut self, addresses: impl IntoIterator<Item = Address>) -> Result<u128, DatabaseFault> {
        let mut sum = 0_u128;
        for address in addresses {
            let held = self.held(address)?;
            let Some(info) = &mut held.now else { continue };
            held.changed = true;
            sum = sum.saturating_add(std::mem::take(&mut info.balance).saturating_to());
        }
        Ok(sum)
    }

    /// What the block changed so far, sorted, without changes that cancel out.
    ///
    /// Since Spurious Dragon (EIP-161) there are no empty accounts: `empty_accounts` says that the block is older.
    pub(crate) fn diff(&self, empty_accounts: bool) -> StateDiff {
        // Sorted before it is built, so the map fills its nodes one after another; what is moved for it is small.
        let mut changed: Vec<(&Address, &Held)> = self.accounts.iter().filter(|(_, held)| held.changed).collect();
        changed.sort_unstable_by_key(|(address, _)| *address);
        let codes = changed.iter().filter_map(|(_, held)| held.new_code());
        let codes = codes.map(|(hash, code)| (hash, code.original_bytes())).collect();
        let accounts = changed.iter().filter_map(|(address, held)| Some((**address, held.diff(empty_accounts)?)));
        StateDiff { accounts: accounts.collect(), codes }
    }
}

impl Database for BlockState<'_> {
    type Error = DatabaseFault;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        Ok(self.held(address)?.now.clone())
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        match self.codes.entry(code_hash) {
            Entry::Occupied(code) => Ok(code.get().clone()),
            Entry::Vacant(place) => Ok(place.insert(self.parent.code_by_hash_ref(code_hash)?).clone()),
        }
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, Self::Error> {
        let parent = self.parent;
        let held = self.held(address)?;
        match held.storage.entry(index) {
            Entry::Occupied(slot) => Ok(slot.get().now),
            Entry::Vacant(_) if held.storage_known => Ok(U256::ZERO),
            Entry::Vacant(place) => {
                let value = parent.storage_ref(address, index)?;
                Ok(place.insert(Slot { before: value, now: value }).now)
            }
        }
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Self::Error> {
        match self.block_hashes.entry(number) {
            Entry::Occupied(hash) => Ok(*hash.get()),
            Entry::Vacant(place) => Ok(*place.insert(self.parent.block_hash_ref(number)?)),
        }
    }
}

/// Reads that leave no trace: for inspectors.
impl DatabaseRef for BlockState<'_> {
    type Error = DatabaseFault;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        match self.accounts.get(&address) {
            Some(held) => Ok(held.now.clone()),
            None => self.parent.basic_ref(address),
        }
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        match self.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.parent.code_by_hash_ref(code_hash),
        }
    }

    fn storage_ref(&self, address: Address, index: U256) -> Result<U256, Self::Error> {
        match self.accounts.get(&address) {
            Some(held) => match held.storage.get(&index) {
                Some(slot) => Ok(slot.now),
                None if held.storage_known => Ok(U256::ZERO),
                None => self.parent.storage_ref(address, index),
            },
            None => self.parent.storage_ref(address, index),
        }
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Self::Error> {
        self.parent.block_hash_ref(number)
    }
}

impl DatabaseCommit for BlockState<'_> {
    fn commit(&mut self, changes: AddressMap<state::Account>) {
        for (address, changed) in changes {
            if !changed.is_touched() {
                continue;
            }
            if changed.is_created()
                && let Some(code) = &changed.info.code
            {
                self.codes.insert(changed.info.code_hash, code.clone());
            }
            let held = self.accounts.entry(address).or_insert_with(|| {
                let known = !changed.is_loaded_as_not_existing();
                Held::new(known.then(|| changed.original_info()))
            });
            held.apply(changed);
        }
    }
}
