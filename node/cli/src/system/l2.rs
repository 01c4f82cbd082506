//! One L2 node: its chain, what follows L1, and what a sequencer adds.

use super::{
    L1Access, P2pOptions, Tasks,
    access::ServedBlobs,
    dev_tools::DevTools,
    fork::Fork,
    forward,
    p2p::{self, P2p},
    source::ChainSource,
    view::WindowView,
};
use crate::failure::Failure;
use alloy_eips::BlockNumHash;
use praxis_batcher::{Batcher, BatcherConfig, DataPolicy};
use praxis_builder::{AheadRunner, BuilderError, Sequencer, pool_head, update_pool};
use praxis_chain::{Chain, ChainEvent, ChainOptions, HistoryMode, SafeChain};
use praxis_derive::blob::MAX_BLOB_DATA;
use praxis_inference::{Isa, self_check};
use praxis_l1::{BlobArchive, L1Signer, TxManager, TxManagerConfig, check_key};
use praxis_pool::{Pool, PoolConfig, PoolLimits};
use praxis_precompile::{DEFAULT_CACHE_BYTES, ModelCache, ResultCache};
use praxis_primitives::RollupConfig;
use praxis_proposer::{Proposer, ProposerConfig};
use praxis_rpc::{Forward, L1BlockRef, L1Status, PeerCount, RpcConfig, RpcContext, RpcServer};
use praxis_storage::{DatabaseOptions, Durability};
use praxis_verifier::{DriverConfig, L1Driver, L1Window, SyncStatus};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;
use url::Url;

/// How much of a block's time the builder may spend on transactions from the pool.
const BUILD_SHARE_PERCENT: u64 = 40;
/// Longest pause between two attempts while L1 is away.
const MAX_BACKOFF: Duration = Duration::from_secs(15);
/// L1 blocks beyond the sequencing window that the window of recent blocks keeps.
const WINDOW_MARGIN: u64 = 64;
/// The file with the pool's transactions, beside the chain's tables.
const POOL_JOURNAL: &str = "pool.journal";
/// The file with the order of preconfirmed transactions, beside it.
const ORDER_JOURNAL: &str = "order.journal";
/// How often the pool's journal is looked at.
const TIDY_JOURNAL: Duration = Duration::from_secs(5);

/// The keys of a sequencer.
pub(crate) struct SequencerKeys {
    /// Posts batches; `None` leaves them out.
    pub(crate) batcher: Option<L1Signer>,
    /// Claims output roots; `None` leaves them out.
    pub(crate) proposer: Option<L1Signer>,
    /// How batches are posted.
    pub(crate) posting: Posting,
}

/// How the batcher posts.
#[derive(Debug, Clone)]
pub(crate) struct Posting {
    pub(crate) batcher: BatcherConfig,
    /// Limits of its fees.
    pub(crate) fees: TxManagerConfig,
}

impl Posting {
    /// Posts the cheaper way where this node can read blobs, else as calldata.
    pub(crate) fn new(blobs: bool) -> Self {
        let mut batcher = BatcherConfig::default();
        if blobs {
            batcher.data = DataPolicy::Cheapest;
            batcher.encoder.max_submission_bytes = MAX_BLOB_DATA;
        }
        Self { batcher, fees: TxManagerConfig::default() }
    }
}

/// How an L2 node is run.
pub(crate) struct L2Options<'a> {
    pub(crate) config: Arc<RollupConfig>,
    pub(crate) datadir: &'a Path,
    pub(crate) l1: L1Access,
    /// Where JSON-RPC listens.
    pub(crate) rpc: RpcConfig,
    /// The flag that the RPC's address came from, for messages.
    pub(crate) rpc_flag: &'static str,
    /// `Some` for a sequencer.
    pub(crate) sequencer: Option<SequencerKeys>,
    /// How often L1 is asked for news.
    pub(crate) poll: Duration,
    /// What a committed block survives.
    pub(crate) durability: Durability,
    /// Which old states are kept.
    pub(crate) history: HistoryMode,
    /// What moves the clock of a development chain.
    pub(crate) dev: Option<Arc<DevTools>>,
    /// How it speaks to other nodes; `None` where it speaks to none.
    pub(crate) p2p: Option<P2pOptions>,
    /// JSON-RPC of the sequencer, which gets the transactions that this node is given.
    pub(crate) sequencer_url: Option<Url>,
}

/// A running L2 node.
pub(crate) struct L2Node {
    pub(crate) rpc: SocketAddr,
    /// Multiaddresses at which other nodes reach it.
    pub(crate) p2p: Vec<String>,
}

/// Compares this machine's arithmetic with the committed digests, on the instruction set that it will use.
pub(crate) fn check_golden_digests() -> Result<(), Failure> {
    let isa = Isa::best();
    self_check(isa)
        .map_err(|e| Failure::failed(format!("this machine's arithmetic can't be used for inference: {e}")))?;
    tracing::info!(?isa, "inference self-check passed");
    Ok(())
}

/// How chains of this process are opened.
pub(crate) fn chain_options(durability: Durability) -> ChainOptions {
    ChainOptions {
        models: Arc::new(ModelCache::new(DEFAULT_CACHE_BYTES)),
        results: Arc::new(ResultCache::default()),
        database: DatabaseOptions { durability, ..DatabaseOptions::default() },
        diff_hook: None,
    }
}

/// Opens a rollup's chain in `datadir`.
pub(crate) fn open_chain(
    config: &Arc<RollupConfig>,
    datadir: &Path,
    durability: Durability,
) -> Result<Arc<Chain>, Failure> {
    let (spec, mut options) = (config.chain_spec(), chain_options(durability));
    if let Some(source) = &config.development.fork {
        options.database.origin = Some(Fork::of(source, spec.genesis.alloc.keys().copied())?);
    }
    Ok(Chain::open(datadir, spec, options)?)
}

/// A driver for a role with its own chain.
pub(crate) async fn driver(
    chain: Arc<Chain>,
    l1: &L1Access,
    driver: DriverConfig,
) -> Result<(L1Driver, Arc<L1Window>), Failure> {
    let window_blocks = chain.rollup().map_or(1, |c| c.sequencing_window + c.channel_timeout + WINDOW_MARGIN);
    let window = Arc::new(L1Window::new(usize::try_from(window_blocks).unwrap_or(usize::MAX)));
    let safe = SafeChain::open(chain)?;
    let driver = L1Driver::new(l1.client()?, safe, window.clone(), driver).await?;
    Ok((driver.with_blobs(l1.blobs()?), window))
}

/// A chain's pool, with the transactions that it had when the node stopped.
pub(crate) fn open_pool(
    config: PoolConfig,
    chain: &Chain,
    datadir: &Path,
    tasks: &mut Tasks,
) -> Result<Arc<Pool>, Failure> {
    let path = datadir.join(POOL_JOURNAL);
    let pool = Pool::open(config, pool_head(chain)?, &path).map_err(|e| {
        Failure::failed(format!("the pool's journal {} can't be used: {e}; remove it to begin anew", path.display()))
    })?;
    let pool = Arc::new(pool);
    tasks.spawn("pool journal", tidy_journal(pool.clone()));
    Ok(pool)
}

/// Keeps the pool's journal short.
async fn tidy_journal(pool: Arc<Pool>) -> Result<(), Failure> {
    loop {
        tokio::time::sleep(TIDY_JOURNAL).await;
        let pool = pool.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || pool.tidy_journal()).await {
            tracing::error!(%error, "the pool's journal can't be rewritten and grows");
        }
    }
}

/// What JSON-RPC answers from.
pub(crate) struct Served {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    l1: Option<watch::Receiver<L1Status>>,
    archive: Option<Arc<BlobArchive>>,
    dev: Option<Arc<DevTools>>,
    peers: PeerCount,
    forward: Option<Arc<dyn Forward>>,
}

impl Served {
    /// A chain without an L1.
    pub(crate) fn alone(chain: Arc<Chain>, pool: Arc<Pool>) -> Self {
        Self { chain, pool, l1: None, archive: None, dev: None, peers: PeerCount::default(), forward: None }
    }
}

/// Serves a chain's JSON-RPC until the process ends.
pub(crate) async fn serve_rpc(
    name: &'static str,
    flag: &'static str,
    config: RpcConfig,
    served: Served,
    tasks: &mut Tasks,
) -> Result<SocketAddr, Failure> {
    let Served { chain, pool, l1, archive, dev, peers, forward } = served;
    let client_version = format!("praxis/v{}/{}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    let blobs = archive.map(|archive| Arc::new(ServedBlobs(archive)) as Arc<dyn praxis_rpc::Blobs>);
    let dev = dev.map(|dev| dev as Arc<dyn praxis_rpc::DevChain>);
    let context = RpcContext { chain, pool: Some(pool), l1, blobs, dev, peers, forward, client_version };
    let handle = RpcServer::start(config, context)
        .await
        .map_err(|e| Failure::failed(format!("the {name}'s JSON-RPC can't be served: {e} ({flag})")))?;
    let local = handle.local_addr();
    tasks.keep(handle);
    Ok(local)
}

impl L2Node {
    /// Starts a node and hands its parts to `tasks`.
    pub(crate) async fn start(options: L2Options<'_>, tasks: &mut Tasks) -> Result<Self, Failure> {
        let L2Options { config, datadir, l1, rpc, rpc_flag, sequencer, poll, .. } = options;
        let L2Options { durability, history, dev, p2p, sequencer_url, .. } = options;
        if let Some(keys) = &sequencer {
            check_sequencer_keys(keys, &config)?;
        }
        let chain = open_chain(&config, &datadir.join("l2"), durability)?;
        let pool_config = PoolConfig {
            chain_id: config.l2_chain_id,
            tx_gas_cap: config.tx_gas_cap,
            min_base_fee: config.fees.min_base_fee,
            limits: PoolLimits::default(),
        };
        let pool = open_pool(pool_config, &chain, &datadir.join("l2"), tasks)?;
        let driver_config = DriverConfig { poll, ..DriverConfig::default() };
        let (driver, window) = driver(chain.clone(), &l1, driver_config).await?;
        let status = driver.status();
        let l1_status = l1_status(status.clone(), window.clone());
        let (l1_status, archive) = (Some(l1_status), l1.archive.clone());
        let p2p = match p2p {
            Some(options) => p2p::start(options, &chain, window.clone(), status.clone(), tasks).await?,
            None => P2p::default(),
        };
        let forward = sequencer_url.as_ref().map(forward::to).transpose()?;
        let served = Served {
            chain: chain.clone(),
            pool: pool.clone(),
            l1: l1_status,
            archive,
            dev: dev.clone(),
            peers: p2p.peers,
            forward,
        };
        let local = serve_rpc("L2", rpc_flag, rpc, served, tasks).await?;
        if let Some(keys) = sequencer {
            let order = datadir.join("l2").join(ORDER_JOURNAL);
            let parts =
                SequencerParts { chain: chain.clone(), pool, window, status, keys, l1, poll, order, durability, dev };
            start_sequencer(parts, tasks).await?;
        } else {
            tasks.spawn("transaction pool", follow_pool(chain.clone(), pool));
        }
        tasks.spawn("pruning of history", prune_history(chain, history));
        tasks.spawn("derivation", driver.run(|_, _| {}));
        Ok(Self { rpc: local, p2p: p2p.addresses })
    }
}

fn check_sequencer_keys(keys: &SequencerKeys, config: &RollupConfig) -> Result<(), Failure> {
    if let Some(signer) = &keys.batcher {
        check_key("batcher", signer.address(), config.batcher)?;
    }
    Ok(())
}

/// What a sequencer is joined from.
struct SequencerParts {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    window: Arc<L1Window>,
    status: watch::Receiver<SyncStatus>,
    keys: SequencerKeys,
    l1: L1Access,
    poll: Duration,
    /// The file with the order of preconfirmed transactions.
    order: PathBuf,
    durability: Durability,
    dev: Option<Arc<DevTools>>,
}

async fn start_sequencer(parts: SequencerParts, tasks: &mut Tasks) -> Result<(), Failure> {
    let SequencerParts { chain, pool, window, status, keys, l1, poll, order, durability, dev } = parts;
    let config = chain.rollup().cloned().ok_or_else(|| Failure::failed("a sequencer needs a rollup"))?;
    let budget = Duration::from_millis(config.block_time_ms * BUILD_SHARE_PERCENT / 100);
    let ahead = AheadRunner::new(chain.clone(), pool.clone());
    let sequencer = Sequencer::new(chain.clone(), pool, Some(budget))?;
    let sequencer = Arc::new(sequencer.keep_order(&order, durability == Durability::PowerLoss)?);
    let view = Arc::new(WindowView(window));
    let clock = dev.as_ref().map(|dev| dev.clock().clone()).unwrap_or_default();
    if let Some(dev) = dev {
        dev.start(sequencer.clone(), view.clone(), status.clone())?;
    }
    let builder = praxis_builder::run(sequencer.clone(), view, clock, gate(status.clone()));
    tasks.spawn("block builder", async move { builder.await.map_err(builder_failure) });
    tasks.spawn("inference ahead of blocks", praxis_builder::run_ahead(ahead));
    tasks.spawn("reorg watch", readd_after_reorgs(chain.clone(), sequencer.clone()));
    let client = l1.client()?;
    let source = ChainSource::new(chain, status);
    let Posting { batcher: batcher_config, fees } = keys.posting;
    let warn_days = batcher_config.warn_days;
    let manager = |signer: L1Signer, limits: TxManagerConfig| {
        let manager_config = TxManagerConfig { poll_interval: poll, ..limits };
        TxManager::spawn(client.clone(), signer, config.l1_chain_id, manager_config).0
    };
    if let Some(signer) = keys.batcher {
        let batcher_config = BatcherConfig { poll_interval: poll, ..batcher_config };
        let manager = manager(signer, fees);
        let batcher = Batcher::new(config.clone(), batcher_config, source.clone(), client.clone(), manager);
        let throttle = Arc::new(move |limit| sequencer.limit_block_bytes(limit));
        tasks.spawn("batcher", batcher.with_throttle(throttle).run());
    }
    if let Some(signer) = keys.proposer {
        let proposer_config = ProposerConfig {
            contracts: config.l1,
            interval: config.claim_interval,
            warn_days,
            poll_interval: poll,
            max_backoff: MAX_BACKOFF,
        };
        let proposer =
            Proposer::new(proposer_config, source, client.clone(), manager(signer, TxManagerConfig::default()));
        tasks.spawn("proposer", async move {
            proposer.run().await;
            Ok::<(), Failure>(())
        });
    }
    Ok(())
}

/// A node that refuses its own blocks has found a difference; everything else merely failed.
fn builder_failure(error: BuilderError) -> Failure {
    match error {
        diverged @ BuilderError::Diverged(_) => Failure::difference(diverged),
        error => error.into(),
    }
}

/// Opens once derivation has read all of L1.
fn gate(mut status: watch::Receiver<SyncStatus>) -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        if status.wait_for(|s| s.synced).await.is_ok() {
            let _ = sender.send(true);
            // The builder waits on this channel for as long as it runs.
            sender.closed().await;
        }
    });
    receiver
}

/// What the RPC says of L1.
fn l1_status(mut status: watch::Receiver<SyncStatus>, window: Arc<L1Window>) -> watch::Receiver<L1Status> {
    let (sender, receiver) = watch::channel(L1Status::default());
    tokio::spawn(async move {
        while status.changed().await.is_ok() {
            let now = *status.borrow_and_update();
            let block = |id: BlockNumHash| {
                let known = window.block(id.number).filter(|block| block.hash == id.hash)?;
                Some(L1BlockRef {
                    hash: id.hash,
                    number: id.number,
                    parent_hash: known.parent_hash,
                    timestamp: known.timestamp,
                })
            };
            let next = L1Status {
                current: block(now.l1_current),
                head: block(now.l1_head),
                safe: block(now.l1_finalized),
                finalized: block(now.l1_finalized),
            };
            if sender.send(next).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Puts transactions of blocks that derivation replaced back into the pool.
async fn readd_after_reorgs(chain: Arc<Chain>, sequencer: Arc<Sequencer>) -> Result<(), Failure> {
    let mut events = chain.subscribe();
    loop {
        match events.recv().await {
            Ok(ChainEvent::Unwound { removed, .. }) => {
                let transactions: Vec<_> = removed
                    .iter()
                    .flat_map(|imported| imported.block.clone_transactions_recovered())
                    .filter(|tx| !tx.is_deposit())
                    .collect();
                sequencer.readd(transactions)?;
            }
            Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
            Err(tokio::sync::broadcast::error::RecvError::Closed) => return Ok(()),
        }
    }
}

/// Keeps a follower's pool up to its head: it takes transactions only to say whether they are valid.
pub(crate) async fn follow_pool(chain: Arc<Chain>, pool: Arc<Pool>) -> Result<(), Failure> {
    let mut events = chain.subscribe();
    loop {
        match events.recv().await {
            Ok(ChainEvent::Imported(imported)) if imported.block.hash() == chain.head().hash() => {
                update_pool(&chain, &pool, &imported)?;
            }
            Ok(ChainEvent::Safe(_) | ChainEvent::Finalized(_)) => {}
            // Something was missed, or may have gone back.
            Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => pool.update_all(pool_head(&chain)?)?,
            Err(tokio::sync::broadcast::error::RecvError::Closed) => return Ok(()),
        }
    }
}

/// Blocks whose history is forgotten before others may write.
const PRUNED_AT_ONCE: u64 = 256;

/// Forgets old states whenever blocks become final. Never ends.
pub(crate) async fn prune_history(chain: Arc<Chain>, mode: HistoryMode) -> Result<(), Failure> {
    let mut events = chain.subscribe();
    loop {
        let pruned = chain.clone();
        let step = tokio::task::spawn_blocking(move || pruned.prune(mode, PRUNED_AT_ONCE));
        match step.await.map_err(|e| Failure::failed(format!("pruning was stopped: {e}")))?? {
            Some(pruned) if !pruned.done => continue,
            _ => {}
        }
        loop {
            match events.recv().await {
                Ok(ChainEvent::Finalized(_)) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => break,
                Ok(_) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return Ok(()),
            }
        }
    }
}
