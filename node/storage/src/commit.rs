//! Committing a block.

use crate::{
    Database, HeadUpdate, Heads, Reader, StorageError,
    codec::{
        Change, encode_account, encode_body, encode_changes, encode_inferences, encode_location, encode_previous,
        encode_receipts, encode_slot,
    },
    failpoint::Write,
    keys,
    tables::{StateTable, Table},
};
use alloy_consensus::BlockHeader;
use alloy_primitives::Address;
use praxis_primitives::{
    AccountDiff, BlockNumHash, InferenceEntry, ModelChunk, Receipt, RecoveredBlock, StateBefore, StateDiff,
};
use praxis_trie::{NodeChange, TrieUpdates};
use rocksdb::WriteBatch;
use std::collections::BTreeMap;

/// A block and everything that follows from it.
#[derive(Debug, Clone, Copy)]
pub struct CommitBlock<'a> {
    /// The block with its senders. It follows the head.
    pub block: &'a RecoveredBlock,
    /// One receipt per transaction.
    pub receipts: &'a [Receipt],
    /// What it changed in the state.
    pub diff: &'a StateDiff,
    /// What stood there before, as far as it is known: history keeps it. The rest is read.
    pub before: &'a StateBefore,
    /// What it changed in the tries.
    pub trie: &'a TrieUpdates,
    /// The inferences that its transactions completed, in the order of its records.
    pub inferences: &'a [InferenceEntry],
    /// The chunks of models that its logs brought in.
    pub chunks: &'a [ModelChunk],
    /// Heads that move with it; the block itself may be among them.
    pub heads: HeadUpdate,
    /// Other roles' cursors that move with it.
    pub cursors: &'a [(&'a str, &'a [u8])],
}

impl Database {
    /// Commits the genesis block; all heads point to it.
    ///
    /// # Errors
    /// When there is one already, or it is not the one that the database was created for.
    pub fn commit_genesis(
        &self,
        block: &RecoveredBlock,
        diff: &StateDiff,
        trie: &TrieUpdates,
    ) -> Result<Heads, StorageError> {
        let _turn = self.turn();
        let reader = self.reader();
        if reader.heads()?.is_some() {
            return Err(StorageError::NotEmpty);
        }
        let id = BlockNumHash::new(block.number(), block.hash());
        if id.hash != self.identity.genesis_hash {
            return Err(StorageError::WrongGenesis { expected: self.identity.genesis_hash, found: id.hash });
        }
        check_counts(block, &[])?;
        let heads = Heads::genesis(id);
        let mut writer = BlockWriter::new(self, &reader, id.number);
        writer.block(block, &[], &[])?;
        writer.state(diff, &StateBefore::default())?;
        writer.tries(trie)?;
        // Nothing came before genesis, so its history would never be read.
        let batch = writer.finish(false)?;
        self.commit(Write::Genesis, batch, heads, &[])?;
        Ok(heads)
    }

    /// Commits a block that follows the head, in one atomic batch: after a crash either all of it is there or nothing.
    /// When this returns it is as durable as [`Durability`](crate::Durability) says.
    ///
    /// # Errors
    /// When the block does not follow the head, its parts do not fit together, a head in `heads` is not on the chain, or
    /// the database fails. Nothing is written then.
    pub fn commit_block(&self, commit: CommitBlock<'_>) -> Result<Heads, StorageError> {
        let _turn = self.turn();
        let reader = self.reader();
        let heads = reader.heads()?.ok_or(StorageError::Empty)?;
        let block = commit.block;
        let id = BlockNumHash::new(block.number(), block.hash());
        if heads.head.number.checked_add(1) != Some(id.number) || block.parent_hash() != heads.head.hash {
            return Err(StorageError::NotNext { number: id.number, parent: block.parent_hash(), head: heads.head });
        }
        check_counts(block, commit.receipts)?;
        let heads = reader.moved_heads(Heads { head: id, ..heads }, commit.heads)?;
        let mut writer = BlockWriter::new(self, &reader, id.number);
        writer.block(block, commit.receipts, commit.inferences)?;
        writer.state(commit.diff, commit.before)?;
        writer.tries(commit.trie)?;
        writer.chunks(commit.chunks)?;
        let batch = writer.finish(true)?;
        self.commit(Write::Commit, batch, heads, commit.cursors)?;
        self.forget_replaced(commit.trie);
        Ok(heads)
    }

    /// Nodes that the head's tries do not name any more leave the cache to those that they do.
    fn forget_replaced(&self, trie: &TrieUpdates) {
        let storage = trie.storage.values().flat_map(|changes| changes.nodes.values());
        for hash in trie.account_nodes.values().chain(storage).filter_map(|change| change.old_hash) {
            self.rocks.nodes.remove(&hash);
        }
    }

    fn commit(
        &self,
        what: Write,
        mut batch: WriteBatch,
        heads: Heads,
        cursors: &[(&str, &[u8])],
    ) -> Result<(), StorageError> {
        self.put_heads(&mut batch, heads)?;
        self.put_cursors(&mut batch, cursors)?;
        self.write(what, batch)
    }
}

fn check_counts(block: &RecoveredBlock, receipts: &[Receipt]) -> Result<(), StorageError> {
    let (transactions, senders) = (block.body().transactions.len(), block.senders().len());
    if transactions == senders && transactions == receipts.len() {
        return Ok(());
    }
    Err(StorageError::Counts { number: block.number(), transactions, senders, receipts: receipts.len() })
}

/// Rows to write (`Some`) or delete (`None`) in one table.
type RowChanges = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Collects a block's batch. Reads what the block replaces.
struct BlockWriter<'a> {
    database: &'a Database,
    reader: &'a Reader,
    number: u64,
    batch: WriteBatch,
    history: Vec<(Table, Vec<u8>, Vec<u8>)>,
    changes: Vec<Change>,
}

impl<'a> BlockWriter<'a> {
    fn new(database: &'a Database, reader: &'a Reader, number: u64) -> Self {
        Self { database, reader, number, batch: WriteBatch::default(), history: Vec::new(), changes: Vec::new() }
    }

    fn put(&mut self, table: Table, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<(), StorageError> {
        self.batch.put_cf(self.database.rocks.table(table)?, key, value);
        Ok(())
    }

    fn block(
        &mut self,
        block: &RecoveredBlock,
        receipts: &[Receipt],
        inferences: &[InferenceEntry],
    ) -> Result<(), StorageError> {
        let number = self.number.to_be_bytes();
        self.put(Table::Headers, number, alloy_rlp::encode(block.header()))?;
        self.put(Table::Bodies, number, encode_body(block.senders(), block.body()))?;
        self.put(Table::Receipts, number, encode_receipts(receipts))?;
        self.put(Table::Canonical, number, block.hash())?;
        self.put(Table::Numbers, block.hash(), number)?;
        for (index, transaction) in (0u32..).zip(&block.body().transactions) {
            self.put(Table::Transactions, transaction.hash(), encode_location(self.number, index))?;
        }
        if !inferences.is_empty() {
            self.put(Table::Inferences, number, encode_inferences(inferences))?;
        }
        Ok(())
    }

    fn state(&mut self, diff: &StateDiff, before: &StateBefore) -> Result<(), StorageError> {
        for (address, change) in &diff.accounts {
            // Of what a forked chain reads from its origin no row is stored, so what stood there says nothing of the rows.
            let before = before.accounts.get(address).filter(|_| self.database.rocks.origin.is_none());
            let account = change.account.as_ref().map(encode_account);
            let old = before.map(|before| before.account.as_ref().map(encode_account));
            self.change_from(StateTable::Accounts, address.to_vec(), old, account)?;
            if change.storage_wiped || change.account.is_none() {
                self.wiped_storage(address, change)?;
                continue;
            }
            for (slot, value) in &change.storage {
                let old = before.and_then(|before| before.storage.get(slot)).map(|old| encode_slot(*old));
                self.change_from(StateTable::Storage, keys::slot(*address, *slot).to_vec(), old, encode_slot(*value))?;
            }
        }
        for (hash, code) in &diff.codes {
            self.put(Table::Code, hash, code)?;
        }
        Ok(())
    }

    /// All slots of an account that goes, or starts anew with those of the change.
    fn wiped_storage(&mut self, address: &Address, change: &AccountDiff) -> Result<(), StorageError> {
        let mut slots = self.all_gone(StateTable::Storage, address.as_slice())?;
        if change.account.is_some() {
            let anew = change.storage.iter();
            slots.extend(anew.map(|(slot, value)| (keys::slot(*address, *slot).to_vec(), encode_slot(*value))));
        }
        self.change_all(StateTable::Storage, slots)
    }

    fn tries(&mut self, trie: &TrieUpdates) -> Result<(), StorageError> {
        for (path, node) in &trie.account_nodes {
            self.change_node(StateTable::AccountNodes, keys::path(path), node)?;
        }
        for (address, changes) in &trie.storage {
            let rows = changes.nodes.iter().map(|(path, node)| (keys::storage_path(*address, path), node));
            if !changes.wiped {
                for (key, node) in rows {
                    self.change_node(StateTable::StorageNodes, key, node)?;
                }
                continue;
            }
            let mut nodes = self.all_gone(StateTable::StorageNodes, address.as_slice())?;
            nodes.extend(rows.map(|(key, node)| (key, node.new.as_ref().map(|rlp| rlp.to_vec()))));
            self.change_all(StateTable::StorageNodes, nodes)?;
        }
        Ok(())
    }

    fn chunks(&mut self, chunks: &[ModelChunk]) -> Result<(), StorageError> {
        for chunk in chunks {
            let key = keys::chunk(chunk.model, chunk.index);
            // The same bytes, since both hash to the id: they stay those of the block that brought them first.
            if self.reader.get(Table::ModelChunks, &key)?.is_some() {
                continue;
            }
            let value = [&self.number.to_be_bytes()[..], &chunk.data].concat();
            self.put(Table::ModelChunks, key, value)?;
            self.changes.push(Change::Chunk(key.to_vec()));
        }
        Ok(())
    }

    /// The deletion of every row whose key begins with `prefix`. Each is listed, because history keeps each; since
    /// EIP-6780 an account that goes was created in the same transaction, and there are none.
    fn all_gone(&self, table: StateTable, prefix: &[u8]) -> Result<RowChanges, StorageError> {
        let mut gone = RowChanges::new();
        let mut rows = self.reader.rows(table.current(), prefix, prefix)?;
        while let Some((key, _)) = rows.current()? {
            gone.insert(key.to_vec(), None);
            rows.advance();
        }
        Ok(gone)
    }

    fn change_all(&mut self, table: StateTable, rows: RowChanges) -> Result<(), StorageError> {
        rows.into_iter().try_for_each(|(key, value)| self.change(table, key, value))
    }

    /// Replaces a row of which it is known what it holds; reads it where it is not.
    fn change_from(
        &mut self,
        table: StateTable,
        key: Vec<u8>,
        old: Option<Option<Vec<u8>>>,
        value: Option<Vec<u8>>,
    ) -> Result<(), StorageError> {
        match old {
            None => self.change(table, key, value),
            Some(old) if old == value => Ok(()),
            Some(old) => self.replace(table, key, old.as_deref(), value.as_deref()),
        }
    }

    /// Replaces a row and keeps what it replaces. A row that stays as it is leaves no history.
    fn change(&mut self, table: StateTable, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<(), StorageError> {
        let reader = self.reader;
        let old = reader.get(table.current(), &key)?;
        // What a forked chain clears of its origin is not there, and from now on known not to be.
        let cleared = value.is_none() && table.has_origin() && self.database.rocks.origin.is_some();
        if old.as_deref() == value.as_deref() && !cleared {
            return Ok(());
        }
        self.replace(table, key, old.as_deref(), value.as_deref())
    }

    /// The same of a node, whose old RLP the computation of the root has read and checked against its hash.
    fn change_node(&mut self, table: StateTable, key: Vec<u8>, node: &NodeChange) -> Result<(), StorageError> {
        self.replace(table, key, node.old.as_ref().map(AsRef::as_ref), node.new.as_ref().map(AsRef::as_ref))
    }

    fn replace(
        &mut self,
        table: StateTable,
        key: Vec<u8>,
        old: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<(), StorageError> {
        let column = self.database.rocks.table(table.current())?;
        match new {
            Some(value) => self.batch.put_cf(column, &key, value),
            None => self.batch.delete_cf(column, &key),
        }
        self.history.push((table.history(), keys::history(&key, self.number), encode_previous(old)));
        self.changes.push(Change::State(table, key));
        Ok(())
    }

    fn finish(mut self, with_history: bool) -> Result<WriteBatch, StorageError> {
        if with_history {
            for (table, key, value) in std::mem::take(&mut self.history) {
                self.put(table, key, value)?;
            }
            let changes = encode_changes(&self.changes);
            self.put(Table::Changes, self.number.to_be_bytes(), changes)?;
        }
        Ok(self.batch)
    }
}
