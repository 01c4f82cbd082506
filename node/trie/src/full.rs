//! Roots from nothing: the reference that the incremental root is checked against.

use crate::state::{AccountLeaf, encode_slot};
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
    let leaves: BTreeMap<B256, Vec<u8>> = accounts
        .into_iter()
        .map(|(address, account, storage)| {
            let leaf = AccountLeaf::new(&account, full_storage_root(storage));
            (keccak256(address), alloy_rlp::encode(leaf))
        })
        .collect();
    root_of(&leaves)
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

fn root_of(leaves: &BTreeMap<B256, Vec<u8>>) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in leaves {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    builder.root()
}
