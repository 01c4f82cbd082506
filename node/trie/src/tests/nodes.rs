//! The sparse trie on short keys, where extensions, nodes inside their parents and collapsing branches are common.

use crate::{
    MemoryNodes, NodeChange, TrieStream, TrieUpdates,
    parallel::update_with,
    reader::Source,
    sparse::{Finished, NodeChanges, SparseTrie},
};
use alloy_primitives::B256;
use alloy_trie::{HashBuilder, Nibbles};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

type Values = BTreeMap<Nibbles, Vec<u8>>;
type Changes = BTreeMap<Nibbles, Option<Vec<u8>>>;

/// Five nibbles out of three: most keys share prefixes.
fn key() -> impl Strategy<Value = Nibbles> {
    vec(prop_oneof![Just(0u8), Just(7), Just(15)], 5).prop_map(Nibbles::from_nibbles)
}

/// One byte makes nodes that stand in their parents, forty make nodes of their own.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(1u8..=255, 1), vec(any::<u8>(), 40), vec(any::<u8>(), 20..34)]
}

/// A batch of writes (`Some`) and deletions (`None`).
fn batch() -> impl Strategy<Value = Vec<(Nibbles, Option<Vec<u8>>)>> {
    vec((key(), prop_oneof![3 => value().prop_map(Some), 2 => Just(None)]), 0..12)
}

fn apply(nodes: &mut MemoryNodes, batch: &[(Nibbles, Option<Vec<u8>>)]) -> (B256, usize) {
    let reader = nodes.clone();
    let mut trie = SparseTrie::open(Source::Accounts(&reader), None).unwrap();
    for (key, value) in batch {
        match value {
            Some(value) => trie.insert(key, value.clone()).unwrap(),
            None => trie.remove(key).unwrap(),
        }
    }
    let Finished { root, changes, .. } = trie.finish();
    let count = changes.len();
    nodes.apply(&TrieUpdates { account_nodes: changes, storage: BTreeMap::new() });
    (root, count)
}

fn written(rlp: Vec<u8>) -> NodeChange {
    NodeChange { old: None, old_hash: None, new: Some(rlp.into()) }
}

fn reference(values: &Values) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in values {
        builder.add_leaf(*key, value);
    }
    builder.root()
}

fn from_nothing(values: &Values) -> MemoryNodes {
    let mut nodes = MemoryNodes::default();
    let batch: Vec<_> = values.iter().rev().map(|(key, value)| (*key, Some(value.clone()))).collect();
    apply(&mut nodes, &batch);
    nodes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The root is that of a builder that knows nothing of increments, and the stored nodes are exactly those of a trie
    /// built from nothing: none is missing, stale or left behind.
    #[test]
    fn batches_leave_the_trie_that_its_values_alone_determine(batches in vec(batch(), 1..8)) {
        let (mut nodes, mut values) = (MemoryNodes::default(), Values::new());
        for batch in &batches {
            for (key, value) in batch {
                match value {
                    Some(value) => values.insert(*key, value.clone()),
                    None => values.remove(key),
                };
            }
            let (root, _) = apply(&mut nodes, batch);
            prop_assert_eq!(root, reference(&values));
            prop_assert_eq!(&nodes, &from_nothing(&values));
        }
    }

    /// Writing what stands there already, or deleting what does not, changes no node.
    #[test]
    fn a_batch_that_changes_nothing_writes_nothing(first in batch(), absent in vec(key(), 0..6)) {
        let (mut nodes, mut values) = (MemoryNodes::default(), Values::new());
        for (key, value) in &first {
            match value {
                Some(value) => values.insert(*key, value.clone()),
                None => values.remove(key),
            };
        }
        let (root, _) = apply(&mut nodes, &first);
        let mut same: Vec<_> = values.iter().map(|(key, value)| (*key, Some(value.clone()))).collect();
        same.extend(absent.into_iter().filter(|key| !values.contains_key(key)).map(|key| (key, None)));
        prop_assert_eq!(apply(&mut nodes, &same), (root, 0));
    }

    /// Every value can be read back, and no other key gives one.
    #[test]
    fn values_read_back(first in batch(), other in key()) {
        let (mut nodes, mut values) = (MemoryNodes::default(), Values::new());
        for (key, value) in first.iter().filter_map(|(key, value)| value.as_ref().map(|value| (key, value))) {
            values.insert(*key, value.clone());
        }
        apply(&mut nodes, &values.iter().map(|(key, value)| (*key, Some(value.clone()))).collect::<Vec<_>>());
        let mut trie = SparseTrie::open(Source::Accounts(&nodes), None).unwrap();
        for (key, value) in &values {
            prop_assert_eq!(trie.get(key).unwrap(), Some(value.as_slice()));
        }
        prop_assert_eq!(trie.get(&other).unwrap().is_some(), values.contains_key(&other));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Several threads give what one gives, down to the last node, also where the root collapses.
    #[test]
    fn threads_change_nothing(first in batch(), second in batch(), threads in 2usize..5) {
        let mut nodes = MemoryNodes::default();
        apply(&mut nodes, &first);
        let changes: Vec<_> = second.into_iter().collect::<Changes>().into_iter().collect();
        let with = |threads| {
            update_with(threads, Source::Accounts(&nodes), None, &changes, &|trie, key, value: &Option<Vec<u8>>| {
                match value {
                    Some(value) => trie.insert(key, value.clone())?,
                    None => trie.remove(key)?,
                }
                Ok(*key)
            })
            .unwrap()
        };
        let (one, many) = (with(1), with(threads));
        prop_assert_eq!(one.root, many.root);
        prop_assert_eq!(one.opened_root, many.opened_root);
        prop_assert_eq!(one.changes, many.changes);
        prop_assert_eq!(one.results, many.results);
    }
}

proptest! {
    /// A trie that is loaded in order has the root and the nodes of one that grew.
    #[test]
    fn a_stream_gives_the_same_trie(values in batch()) {
        let values: Changes = values.into_iter().collect();
        let values: Values = values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let mut nodes = MemoryNodes::default();
        let (root, _) = apply(&mut nodes, &values.clone().into_iter().map(|(k, v)| (k, Some(v))).collect::<Vec<_>>());
        let mut stored = NodeChanges::new();
        let mut stream = TrieStream::new(|path, rlp| assert!(stored.insert(path, written(rlp)).is_none(), "stored twice"));
        for (key, value) in &values {
            prop_assert!(stream.add(*key, value.clone()));
            prop_assert!(!stream.add(*key, value.clone()), "a key comes once");
        }
        prop_assert_eq!(stream.finish(), root);
        let mut streamed = MemoryNodes::default();
        streamed.apply(&TrieUpdates { account_nodes: stored, storage: BTreeMap::new() });
        prop_assert_eq!(streamed, nodes);
    }
}
