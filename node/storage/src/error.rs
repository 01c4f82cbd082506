//! What can go wrong with the database.

use alloy_primitives::{B256, Bytes};
use praxis_primitives::{BlockNumHash, Fault};
use std::path::PathBuf;

/// The database cannot do what was asked of it. Each message says what stands in the way and what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageError {
    /// The folder belongs to another chain.
    #[error(
        "{path} holds chain {found_chain_id} with genesis {found_genesis}, not chain {chain_id} with genesis {genesis}; \
         choose another data directory, or start with the configuration that created this one",
        path = path.display()
    )]
    OtherChain {
        /// The folder.
        path: PathBuf,
        /// Chain id asked for.
        chain_id: u64,
        /// Genesis hash asked for.
        genesis: B256,
        /// Chain id in the folder.
        found_chain_id: u64,
        /// Genesis hash in the folder.
        found_genesis: B256,
    },
    /// The folder was written by a program with another layout of tables.
    #[error(
        "{path} has database schema {found}, and this program reads schema {expected}; start the version that wrote it, \
         or sync into an empty data directory",
        path = path.display()
    )]
    Schema {
        /// The folder.
        path: PathBuf,
        /// Schema that this program reads and writes.
        expected: u32,
        /// Schema in the folder.
        found: u32,
    },
    /// The folder holds a database of some other program.
    #[error("{path} holds a database that is not Praxis's; choose another data directory", path = path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// Another process has the database open.
    #[error("{path} is in use by another process; stop that process, or choose another data directory", path = path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder cannot be opened or created.
    #[error("cannot open the database at {path}: {reason}", path = path.display())]
    Open {
        /// The folder.
        path: PathBuf,
        /// RocksDB's or the system's reason.
        reason: String,
    },
    /// A read or a write failed.
    #[error("cannot {action} table {table}: {reason}")]
    Io {
        /// "read" or "write".
        action: &'static str,
        /// The table.
        table: &'static str,
        /// RocksDB's reason.
        reason: String,
    },
    /// A stored value is not what belongs there.
    #[error("table {table} is corrupt at key {key}: {reason}; restore the data directory, or sync into an empty one")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The key.
        key: Bytes,
        /// What is wrong.
        reason: &'static str,
    },
    /// The genesis block has not been committed.
    #[error("the database is empty: commit the genesis block first")]
    Empty,
    /// A genesis block was committed before.
    #[error("the database already has a genesis block")]
    NotEmpty,
    /// The genesis block's hash is not the one that the database was created for.
    #[error("the genesis block has hash {found}, and the database was created for {expected}")]
    WrongGenesis {
        /// Hash in the identity.
        expected: B256,
        /// Hash of the block.
        found: B256,
    },
    /// The block does not follow the head.
    #[error("block {number} with parent {parent} does not follow the head, block {} with hash {}", head.number, head.hash)]
    NotNext {
        /// Its number.
        number: u64,
        /// Its parent.
        parent: B256,
        /// The head.
        head: BlockNumHash,
    },
    /// The parts of a block do not fit together.
    #[error("block {number} has {transactions} transactions, {senders} senders and {receipts} receipts")]
    Counts {
        /// Its number.
        number: u64,
        /// Transactions.
        transactions: usize,
        /// Senders.
        senders: usize,
        /// Receipts.
        receipts: usize,
    },
    /// There is no such block on the chain.
    #[error("block {number} is not on the chain: its head is block {head}")]
    NoSuchBlock {
        /// The number asked for.
        number: u64,
        /// Number of the head.
        head: u64,
    },
    /// A head was to be set to a block that is not on the chain.
    #[error("block {} with hash {} cannot become the {label} head: it is not on the chain", id.number, id.hash)]
    NotCanonical {
        /// "safe" or "finalized".
        label: &'static str,
        /// The block.
        id: BlockNumHash,
    },
    /// The heads would not be in order: finalized, safe, newest.
    #[error("finalized block {finalized}, safe block {safe} and head {head} are out of order: none may pass the next")]
    HeadOrder {
        /// Number of the finalized block.
        finalized: u64,
        /// Number of the safe block.
        safe: u64,
        /// Number of the head.
        head: u64,
    },
    /// A finalized block was to be taken back.
    #[error("cannot go back to block {target}: block {finalized} is finalized")]
    BelowFinalized {
        /// Where to.
        target: u64,
        /// The finalized block's number.
        finalized: u64,
    },
    /// History that is needed was pruned.
    #[error("the state of block {number} was pruned: the oldest one kept is that of block {earliest}")]
    Pruned {
        /// The number asked for.
        number: u64,
        /// The oldest state.
        earliest: u64,
    },
    /// There is no database.
    #[error("{path} holds no database; name the folder of a chain, such as the folder l2 in a node's data directory", path = path.display())]
    NoDatabase {
        /// The folder.
        path: PathBuf,
    },
    /// A state was being loaded when the process ended.
    #[error("{path} holds a state that was not loaded to its end; delete the folder and load it again", path = path.display())]
    HalfLoaded {
        /// The folder.
        path: PathBuf,
    },
    /// A state was to be loaded in another order than its trie's.
    #[error("account {address} does not follow the one before it in the order of hashed addresses")]
    LoadOrder {
        /// The account.
        address: alloy_primitives::Address,
    },
    /// A snapshot was to be written where something is.
    #[error("{path} exists already; a snapshot needs a new folder", path = path.display())]
    SnapshotExists {
        /// The folder.
        path: PathBuf,
    },
    /// A recomputation over the flat tables needs the newest state.
    #[error("block {number} is not the newest, and flat tables hold only the newest state")]
    NotLatest {
        /// Number of the view's block.
        number: u64,
    },
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Self {
        Self::new(error)
    }
}
