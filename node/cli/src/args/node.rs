//! Roles of a deployment: `praxis node`.

use super::KeyArgs;
use crate::rpc_args::RpcArgs;
use alloy_primitives::Address;
use clap::{Args, ValueEnum};
use praxis_chain::HistoryMode;
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Role {
    /// Builds blocks; includes batcher and proposer unless told otherwise.
    Sequencer,
    /// Follows the chain that L1 confirms, and with peers the sequencer's newest blocks; serves JSON-RPC.
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
    /// L1 blocks after which a channel with transactions is posted however little is in it.
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) max_channel_duration: Option<u64>,
    /// L1 blocks after which a channel without transactions is posted: 25 unless given, and at most a quarter of the sequencing
    /// window. What an idle hour costs is the number of its channels.
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) max_idle_channel_duration: Option<u64>,
    /// Fees never rise above this, in wei per gas.
    #[arg(long, value_name = "WEI")]
    pub(crate) batcher_max_fee: Option<u128>,
    /// Blob fees never rise above this, in wei per blob gas.
    #[arg(long, value_name = "WEI")]
    pub(crate) batcher_max_blob_fee: Option<u128>,
    /// Warn when the ether of the batcher's, the proposer's or the verifier's account lasts less than this many days at current spending.
    #[arg(long, default_value_t = 7.0, value_name = "DAYS")]
    pub(crate) warn_days: f64,
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
    /// Keep the blobs of this many L1 blocks below L1's finalized one; all unless given. Beacon nodes keep those of the last 18
    /// days; whoever wants to replay the chain later takes older ones from a node that kept them.
    #[arg(long, value_name = "L1_BLOCKS")]
    pub(crate) keep_blobs: Option<u64>,
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
    #[command(flatten)]
    pub(crate) p2p: P2pArgs,
    /// Address that JSON-RPC listens at.
    #[arg(long, default_value = "127.0.0.1:9545")]
    pub(crate) rpc_addr: std::net::SocketAddr,
    /// Address of the Prometheus metrics; left out when not given.
    #[arg(long)]
    pub(crate) metrics_addr: Option<std::net::SocketAddr>,
    #[command(flatten)]
    pub(crate) rpc: RpcArgs,
}

/// Other nodes, which tell each other blocks before L1 has them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Peers")]
pub(crate) struct P2pArgs {
    /// Take connections of other nodes at this address; repeat it for several. 0.0.0.0:9003 is usual.
    #[arg(long = "p2p-listen", value_name = "ADDRESS")]
    pub(crate) listen: Vec<std::net::SocketAddr>,
    /// Keep a connection to this node: /ip4/1.2.3.4/tcp/9003/p2p/12D3Koo…, as it prints when it starts; repeat it for several.
    #[arg(long = "p2p-peer", value_name = "MULTIADDRESS")]
    pub(crate) peers: Vec<String>,
    /// File with the secret that this node's peer id comes from, 64 hexadecimal digits; p2p.key in the data directory, made when it
    /// is not there, unless given.
    #[arg(long = "p2p-key", value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Most nodes that connect by themselves.
    #[arg(long = "p2p-max-inbound", value_name = "PEERS", default_value_t = 64, value_parser = clap::value_parser!(u32).range(0..=400))]
    pub(crate) max_inbound: u32,
    /// Private key that a sequencer signs unsafe blocks with: the one that SystemConfig on L1 names.
    #[arg(long, env = "PRAXIS_BLOCK_KEY", hide_env_values = true)]
    pub(crate) block_key: Option<String>,
    /// The same as a keystore file; its password comes from PRAXIS_BLOCK_PASSWORD or PRAXIS_KEYSTORE_PASSWORD.
    #[arg(long, value_name = "FILE", conflicts_with = "block_key")]
    pub(crate) block_keystore: Option<PathBuf>,
    /// JSON-RPC of the sequencer: a follower sends it the transactions that it is given.
    #[arg(long, value_name = "URL")]
    pub(crate) sequencer_url: Option<Url>,
}

impl P2pArgs {
    /// Whether the node is to speak with others.
    pub(crate) fn wanted(&self) -> bool {
        !self.listen.is_empty() || !self.peers.is_empty()
    }
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
    /// Keystore file of that account; its password comes from PRAXIS_CHALLENGER_PASSWORD or PRAXIS_KEYSTORE_PASSWORD.
    #[arg(long, value_name = "FILE", conflicts_with = "challenger_key")]
    pub(crate) challenger_keystore: Option<PathBuf>,
    /// Remote signer of that account (eth_signTransaction, as clef and web3signer have it).
    #[arg(long, value_name = "URL", conflicts_with_all = ["challenger_key", "challenger_keystore"],
        requires = "challenger_account")]
    pub(crate) challenger_signer: Option<Url>,
    /// The account itself, for its remote signer.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) challenger_account: Option<Address>,
    /// Take votes of other verifiers at this address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) votes_addr: Option<std::net::SocketAddr>,
    /// Exchange votes with the verifier at this URL; repeat it for several.
    #[arg(long = "votes-peer", value_name = "URL")]
    pub(crate) votes_peers: Vec<Url>,
}
