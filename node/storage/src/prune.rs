//! Forgetting old states.

use crate::{
    Database, StorageError,
    codec::{Change, decode_changes},
    database::meta,
    keys,
    tables::Table,
};
use rocksdb::WriteBatch;

impl Database {
    /// Forgets the states before block `before_block`; its own stays, and so do all blocks, receipts, inferences and
    /// models. One atomic batch per block: a crash on the way loses nothing that was to be kept. Gives the oldest state
    /// that is kept, which is older than asked for never, newer when an earlier call went further.
    ///
    /// # Errors
    /// When `before_block` is above the finalized block, down to which the chain must be able to go back.
    pub fn prune_history(&self, before_block: u64) -> Result<u64, StorageError> {
        let _turn = self.turn();
        let reader = self.reader();
        let finalized = reader.heads()?.ok_or(StorageError::Empty)?.finalized.number;
        if before_block > finalized {
            return Err(StorageError::BelowFinalized { target: before_block, finalized });
        }
        let mut earliest = reader.earliest_state()?;
        while earliest < before_block {
            earliest += 1;
            let row = earliest.to_be_bytes();
            let mut batch = WriteBatch::default();
            for change in reader.decode(Table::Changes, &row, decode_changes)?.unwrap_or_default() {
                if let Change::State(table, key) = change {
                    batch.delete_cf(self.rocks.table(table.history())?, keys::history(&key, earliest));
                }
            }
            batch.delete_cf(self.rocks.table(Table::Changes)?, row);
            batch.put_cf(self.rocks.table(Table::Meta)?, meta::EARLIEST_STATE, row);
            self.write(batch)?;
        }
        Ok(earliest)
    }
}
