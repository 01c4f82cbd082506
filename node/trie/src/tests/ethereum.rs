//! Ethereum's own tests of tries, read from outside the repository where they are.

use crate::{MemoryNodes, reader::Source, sparse::SparseTrie};
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::Nibbles;
use serde_json::Value;
use std::{env, fs, path::PathBuf};

/// Folder of the tests: in `PRAXIS_FIXTURES`, or in `shared/fixtures` beside the repository.
fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = env::var_os("PRAXIS_FIXTURES").map_or(beside, PathBuf::from).join("evm/TrieTests");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there; PRAXIS_FIXTURES names another folder of fixtures", folder.display());
        return None;
    }
    Some(folder)
}

/// A key or a value: hexadecimal or plain letters.
fn bytes(text: &str) -> Bytes {
    let plain = || Bytes::copy_from_slice(text.as_bytes());
    if text.starts_with("0x") { text.parse().unwrap_or_else(|_| plain()) } else { plain() }
}

/// Writes (`Some`) and deletions (`None`), in the order of the file.
fn operations(input: &Value) -> Vec<(Bytes, Option<Bytes>)> {
    match input {
        Value::Object(map) => map.iter().map(|(key, value)| (bytes(key), value.as_str().map(bytes))).collect(),
        Value::Array(pairs) => {
            let pair = |pair: &Value| (bytes(pair[0].as_str().unwrap()), pair[1].as_str().map(bytes));
            pairs.iter().map(pair).collect()
        }
        _ => panic!("neither an object nor a list: {input}"),
    }
}

fn root(operations: &[(Bytes, Option<Bytes>)], secure: bool) -> B256 {
    let nodes = MemoryNodes::default();
    let mut trie = SparseTrie::open(Source::Accounts(&nodes), None).unwrap();
    for (key, value) in operations {
        let path = if secure { Nibbles::unpack(keccak256(key)) } else { Nibbles::unpack(key) };
        match value {
            Some(value) => trie.insert(&path, value.to_vec()).unwrap(),
            None => trie.remove(&path).unwrap(),
        }
    }
    trie.finish().root
}

/// A key that begins another one: no trie of Ethereum's has that, since the keys of each have one length or are
/// prefix-free, and this trie has no values in branches.
fn has_prefixes(operations: &[(Bytes, Option<Bytes>)]) -> bool {
    operations.iter().any(|(a, _)| operations.iter().any(|(b, _)| a != b && b.starts_with(a)))
}

/// Runs a file; gives how many of its tests have roots that were compared.
fn run(file: &str, secure: bool) -> usize {
    let Some(folder) = folder() else { return usize::MAX };
    let tests: Value = serde_json::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap();
    let mut compared = 0;
    for (name, test) in tests.as_object().unwrap() {
        let operations = operations(&test["in"]);
        if !secure && has_prefixes(&operations) {
            continue;
        }
        let expected: B256 = test["root"].as_str().unwrap().parse().unwrap();
        assert_eq!(root(&operations, secure), expected, "{file}: {name}");
        if test["in"].is_object() {
            let backwards: Vec<_> = operations.into_iter().rev().collect();
            assert_eq!(root(&backwards, secure), expected, "{file}: {name}, backwards");
        }
        compared += 1;
    }
    compared
}

#[test]
fn secure_tries_have_the_roots_that_ethereum_says() {
    assert!(run("trieanyorder_secureTrie.json", true) >= 5);
    assert!(run("hex_encoded_securetrie_test.json", true) >= 3);
}

#[test]
fn tries_without_hashed_keys_do_too() {
    assert!(run("trietest.json", false) >= 1);
}
