//! What every method sees.

use crate::{DevChain, RpcLimits, filters::Filters, gate::Gate, wire::L1BlockRef};
use alloy_primitives::{B256, Bytes};
use futures::future::BoxFuture;
use parking_lot::Mutex;
use praxis_chain::Chain;
use praxis_pool::Pool;
use praxis_primitives::Fault;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

/// What a server answers from. The same for the rollup and for an embedded L1; the latter has no rollup methods.
#[derive(Clone)]
pub struct RpcContext {
    /// The chain.
    pub chain: Arc<Chain>,
    /// The pool; `None` on a node that takes no transactions.
    pub pool: Option<Arc<Pool>>,
    /// What the node knows of its L1; `None` where it has none.
    pub l1: Option<watch::Receiver<L1Status>>,
    /// The blobs that the node keeps; `None` where it keeps none.
    pub blobs: Option<Arc<dyn Blobs>>,
    /// What tells the chain its time and its past; only on development chains.
    pub dev: Option<Arc<dyn DevChain>>,
    /// How many other nodes are connected.
    pub peers: PeerCount,
    /// Where transactions go on; `None` where the pool is the end of their way.
    pub forward: Option<Arc<dyn Forward>>,
    /// Name and version of the program.
    pub client_version: String,
}

/// How many other nodes are connected, as whoever counts them says.
#[derive(Debug, Clone, Default)]
pub struct PeerCount(Arc<AtomicUsize>);

impl PeerCount {
    /// Says how many.
    pub fn set(&self, count: usize) {
        self.0.store(count, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where a node that builds no blocks sends the transactions that it is given.
pub trait Forward: Send + Sync {
    /// Sends a signed transaction in its EIP-2718 encoding; the sequencer's answer.
    fn send(&self, transaction: Bytes) -> BoxFuture<'_, Result<B256, ForwardError>>;
}

/// Why a transaction was not forwarded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ForwardError {
    /// The sequencer refuses it, in its own words.
    #[error("{0}")]
    Refused(String),
    /// The sequencer can't be reached.
    #[error("the sequencer can't be reached: {0}")]
    Unreachable(String),
}

/// An archive of blobs.
pub trait Blobs: Send + Sync {
    /// A blob by versioned hash, checked against it.
    ///
    /// # Errors
    /// When it can't be read, or what is kept is damaged.
    fn blob(&self, hash: B256) -> Result<Option<Bytes>, Fault>;

    /// Versioned hashes of the blobs of an L1 block, at most so many.
    fn hashes_at(&self, l1_block: u64, limit: usize) -> Vec<B256>;
}

/// What a rollup node knows of its L1. `None`: not yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct L1Status {
    /// As far as derivation has read.
    pub current: Option<L1BlockRef>,
    /// Its head.
    pub head: Option<L1BlockRef>,
    /// Its safe head.
    pub safe: Option<L1BlockRef>,
    /// Its finalized head.
    pub finalized: Option<L1BlockRef>,
}

/// The context of one running server.
pub(crate) struct Context {
    pub(crate) chain: Arc<Chain>,
    pub(crate) pool: Option<Arc<Pool>>,
    pub(crate) l1: Option<watch::Receiver<L1Status>>,
    pub(crate) blobs: Option<Arc<dyn Blobs>>,
    pub(crate) dev: Option<Arc<dyn DevChain>>,
    pub(crate) peers: PeerCount,
    pub(crate) forward: Option<Arc<dyn Forward>>,
    pub(crate) client_version: String,
    pub(crate) limits: RpcLimits,
    pub(crate) filters: Filters,
    /// Calls, estimates, logs and proofs.
    pub(crate) heavy: Gate,
    /// Plain reads.
    pub(crate) reads: Gate,
    /// The suggested tip, for the head with this hash.
    pub(crate) tip: Mutex<Option<(B256, u128)>>,
}

impl Context {
    pub(crate) fn new(given: RpcContext, limits: RpcLimits) -> Self {
        let RpcContext { chain, pool, l1, blobs, dev, peers, forward, client_version } = given;
        Self {
            filters: Filters::new(limits.filters, limits.filter_lifetime),
            heavy: Gate::new(limits.concurrent_calls, limits.waiting_calls, limits.call_time),
            reads: Gate::new(limits.concurrent_reads, limits.waiting_calls, limits.call_time),
            tip: Mutex::new(None),
            chain,
            pool,
            l1,
            blobs,
            dev,
            peers,
            forward,
            client_version,
            limits,
        }
    }
}
