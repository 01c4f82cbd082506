//! The chain and its accessors.

use crate::{ChainError, ChainEvent, PendingBlock, Preconfirmed, genesis::genesis};
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use parking_lot::{Mutex, RwLock};
use praxis_evm::ModelAccess;
use praxis_precompile::{KNOWN_ENGINES, ModelCache, ResultCache};
use praxis_primitives::{
    ChainSpec, L2BlockInfo, OutputPreimage, RecoveredBlock, RollupConfig, SealedBlock, SealedHeader, StateDiff,
};
use praxis_storage::{ChainIdentity, Database, DatabaseOptions, Heads, StateView};
use std::{path::Path, sync::Arc};
use tokio::sync::broadcast;

/// How many events a slow listener may fall behind.
const EVENTS: usize = 4096;
/// How many groups of preconfirmed transactions one may.
const PRECONFIRMED: usize = 1024;

/// A hook that alters what a block changed before it is hashed and stored: how a test makes a node that errs.
pub type DiffHook = Arc<dyn Fn(u64, &mut StateDiff) + Send + Sync>;

/// How a chain is opened.
#[derive(Clone)]
pub struct ChainOptions {
    /// Prepared models, shared by the chains of a process.
    pub models: Arc<ModelCache>,
    /// Results of inferences, for building and for RPC. A block that is imported or derived never reads them.
    pub results: Arc<ResultCache>,
    /// How the database behaves: memory, and what a commit survives.
    pub database: DatabaseOptions,
    /// Only for tests of what verifiers do about a node that errs.
    pub diff_hook: Option<DiffHook>,
}

/// One chain on one database. Shared by reference; writes are serialised inside.
pub struct Chain {
    pub(crate) spec: Arc<ChainSpec>,
    pub(crate) db: Arc<Database>,
    pub(crate) options: ChainOptions,
    pub(crate) head: RwLock<SealedHeader>,
    /// Held while a block is executed on the head and written.
    pub(crate) writer: Mutex<()>,
    pub(crate) events: broadcast::Sender<ChainEvent>,
    /// The open block, if this node builds.
    pub(crate) pending: RwLock<Option<Arc<PendingBlock>>>,
    pub(crate) preconfirmed: broadcast::Sender<Preconfirmed>,
}

/// A chain whose models this build could not run is refused here, not at the block that runs one.
fn check_engines(spec: &ChainSpec) -> Result<(), ChainError> {
    let engines = spec.rollup().map(|config| config.engines.as_slice()).unwrap_or_default();
    let unknown = engines.iter().find(|engine| !KNOWN_ENGINES.contains(&engine.version));
    match unknown {
        Some(engine) => Err(ChainError::Engine { version: engine.version, from_ms: engine.from_ms }),
        None => Ok(()),
    }
}

impl Chain {
    /// Opens the chain of `spec` at `path`, and begins it with its genesis block where there is none.
    ///
    /// # Errors
    /// When the directory holds another chain, is in use, or can't be read.
    pub fn open(path: &Path, spec: ChainSpec, options: ChainOptions) -> Result<Arc<Self>, ChainError> {
        check_engines(&spec)?;
        let (block, diff, trie) = genesis(&spec)?;
        let genesis_block = RecoveredBlock::new_sealed(SealedBlock::seal_slow(block), vec![]);
        let identity = ChainIdentity { chain_id: spec.chain_id, genesis_hash: genesis_block.hash() };
        let db = Database::open_with(path, identity, &options.database)?;
        let heads = match db.heads()? {
            Some(heads) => heads,
            None => db.commit_genesis(&genesis_block, &diff, &trie)?,
        };
        let head = heads.head;
        let header = db.header(head.number)?.ok_or(ChainError::UnknownBlock(head.number))?;
        Ok(Arc::new(Self {
            spec: Arc::new(spec),
            db,
            options,
            head: RwLock::new(header),
            writer: Mutex::new(()),
            events: broadcast::channel(EVENTS).0,
            pending: RwLock::new(None),
            preconfirmed: broadcast::channel(PRECONFIRMED).0,
        }))
    }

    /// Hash of the genesis block of `spec`.
    ///
    /// # Errors
    /// When the genesis state does not make a trie.
    pub fn genesis_hash(spec: &ChainSpec) -> Result<B256, ChainError> {
        Ok(SealedBlock::seal_slow(genesis(spec)?.0).hash())
    }

    /// What the output root of a rollup's genesis block commits to.
    ///
    /// # Errors
    /// When the genesis state does not make a trie, or `spec` is no rollup's.
    pub fn genesis_output(spec: &ChainSpec) -> Result<OutputPreimage, ChainError> {
        let block = SealedBlock::seal_slow(genesis(spec)?.0);
        OutputPreimage::of(block.header(), block.hash()).ok_or(ChainError::UnknownBlock(0))
    }

    /// The specification.
    pub fn spec(&self) -> &Arc<ChainSpec> {
        &self.spec
    }

    /// The rollup configuration; `None` on the embedded L1.
    pub fn rollup(&self) -> Option<&Arc<RollupConfig>> {
        self.spec.rollup()
    }

    /// The database, for reading.
    pub const fn db(&self) -> &Arc<Database> {
        &self.db
    }

    /// Header of the head (the unsafe head on a rollup).
    pub fn head(&self) -> SealedHeader {
        self.head.read().clone()
    }

    fn heads(&self) -> Result<Heads, ChainError> {
        self.db.heads()?.ok_or(ChainError::UnknownBlock(0))
    }

    /// The safe head: as far as derivation from L1 has confirmed the chain. Genesis at first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn safe_head(&self) -> Result<BlockNumHash, ChainError> {
        Ok(self.heads()?.safe)
    }

    /// The finalized head. Genesis at first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn finalized_head(&self) -> Result<BlockNumHash, ChainError> {
        Ok(self.heads()?.finalized)
    }

    /// State after block `number`.
    ///
    /// # Errors
    /// When there is no such block, or its history has been pruned.
    pub fn state_at(&self, number: u64) -> Result<StateView, ChainError> {
        Ok(self.db.state_at(number)?)
    }

    /// Models as they stand in `state`, with this node's prepared ones, and every inference run: for what is checked.
    pub fn models(&self, state: &StateView) -> ModelAccess {
        ModelAccess::new(Arc::new(state.clone()), self.options.models.clone())
    }

    /// The same with results of earlier inferences: for what is proposed or asked, never for what is checked.
    pub fn models_with_results(&self, state: &StateView) -> ModelAccess {
        ModelAccess { results: Some(self.options.results.clone()), ..self.models(state) }
    }

    /// Forgets results of earlier inferences.
    pub fn forget_results(&self) {
        self.options.results.clear();
    }

    /// Follows the chain. A listener that falls behind by more than 4096 events is told so and must look again.
    pub fn subscribe(&self) -> broadcast::Receiver<ChainEvent> {
        self.events.subscribe()
    }

    /// What derivation needs to know of block `number`.
    ///
    /// # Errors
    /// When there is no such block, or this is no rollup.
    pub fn block_info(&self, number: u64) -> Result<L2BlockInfo, ChainError> {
        self.info_of(self.db.block(number)?.ok_or(ChainError::UnknownBlock(number))?.sealed_block())
    }

    pub(crate) fn info_of(&self, block: &SealedBlock) -> Result<L2BlockInfo, ChainError> {
        let number = block.header().number;
        let config = self.rollup().ok_or(ChainError::UnknownBlock(number))?;
        L2BlockInfo::of(block, config).map_err(|error| ChainError::Attributes { number, error })
    }

    /// Gas limit of the block after this one, while L1 does not change it. A header may have more than that, for deposits.
    ///
    /// # Errors
    /// When the block has no L1 attributes, though this is a rollup.
    pub fn gas_limit_after(&self, block: &SealedBlock) -> Result<u64, ChainError> {
        if self.rollup().is_none() {
            return Ok(block.header().gas_limit);
        }
        Ok(self.info_of(block)?.config.gas_limit)
    }

    /// The preimage of the output root of block `number`.
    ///
    /// # Errors
    /// When there is no such block, or this is no rollup.
    pub fn output(&self, number: u64) -> Result<OutputPreimage, ChainError> {
        let header = self.db.header(number)?.ok_or(ChainError::UnknownBlock(number))?;
        OutputPreimage::of(header.header(), header.hash()).ok_or(ChainError::UnknownBlock(number))
    }

    /// T_ms of block `number`; on the embedded L1, whole seconds of its header.
    pub fn timestamp_ms(&self, header: &SealedHeader) -> u64 {
        self.rollup().map_or(header.timestamp * 1000, |config| config.timestamp_ms(header.number))
    }

    pub(crate) fn announce(&self, event: ChainEvent) {
        // No listener is no error.
        let _ = self.events.send(event);
    }
}
