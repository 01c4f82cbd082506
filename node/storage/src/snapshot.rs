//! Copies of the database at one instant.

use crate::{Database, HeadUpdate, Heads, StorageError, database::io, failpoint::Write};
use praxis_primitives::BlockNumHash;
use rocksdb::{WriteBatch, checkpoint::Checkpoint};
use std::path::Path;

impl Database {
    /// Writes the whole database to a new folder `to`. On one file system its files are hard links: that takes a moment and
    /// no space until the database goes on.
    ///
    /// # Errors
    /// When `to` exists, or cannot be written.
    pub fn snapshot(&self, to: &Path) -> Result<Heads, StorageError> {
        if to.exists() {
            return Err(StorageError::SnapshotExists { path: to.to_owned() });
        }
        let _turn = self.turn();
        let heads = self.heads()?.ok_or(StorageError::Empty)?;
        let failed = |error| io("snapshot", "(all)", &error);
        Checkpoint::new(&self.rocks.db).and_then(|checkpoint| checkpoint.create_checkpoint(to)).map_err(failed)?;
        Ok(heads)
    }

    /// Makes block `number` the head, the safe and the finalized one, also when it stands below the finalized block: for a
    /// copy of somebody else's database, whose word for what is final does not count.
    ///
    /// # Errors
    /// When there is no such block, or states have been pruned down to where the chain would go back to.
    pub fn reset_to(&self, number: u64) -> Result<Heads, StorageError> {
        {
            let _turn = self.turn();
            let reader = self.reader();
            let heads = reader.heads()?.ok_or(StorageError::Empty)?;
            let earliest = reader.earliest_state()?;
            if number < earliest {
                return Err(StorageError::Pruned { number, earliest });
            }
            let missing = StorageError::NoSuchBlock { number, head: heads.head.number };
            let id = BlockNumHash::new(number, reader.hash_of(number)?.ok_or(missing)?);
            let mut batch = WriteBatch::default();
            let lower = |head: BlockNumHash| if head.number > number { id } else { head };
            let heads = Heads { head: heads.head, safe: lower(heads.safe), finalized: lower(heads.finalized) };
            self.put_heads(&mut batch, heads)?;
            self.write(Write::Heads, batch)?;
        }
        self.unwind_to(number)?;
        let id = self.heads()?.ok_or(StorageError::Empty)?.head;
        self.set_heads(HeadUpdate { safe: Some(id), finalized: Some(id) }, &[])
    }
}
