//! The state root after a block.

use crate::{
    NodeReader, StorageTrieUpdates, TrieError, TrieUpdates, TrieWork,
    parallel::{Updated, update},
    reader::Source,
    sparse::{NodeChanges, SparseTrie},
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::{Encodable, RlpDecodable, RlpEncodable};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};
use praxis_primitives::{Account, AccountBefore, AccountDiff, StateBefore, StateDiff};
use std::collections::BTreeMap;

/// An account as its leaf holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub(crate) struct AccountLeaf {
    pub(crate) nonce: u64,
    pub(crate) balance: U256,
    pub(crate) storage_root: B256,
    pub(crate) code_hash: B256,
}

impl AccountLeaf {
    pub(crate) const fn new(account: &Account, storage_root: B256) -> Self {
        Self { nonce: account.nonce, balance: account.balance, storage_root, code_hash: account.code_hash }
    }

    pub(crate) const fn account(&self) -> Account {
        Account { nonce: self.nonce, balance: self.balance, code_hash: self.code_hash }
    }
}

/// A root and what changes in the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootOutcome {
    /// The root of the state that the reader holds; compare it with the parent's header.
    pub previous_root: B256,
    /// The root after the diff.
    pub root: B256,
    /// Nodes to write and delete.
    pub updates: TrieUpdates,
    /// Storage roots of the accounts in the diff that still exist.
    pub storage_roots: BTreeMap<Address, B256>,
    /// What it cost.
    pub work: TrieWork,
}

impl RootOutcome {
    /// Storage root of `address` after the diff; `reader` is the one that the root was computed from. The block's
    /// `withdrawalsRoot` is that of the message passer.
    ///
    /// # Errors
    /// When the account trie cannot be read.
    pub fn storage_root_of(&self, reader: &dyn NodeReader, address: Address) -> Result<B256, TrieError> {
        match self.storage_roots.get(&address) {
            Some(root) => Ok(*root),
            None => storage_root_of(reader, address),
        }
    }
}

/// An account that changes.
struct Changed<'d> {
    address: Address,
    hashed: B256,
    change: &'d AccountDiff,
    before: Option<&'d AccountBefore>,
}

/// What an account's change gives beside its leaf.
struct AccountUpdate {
    address: Address,
    storage_root: B256,
    storage: Option<(B256, StorageTrieUpdates)>,
    work: TrieWork,
}

/// Applies `diff` to the state that `reader` holds. Reads only nodes on changed paths; depends on nothing but the two.
/// Many changes are made by several threads.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn state_root(reader: &dyn NodeReader, diff: &StateDiff) -> Result<RootOutcome, TrieError> {
    state_root_knowing(reader, diff, &StateBefore::default())
}

/// The same with less to read: the leaves that `before` speaks of are made from it where they are what the trie holds, which
/// their hashes say. The root does not depend on it.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn state_root_knowing(
    reader: &dyn NodeReader,
    diff: &StateDiff,
    before: &StateBefore,
) -> Result<RootOutcome, TrieError> {
    let mut changes: Vec<_> = diff
        .accounts
        .iter()
        .map(|(address, change)| {
            let (hashed, before) = (keccak256(address), before.accounts.get(address));
            (Nibbles::unpack(hashed), Changed { address: *address, hashed, change, before })
        })
        .collect();
    changes.sort_unstable_by_key(|(key, _)| *key);
    let updated = update(Source::Accounts(reader), None, &changes, &|accounts, key, changed| {
        update_account(reader, accounts, key, changed)
    })?;

    let mut updates = TrieUpdates { account_nodes: updated.changes, storage: BTreeMap::new() };
    let (mut storage_roots, mut work) = (BTreeMap::new(), updated.work);
    for account in updated.results {
        storage_roots.insert(account.address, account.storage_root);
        updates.storage.extend(account.storage);
        work += account.work;
    }
    Ok(RootOutcome { previous_root: updated.opened_root, root: updated.root, updates, storage_roots, work })
}

fn update_account(
    reader: &dyn NodeReader,
    accounts: &mut SparseTrie<'_>,
    key: &Nibbles,
    &Changed { address, hashed, change, before }: &Changed<'_>,
) -> Result<AccountUpdate, TrieError> {
    expect_account(accounts, key, before);
    let old_root = match accounts.get(key)? {
        None => EMPTY_ROOT_HASH,
        Some(rlp) => decode_leaf(reader, rlp, *key)?.storage_root,
    };
    let had_storage = old_root != EMPTY_ROOT_HASH;
    let mut update = AccountUpdate { address, storage_root: EMPTY_ROOT_HASH, storage: None, work: TrieWork::default() };
    let Some(account) = &change.account else {
        accounts.remove(key)?;
        update.storage = had_storage.then(|| (hashed, StorageTrieUpdates { wiped: true, nodes: NodeChanges::new() }));
        return Ok(update);
    };
    let wiped = change.storage_wiped && had_storage;
    let base = if change.storage_wiped { EMPTY_ROOT_HASH } else { old_root };
    let mut nodes = NodeChanges::new();
    (update.storage_root, nodes) = match change.storage.is_empty() {
        true => (base, nodes),
        false => {
            let storage = update_storage(reader, hashed, base, change, before)?;
            update.work += storage.work;
            (storage.root, storage.changes)
        }
    };
    update.storage = (wiped || !nodes.is_empty()).then_some((hashed, StorageTrieUpdates { wiped, nodes }));
    accounts.insert(key, alloy_rlp::encode(AccountLeaf::new(account, update.storage_root)))?;
    Ok(update)
}

fn update_storage(
    reader: &dyn NodeReader,
    hashed: B256,
    base: B256,
    change: &AccountDiff,
    before: Option<&AccountBefore>,
) -> Result<Updated<()>, TrieError> {
    let source = if base == EMPTY_ROOT_HASH { Source::Fresh(hashed) } else { Source::Storage(reader, hashed) };
    let old = |slot| before.and_then(|before| before.storage.get(slot)).copied().unwrap_or_default();
    let mut changes: Vec<_> =
        change.storage.iter().map(|(slot, value)| (slot_key(*slot), (*value, old(slot)))).collect();
    changes.sort_unstable_by_key(|(key, _)| *key);
    update(source, Some(base), &changes, &|trie, key, (value, old)| {
        expect_slot(trie, key, *old);
        if value.is_zero() { trie.remove(key) } else { trie.insert(key, encode_slot(*value)) }
    })
}

/// Tells the account trie what an account's leaf was. Where there is code there may be storage, whose root is in the leaf and
/// nowhere else.
pub(crate) fn expect_account(accounts: &mut SparseTrie<'_>, key: &Nibbles, before: Option<&AccountBefore>) {
    if let Some(account) =
        before.and_then(|before| before.account).filter(|account| account.code_hash == KECCAK256_EMPTY)
    {
        accounts.expect(*key, alloy_rlp::encode(AccountLeaf::new(&account, EMPTY_ROOT_HASH)));
    }
}

/// Tells a storage trie what a slot's leaf was.
pub(crate) fn expect_slot(trie: &mut SparseTrie<'_>, key: &Nibbles, old: U256) {
    if !old.is_zero() {
        trie.expect(*key, encode_slot(old));
    }
}

/// Storage root of `address` in the state that `reader` holds; that of the empty trie where there is no such account.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn storage_root_of(reader: &dyn NodeReader, address: Address) -> Result<B256, TrieError> {
    Ok(account_at(reader, address)?.map_or(EMPTY_ROOT_HASH, |(_, root)| root))
}

/// An account and the root of its storage, read from the trie; `None` where there is no such account.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn account_at(reader: &dyn NodeReader, address: Address) -> Result<Option<(Account, B256)>, TrieError> {
    let key = Nibbles::unpack(keccak256(address));
    let mut accounts = SparseTrie::open(Source::Accounts(reader), None)?;
    let Some(rlp) = accounts.get(&key)? else { return Ok(None) };
    let leaf = decode_leaf(reader, rlp, key)?;
    Ok(Some((leaf.account(), leaf.storage_root)))
}

/// A slot's value under `storage_root`, which is that of `address`; zero where it is unset.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn slot_at(reader: &dyn NodeReader, address: Address, storage_root: B256, slot: U256) -> Result<U256, TrieError> {
    if storage_root == EMPTY_ROOT_HASH {
        return Ok(U256::ZERO);
    }
    let (key, source) = (slot_key(slot), Source::Storage(reader, keccak256(address)));
    match SparseTrie::open(source, Some(storage_root))?.get(&key)? {
        None => Ok(U256::ZERO),
        Some(rlp) => decode_slot(source, key, rlp),
    }
}

/// A slot's value from its leaf.
pub(crate) fn decode_slot(source: Source<'_>, key: Nibbles, rlp: &[u8]) -> Result<U256, TrieError> {
    alloy_rlp::decode_exact(rlp).map_err(|_| source.corrupt(key, "its value is not the RLP of an integer"))
}

/// An account's leaf; `key` names it in the error.
pub(crate) fn decode_leaf(reader: &dyn NodeReader, rlp: &[u8], key: Nibbles) -> Result<AccountLeaf, TrieError> {
    alloy_rlp::decode_exact(rlp)
        .map_err(|_| Source::Accounts(reader).corrupt(key, "its value is not the RLP of an account"))
}

/// Key of a slot: the nibbles of keccak256 of its 32 bytes.
pub(crate) fn slot_key(slot: U256) -> Nibbles {
    Nibbles::unpack(keccak256(slot.to_be_bytes::<32>()))
}

/// A slot's value as its leaf holds it.
pub(crate) fn encode_slot(value: U256) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.length());
    value.encode(&mut out);
    out
}
