//! Loading a whole state at once: what a block by block commit would take hours for.

use crate::{
    Database, StorageError,
    codec::{encode_account, encode_slot},
    database::{io, meta},
    keys,
    tables::Table,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_primitives::Account;
use praxis_trie::{Nibbles, TrieStream, account_leaf, slot_leaves};
use rocksdb::{WriteBatch, WriteOptions};
use std::{cell::RefCell, rc::Rc};

/// Bytes that are collected before they are written.
const BATCH_BYTES: usize = 8 << 20;

/// Writes flat tables and trie nodes of a state whose accounts come in the order of their hashed addresses. The database
/// must hold no block; afterwards its genesis is committed with an empty difference. A database whose loading did not end is
/// refused when it is opened.
pub struct StateLoader<'a> {
    sink: Rc<RefCell<Sink<'a>>>,
    accounts: TrieStream<NodeSink<'a>>,
}

type NodeSink<'a> = Box<dyn FnMut(Nibbles, Vec<u8>) + 'a>;

/// The batch at hand, and the first error: a trie's sink has no way to give one.
struct Sink<'a> {
    database: &'a Database,
    batch: WriteBatch,
    error: Option<StorageError>,
}

impl Sink<'_> {
    fn put(&mut self, table: Table, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let put = self.database.rocks.table(table).map(|column| self.batch.put_cf(column, key, value));
        let written = put.and_then(|()| if self.batch.size_in_bytes() < BATCH_BYTES { Ok(()) } else { self.write() });
        if let Err(error) = written {
            self.error.get_or_insert(error);
        }
    }

    /// Without the log: either the loading ends, and everything is flushed, or the folder is refused.
    fn write(&mut self) -> Result<(), StorageError> {
        let mut options = WriteOptions::default();
        options.disable_wal(true);
        let batch = std::mem::take(&mut self.batch);
        self.database.rocks.db.write_opt(batch, &options).map_err(|error| io("write", "(batch)", &error))
    }

    fn check(&mut self) -> Result<(), StorageError> {
        self.error.take().map_or(Ok(()), Err)
    }
}

impl<'a> StateLoader<'a> {
    /// Begins. Holds the writer's place by being the only one that knows the new database.
    ///
    /// # Errors
    /// When the database holds a block, or cannot be written.
    pub fn new(database: &'a Database) -> Result<Self, StorageError> {
        if database.heads()?.is_some() {
            return Err(StorageError::NotEmpty);
        }
        let column = database.rocks.table(Table::Meta)?;
        database.rocks.db.put_cf(column, meta::LOADING, []).map_err(|error| io("write", "meta", &error))?;
        let sink = Rc::new(RefCell::new(Sink { database, batch: WriteBatch::default(), error: None }));
        let nodes = sink.clone();
        let put: NodeSink<'a> =
            Box::new(move |path, rlp| nodes.borrow_mut().put(Table::AccountNodes, keys::path(&path), rlp));
        Ok(Self { sink, accounts: TrieStream::new(put) })
    }

    /// Adds a code.
    pub fn code(&mut self, code: &Bytes) {
        self.sink.borrow_mut().put(Table::Code, keccak256(code), code);
    }

    /// Adds an account with its slots; keccak256 of its address is above that of the one before.
    ///
    /// # Errors
    /// When it is not, or the database cannot be written.
    pub fn account(
        &mut self,
        address: Address,
        account: &Account,
        slots: impl IntoIterator<Item = (U256, U256)> + Clone,
    ) -> Result<(), StorageError> {
        let hashed = keccak256(address);
        let storage_root = {
            let mut sink = self.sink.borrow_mut();
            sink.put(Table::Accounts, address, encode_account(account));
            for (slot, value) in slots.clone() {
                if let Some(value) = encode_slot(value) {
                    sink.put(Table::Storage, keys::slot(address, slot), value);
                }
            }
            let mut storage =
                TrieStream::new(|path, rlp| sink.put(Table::StorageNodes, keys::storage_path(hashed, &path), rlp));
            for (key, value) in slot_leaves(slots) {
                // A slot that comes twice counts once.
                let _ = storage.add(key, value);
            }
            storage.finish()
        };
        let (key, leaf) = account_leaf(hashed, account, storage_root);
        if !self.accounts.add(key, leaf) {
            return Err(StorageError::LoadOrder { address });
        }
        self.sink.borrow_mut().check()
    }

    /// Ends the loading, and gives the state root.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish(self) -> Result<B256, StorageError> {
        let root = self.accounts.finish();
        let mut sink = self.sink.borrow_mut();
        sink.check()?;
        sink.write()?;
        let rocks = &sink.database.rocks;
        for table in Table::ALL {
            let column = rocks.table(table)?;
            rocks.db.flush_cf(column).map_err(|error| io("write", table.name(), &error))?;
            // Otherwise the first blocks are executed beside the sorting of everything that was loaded.
            rocks.db.compact_range_cf(column, None::<&[u8]>, None::<&[u8]>);
        }
        let column = rocks.table(Table::Meta)?;
        rocks.db.delete_cf(column, meta::LOADING).map_err(|error| io("write", "meta", &error))?;
        Ok(root)
    }
}
