//! What a node keeps: `praxis db` and `praxis archive`.

use alloy_primitives::B256;
use clap::{Args, Subcommand, ValueEnum};
use praxis_chain::HistoryMode;
use std::path::PathBuf;
use url::Url;

/// The archive of blobs in a data directory. The node must not run while it is pruned.
#[derive(Debug, Subcommand)]
pub(crate) enum ArchiveCommand {
    /// How many blobs, of which L1 blocks.
    Report {
        /// A node's data directory.
        #[arg(long)]
        datadir: PathBuf,
        /// Check every blob against its versioned hash; exit 3 where one is damaged.
        #[arg(long)]
        check: bool,
    },
    /// Forget the blobs of old L1 blocks. Whoever derives the chain anew then needs another archive.
    Prune {
        /// A node's data directory.
        #[arg(long)]
        datadir: PathBuf,
        /// Blobs of L1 blocks below this one go.
        #[arg(long, value_name = "NUMBER")]
        before_l1_block: u64,
    },
}

/// Which database.
#[derive(Debug, Clone, Args)]
pub(crate) struct DatabaseArgs {
    /// A node's data directory.
    #[arg(long)]
    pub(crate) datadir: PathBuf,
    /// Which chain in it.
    #[arg(long, value_enum, default_value_t = ChainName::L2)]
    pub(crate) chain: ChainName,
}

/// A chain in a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChainName {
    /// The node's own.
    L2,
    /// The verifier's.
    Verifier,
    /// The embedded L1 of `praxis dev`.
    L1,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Heads, oldest state, and the size of each table. The node may run.
    Stats(DatabaseArgs),
    /// Recompute the state root, all trie nodes and all indices; exit 3 and what differs where they do. The node may run.
    Verify(DatabaseArgs),
    /// Forget old states now. The node must not run.
    Prune {
        #[command(flatten)]
        database: DatabaseArgs,
        /// What to keep: pruned, or pruned=BLOCKS.
        #[arg(long, default_value = "pruned", value_name = "MODE")]
        history: HistoryMode,
    },
    /// Copy the database, by hard links where the file system can. The node must not run.
    Snapshot {
        #[command(flatten)]
        database: DatabaseArgs,
        /// A new folder for the copy.
        #[arg(long)]
        out: PathBuf,
    },
    /// Make a data directory from a snapshot: checked as a whole and against an output root, then reset to that block.
    Restore(RestoreArgs),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArgs {
    /// The snapshot's folder.
    pub(crate) snapshot: PathBuf,
    /// The new node's data directory.
    #[arg(long)]
    pub(crate) datadir: PathBuf,
    /// Rollup configuration file.
    #[arg(long)]
    pub(crate) rollup: PathBuf,
    /// JSON-RPC of the L1: the newest claim in its finalized block is the output root to check against.
    #[arg(long, required_unless_present = "output_root")]
    pub(crate) l1: Option<Url>,
    /// The output root to check against, from somebody you trust, instead of L1's.
    #[arg(long, requires = "block", conflicts_with = "l1")]
    pub(crate) output_root: Option<B256>,
    /// The L2 block of that output root.
    #[arg(long, requires = "output_root")]
    pub(crate) block: Option<u64>,
}
