//! How large the database is.

use crate::{ChainIdentity, Database, Heads, SCHEMA_VERSION, StorageError, database::io, tables::Table};
use alloy_primitives::Address;
use rocksdb::properties;

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Layout of its tables.
    pub schema: u32,
    /// Which chain it holds.
    pub identity: ChainIdentity,
    /// Its heads; `None` before genesis.
    pub heads: Option<Heads>,
    /// The oldest block whose state is kept.
    pub earliest_state: u64,
    /// The oldest block as of which `proofs_of` can be proved.
    pub earliest_proof: u64,
    /// The account of which proofs outlive states.
    pub proofs_of: Option<Address>,
    /// Each table.
    pub tables: Vec<TableStats>,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStats {
    /// Its name.
    pub name: &'static str,
    /// RocksDB's estimate of its rows.
    pub rows: u64,
    /// Bytes of its files, and of what waits in memory to become one.
    pub bytes: u64,
}

impl Database {
    /// What the database holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn stats(&self) -> Result<Stats, StorageError> {
        let reader = self.reader();
        Ok(Stats {
            schema: SCHEMA_VERSION,
            identity: self.identity,
            heads: reader.heads()?,
            earliest_state: reader.earliest_state()?,
            earliest_proof: reader.earliest_proof()?,
            proofs_of: reader.proofs_of()?,
            tables: Table::ALL.into_iter().map(|table| self.table_stats(table)).collect::<Result<_, _>>()?,
        })
    }

    fn table_stats(&self, table: Table) -> Result<TableStats, StorageError> {
        let column = self.rocks.table(table)?;
        let property = |name| {
            let value = self.rocks.db.property_int_value_cf(column, name);
            Ok::<u64, StorageError>(value.map_err(|error| io("read", table.name(), &error))?.unwrap_or(0))
        };
        Ok(TableStats {
            name: table.name(),
            rows: property(properties::ESTIMATE_NUM_KEYS)?,
            bytes: property(properties::LIVE_SST_FILES_SIZE)? + property(properties::CUR_SIZE_ALL_MEM_TABLES)?,
        })
    }
}
