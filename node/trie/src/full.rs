//! Roots from nothing: the reference that the incremental root is checked against.

use crate::state::{AccountLeaf, encode_slot, slot_key};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::{HashBuilder, Nibbles};
use praxis_primitives::Account;
use std::collections::BTreeMap;

/// State root of exactly these accounts with their storage, by code that shares nothing with
/// [`state_root`](crate::state_root) but the encoding of leaves. Holds a hash and a leaf per account in memory.
///
/// Empty accounts (EIP-161) must not be among them; slots that are zero count as unset.
pub fn full_root<S>(accounts: impl IntoIterator<Item = (Address, Account, S)>) -> B256
where
    S: IntoIterator<Item = (U256, U256)>,
{
    let accounts: BTreeMap<B256, (Account, B256)> = accounts
        .into_iter()
        .map(|(address, account, storage)| (keccak256(address), (account, full_storage_root(storage))))
        .collect();
    let mut root = FullRoot::default();
    for (hashed, (account, storage_root)) in accounts {
        root.add(hashed, &account, storage_root);
    }
    root.finish()
}

/// A state root from nothing, account by account: for states that do not fit in memory at once.
#[derive(Debug, Default)]
pub struct FullRoot(HashBuilder);

impl FullRoot {
    /// Adds an account. Hashed addresses must ascend.
    pub fn add(&mut self, hashed_address: B256, account: &Account, storage_root: B256) {
        let leaf = alloy_rlp::encode(AccountLeaf::new(account, storage_root));
        self.0.add_leaf(Nibbles::unpack(hashed_address), &leaf);
    }

    /// The root.
    pub fn finish(mut self) -> B256 {
        self.0.root()
    }
}

/// Storage root of exactly these slots; those that are zero count as unset.
pub fn full_storage_root(slots: impl IntoIterator<Item = (U256, U256)>) -> B256 {
    let leaves: BTreeMap<B256, Vec<u8>> = slots
        .into_iter()
        .filter(|(_, value)| !value.is_zero())
        .map(|(slot, value)| (keccak256(slot.to_be_bytes::<32>()), encode_slot(value)))
        .collect();
    root_of(&leaves)
}

/// An account's leaf, for loading a trie: its key and its value.
pub fn account_leaf(hashed_address: B256, account: &Account, storage_root: B256) -> (Nibbles, Vec<u8>) {
    (Nibbles::unpack(hashed_address), alloy_rlp::encode(AccountLeaf::new(account, storage_root)))
}

/// Leaves of an account's slots in the order of their keys, for loading a trie; those that are zero count as unset.
pub fn slot_leaves(slots: impl IntoIterator<Item = (U256, U256)>) -> Vec<(Nibbles, Vec<u8>)> {
    let set = slots.into_iter().filter(|(_, value)| !value.is_zero());
    let mut leaves: Vec<_> = set.map(|(slot, value)| (slot_key(slot), encode_slot(value))).collect();
    leaves.sort_unstable_by_key(|(key, _)| *key);
    leaves
}

fn root_of(leaves: &BTreeMap<B256, Vec<u8>>) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in leaves {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    builder.root()
}
