//! The state of a block while it is executed: what its transactions read, and what they changed.

use crate::{
    bare_storage::real_code_hash,
    database::{DatabaseFault, StateDatabase},
};
use alloy_primitives::{
    Address, B256, U256,
    map::{AddressMap, B256Map, HashMap, hash_map::Entry},
};
use praxis_primitives::{Account, AccountBefore, AccountDiff, StateBefore, StateDiff};
use revm::{
    bytecode::Bytecode,
    database_interface::{Database, DatabaseCommit, DatabaseRef},
    primitives::KECCAK_EMPTY,
    state::{self, AccountInfo},
};
use std::collections::BTreeMap;

/// Is told what stood in accounts and slots when a transaction has changed them for the first time in a block, so that it can
/// fetch meanwhile what the end of the block will need. It has no say in what is executed.
pub trait FirstChanges: Send {
    /// A transaction has changed what stood like this in the parent's state.
    fn changed(&mut self, before: StateBefore);
}

/// The parent's state with the block's changes over it. Each account and slot keeps what stood in the parent's state beside
/// what stands now, so the block's difference is one pass over them at its end; revm's own state writes a transition for each
/// account of each transaction instead.
pub(crate) struct BlockState<'a> {
    parent: StateDatabase<'a>,
    accounts: AddressMap<Held>,
    codes: B256Map<Bytecode>,
    /// The EVM asks for the last 256 only.
    block_hashes: HashMap<u64, B256>,
    listener: Option<Box<dyn FirstChanges>>,
}

impl std::fmt::Debug for BlockState<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockState").field("accounts", &self.accounts).finish_non_exhaustive()
    }
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
    /// The listener knows that it changed.
    told: bool,
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
        Self {
            before,
            now: info,
            storage: HashMap::default(),
            changed: false,
            told: false,
            destroyed: false,
            storage_known,
        }
    }

    /// What a transaction is the first to change, as it stood before the block; `None` where that is nothing.
    fn first_changes(&mut self, changed: &state::Account) -> Option<AccountBefore> {
        let first = |key: &U256| self.storage.get(key).is_none_or(|slot| slot.now == slot.before);
        let slots = changed.storage.iter().filter(|(key, slot)| slot.is_changed() && first(key));
        let storage: BTreeMap<U256, U256> = slots.map(|(key, slot)| (*key, slot.original_value)).collect();
        if storage.is_empty() && (self.told || self.before == Some(account(&changed.info))) {
            return None;
        }
        self.told = true;
        Some(AccountBefore { account: self.before, storage })
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

    /// What the block changed in it, and what stood there before; `None` where changes cancel out.
    fn diff(&self, empty_accounts: bool) -> Option<(AccountDiff, AccountBefore)> {
        let after = self.now.as_ref().filter(|info| empty_accounts || !info.is_empty()).map(account);
        // An account that did not exist has no storage to wipe.
        let storage_wiped = self.destroyed && self.before.is_some();
        // Sorted before it is built, so the maps fill their nodes one after another.
        let mut changed: Vec<(U256, Slot)> = match after {
            Some(_) => self.storage.iter().filter(|(_, slot)| slot.now != slot.before).map(|(k, s)| (*k, *s)).collect(),
            None => Vec::new(),
        };
        if self.before == after && !storage_wiped && changed.is_empty() {
            return None;
        }
        changed.sort_unstable_by_key(|(key, _)| *key);
        // What stood in the slots of an account that was destroyed since is not known here.
        let known = if storage_wiped { &[][..] } else { &changed[..] };
        let before = AccountBefore {
            account: self.before,
            storage: known.iter().map(|(key, slot)| (*key, slot.before)).collect(),
        };
        let storage = changed.into_iter().map(|(key, slot)| (key, slot.now)).collect();
        Some((AccountDiff { account: after, storage_wiped, storage }, before))
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
        Self {
            parent,
            accounts: HashMap::default(),
            codes: HashMap::default(),
            block_hashes: HashMap::default(),
            listener: None,
        }
    }

    /// Tells `listener` of what transactions change from now on.
    pub(crate) fn tell(&mut self, listener: Box<dyn FirstChanges>) {
        self.listener = Some(listener);
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

    /// What the block changed so far, sorted, without changes that cancel out, and what stood there before.
    ///
    /// Since Spurious Dragon (EIP-161) there are no empty accounts: `empty_accounts` says that the block is older.
    pub(crate) fn diff(&self, empty_accounts: bool) -> (StateDiff, StateBefore) {
        // Sorted before it is built, so the map fills its nodes one after another; what is moved for it is small.
        let mut changed: Vec<(&Address, &Held)> = self.accounts.iter().filter(|(_, held)| held.changed).collect();
        changed.sort_unstable_by_key(|(address, _)| *address);
        let codes = changed.iter().filter_map(|(_, held)| held.new_code());
        let codes = codes.map(|(hash, code)| (hash, code.original_bytes())).collect();
        let diffs = changed.iter().filter_map(|(address, held)| Some((**address, held.diff(empty_accounts)?)));
        let (accounts, before) = diffs.map(|(address, (diff, before))| ((address, diff), (address, before))).unzip();
        (StateDiff { accounts, codes }, StateBefore { accounts: before })
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
        let mut before = StateBefore::default();
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
            if self.listener.is_some()
                && let Some(first) = held.first_changes(&changed)
            {
                before.accounts.insert(address, first);
            }
            held.apply(changed);
        }
        if let Some(listener) = self.listener.as_mut().filter(|_| !before.accounts.is_empty()) {
            listener.changed(before);
        }
    }
}
