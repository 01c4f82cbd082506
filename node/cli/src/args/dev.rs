//! Systems in one process: `praxis dev`, `praxis demo`, `praxis ethereum`.

use crate::rpc_args::RpcArgs;
use clap::Args;
use praxis_chain::HistoryMode;
use std::path::PathBuf;
use url::Url;

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
    /// The most gas that a transaction of the new L2 may have, deposits aside (EIP-7825).
    #[arg(long, default_value_t = praxis_primitives::default_tx_gas_cap(), value_parser = clap::value_parser!(u64).range(21_000..))]
    pub(crate) tx_gas_cap: u64,
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
    /// Begin with the state of the EVM chain at this JSON-RPC, which is read when it is first needed. The chain's own contracts and
    /// the test accounts are as always; everything else is there, under this chain's id, numbers and time.
    #[arg(long, value_name = "URL", conflicts_with_all = ["datadir", "history"])]
    pub(crate) fork_url: Option<Url>,
    /// The block after which that state is read; the newest one unless given. Older ones need an archive node.
    #[arg(long, value_name = "NUMBER", requires = "fork_url")]
    pub(crate) fork_block: Option<u64>,
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
