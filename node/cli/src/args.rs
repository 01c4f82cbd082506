//! The command line.

use crate::{failure::Failure, rpc_args::RpcArgs};
use alloy_primitives::{Address, B256, U256};
use clap::{Args, Parser, Subcommand, ValueEnum};
use praxis_chain::HistoryMode;
use std::path::PathBuf;
use url::Url;

/// A rollup execution layer for AI agents: models run inside transactions, and anyone can check what they said.
#[derive(Debug, Parser)]
#[command(name = "praxis", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Print one JSON document on standard output instead of tables.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log more (-v, -vv, -vvv).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a whole system in one process: embedded L1, sequencer, batcher, proposer, verifier, page and metrics.
    Dev(DevArgs),
    /// Show the whole loop on a real model: publish, deploy, decide, batch, replay, compare.
    Demo(DemoArgs),
    /// Run roles of a deployment.
    Node(Box<NodeArgs>),
    /// Serve an Ethereum chain from its genesis file and its blocks, without peers: for Ethereum's own tests.
    Ethereum(EthereumArgs),
    /// Deploy the L1 contracts and write the rollup configuration.
    Deploy(DeployArgs),
    /// Derive the chain from L1 alone, execute it and compare each claim; or, with --tx, say what ran in a transaction.
    Verify(VerifyArgs),
    /// Look at, check and prune the blobs that a node keeps.
    #[command(subcommand)]
    Archive(ArchiveCommand),
    /// Compare what the fee vaults took in with what batcher and proposer spent on L1.
    Fees(FeesArgs),
    /// A verifier's place in the registry on L1: key, stake, rewards.
    #[command(subcommand)]
    Verifier(VerifierCommand),
    /// Look at, check, prune, copy and restore a node's database.
    #[command(subcommand)]
    Db(DbCommand),
    /// Inspect, import, run, publish, fetch and check models.
    #[command(subcommand)]
    Model(ModelCommand),
}

/// What signs.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeyArgs {
    /// Private key, 64 hexadecimal digits.
    #[arg(long, env = "PRAXIS_PRIVATE_KEY", hide_env_values = true)]
    pub(crate) private_key: Option<String>,
    /// Keystore file (Web3 secret storage); its password comes from PRAXIS_KEYSTORE_PASSWORD.
    #[arg(long, conflicts_with = "private_key")]
    pub(crate) keystore: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DevArgs {
    /// Use this L1 instead of the embedded one; the first accounts of the test mnemonic must hold ether there.
    #[arg(long)]
    pub(crate) l1_url: Option<Url>,
    /// Beacon API of that L1. With it, batches go in blobs where that is cheaper.
    #[arg(long, requires = "l1_url")]
    pub(crate) l1_beacon: Option<Url>,
    /// Keep the state here; without it, in a temporary directory that goes with the process.
    #[arg(long)]
    pub(crate) datadir: Option<PathBuf>,
    /// Old states: archive keeps all of them; pruned, or pruned=BLOCKS, those of the newest blocks, and what proving a
    /// withdrawal of the last 30 days takes.
    #[arg(long, default_value_t = HistoryMode::Archive, value_name = "MODE")]
    pub(crate) history: HistoryMode,
    /// Milliseconds between L2 blocks.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub(crate) block_time_ms: u64,
    /// Seconds between blocks of the embedded L1.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub(crate) l1_block_time: u64,
    /// L1 blocks within which a batch must follow its origin; after that, empty blocks take its place.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(2..=100_000))]
    pub(crate) sequencing_window: u64,
    /// Port of the embedded L1's JSON-RPC; 0 takes any free one.
    #[arg(long, default_value_t = 8545)]
    pub(crate) l1_port: u16,
    /// Port of the L2's JSON-RPC, HTTP and WebSocket; 0 takes any free one.
    #[arg(long, default_value_t = 9545)]
    pub(crate) l2_port: u16,
    /// Port of the page; 0 takes any free one.
    #[arg(long, default_value_t = 9580)]
    pub(crate) page_port: u16,
    /// Port of the Prometheus metrics; 0 leaves them out.
    #[arg(long, default_value_t = 9590)]
    pub(crate) metrics_port: u16,
    /// Least base fee of the new L2 in wei, which is also its first; with a low one, wallets are told to tip no more than it.
    #[arg(long, value_name = "WEI", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) base_fee_floor: Option<u64>,
    #[command(flatten)]
    pub(crate) rpc: RpcArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// JSON-RPC of the L2 to use. When nothing answers there, a `praxis dev` is started for the demo's duration.
    #[arg(long)]
    pub(crate) rpc: Option<Url>,
    /// Show it over this L1 instead of the embedded one; with --rpc, the L1 of the system that runs there.
    #[arg(long)]
    pub(crate) l1_url: Option<Url>,
    /// Beacon API of that L1.
    #[arg(long, requires = "l1_url")]
    pub(crate) l1_beacon: Option<Url>,
    /// Keep the demo's chain here, for `praxis verify` afterwards.
    #[arg(long, conflicts_with = "rpc")]
    pub(crate) datadir: Option<PathBuf>,
    /// Keep the system running when the demo is over, until it is interrupted.
    #[arg(long)]
    pub(crate) keep: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Role {
    /// Builds blocks; includes batcher and proposer unless told otherwise.
    Sequencer,
    /// Follows the chain that L1 confirms and serves JSON-RPC.
    Follower,
    /// Replays the chain from L1 and compares every claim.
    Verifier,
}

/// Where blobs are to be had. None of these places is trusted.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BlobArgs {
    /// Beacon API of the L1, asked for blobs; repeat it for several.
    #[arg(long, value_name = "URL")]
    pub(crate) l1_beacon: Vec<Url>,
    /// JSON-RPC of a node that keeps the blobs which beacon APIs have forgotten; repeat it for several.
    #[arg(long, value_name = "URL")]
    pub(crate) blob_archive: Vec<Url>,
}

/// Where batches go on L1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataMode {
    /// Whichever is cheaper at the moment.
    Cheapest,
    /// Blobs only.
    Blobs,
    /// Calldata only.
    Calldata,
}

/// How the batcher posts.
#[derive(Debug, Clone, Args)]
pub(crate) struct BatcherArgs {
    /// Blobs or calldata; with --l1-beacon the cheaper one unless given, else calldata, because a node must be able to read
    /// what it posts.
    #[arg(long, value_enum)]
    pub(crate) batch_data: Option<DataMode>,
    /// L1 blocks after which a channel is posted however little is in it.
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) max_channel_duration: Option<u64>,
    /// Fees never rise above this, in wei per gas.
    #[arg(long, value_name = "WEI")]
    pub(crate) batcher_max_fee: Option<u128>,
    /// Blob fees never rise above this, in wei per blob gas.
    #[arg(long, value_name = "WEI")]
    pub(crate) batcher_max_blob_fee: Option<u128>,
    /// Warn when the ether of batcher or proposer lasts less than this many days at current spending.
    #[arg(long, default_value_t = 7.0, value_name = "DAYS")]
    pub(crate) warn_days: f64,
}

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

#[derive(Debug, Clone, Args)]
pub(crate) struct NodeArgs {
    /// Role; repeat it for several.
    #[arg(long = "role", required = true)]
    pub(crate) roles: Vec<Role>,
    /// Rollup configuration file, from `praxis deploy`.
    #[arg(long)]
    pub(crate) rollup: PathBuf,
    /// JSON-RPC of the L1.
    #[arg(long)]
    pub(crate) l1: Url,
    #[command(flatten)]
    pub(crate) blobs: BlobArgs,
    /// Where the state is kept.
    #[arg(long)]
    pub(crate) datadir: PathBuf,
    /// Old states: archive keeps all of them; pruned, or pruned=BLOCKS, those of the newest blocks, and what proving a
    /// withdrawal of the last 30 days takes.
    #[arg(long, default_value_t = HistoryMode::Archive, value_name = "MODE")]
    pub(crate) history: HistoryMode,
    /// Do not post batches.
    #[arg(long)]
    pub(crate) no_batcher: bool,
    /// Do not claim output roots.
    #[arg(long)]
    pub(crate) no_proposer: bool,
    /// Private key of the batcher.
    #[arg(long, env = "PRAXIS_BATCHER_KEY", hide_env_values = true)]
    pub(crate) batcher_key: Option<String>,
    /// Private key of the proposer.
    #[arg(long, env = "PRAXIS_PROPOSER_KEY", hide_env_values = true)]
    pub(crate) proposer_key: Option<String>,
    /// Keystore file of the batcher; its password comes from PRAXIS_BATCHER_PASSWORD or PRAXIS_KEYSTORE_PASSWORD.
    #[arg(long, value_name = "FILE", conflicts_with = "batcher_key")]
    pub(crate) batcher_keystore: Option<PathBuf>,
    /// Remote signer of the batcher (eth_signTransaction, as clef and web3signer have it).
    #[arg(long, value_name = "URL", conflicts_with_all = ["batcher_key", "batcher_keystore"])]
    pub(crate) batcher_signer: Option<Url>,
    /// Keystore file of the proposer; its password comes from PRAXIS_PROPOSER_PASSWORD or PRAXIS_KEYSTORE_PASSWORD.
    #[arg(long, value_name = "FILE", conflicts_with = "proposer_key")]
    pub(crate) proposer_keystore: Option<PathBuf>,
    /// Remote signer of the proposer.
    #[arg(long, value_name = "URL", conflicts_with_all = ["proposer_key", "proposer_keystore"], requires = "proposer_account")]
    pub(crate) proposer_signer: Option<Url>,
    /// The proposer's account, for its remote signer.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) proposer_account: Option<Address>,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) batcher: BatcherArgs,
    #[command(flatten)]
    pub(crate) challenge: ChallengeArgs,
    /// Address that JSON-RPC listens at.
    #[arg(long, default_value = "127.0.0.1:9545")]
    pub(crate) rpc_addr: std::net::SocketAddr,
    /// Address of the Prometheus metrics; left out when not given.
    #[arg(long)]
    pub(crate) metrics_addr: Option<std::net::SocketAddr>,
    #[command(flatten)]
    pub(crate) rpc: RpcArgs,
}

/// What the verifier role does beyond replaying.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Verifier")]
pub(crate) struct ChallengeArgs {
    /// Contest false claims with a bond, and bring what is contested to its end. Needs an account on L1 with ether.
    #[arg(long)]
    pub(crate) challenge: bool,
    /// Post on L1 what a quorum says of right claims, for fast finality and its reward.
    #[arg(long)]
    pub(crate) attest: bool,
    /// The verifier's BLS key: a file with 64 hexadecimal digits, or a keystore (Web3 secret storage). With it, this verifier
    /// votes about every claim; `praxis verifier register` makes the votes count.
    #[arg(long, env = "PRAXIS_BLS_KEY", value_name = "FILE")]
    pub(crate) bls_key: Option<PathBuf>,
    /// The verifier's account on L1, where it is not the one of --private-key or --keystore.
    #[arg(long, env = "PRAXIS_CHALLENGER_KEY", hide_env_values = true)]
    pub(crate) challenger_key: Option<String>,
    /// Take votes of other verifiers at this address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) votes_addr: Option<std::net::SocketAddr>,
    /// Exchange votes with the verifier at this URL; repeat it for several.
    #[arg(long = "votes-peer", value_name = "URL")]
    pub(crate) votes_peers: Vec<Url>,
}

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
pub(crate) struct EthereumArgs {
    /// Genesis file, in the form that go-ethereum reads. With a terminal total difficulty above zero, mergeNetsplitBlock must
    /// say at which block proof of stake begins.
    #[arg(long)]
    pub(crate) genesis: PathBuf,
    /// RLP-encoded blocks, one after the other, to import; repeat it for several files. The last block of each is taken as
    /// safe and final.
    #[arg(long, value_name = "FILE")]
    pub(crate) import: Vec<PathBuf>,
    /// Keep the chain here; without it, in a temporary directory that goes with the process.
    #[arg(long)]
    pub(crate) datadir: Option<PathBuf>,
    /// Address that JSON-RPC listens at; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8545")]
    pub(crate) rpc_addr: std::net::SocketAddr,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DeployArgs {
    /// JSON-RPC of the L1.
    #[arg(long)]
    pub(crate) l1: Url,
    /// Where the rollup configuration is written; the chain definition for viem goes beside it.
    #[arg(long)]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    /// Chain id of the new L2.
    #[arg(long, default_value_t = 77_001)]
    pub(crate) chain_id: u64,
    /// Milliseconds between L2 blocks.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub(crate) block_time_ms: u64,
    /// L1 blocks within which a batch must follow its origin.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(2..=100_000))]
    pub(crate) sequencing_window: u64,
    /// The most gas that a transaction of the L2 may have, deposits aside (EIP-7825).
    #[arg(long, default_value_t = praxis_primitives::default_tx_gas_cap(), value_parser = clap::value_parser!(u64).range(21_000..))]
    pub(crate) tx_gas_cap: u64,
    /// L2 blocks between two claims; half an hour's, at most 8,000, unless given.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=8_000))]
    pub(crate) claim_interval: Option<u64>,
    /// The batcher's account; the deployer's unless given.
    #[arg(long)]
    pub(crate) batcher: Option<Address>,
    /// The account that signs unsafe blocks; the deployer's unless given.
    #[arg(long)]
    pub(crate) unsafe_block_signer: Option<Address>,
    /// The account that may change rules and code, by the timelock; the deployer's unless given.
    #[arg(long)]
    pub(crate) governor: Option<Address>,
    /// The account that rotates keys and sets fees; the deployer's unless given.
    #[arg(long)]
    pub(crate) operator: Option<Address>,
    /// The account that may pause withdrawals and inference; the deployer's unless given.
    #[arg(long)]
    pub(crate) guardian: Option<Address>,
    #[command(flatten)]
    pub(crate) settlement: SettlementArgs,
    /// Least base fee of the new L2 in wei, which is also its first.
    #[arg(long, value_name = "WEI", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) base_fee_floor: Option<u64>,
    /// Accounts that hold 10,000 ether on the new L2; repeat it for several.
    #[arg(long = "fund")]
    pub(crate) fund: Vec<Address>,
}

/// Where windows and bonds begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SettlementPreset {
    /// A week to contest a claim, two days to judge it.
    Production,
    /// Seconds instead of days.
    Development,
}

/// Windows, delays and bonds of claims.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settlement")]
pub(crate) struct SettlementArgs {
    /// What the windows, delays and bonds are unless given below.
    #[arg(long, value_enum, default_value_t = SettlementPreset::Production)]
    pub(crate) settlement: SettlementPreset,
    /// Seconds within which a claim can be contested.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) claim_window: Option<u64>,
    /// Seconds after a contest within which verifiers judge.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) resolve_window: Option<u64>,
    /// Seconds between a claim's end and withdrawals against it.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) finality_delay: Option<u64>,
    /// Seconds between a withdrawal's proof and its payment.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) maturity_delay: Option<u64>,
    /// Seconds of notice before rules or code change.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timelock_delay: Option<u64>,
    /// Seconds that a leaving verifier's stake stays; longer than both windows together.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) exit_delay: Option<u64>,
    /// What a claim costs until it has won.
    #[arg(long, value_name = "WEI")]
    pub(crate) claim_bond: Option<U256>,
    /// What a contest costs at first.
    #[arg(long, value_name = "WEI")]
    pub(crate) contest_bond: Option<U256>,
    /// A verifier's least stake.
    #[arg(long, value_name = "WEI")]
    pub(crate) min_stake: Option<U256>,
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
    #[arg(long, default_value = "http://127.0.0.1:9545")]
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
    #[arg(long, default_value = "http://127.0.0.1:9545")]
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

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Inputs, outputs, operators, parameters, memory and gas of a model; and what is not supported.
    Inspect {
        /// ONNX file or Plan.
        file: PathBuf,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// Turn an ONNX file into a Plan.
    Import {
        /// ONNX file.
        file: PathBuf,
        /// Where the Plan is written.
        #[arg(short, long)]
        output: PathBuf,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// Run a model as the precompile would.
    Run {
        /// ONNX file or Plan.
        file: PathBuf,
        /// Inputs by name, .npz or .json.
        #[arg(long)]
        input: PathBuf,
        /// Where the outputs are written, .npz or .json.
        #[arg(long)]
        output: Option<PathBuf>,
        /// Run it this many times more and print the time of each.
        #[arg(long, value_name = "N")]
        bench: Option<u32>,
        /// Print the trace root too: a commitment to the outputs of all nodes.
        #[arg(long)]
        trace: bool,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// Publish and activate a model; resumes where an earlier try stopped.
    Publish {
        /// ONNX file or Plan.
        file: PathBuf,
        /// JSON-RPC of the L2.
        #[arg(long, default_value = "http://127.0.0.1:9545")]
        rpc: Url,
        /// Send nothing: say what publishing would cost on L2 and L1.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        key: KeyArgs,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// The importer's child process.
    #[command(hide = true)]
    ImportWorker {
        /// Options of the import as JSON.
        request: String,
    },
    /// Fetch a model and check it against its id.
    Get {
        /// Model id.
        id: B256,
        /// Where the Plan is written.
        #[arg(short, long)]
        output: PathBuf,
        /// JSON-RPC of the L2.
        #[arg(long, default_value = "http://127.0.0.1:9545")]
        rpc: Url,
    },
    /// Check that an ONNX file is the source of a published model.
    Verify {
        /// ONNX file.
        file: PathBuf,
        /// Model id.
        id: B256,
        /// JSON-RPC of the L2.
        #[arg(long, default_value = "http://127.0.0.1:9545")]
        rpc: Url,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ShapeArgs {
    /// Shape of an input whose dimensions the file leaves open, as NAME=1,64; repeat it for several.
    #[arg(long = "shape", value_name = "NAME=DIMS", value_parser = parse_shape)]
    pub(crate) shapes: Vec<(String, Vec<u32>)>,
    /// Make float32 of the float64 inputs, constants and conversions of an ONNX file.
    #[arg(long)]
    pub(crate) to_float32: bool,
}

fn parse_shape(text: &str) -> Result<(String, Vec<u32>), String> {
    let (name, dims) = text.split_once('=').ok_or("write it as NAME=1,64")?;
    let dims: Result<Vec<u32>, _> = dims.split(',').map(|d| d.trim().parse::<u32>()).collect();
    match dims {
        Ok(dims) if !name.is_empty() => Ok((name.to_string(), dims)),
        _ => Err("write it as NAME=1,64, with positive whole numbers".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn shapes_are_read_and_nonsense_is_refused() {
        assert_eq!(parse_shape("x=1,64"), Ok(("x".into(), vec![1, 64])));
        for bad in ["x", "=1", "x=", "x=1,-2", "x=a", "x=4294967296"] {
            assert!(parse_shape(bad).is_err(), "{bad}");
        }
    }
}
