//! The state root after a block.

use crate::{
    NodeReader, StorageTrieUpdates, TrieError, TrieUpdates,
    reader::Source,
    sparse::{NodeChanges, SparseTrie},
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_rlp::{Encodable, RlpDecodable, RlpEncodable};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};
use praxis_primitives::{Account, AccountDiff, StateDiff};
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

/// Applies `diff` to the state that `reader` holds. Reads only nodes on changed paths; depends on nothing but the two.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn state_root(reader: &dyn NodeReader, diff: &StateDiff) -> Result<RootOutcome, TrieError> {
    let mut accounts = SparseTrie::open(Source::Accounts(reader))?;
    let previous_root = accounts.opened_root();
    let mut updates = TrieUpdates::default();
    let mut storage_roots = BTreeMap::new();

    for (address, change) in &diff.accounts {
        let hashed = keccak256(address);
        let key = Nibbles::unpack(hashed);
        let old_root = match accounts.get(&key)? {
            None => EMPTY_ROOT_HASH,
            Some(rlp) => decode_leaf(reader, rlp, key)?.storage_root,
        };
        let had_storage = old_root != EMPTY_ROOT_HASH;
        let Some(account) = &change.account else {
            accounts.remove(&key)?;
            storage_roots.insert(*address, EMPTY_ROOT_HASH);
            if had_storage {
                updates.storage.insert(hashed, StorageTrieUpdates { wiped: true, nodes: NodeChanges::new() });
            }
            continue;
        };
        let wiped = change.storage_wiped && had_storage;
        let base = if change.storage_wiped { EMPTY_ROOT_HASH } else { old_root };
        let (root, nodes) = storage_changes(reader, hashed, base, change)?;
        if wiped || !nodes.is_empty() {
            updates.storage.insert(hashed, StorageTrieUpdates { wiped, nodes });
        }
        storage_roots.insert(*address, root);
        accounts.insert(&key, alloy_rlp::encode(AccountLeaf::new(account, root)))?;
    }

    let (root, account_nodes) = accounts.finish();
    updates.account_nodes = account_nodes;
    Ok(RootOutcome { previous_root, root, updates, storage_roots })
}

fn storage_changes(
    reader: &dyn NodeReader,
    hashed: B256,
    base: B256,
    change: &AccountDiff,
) -> Result<(B256, NodeChanges), TrieError> {
    if change.storage.is_empty() {
        return Ok((base, NodeChanges::new()));
    }
    let source = if base == EMPTY_ROOT_HASH { Source::Fresh(hashed) } else { Source::Storage(reader, hashed) };
    let mut trie = SparseTrie::open_at(source, base)?;
    for (slot, value) in &change.storage {
        let key = slot_key(*slot);
        if value.is_zero() {
            trie.remove(&key)?;
        } else {
            trie.insert(&key, encode_slot(*value))?;
        }
    }
    Ok(trie.finish())
}

/// Storage root of `address` in the state that `reader` holds; that of the empty trie where there is no such account.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn storage_root_of(reader: &dyn NodeReader, address: Address) -> Result<B256, TrieError> {
    let key = Nibbles::unpack(keccak256(address));
    let mut accounts = SparseTrie::open(Source::Accounts(reader))?;
    match accounts.get(&key)? {
        None => Ok(EMPTY_ROOT_HASH),
        Some(rlp) => Ok(decode_leaf(reader, rlp, key)?.storage_root),
    }
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
