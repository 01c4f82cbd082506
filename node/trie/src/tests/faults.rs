//! What a broken store gets, and how little is read of a whole one.

use crate::{MemoryNodes, NodeReader, TrieError, TrieName, account_proof, state_root};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::Nibbles;
use praxis_primitives::{Account, AccountDiff, Fault, StateDiff};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

fn change(account: Option<Account>, slots: u64) -> AccountDiff {
    let storage = (0..slots).map(|slot| (U256::from(slot), U256::from(slot + 1))).collect();
    AccountDiff { account, storage_wiped: false, storage }
}

fn account(nonce: u64) -> Option<Account> {
    Some(Account { nonce, ..Account::default() })
}

fn one(address: Address, change: AccountDiff) -> StateDiff {
    StateDiff { accounts: BTreeMap::from([(address, change)]), codes: BTreeMap::new() }
}

fn many(count: u64) -> MemoryNodes {
    let accounts = (0..count).map(|n| {
        let slots = if n == 1 { 200 } else { 0 };
        (Address::left_padding_from(&n.to_be_bytes()), change(account(n + 1), slots))
    });
    let mut nodes = MemoryNodes::default();
    let diff = StateDiff { accounts: accounts.collect(), codes: BTreeMap::new() };
    let updates = state_root(&nodes, &diff).unwrap().updates;
    nodes.apply(&updates);
    nodes
}

/// What a store does wrong at one path of the account trie.
enum Wrong {
    Gone,
    Bytes(Vec<u8>),
    Error,
}

struct Broken<'a> {
    nodes: &'a MemoryNodes,
    depth: usize,
    wrong: Wrong,
}

impl NodeReader for Broken<'_> {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        if path.len() != self.depth {
            return self.nodes.account_node(path);
        }
        match &self.wrong {
            Wrong::Gone => Ok(None),
            Wrong::Bytes(bytes) => Ok(Some(bytes.clone().into())),
            Wrong::Error => Err(Fault::new("the disk is gone")),
        }
    }

    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        self.nodes.storage_node(hashed_address, path)
    }
}

struct Counting<'a>(&'a MemoryNodes, AtomicUsize);

impl NodeReader for Counting<'_> {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        self.1.fetch_add(1, Relaxed);
        self.0.account_node(path)
    }

    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        self.1.fetch_add(1, Relaxed);
        self.0.storage_node(hashed_address, path)
    }
}

#[test]
fn only_the_changed_path_is_read() {
    let nodes = many(5000);
    let reader = Counting(&nodes, AtomicUsize::new(0));
    let diff = one(Address::left_padding_from(&7u64.to_be_bytes()), change(account(99), 0));
    let outcome = state_root(&reader, &diff).unwrap();
    // 5000 leaves stand about log16(5000) = 3.1 levels down.
    assert!((3..=7).contains(&reader.1.load(Relaxed)), "{} reads", reader.1.load(Relaxed));
    assert_eq!(outcome.updates.account_nodes.len(), reader.1.load(Relaxed));
}

#[test]
fn a_broken_store_is_an_error_that_names_trie_and_path() {
    let nodes = many(300);
    let address = Address::left_padding_from(&7u64.to_be_bytes());
    let run = |wrong| {
        let reader = Broken { nodes: &nodes, depth: 1, wrong };
        let error = state_root(&reader, &one(address, change(account(99), 0))).unwrap_err();
        let of_proof = account_proof(&reader, address, &[]).unwrap_err();
        assert_eq!(error.to_string(), of_proof.to_string());
        error
    };
    let first = Nibbles::unpack(keccak256(address)).slice(..1);
    assert!(
        matches!(run(Wrong::Gone), TrieError::Missing { at, .. } if at.path == first && at.trie == TrieName::Accounts)
    );
    assert!(matches!(run(Wrong::Bytes(vec![0xc0])), TrieError::Mismatch { at, .. } if at.path == first));
    let error = run(Wrong::Error);
    assert!(matches!(&error, TrieError::Read { at, .. } if at.path == first));
    assert!(error.to_string().contains("the disk is gone"), "{error}");
}

/// A root is checked by no parent, so any bytes can stand there.
#[test]
fn any_bytes_for_a_root_are_an_error_or_a_trie() {
    let leaf_too_deep = {
        let mut out = vec![0xe5, 0xa2, 0x20];
        out.extend([0x11; 33]);
        out.push(0x01);
        out
    };
    let lone_child = {
        let mut out = vec![0xf1, 0xa0];
        out.extend([9; 32]);
        out.extend([0x80; 16]);
        out
    };
    for bytes in [vec![], vec![0x80], vec![0xc0], vec![0xc2, 0x20, 0x01, 0x02], leaf_too_deep, lone_child] {
        let reader = Broken { nodes: &MemoryNodes::default(), depth: 0, wrong: Wrong::Bytes(bytes.clone()) };
        let error = state_root(&reader, &one(Address::ZERO, change(account(1), 0))).unwrap_err();
        assert!(matches!(error, TrieError::Corrupt { .. }), "{bytes:?}: {error}");
    }
}

#[test]
fn a_storage_trie_that_is_not_the_accounts_is_an_error() {
    let nodes = many(3);
    let address = Address::left_padding_from(&1u64.to_be_bytes());

    struct Elsewhere<'a>(&'a MemoryNodes, Option<Vec<u8>>);
    impl NodeReader for Elsewhere<'_> {
        fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
            self.0.account_node(path)
        }
        fn storage_node(&self, _: B256, _: &Nibbles) -> Result<Option<Bytes>, Fault> {
            Ok(self.1.clone().map(Bytes::from))
        }
    }

    let storage = TrieName::Storage(keccak256(address));
    let diff = one(address, change(account(5), 3));
    let empty = state_root(&Elsewhere(&nodes, None), &diff).unwrap_err();
    assert!(matches!(&empty, TrieError::Missing { at, .. } if at.trie == storage), "{empty}");
    let other = nodes.account_node(&Nibbles::new()).unwrap().unwrap().to_vec();
    let other = state_root(&Elsewhere(&nodes, Some(other)), &diff).unwrap_err();
    assert!(matches!(&other, TrieError::Mismatch { at, .. } if at.trie == storage), "{other}");
}

#[test]
fn an_account_that_goes_or_starts_anew_wipes_only_storage_that_there_is() {
    let nodes = many(3);
    let with_storage = Address::left_padding_from(&1u64.to_be_bytes());
    let without = Address::left_padding_from(&2u64.to_be_bytes());
    let wiped = |address, account| {
        let change = AccountDiff { account, storage_wiped: true, storage: BTreeMap::new() };
        state_root(&nodes, &one(address, change)).unwrap().updates.storage
    };
    assert!(wiped(with_storage, None)[&keccak256(with_storage)].wiped);
    assert!(wiped(with_storage, account(1))[&keccak256(with_storage)].wiped);
    assert!(wiped(without, None).is_empty());
    assert!(wiped(without, account(1)).is_empty());
}
