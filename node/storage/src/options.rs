//! How the database runs.

use crate::tables::Table;
use praxis_primitives::StateReader;
use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, ChecksumType, ColumnFamilyDescriptor, DBCompressionType, LogLevel,
    Options, WriteBufferManager,
};
use std::sync::Arc;

/// What a commit survives once it has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The death of the process, `kill -9` included: the operating system holds what was written. A loss of power or a
    /// crash of the system takes the newest blocks away, whole ones, from the head down.
    ProcessCrash,
    /// A loss of power as well: each commit waits for the disk, a few milliseconds on an SSD.
    #[default]
    PowerLoss,
}

/// State below a chain's own: what no block of the chain has written yet is read from here. It must never change, and it must answer
/// nothing for accounts that the chain's genesis has, or the genesis would not be what it says.
#[derive(Clone)]
pub struct Origin(pub Arc<dyn StateReader + Send + Sync>);

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Origin")
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Origin {}

/// How the database runs. The defaults suit a machine with 2 GiB of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseOptions {
    /// What a commit survives.
    pub durability: Durability,
    /// Cache of blocks, indexes, filters and write buffers, shared by all tables, in bytes.
    pub cache_bytes: usize,
    /// The part of it that write buffers may take, in bytes.
    pub write_buffer_bytes: usize,
    /// Files that may be open at once.
    pub open_files: u16,
    /// Cache of trie nodes by their hash, beside the other, in bytes.
    pub node_cache_bytes: usize,
    /// The state that a forked chain begins with; `None`: its genesis holds all of it.
    pub origin: Option<Origin>,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            durability: Durability::default(),
            cache_bytes: 128 << 20,
            write_buffer_bytes: 48 << 20,
            open_files: 512,
            node_cache_bytes: 128 << 20,
            origin: None,
        }
    }
}

impl DatabaseOptions {
    /// Options of the database as a whole.
    pub(crate) fn database(&self) -> Options {
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        options.set_max_open_files(i32::from(self.open_files));
        options.set_max_background_jobs(2);
        options.set_bytes_per_sync(1 << 20);
        // Bounds both the disk and the time that replaying the log takes at start.
        options.set_max_total_wal_size(128 << 20);
        options.set_log_level(LogLevel::Warn);
        options.set_max_log_file_size(4 << 20);
        options.set_keep_log_file_num(3);
        options
    }

    /// Options of each table, over one cache and one budget for write buffers.
    pub(crate) fn tables(&self, database: &mut Options) -> Vec<ColumnFamilyDescriptor> {
        let cache = Cache::new_lru_cache(self.cache_bytes);
        let buffers =
            WriteBufferManager::new_write_buffer_manager_with_cache(self.write_buffer_bytes, false, cache.clone());
        database.set_write_buffer_manager(&buffers);
        Table::ALL.iter().map(|table| ColumnFamilyDescriptor::new(table.name(), self.table(*table, &cache))).collect()
    }

    fn table(&self, table: Table, cache: &Cache) -> Options {
        let mut blocks = BlockBasedOptions::default();
        blocks.set_block_cache(cache);
        // Rows of state are read one by one, so most of a large block would be read for nothing.
        blocks.set_block_size(if table.is_read_by_point() { 4 << 10 } else { 16 << 10 });
        blocks.set_format_version(5);
        // CRC32c is computed by table where the build may not assume its instruction, and takes longer than the read.
        blocks.set_checksum_type(ChecksumType::XXH3);
        blocks.set_bloom_filter(10.0, false);
        blocks.set_cache_index_and_filter_blocks(true);
        blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
        // Index and filters are in parts: of a state that is larger than the cache, only the parts in use are held.
        blocks.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
        blocks.set_partition_filters(true);
        blocks.set_metadata_block_size(4 << 10);
        blocks.set_pin_top_level_index_and_filter(true);
        let mut options = Options::default();
        options.set_block_based_table_factory(&blocks);
        // A node is read because its parent names it, so a filter over most of them would say yes each time.
        options.set_optimize_filters_for_hits(matches!(table, Table::AccountNodes | Table::StorageNodes));
        options.set_write_buffer_size(self.write_buffer_bytes / 4);
        options.set_level_compaction_dynamic_level_bytes(true);
        options.set_compression_type(if table.is_compressed() {
            DBCompressionType::Lz4
        } else {
            DBCompressionType::None
        });
        options
    }
}
