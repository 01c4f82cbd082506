//! Going back.

use crate::{
    Database, Heads, Reader, StorageError,
    codec::{At, Change, decode_changes, decode_previous},
    failpoint::Write,
    keys,
    tables::Table,
};
use alloy_consensus::BlockHeader;
use praxis_primitives::BlockNumHash;
use rocksdb::WriteBatch;

impl Database {
    /// Takes back blocks until `number` is the head. Each block goes in one atomic batch, so a crash on the way leaves a
    /// whole chain with a head somewhere between. The safe head moves back with them. Views of blocks that are gone go
    /// on showing them.
    ///
    /// # Errors
    /// When `number` is above the head, below the finalized block, or older than the oldest state that is kept.
    pub fn unwind_to(&self, number: u64) -> Result<Heads, StorageError> {
        let _turn = self.turn();
        let mut heads = self.heads()?.ok_or(StorageError::Empty)?;
        if number > heads.head.number {
            return Err(StorageError::NoSuchBlock { number, head: heads.head.number });
        }
        if number < heads.finalized.number {
            return Err(StorageError::BelowFinalized { target: number, finalized: heads.finalized.number });
        }
        let earliest = self.reader().earliest_state()?;
        if number < earliest {
            return Err(StorageError::Pruned { number, earliest });
        }
        while heads.head.number > number {
            heads = self.unwind_head(&self.reader(), heads)?;
            tracing::debug!(head = heads.head.number, "took a block back");
        }
        Ok(heads)
    }

    fn unwind_head(&self, reader: &Reader, heads: Heads) -> Result<Heads, StorageError> {
        let number = heads.head.number;
        let key = number.to_be_bytes();
        let missing = |table: Table| At { table: table.name(), key: &key }.corrupt("the row is missing");
        let block = reader.block(number)?.ok_or_else(|| missing(Table::Canonical))?;
        let changes = reader.decode(Table::Changes, &key, decode_changes)?.ok_or_else(|| missing(Table::Changes))?;

        let mut batch = WriteBatch::default();
        for change in &changes {
            self.take_back(&mut batch, reader, number, change)?;
        }
        for transaction in &block.body().transactions {
            batch.delete_cf(self.rocks.table(Table::Transactions)?, transaction.hash());
        }
        batch.delete_cf(self.rocks.table(Table::Numbers)?, block.hash());
        for table in
            [Table::Headers, Table::Bodies, Table::Receipts, Table::Canonical, Table::Inferences, Table::Changes]
        {
            batch.delete_cf(self.rocks.table(table)?, key);
        }
        let parent = BlockNumHash::new(number - 1, block.parent_hash());
        let safe = if heads.safe.number >= number { parent } else { heads.safe };
        let heads = Heads { head: parent, safe, finalized: heads.finalized };
        self.put_heads(&mut batch, heads)?;
        self.write(Write::Unwind, batch)?;
        Ok(heads)
    }

    fn take_back(
        &self,
        batch: &mut WriteBatch,
        reader: &Reader,
        number: u64,
        change: &Change,
    ) -> Result<(), StorageError> {
        let (table, key) = match change {
            Change::Chunk(key) => {
                batch.delete_cf(self.rocks.table(Table::ModelChunks)?, key);
                return Ok(());
            }
            Change::State(table, key) => (*table, key),
        };
        let row = keys::history(key, number);
        let at = At { table: table.history().name(), key: &row };
        let previous = reader.get(table.history(), &row)?.ok_or_else(|| at.corrupt("the row is missing"))?;
        let column = self.rocks.table(table.current())?;
        match decode_previous(at, &previous)? {
            Some(value) => batch.put_cf(column, key, value),
            None => batch.delete_cf(column, key),
        }
        batch.delete_cf(self.rocks.table(table.history())?, &row);
        Ok(())
    }
}
