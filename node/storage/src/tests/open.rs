//! Opening: whose folder it is, and what stands in the way.

use super::{World, genesis, identity, open};
use crate::{ChainIdentity, Database, SCHEMA_VERSION, StorageError, database::meta, tables::Table};
use alloy_primitives::B256;

#[test]
fn a_chain_is_there_after_closing_and_opening() {
    let mut world = World::new(1);
    world.extend(2, 5);
    let (heads, root) = (world.db.heads().unwrap(), world.db.state_latest().unwrap().full_state_root().unwrap());
    let World { folder, db, made, .. } = world;
    drop(db);
    let db = open(folder.path(), &made[0]);
    assert_eq!(db.heads().unwrap(), heads);
    assert_eq!(db.state_latest().unwrap().full_state_root().unwrap(), root);
    assert_eq!(root, made[5].outcome.root);
}

#[test]
fn a_folder_of_another_chain_names_both() {
    let folder = tempfile::tempdir().unwrap();
    let identity = identity(&genesis(1));
    drop(Database::open(folder.path(), identity).unwrap());
    for other in
        [ChainIdentity { chain_id: 7, ..identity }, ChainIdentity { genesis_hash: B256::repeat_byte(0xab), ..identity }]
    {
        let error = Database::open(folder.path(), other).unwrap_err();
        assert!(matches!(error, StorageError::OtherChain { .. }), "{error}");
        let text = error.to_string();
        for part in [other.chain_id.to_string(), other.genesis_hash.to_string(), "1337".into()] {
            assert!(text.contains(&part), "{text} lacks {part}");
        }
    }
    Database::open(folder.path(), identity).unwrap();
}

#[test]
fn a_folder_in_use_says_so() {
    let world = World::new(1);
    let error = Database::open(world.folder.path(), identity(&world.made[0])).unwrap_err();
    assert!(matches!(error, StorageError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("in use by another process"), "{error}");
}

#[test]
fn a_folder_that_is_none_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let error = Database::open(&file, identity(&genesis(1))).unwrap_err();
    assert!(matches!(error, StorageError::Open { .. }), "{error}");
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(rocksdb::DB::open_default(folder.path()).unwrap());
    let error = Database::open(folder.path(), identity(&genesis(1))).unwrap_err();
    assert!(matches!(error, StorageError::NotOurs { .. }), "{error}");
    let tables = rocksdb::DB::list_cf(&rocksdb::Options::default(), folder.path()).unwrap();
    assert_eq!(tables, ["default"]);
}

#[test]
fn another_schema_names_both_versions() {
    let World { folder, db, made, .. } = World::new(1);
    let table = db.rocks.table(Table::Meta).unwrap();
    let mut stored = db.rocks.get(Table::Meta, meta::IDENTITY).unwrap().unwrap();
    stored[..4].copy_from_slice(&(SCHEMA_VERSION + 1).to_be_bytes());
    db.rocks.db.put_cf(table, meta::IDENTITY, stored).unwrap();
    drop(db);
    let error = Database::open(folder.path(), identity(&made[0])).unwrap_err();
    assert!(
        matches!(error, StorageError::Schema { expected: SCHEMA_VERSION, found, .. } if found == SCHEMA_VERSION + 1),
        "{error}"
    );
}

#[test]
fn a_reader_outlives_its_database() {
    let mut world = World::new(1);
    world.extend(2, 3);
    let view = world.db.state_latest().unwrap();
    let World { folder, db, made, .. } = world;
    drop(db);
    assert_eq!(view.full_state_root().unwrap(), made[3].outcome.root);
    drop(view);
    open(folder.path(), &made[0]);
}
