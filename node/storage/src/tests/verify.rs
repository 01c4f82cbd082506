//! Damage is found and named.

use super::World;
use crate::{Difference, tables::Table};

fn world() -> World {
    let mut world = World::new(31);
    world.extend(1, 15);
    world
}

fn differences(world: &World) -> Vec<String> {
    world.db.verify(&mut |_, _| {}).unwrap().differences.iter().map(ToString::to_string).collect()
}

/// Key and value of some row.
fn row(world: &World, table: Table, skip: usize) -> (Vec<u8>, Vec<u8>) {
    let reader = world.db.reader();
    let mut rows = reader.rows(table, &[], &[]).unwrap();
    for _ in 0..skip {
        rows.advance();
    }
    let (key, value) = rows.current().unwrap().unwrap();
    (key.to_vec(), value.to_vec())
}

fn put(world: &World, table: Table, key: &[u8], value: &[u8]) {
    world.db.rocks.db.put_cf(world.db.rocks.table(table).unwrap(), key, value).unwrap();
}

fn delete(world: &World, table: Table, key: &[u8]) {
    world.db.rocks.db.delete_cf(world.db.rocks.table(table).unwrap(), key).unwrap();
}

#[test]
fn a_whole_chain_has_no_difference() {
    let world = world();
    let mut seen = Vec::new();
    let found = world.db.verify(&mut |done, all| seen.push((done, all))).unwrap();
    assert_eq!(found.differences, []);
    assert_eq!((found.blocks, found.recomputed), (16, world.made[15].outcome.root));
    let state = world.states.last().unwrap();
    assert_eq!(found.accounts, state.len() as u64);
    assert_eq!(found.slots, state.values().map(|(_, slots)| slots.len() as u64).sum::<u64>());
    assert_eq!(seen.last(), Some(&(15, 15)));
}

#[test]
fn a_changed_slot_names_its_account() {
    let world = world();
    let (key, _) = row(&world, Table::Storage, 0);
    put(&world, Table::Storage, &key, &[77]);
    let found = world.db.verify(&mut |_, _| {}).unwrap();
    assert!(matches!(found.differences[0], Difference::StateRoot { number: 15, .. }), "{:?}", found.differences);
    let named = found
        .differences
        .iter()
        .any(|found| matches!(found, Difference::Account { address, .. } if address.as_slice() == &key[..20]));
    assert!(named, "{:?}", found.differences);
}

#[test]
fn a_lost_node_and_one_too_many_are_counted() {
    let world = world();
    let (key, node) = row(&world, Table::AccountNodes, 1);
    delete(&world, Table::AccountNodes, &key);
    let text = differences(&world).join("\n");
    assert!(text.contains("missing, or not what the state makes them: 1 trie nodes"), "{text}");
    put(&world, Table::AccountNodes, &key, &node);
    assert_eq!(differences(&world), Vec::<String>::new());
    put(&world, Table::AccountNodes, &[9, 9, 9, 0], &node);
    let text = differences(&world).join("\n");
    assert!(text.contains("stored, and of no state: 1 trie nodes"), "{text}");
}

#[test]
fn damaged_blocks_and_indices_are_named() {
    for (table, text) in [
        (Table::Numbers, "does not lead to its number"),
        (Table::Transactions, "is not found by its hash"),
        (Table::Changes, "can't be taken back"),
        (Table::StorageHistory, "rows that it replaced are missing"),
    ] {
        let world = world();
        let (key, _) = row(&world, table, 0);
        delete(&world, table, &key);
        let found = differences(&world).join("\n");
        assert!(found.contains(text), "{}: {found}", table.name());
    }
    let world = world();
    let number = 4u64.to_be_bytes();
    let (_, other) = row(&world, Table::Receipts, 9);
    put(&world, Table::Receipts, &number, &other);
    put(&world, Table::Transactions, &[1; 32], &[0; 12]);
    let found = differences(&world).join("\n");
    assert!(found.contains("block 4: its receipts do not have the header's root"), "{found}");
    assert!(found.contains("table transactions has"), "{found}");
}
