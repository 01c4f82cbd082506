//! Copies, and going on from them.

use super::{World, make, open};
use crate::{Access, Database, DatabaseOptions, StorageError};

#[test]
fn a_snapshot_is_the_chain_of_one_instant() {
    let mut world = World::new(21);
    world.extend(1, 12);
    let parent = tempfile::tempdir().unwrap();
    let copy = parent.path().join("copy");
    let heads = world.db.snapshot(&copy).unwrap();
    assert_eq!(heads.head, world.made[12].id());
    let error = world.db.snapshot(&copy).unwrap_err();
    assert!(matches!(error, StorageError::SnapshotExists { .. }), "{error}");
    world.extend(2, 3);

    let db = open(&copy, &world.made[0]);
    assert_eq!(db.heads().unwrap(), Some(heads));
    assert_eq!(db.verify(&mut |_, _| {}).unwrap().differences, []);
    // The two go their own ways.
    let next = make(99, Some(heads.head), &db.state_latest().unwrap());
    db.commit_block(next.commit()).unwrap();
    assert_ne!(db.hash_of(13).unwrap(), world.db.hash_of(13).unwrap());
    assert_eq!(world.db.verify(&mut |_, _| {}).unwrap().differences, []);
}

#[test]
fn a_copy_is_reset_below_what_its_maker_called_final() {
    let mut world = World::new(22);
    world.extend(1, 12);
    world.db.set_safe(world.made[11].id()).unwrap();
    world.db.set_finalized(world.made[10].id()).unwrap();
    world.db.prune_history(3).unwrap();
    assert!(matches!(world.db.unwind_to(7), Err(StorageError::BelowFinalized { .. })));
    let heads = world.db.reset_to(7).unwrap();
    assert_eq!((heads.head, heads.safe, heads.finalized), [7; 3].map(|n: usize| world.made[n].id()).into());
    let view = world.db.state_latest().unwrap();
    assert_eq!(view.full_state_root().unwrap(), world.made[7].outcome.root);
    assert!(matches!(world.db.reset_to(2), Err(StorageError::Pruned { number: 2, earliest: 3 })));
    assert!(matches!(world.db.reset_to(8), Err(StorageError::NoSuchBlock { number: 8, head: 7 })));
}

#[test]
fn a_database_is_read_beside_the_process_that_writes() {
    let mut world = World::new(23);
    world.extend(1, 5);
    let options = DatabaseOptions::default();
    let beside = Database::open_existing(world.folder.path(), Access::Read, &options).unwrap();
    assert_eq!(beside.identity(), world.db.identity());
    assert_eq!(beside.heads().unwrap().unwrap().head, world.made[5].id());
    assert_eq!(beside.verify(&mut |_, _| {}).unwrap().differences, []);
    let stats = beside.stats().unwrap();
    assert_eq!(stats.heads, world.db.heads().unwrap());
    assert!(stats.tables.iter().any(|table| table.name == "headers" && table.rows == 6), "{stats:?}");
    assert!(beside.set_safe(world.made[1].id()).is_err(), "it was opened to read");
    assert!(matches!(
        Database::open_existing(world.folder.path(), Access::Write, &options),
        Err(StorageError::Locked { .. })
    ));
    let empty = tempfile::tempdir().unwrap();
    let error = Database::open_existing(empty.path(), Access::Read, &options).unwrap_err();
    assert!(matches!(error, StorageError::NoDatabase { .. }), "{error}");
}
