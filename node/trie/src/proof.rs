//! Merkle proofs of accounts and slots, present or absent.

use crate::{
    NodeReader, TrieError,
    node::{Node, decode},
    reader::Source,
    state::{decode_leaf, decode_slot, slot_key},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};
use praxis_primitives::Account;

/// Proof of an account and of some of its slots, as `eth_getProof` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountProof {
    /// The address.
    pub address: Address,
    /// The account; `None` when the proof shows that there is none.
    pub account: Option<Account>,
    /// Root of its storage; that of the empty trie where there is no account.
    pub storage_root: B256,
    /// RLP of the nodes from the state root down. Nodes that stand inside their parents are not listed again.
    pub proof: Vec<Bytes>,
    /// One proof per slot, in the order of the request.
    pub storage: Vec<StorageProof>,
}

/// Proof of one slot under an account's storage root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageProof {
    /// The slot.
    pub slot: U256,
    /// Its value; zero when the proof shows that it is unset.
    pub value: U256,
    /// RLP of the nodes from the storage root down; empty when the trie is.
    pub proof: Vec<Bytes>,
}

/// Proves `address` and `slots` in the state that `reader` holds. The caller bounds the number of slots.
///
/// # Errors
/// When a node is missing, corrupt or cannot be read.
pub fn account_proof(reader: &dyn NodeReader, address: Address, slots: &[U256]) -> Result<AccountProof, TrieError> {
    let hashed = keccak256(address);
    let key = Nibbles::unpack(hashed);
    let (value, proof) = prove(Source::Accounts(reader), None, key)?;
    let leaf = value.map(|rlp| decode_leaf(reader, &rlp, key)).transpose()?;
    let storage_root = leaf.map_or(EMPTY_ROOT_HASH, |leaf| leaf.storage_root);
    let storage =
        slots.iter().map(|slot| storage_proof(reader, hashed, storage_root, *slot)).collect::<Result<_, _>>()?;
    Ok(AccountProof { address, account: leaf.map(|leaf| leaf.account()), storage_root, proof, storage })
}

fn storage_proof(
    reader: &dyn NodeReader,
    hashed: B256,
    storage_root: B256,
    slot: U256,
) -> Result<StorageProof, TrieError> {
    if storage_root == EMPTY_ROOT_HASH {
        return Ok(StorageProof { slot, value: U256::ZERO, proof: Vec::new() });
    }
    let (key, source) = (slot_key(slot), Source::Storage(reader, hashed));
    let (value, proof) = prove(source, Some(storage_root), key)?;
    let value = match value {
        None => U256::ZERO,
        Some(rlp) => decode_slot(source, key, &rlp)?,
    };
    Ok(StorageProof { slot, value, proof })
}

/// Walks from the root to `key`, collecting each stored node on the way.
fn prove(
    source: Source<'_>,
    expected_root: Option<B256>,
    key: Nibbles,
) -> Result<(Option<Vec<u8>>, Vec<Bytes>), TrieError> {
    let mut proof = Vec::new();
    let mut path = Nibbles::new();
    let mut node = match source.read(&path, expected_root)? {
        Some(rlp) => take(source, path, expected_root, rlp, &mut proof)?,
        None => match expected_root {
            None | Some(EMPTY_ROOT_HASH) => return Ok((None, proof)),
            Some(hash) => return Err(TrieError::Missing { at: source.at(path), hash }),
        },
    };
    loop {
        let rest = key.slice(path.len()..);
        node = match node {
            Node::Hashed(hash) => {
                let rlp =
                    source.read(&path, Some(hash))?.ok_or_else(|| TrieError::Missing { at: source.at(path), hash })?;
                take(source, path, Some(hash), rlp, &mut proof)?
            }
            Node::Leaf { key, value } => return Ok(((key == rest).then_some(value), proof)),
            Node::Extension { key: run, child } => {
                if !rest.starts_with(&run) {
                    return Ok((None, proof));
                }
                path.extend(&run);
                *child
            }
            Node::Branch(mut children) => {
                let Some(nibble) = rest.first() else {
                    return Err(source.corrupt(path, "a branch below the length of a key"));
                };
                path.push(nibble);
                match children[usize::from(nibble)].take() {
                    None => return Ok((None, proof)),
                    Some(child) => child,
                }
            }
        };
    }
}

fn take(
    source: Source<'_>,
    path: Nibbles,
    expected: Option<B256>,
    rlp: Bytes,
    proof: &mut Vec<Bytes>,
) -> Result<Node, TrieError> {
    if let Some(expected) = expected {
        let actual = keccak256(&rlp);
        if actual != expected {
            return Err(TrieError::Mismatch { at: source.at(path), expected, actual });
        }
    }
    let node = decode(&rlp, path.len()).map_err(|reason| source.corrupt(path, reason))?;
    proof.push(rlp);
    Ok(node)
}
