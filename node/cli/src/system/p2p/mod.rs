//! Other nodes: what is told to them, and what they tell.
//!
//! libp2p runs in a process of its own, `praxis-net`, which stands beside this program ([`process`]). What it hears goes to one thread
//! that owns the exchange of unsafe blocks ([`actor`]). Every queue between the two is bounded, and the builder waits for none of
//! them: a block that can't be told at once is asked for by whoever misses it.

mod actor;
mod identity;
mod process;
mod sealed;

use super::{Tasks, view::WindowView};
use crate::{args::P2pArgs, failure::Failure};
use alloy_primitives::{Address, B256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use praxis_builder::L1View;
use praxis_chain::{Chain, SeenL1, UnsafeView};
use praxis_link::NetworkConfig;
use praxis_primitives::{Fault, L1BlockInfo};
use praxis_rpc::PeerCount;
use praxis_sync::{BlockSigner, UnsafeSync};
use praxis_verifier::{L1Window, SyncStatus};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// The folder for contradicting blocks, in the data directory.
const EVIDENCE_FOLDER: &str = "evidence";
/// How long the network process may take until it listens.
const STARTING: Duration = Duration::from_secs(20);

/// How a node speaks to others.
pub(crate) struct P2pOptions {
    network: NetworkConfig,
    evidence: PathBuf,
    /// A sequencer's.
    signer: Option<PrivateKeySigner>,
}

impl P2pOptions {
    /// What the arguments ask for; `None` where they name neither an address nor a peer. A sequencer needs a key for its blocks.
    pub(crate) fn new(
        args: &P2pArgs,
        datadir: &Path,
        chain_id: u64,
        sequencer: bool,
        block_key: impl FnOnce() -> Result<PrivateKeySigner, Failure>,
    ) -> Result<Option<Self>, Failure> {
        if !args.wanted() {
            return Ok(None);
        }
        let key = args.key.clone().unwrap_or_else(|| datadir.join(identity::KEY_FILE));
        let network = NetworkConfig {
            secret: identity::secret(&key)?,
            network: chain_id.to_string(),
            listen: args.listen.iter().map(multiaddress).collect(),
            peers: args.peers.clone(),
            max_inbound: args.max_inbound,
        };
        let signer = if sequencer { Some(block_key()?) } else { None };
        Ok(Some(Self { network, evidence: datadir.join(EVIDENCE_FOLDER), signer }))
    }
}

fn multiaddress(address: &SocketAddr) -> String {
    let kind = if address.is_ipv4() { "ip4" } else { "ip6" };
    format!("/{kind}/{}/tcp/{}", address.ip(), address.port())
}

/// Other nodes, seen from this one.
#[derive(Default)]
pub(crate) struct P2p {
    /// Multiaddresses at which others reach this node.
    pub(crate) addresses: Vec<String>,
    /// How many are connected.
    pub(crate) peers: PeerCount,
}

/// Starts to speak to others, and hands the parts to `tasks`.
pub(crate) async fn start(
    options: P2pOptions,
    chain: &Arc<Chain>,
    window: Arc<L1Window>,
    status: watch::Receiver<SyncStatus>,
    tasks: &mut Tasks,
) -> Result<P2p, Failure> {
    let not_a_rollup = || Failure::failed("only a rollup's blocks are told to other nodes");
    let P2pOptions { network, evidence, signer } = options;
    let config = chain.rollup().cloned().ok_or_else(not_a_rollup)?;
    let view = UnsafeView::new(chain.clone(), Seen { window: WindowView(window), status }).ok_or_else(not_a_rollup)?;
    let sequencer = signer.is_some();
    let signer = signer.map(|key| Arc::new(LocalKey(key)) as Arc<dyn BlockSigner>);
    let core = UnsafeSync::new(config, Arc::new(view), signer);
    let expected = network.listen.len();
    let (inputs, outputs, fatal, peers) = actor::start(core, evidence)?;
    let mut addresses = process::start(network, inputs.clone(), outputs)?;
    if sequencer {
        tasks.spawn("telling of blocks", sealed::tell(chain.clone(), inputs));
    }
    let mut listening = Vec::new();
    while listening.len() < expected {
        match tokio::time::timeout(STARTING, addresses.recv()).await {
            Ok(Some(Ok(address))) => listening.push(address),
            Ok(Some(Err(reason))) => return Err(Failure::failed(format!("{reason} (--p2p-listen, --p2p-peer)"))),
            Ok(None) | Err(_) => return Err(Failure::failed("the network process does not start to listen")),
        }
    }
    tasks.spawn("exchange of unsafe blocks", watch_both(addresses, fatal));
    Ok(P2p { addresses: listening, peers })
}

/// Ends when one of the two can't go on.
async fn watch_both(
    mut addresses: tokio::sync::mpsc::Receiver<Result<String, String>>,
    fatal: tokio::sync::oneshot::Receiver<Fault>,
) -> Result<(), Failure> {
    let mut fatal = std::pin::pin!(fatal);
    loop {
        tokio::select! {
            fault = &mut fatal => return match fault {
                Ok(fault) => Err(Failure::failed(fault)),
                Err(_) => Ok(()),
            },
            said = addresses.recv() => match said {
                Some(Ok(address)) => tracing::info!(address, "listening for peers"),
                Some(Err(reason)) => return Err(Failure::failed(reason)),
                None => return Ok(()),
            },
        }
    }
}

/// L1 as this node's derivation has seen it.
struct Seen {
    window: WindowView,
    status: watch::Receiver<SyncStatus>,
}

impl SeenL1 for Seen {
    fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
        self.window.block(number)
    }

    fn caught_up(&self) -> bool {
        self.status.borrow().synced
    }
}

/// A key in this process.
struct LocalKey(PrivateKeySigner);

impl BlockSigner for LocalKey {
    fn address(&self) -> Address {
        self.0.address()
    }

    fn sign(&self, hash: B256) -> Result<[u8; 65], Fault> {
        self.0.sign_hash_sync(&hash).map(|signature| signature.as_bytes()).map_err(Fault::new)
    }
}
