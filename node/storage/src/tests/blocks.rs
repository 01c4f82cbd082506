//! Blocks, heads and cursors.

use super::{World, genesis, identity, open};
use crate::{CommitBlock, Database, HeadUpdate, Heads, StorageError, tables::Table};
use alloy_primitives::B256;
use praxis_primitives::BlockNumHash;

#[test]
fn blocks_read_back_by_number_hash_and_transaction() {
    let mut world = World::new(3);
    world.extend(4, 12);
    let db = &world.db;
    let mut transactions = 0;
    for made in &world.made {
        let id = made.id();
        assert_eq!(db.hash_of(id.number).unwrap(), Some(id.hash));
        assert_eq!(db.number_of(id.hash).unwrap(), Some(id.number));
        assert_eq!(db.block(id.number).unwrap().as_ref(), Some(&made.block));
        assert_eq!(db.block_by_hash(id.hash).unwrap().as_ref(), Some(&made.block));
        assert_eq!(db.block(id.number).unwrap().unwrap().senders(), made.block.senders());
        assert_eq!(db.header(id.number).unwrap().unwrap().hash(), id.hash);
        assert_eq!(db.header_by_hash(id.hash).unwrap().unwrap().header(), made.block.header());
        assert_eq!(db.header(id.number).unwrap().unwrap().header().hash_slow(), id.hash);
        assert_eq!(db.receipts(id.number).unwrap().as_ref(), Some(&made.receipts));
        assert_eq!(db.receipts_by_hash(id.hash).unwrap().as_ref(), Some(&made.receipts));
        if id.number > 0 {
            assert_eq!(db.inferences(id.number).unwrap().as_ref(), Some(&made.inferences));
        }
        for (index, transaction) in (0u32..).zip(&made.block.body().transactions) {
            assert_eq!(db.transaction_location(transaction.hash()).unwrap(), Some((id.number, index)));
            transactions += 1;
        }
    }
    assert!(transactions > 10, "{transactions} transactions");
    assert!(world.made.iter().any(|made| !made.inferences.is_empty()));
    assert_eq!(db.block(13).unwrap(), None);
    assert_eq!(db.receipts(13).unwrap(), None);
    assert_eq!(db.inferences(13).unwrap(), None);
    assert_eq!(db.block_by_hash(B256::ZERO).unwrap(), None);
    assert_eq!(db.transaction_location(B256::ZERO).unwrap(), None);
}

#[test]
fn an_empty_database_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let made = genesis(1);
    let db = open(folder.path(), &made);
    assert_eq!(db.heads().unwrap(), None);
    assert!(matches!(db.state_latest(), Err(StorageError::Empty)));
    assert!(matches!(db.commit_block(made.commit()), Err(StorageError::Empty)));
    assert!(matches!(db.unwind_to(0), Err(StorageError::Empty)));
}

#[test]
fn only_its_own_genesis_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (genesis(1), genesis(2));
    let db = Database::open(folder.path(), identity(&ours)).unwrap();
    let commit = |made: &super::Made| db.commit_genesis(&made.block, &made.diff, &made.outcome.updates);
    assert!(matches!(commit(&other), Err(StorageError::WrongGenesis { .. })));
    assert_eq!(commit(&ours).unwrap().finalized, ours.id());
    assert!(matches!(commit(&ours), Err(StorageError::NotEmpty)));
}

#[test]
fn what_does_not_follow_the_head_is_refused_and_writes_nothing() {
    let mut world = World::new(3);
    world.extend(4, 3);
    let before = world.db.heads().unwrap();
    let again = &world.made[3];
    assert!(matches!(world.db.commit_block(again.commit()), Err(StorageError::NotNext { number: 3, .. })));
    let elsewhere = BlockNumHash::new(3, B256::repeat_byte(1));
    let other_parent = super::make(4, Some(elsewhere), &world.db.state_latest().unwrap());
    assert!(matches!(world.db.commit_block(other_parent.commit()), Err(StorageError::NotNext { number: 4, .. })));

    let next = (5u64..).map(|seed| world.next(seed)).find(|made| !made.receipts.is_empty()).unwrap();
    let short = CommitBlock { receipts: &[], ..next.commit() };
    assert!(matches!(world.db.commit_block(short), Err(StorageError::Counts { .. })));
    let ahead = BlockNumHash::new(9, B256::repeat_byte(9));
    let unknown = CommitBlock { heads: HeadUpdate { safe: Some(ahead), finalized: None }, ..next.commit() };
    assert!(matches!(world.db.commit_block(unknown), Err(StorageError::NotCanonical { label: "safe", .. })));
    assert_eq!(world.db.heads().unwrap(), before);
    assert_eq!(world.db.state_latest().unwrap().full_state_root().unwrap(), world.made[3].outcome.root);
}

#[test]
fn heads_stay_in_order_and_on_the_chain() {
    let mut world = World::new(3);
    world.extend(4, 6);
    let id = |number: usize| world.made[number].id();
    let db = &world.db;
    assert_eq!(db.set_safe(id(4)).unwrap(), Heads { head: id(6), safe: id(4), finalized: id(0) });
    assert!(matches!(db.set_finalized(id(5)), Err(StorageError::HeadOrder { finalized: 5, safe: 4, head: 6 })));
    db.set_finalized(id(2)).unwrap();
    assert!(matches!(db.set_finalized(id(1)), Err(StorageError::BelowFinalized { .. })));
    assert!(matches!(db.set_safe(id(1)), Err(StorageError::HeadOrder { .. })));
    db.set_safe(id(3)).unwrap();
    let stranger = BlockNumHash::new(4, B256::repeat_byte(4));
    assert!(matches!(db.set_safe(stranger), Err(StorageError::NotCanonical { label: "safe", .. })));

    assert!(matches!(db.unwind_to(1), Err(StorageError::BelowFinalized { target: 1, finalized: 2 })));
    assert!(matches!(db.unwind_to(7), Err(StorageError::NoSuchBlock { number: 7, head: 6 })));
    assert_eq!(db.unwind_to(2).unwrap(), Heads { head: id(2), safe: id(2), finalized: id(2) });
}

#[test]
fn a_block_heads_and_cursors_move_at_once() {
    let mut world = World::new(3);
    world.extend(4, 2);
    let next = world.next(5);
    let heads = HeadUpdate { safe: Some(next.id()), finalized: Some(world.made[1].id()) };
    let commit = CommitBlock { heads, cursors: &[("verifier", b"17"), ("batcher", b"")], ..next.commit() };
    let after = world.db.commit_block(commit).unwrap();
    assert_eq!(after, Heads { head: next.id(), safe: next.id(), finalized: world.made[1].id() });
    assert_eq!(world.db.meta_get("verifier").unwrap().as_deref(), Some(&b"17"[..]));
    assert_eq!(world.db.meta_get("batcher").unwrap().as_deref(), Some(&b""[..]));
    world.db.meta_put_all(&[("a", b"1"), ("b", b"2")]).unwrap();
    world.db.meta_delete("a").unwrap();
    assert_eq!((world.db.meta_get("a").unwrap(), world.db.meta_get("b").unwrap()), (None, Some(b"2".to_vec())));
    // A role's name cannot reach the database's own rows.
    world.db.meta_put("\0head", b"nonsense").unwrap();
    assert_eq!(world.db.heads().unwrap(), Some(after));
}

#[test]
fn a_corrupt_row_names_table_and_key() {
    let mut world = World::new(3);
    world.extend(4, 3);
    let db = &world.db;
    let key = 2u64.to_be_bytes();
    for (table, garbage) in [
        (Table::Receipts, &b"\xc1"[..]),
        (Table::Bodies, b""),
        (Table::Headers, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        (Table::Canonical, b"short"),
    ] {
        db.rocks.db.put_cf(db.rocks.table(table).unwrap(), key, garbage).unwrap();
        let error = match table {
            Table::Receipts => db.receipts(2).unwrap_err(),
            _ => db.block(2).unwrap_err(),
        };
        let text = error.to_string();
        assert!(matches!(error, StorageError::Corrupt { .. }), "{text}");
        assert!(text.contains(table.name()) && text.contains("0x0000000000000002"), "{text}");
    }
}
