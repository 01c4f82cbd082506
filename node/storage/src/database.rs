//! Opening the database, its identity, and other roles' cursors.

use crate::{
    DatabaseOptions, Durability, HeadUpdate, Heads, Origin, Reader, StateView, StorageError,
    codec::{At, encode_id},
    failpoint::{self, Side, Write},
    tables::Table,
};
use alloy_primitives::B256;
use parking_lot::{Mutex, MutexGuard};
use praxis_primitives::{BlockNumHash, InferenceEntry, Receipt, RecoveredBlock, SealedHeader};
use praxis_trie::NodeCache;
use rocksdb::{ColumnFamily, DB, Options, WriteBatch, WriteOptions};
use std::{path::Path, sync::Arc};

/// Layout of tables, keys and values that this program reads and writes. Any change of one raises it.
pub const SCHEMA_VERSION: u32 = 2;

/// Which chain a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainIdentity {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Hash of the genesis block.
    pub genesis_hash: B256,
}

/// What a database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read, beside the process that writes.
    Read,
    /// To write, alone.
    Write,
}

/// Names of the rows that the database keeps about itself. Other roles' names begin with another byte.
pub(crate) mod meta {
    pub(crate) const IDENTITY: &[u8] = b"\0identity";
    pub(crate) const HEAD: &[u8] = b"\0head";
    pub(crate) const SAFE: &[u8] = b"\0safe";
    pub(crate) const FINALIZED: &[u8] = b"\0finalized";
    pub(crate) const EARLIEST_STATE: &[u8] = b"\0earliest_state";
    pub(crate) const EARLIEST_PROOF: &[u8] = b"\0earliest_proof";
    pub(crate) const PROOFS_OF: &[u8] = b"\0proofs_of";
    pub(crate) const LOADING: &[u8] = b"\0loading";

    /// Key of another role's row.
    pub(crate) fn role(name: &str) -> Vec<u8> {
        [b"\x01", name.as_bytes()].concat()
    }
}

/// A chain on disk. Reads need no lock and never wait for a commit; commits, unwinds and pruning take turns.
pub struct Database {
    pub(crate) rocks: Arc<Rocks>,
    pub(crate) identity: ChainIdentity,
    durability: Durability,
    writer: Mutex<()>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("path", &self.rocks.db.path()).field("identity", &self.identity).finish()
    }
}

impl Database {
    /// Opens the database at `path` with the default options, or creates it.
    ///
    /// # Errors
    /// When the folder belongs to another chain or program, was written with another schema, is in use, or cannot be
    /// read and written.
    pub fn open(path: impl AsRef<Path>, identity: ChainIdentity) -> Result<Arc<Self>, StorageError> {
        Self::open_with(path, identity, &DatabaseOptions::default())
    }

    /// Opens the database at `path`, or creates it.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_with(
        path: impl AsRef<Path>,
        identity: ChainIdentity,
        options: &DatabaseOptions,
    ) -> Result<Arc<Self>, StorageError> {
        let path = path.as_ref();
        let db = open_rocks(path, options, Access::Write)?;
        let database = Self {
            rocks: Arc::new(Rocks::new(db, options)),
            identity,
            durability: options.durability,
            writer: Mutex::new(()),
        };
        database.check_identity(path)?;
        Ok(Arc::new(database))
    }

    /// Opens a database that is there, of whichever chain. To read, it may be in use by a node at the same time: then this
    /// shows the chain as it is now.
    ///
    /// # Errors
    /// When there is none, it was written with another schema, or it cannot be read.
    pub fn open_existing(
        path: impl AsRef<Path>,
        access: Access,
        options: &DatabaseOptions,
    ) -> Result<Arc<Self>, StorageError> {
        let path = path.as_ref();
        if !path.join("CURRENT").exists() {
            return Err(StorageError::NoDatabase { path: path.to_owned() });
        }
        let rocks = Rocks::new(open_rocks(path, options, access)?, options);
        let identity = stored_identity(&rocks, path)?.ok_or(StorageError::Empty)?;
        Ok(Arc::new(Self { rocks: Arc::new(rocks), identity, durability: options.durability, writer: Mutex::new(()) }))
    }

    fn check_identity(&self, path: &Path) -> Result<(), StorageError> {
        let Some(found) = stored_identity(&self.rocks, path)? else {
            let mut batch = WriteBatch::default();
            batch.put_cf(self.rocks.table(Table::Meta)?, meta::IDENTITY, encode_identity(self.identity));
            return self.write(Write::Identity, batch);
        };
        if self.rocks.get(Table::Meta, meta::LOADING)?.is_some() {
            return Err(StorageError::HalfLoaded { path: path.to_owned() });
        }
        if found != self.identity {
            return Err(StorageError::OtherChain {
                path: path.to_owned(),
                chain_id: self.identity.chain_id,
                genesis: self.identity.genesis_hash,
                found_chain_id: found.chain_id,
                found_genesis: found.genesis_hash,
            });
        }
        Ok(())
    }

    /// The chain that the database holds.
    pub const fn identity(&self) -> ChainIdentity {
        self.identity
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.rocks.db.path()
    }

    /// Everything as of now, unmoved by later commits and unwinds.
    pub fn reader(&self) -> Reader {
        Reader::new(self.rocks.clone())
    }

    /// The newest state.
    ///
    /// # Errors
    /// [`StorageError::Empty`] before the genesis block is committed.
    pub fn state_latest(&self) -> Result<StateView, StorageError> {
        self.reader().state_latest()
    }

    /// The state after block `number`.
    ///
    /// # Errors
    /// When there is no such block, or its state was pruned.
    pub fn state_at(&self, number: u64) -> Result<StateView, StorageError> {
        self.reader().state_at(number)
    }

    /// The heads; `None` before the genesis block is committed.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn heads(&self) -> Result<Option<Heads>, StorageError> {
        self.reader().heads()
    }

    /// Moves heads and writes other roles' cursors, at once.
    ///
    /// # Errors
    /// When a head is not on the chain or the heads would be out of order.
    pub fn set_heads(&self, update: HeadUpdate, cursors: &[(&str, &[u8])]) -> Result<Heads, StorageError> {
        let _turn = self.turn();
        let reader = self.reader();
        let heads = reader.moved_heads(reader.heads()?.ok_or(StorageError::Empty)?, update)?;
        let mut batch = WriteBatch::default();
        self.put_heads(&mut batch, heads)?;
        self.put_cursors(&mut batch, cursors)?;
        self.write(Write::Heads, batch)?;
        Ok(heads)
    }

    /// Moves the safe head.
    ///
    /// # Errors
    /// As [`Database::set_heads`].
    pub fn set_safe(&self, safe: BlockNumHash) -> Result<Heads, StorageError> {
        self.set_heads(HeadUpdate { safe: Some(safe), finalized: None }, &[])
    }

    /// Moves the finalized head.
    ///
    /// # Errors
    /// As [`Database::set_heads`].
    pub fn set_finalized(&self, finalized: BlockNumHash) -> Result<Heads, StorageError> {
        self.set_heads(HeadUpdate { safe: None, finalized: Some(finalized) }, &[])
    }

    /// A cursor that another role stored under `name`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn meta_get(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.rocks.get(Table::Meta, &meta::role(name))
    }

    /// Stores a cursor.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn meta_put(&self, name: &str, value: &[u8]) -> Result<(), StorageError> {
        self.meta_put_all(&[(name, value)])
    }

    /// Stores several cursors at once: all or none.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn meta_put_all(&self, cursors: &[(&str, &[u8])]) -> Result<(), StorageError> {
        let mut batch = WriteBatch::default();
        self.put_cursors(&mut batch, cursors)?;
        self.write(Write::Cursors, batch)
    }

    /// Removes a cursor, if there is one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn meta_delete(&self, name: &str) -> Result<(), StorageError> {
        let mut batch = WriteBatch::default();
        batch.delete_cf(self.rocks.table(Table::Meta)?, meta::role(name));
        self.write(Write::Cursors, batch)
    }

    /// Header of block `number`. This and the reads below are [`Reader`]'s, each through a snapshot of its own.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn header(&self, number: u64) -> Result<Option<SealedHeader>, StorageError> {
        self.reader().header(number)
    }

    /// Header of the block with this hash.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn header_by_hash(&self, hash: B256) -> Result<Option<SealedHeader>, StorageError> {
        self.reader().header_by_hash(hash)
    }

    /// Block `number` with its senders.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn block(&self, number: u64) -> Result<Option<RecoveredBlock>, StorageError> {
        self.reader().block(number)
    }

    /// The block with this hash, with its senders.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn block_by_hash(&self, hash: B256) -> Result<Option<RecoveredBlock>, StorageError> {
        self.reader().block_by_hash(hash)
    }

    /// Receipts of block `number`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn receipts(&self, number: u64) -> Result<Option<Vec<Receipt>>, StorageError> {
        self.reader().receipts(number)
    }

    /// Receipts of the block with this hash.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn receipts_by_hash(&self, hash: B256) -> Result<Option<Vec<Receipt>>, StorageError> {
        self.reader().receipts_by_hash(hash)
    }

    /// Hash of block `number`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn hash_of(&self, number: u64) -> Result<Option<B256>, StorageError> {
        self.reader().hash_of(number)
    }

    /// Number of the block with this hash.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn number_of(&self, hash: B256) -> Result<Option<u64>, StorageError> {
        self.reader().number_of(hash)
    }

    /// Block number and index of a transaction.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn transaction_location(&self, hash: B256) -> Result<Option<(u64, u32)>, StorageError> {
        self.reader().transaction_location(hash)
    }

    /// Inferences of block `number`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn inferences(&self, number: u64) -> Result<Option<Vec<InferenceEntry>>, StorageError> {
        self.reader().inferences(number)
    }

    /// Waits for the writer's turn. Held from reading the state that a batch follows from until it is written.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.writer.lock()
    }

    /// Writes a batch, all of it or nothing.
    pub(crate) fn write(&self, what: Write, batch: WriteBatch) -> Result<(), StorageError> {
        let mut options = WriteOptions::default();
        // What is forgotten can be forgotten again: no need to wait for the disk. The log keeps the order of writes.
        options.set_sync(self.durability == Durability::PowerLoss && what != Write::Prune);
        failpoint::pass(what, Side::Before);
        self.rocks.db.write_opt(batch, &options).map_err(|error| io("write", "(batch)", &error))?;
        failpoint::pass(what, Side::After);
        Ok(())
    }

    pub(crate) fn put_heads(&self, batch: &mut WriteBatch, heads: Heads) -> Result<(), StorageError> {
        let table = self.rocks.table(Table::Meta)?;
        batch.put_cf(table, meta::HEAD, encode_id(heads.head));
        batch.put_cf(table, meta::SAFE, encode_id(heads.safe));
        batch.put_cf(table, meta::FINALIZED, encode_id(heads.finalized));
        Ok(())
    }

    pub(crate) fn put_cursors(&self, batch: &mut WriteBatch, cursors: &[(&str, &[u8])]) -> Result<(), StorageError> {
        let table = self.rocks.table(Table::Meta)?;
        for (name, value) in cursors {
            batch.put_cf(table, meta::role(name), value);
        }
        Ok(())
    }
}

/// Which chain the tables hold; `None` in an empty database.
fn stored_identity(rocks: &Rocks, path: &Path) -> Result<Option<ChainIdentity>, StorageError> {
    let Some(stored) = rocks.get(Table::Meta, meta::IDENTITY)? else { return Ok(None) };
    let at = At { table: Table::Meta.name(), key: meta::IDENTITY };
    let (schema, rest) = stored.split_at_checked(4).ok_or_else(|| at.corrupt("the value is too short"))?;
    let found = u32::from_be_bytes(at.array(schema)?);
    if found != SCHEMA_VERSION {
        return Err(StorageError::Schema { path: path.to_owned(), expected: SCHEMA_VERSION, found });
    }
    let rest: [u8; 40] = at.array(rest)?;
    let (chain_id, genesis) = rest.split_at(8);
    Ok(Some(ChainIdentity {
        chain_id: u64::from_be_bytes(at.array(chain_id)?),
        genesis_hash: B256::from_slice(genesis),
    }))
}

fn encode_identity(identity: ChainIdentity) -> Vec<u8> {
    [&SCHEMA_VERSION.to_be_bytes()[..], &identity.chain_id.to_be_bytes(), identity.genesis_hash.as_slice()].concat()
}

/// RocksDB itself, shared by the database and every snapshot of it.
pub(crate) struct Rocks {
    pub(crate) db: DB,
    pub(crate) nodes: NodeCache,
    pub(crate) origin: Option<Origin>,
}

impl Rocks {
    fn new(db: DB, options: &DatabaseOptions) -> Self {
        Self { db, nodes: NodeCache::new(options.node_cache_bytes), origin: options.origin.clone() }
    }

    pub(crate) fn table(&self, table: Table) -> Result<&ColumnFamily, StorageError> {
        self.db.cf_handle(table.name()).ok_or_else(|| StorageError::Io {
            action: "find",
            table: table.name(),
            reason: "it was not opened".into(),
        })
    }

    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.db.get_cf(self.table(table)?, key).map_err(|error| io("read", table.name(), &error))
    }
}

pub(crate) fn io(action: &'static str, table: &'static str, error: &rocksdb::Error) -> StorageError {
    StorageError::Io { action, table, reason: error.to_string() }
}

fn open_rocks(path: &Path, options: &DatabaseOptions, access: Access) -> Result<DB, StorageError> {
    let open = |reason: String| StorageError::Open { path: path.to_owned(), reason };
    if access == Access::Write {
        std::fs::create_dir_all(path).map_err(|error| open(error.to_string()))?;
    }
    // A database begins with this file. One without our tables must not be given them.
    if path.join("CURRENT").exists() {
        let found = DB::list_cf(&Options::default(), path).map_err(|error| open(error.to_string()))?;
        if !found.iter().any(|name| name == Table::Meta.name()) {
            return Err(StorageError::NotOurs { path: path.to_owned() });
        }
        if let Some(unknown) = found.iter().find(|name| !is_known(name)) {
            return Err(open(format!("it has a table {unknown:?} that a newer version of this program wrote")));
        }
    }
    let mut database = options.database();
    let tables = options.tables(&mut database);
    let opened = match access {
        Access::Write => DB::open_cf_descriptors(&database, path, tables),
        Access::Read => DB::open_cf_descriptors_read_only(&database, path, tables, false),
    };
    opened.map_err(|error| {
        let reason = error.to_string();
        if reason.contains("LOCK") { StorageError::Locked { path: path.to_owned() } } else { open(reason) }
    })
}

fn is_known(name: &str) -> bool {
    name == "default" || Table::ALL.iter().any(|table| table.name() == name)
}
