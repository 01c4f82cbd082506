//! Checking: `praxis verify`, `praxis verifier`, `praxis fees`.

use super::{BlobArgs, KeyArgs};
use crate::failure::Failure;
use alloy_primitives::{Address, B256, U256};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Subcommand)]
pub(crate) enum VerifierCommand {
    /// Make a BLS key.
    Keygen {
        /// A new file for it.
        #[arg(long)]
        out: PathBuf,
    },
    /// Join with a stake, and prove possession of the key. The account that pays owns stake and rewards.
    Register {
        #[command(flatten)]
        verifier: VerifierArgs,
        /// The stake; the least that the registry takes unless given.
        #[arg(long, value_name = "WEI")]
        stake: Option<U256>,
    },
    /// All verifiers, or with --bls-key one: stake, rewards, state.
    Status {
        #[command(flatten)]
        verifier: VerifierArgs,
    },
    /// Leave: no weight in later claims, the stake is free after a delay.
    Exit {
        #[command(flatten)]
        verifier: VerifierArgs,
    },
    /// Get rewards, and the stake when it is free.
    Withdraw {
        #[command(flatten)]
        verifier: VerifierArgs,
    },
}

/// Which registry, and whose place in it.
#[derive(Debug, Clone, Args)]
pub(crate) struct VerifierArgs {
    /// Rollup configuration file.
    #[arg(long)]
    pub(crate) rollup: PathBuf,
    /// JSON-RPC of the L1.
    #[arg(long)]
    pub(crate) l1: Url,
    /// The BLS key: a file with 64 hexadecimal digits, or a keystore.
    #[arg(long, env = "PRAXIS_BLS_KEY", value_name = "FILE")]
    pub(crate) bls_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

impl VerifierArgs {
    /// The key's file, where there must be one.
    pub(crate) fn bls_key(&self) -> Result<&std::path::Path, Failure> {
        self.bls_key.as_deref().ok_or_else(|| {
            Failure::usage("a BLS key is needed: give --bls-key; `praxis verifier keygen --out FILE` makes one")
        })
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct VerifyArgs {
    /// Rollup configuration file; with --tx on a development system it may be left out.
    #[arg(long, required_unless_present = "tx")]
    pub(crate) rollup: Option<PathBuf>,
    /// JSON-RPC of the L1.
    #[arg(long, required_unless_present = "tx")]
    pub(crate) l1: Option<Url>,
    #[command(flatten)]
    pub(crate) blobs: BlobArgs,
    /// Where a claim is wrong, compare with the node behind this JSON-RPC, the one that claims it: names the first block,
    /// transaction and account that differ, and writes a witness file.
    #[arg(long, conflicts_with = "tx")]
    pub(crate) compare: Option<Url>,
    /// Keep the replayed chain here; without it, in a temporary directory.
    #[arg(long)]
    pub(crate) datadir: Option<PathBuf>,
    /// Say what ran in this L2 transaction and that it replays.
    #[arg(long)]
    pub(crate) tx: Option<B256>,
    /// JSON-RPC of the L2, for --tx without --rollup.
    #[arg(long, env = "PRAXIS_RPC", default_value = "http://127.0.0.1:9545")]
    pub(crate) rpc: Url,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FeesArgs {
    /// Rollup configuration file: it names the batcher.
    #[arg(long)]
    pub(crate) rollup: PathBuf,
    /// JSON-RPC of the L1.
    #[arg(long)]
    pub(crate) l1: Url,
    /// JSON-RPC of the L2; it must still have the states of both ends.
    #[arg(long, env = "PRAXIS_RPC", default_value = "http://127.0.0.1:9545")]
    pub(crate) rpc: Url,
    /// From after this L2 block.
    #[arg(long, default_value_t = 0)]
    pub(crate) from: u64,
    /// To this L2 block; the newest, where none is given.
    #[arg(long)]
    pub(crate) to: Option<u64>,
    /// Count what this proposer spent on L1, besides the batcher; repeat for more.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) proposer: Vec<Address>,
}
