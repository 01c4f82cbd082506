//! Ethereum's TrieTests. They are not part of the repository; without them the tests say so and pass.

use crate::{MemoryNodes, reader::Source, sparse::SparseTrie};
use alloy_primitives::{B256, hex, keccak256};
use alloy_trie::Nibbles;
use serde_json::Value;
use std::path::PathBuf;

struct Case {
    name: String,
    steps: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    in_order: bool,
    root: B256,
}

fn bytes(text: &str) -> Vec<u8> {
    match text.strip_prefix("0x") {
        Some(digits) => hex::decode(digits).unwrap(),
        None => text.as_bytes().to_vec(),
    }
}

fn load(file: &str) -> Option<Vec<Case>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/evm/TrieTests").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let Value::Object(cases) = serde_json::from_str(&text).unwrap() else { panic!("{file} is not an object") };
    let case = |(name, case): (String, Value)| {
        let step = |key: &str, value: &Value| (bytes(key), value.as_str().map(bytes));
        let steps = match &case["in"] {
            Value::Object(map) => map.iter().map(|(key, value)| step(key, value)).collect(),
            Value::Array(list) => list.iter().map(|pair| step(pair[0].as_str().unwrap(), &pair[1])).collect(),
            other => panic!("{name}: {other}"),
        };
        let in_order = case["in"].is_array();
        Case { name, steps, in_order, root: case["root"].as_str().unwrap().parse().unwrap() }
    };
    Some(cases.into_iter().map(case).collect())
}

fn root_of<'s>(steps: impl Iterator<Item = &'s (Vec<u8>, Option<Vec<u8>>)>, hashed: bool) -> B256 {
    let nodes = MemoryNodes::default();
    let mut trie = SparseTrie::open(Source::Accounts(&nodes), None).unwrap();
    for (key, value) in steps {
        let key = if hashed { Nibbles::unpack(keccak256(key)) } else { Nibbles::unpack(key) };
        match value {
            Some(value) => trie.insert(&key, value.clone()).unwrap(),
            None => trie.remove(&key).unwrap(),
        }
    }
    trie.finish().root
}

fn check(case: &Case, hashed: bool) {
    assert_eq!(root_of(case.steps.iter(), hashed), case.root, "{}", case.name);
    if !case.in_order {
        assert_eq!(root_of(case.steps.iter().rev(), hashed), case.root, "{} backwards", case.name);
    }
}

#[test]
fn secure_tries() {
    for file in ["hex_encoded_securetrie_test.json", "trieanyorder_secureTrie.json"] {
        let Some(cases) = load(file) else { return };
        assert!(!cases.is_empty(), "{file} holds no case");
        cases.iter().for_each(|case| check(case, true));
        eprintln!("{file}: {} cases", cases.len());
    }
}

/// Keys of a state trie have one length, so no branch holds a value; cases in which a key is a prefix of another, or is
/// longer than a hash, cannot arise.
#[test]
fn plain_tries() {
    let Some(cases) = load("trietest.json") else { return };
    let possible = |case: &&Case| {
        let keys: Vec<&Vec<u8>> = case.steps.iter().map(|(key, _)| key).collect();
        keys.iter().all(|a| a.len() <= 32 && keys.iter().all(|b| a == b || !b.starts_with(a)))
    };
    let ran: Vec<&Case> = cases.iter().filter(possible).collect();
    assert!(!ran.is_empty(), "trietest.json holds no case of keys that are not prefixes");
    ran.iter().for_each(|case| check(case, false));
    eprintln!(
        "trietest.json: {} of {} cases; the others have a key that is a prefix of another",
        ran.len(),
        cases.len()
    );
}
