//! The block that is being built: what of it may be seen before it is sealed.

use crate::Chain;
use alloy_primitives::{Address, B256, Bytes, U256};
use praxis_evm::BlockContext;
use praxis_primitives::{Account, Fault, Receipt, RecoveredTransaction, SealedHeader, StateDiff, StateReader};
use praxis_storage::StateView;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Above this many parts they become one: reading state looks through all of them.
const MAX_PARTS: usize = 32;

/// Some transactions of an open block, executed in this order.
#[derive(Debug, Clone, Default)]
pub struct PendingPart {
    /// The transactions.
    pub transactions: Vec<RecoveredTransaction>,
    /// Their receipts, with gas cumulated over the whole block.
    pub receipts: Vec<Receipt>,
    /// What they changed.
    pub changes: StateDiff,
}

impl PendingPart {
    /// Adds what comes right after it.
    pub fn extend(&mut self, later: Self) {
        self.transactions.extend(later.transactions);
        self.receipts.extend(later.receipts);
        self.changes.apply(later.changes);
    }
}

/// What was fixed when the block was opened.
#[derive(Debug)]
pub struct Opening {
    /// What its transactions can see of it.
    pub context: BlockContext,
    /// The block that it is built on.
    pub parent: SealedHeader,
    /// Its first transaction: on the rollup the attributes deposit.
    pub first: Option<RecoveredTransaction>,
}

/// An open block as far as it has been executed and its order is on disk. It has no hash, and it may never be sealed: a
/// reorg of L1 can take its parent away.
#[derive(Debug, Clone)]
pub struct PendingBlock {
    opening: Arc<Opening>,
    base: StateView,
    parts: Vec<Arc<PendingPart>>,
    transactions: usize,
    logs: usize,
    gas_used: u64,
}

impl PendingBlock {
    /// A block on `parent`, whose state is `base`, that begins with `part`.
    pub fn new(context: BlockContext, parent: SealedHeader, base: StateView, part: PendingPart) -> Self {
        let opening = Arc::new(Opening { context, parent, first: part.transactions.first().cloned() });
        let mut block = Self { opening, base, parts: Vec::new(), transactions: 0, logs: 0, gas_used: 0 };
        block.push(Arc::new(part));
        block
    }

    fn push(&mut self, part: Arc<PendingPart>) {
        self.transactions += part.transactions.len();
        self.logs += part.receipts.iter().map(|receipt| receipt.logs.len()).sum::<usize>();
        self.gas_used = part.receipts.last().map_or(self.gas_used, |last| last.cumulative_gas_used);
        self.parts.push(part);
        if self.parts.len() > MAX_PARTS {
            let mut all = PendingPart::default();
            self.parts.drain(..).for_each(|part| all.extend(Arc::unwrap_or_clone(part)));
            self.parts.push(Arc::new(all));
        }
    }

    /// Adds transactions; gives what is to be told of them.
    fn extend(&mut self, part: PendingPart) -> Preconfirmed {
        let part = Arc::new(part);
        let preconfirmed = Preconfirmed {
            opening: self.opening.clone(),
            part: part.clone(),
            index: self.transactions,
            gas_before: self.gas_used,
            logs_before: self.logs,
        };
        self.push(part);
        preconfirmed
    }

    /// What was fixed when it was opened.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Its transactions so far, the attributes' first, with their receipts.
    pub fn entries(&self) -> impl Iterator<Item = (&RecoveredTransaction, &Receipt)> {
        self.parts.iter().flat_map(|part| part.transactions.iter().zip(&part.receipts))
    }

    /// How many transactions it has so far.
    pub const fn len(&self) -> usize {
        self.transactions
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.transactions == 0
    }

    /// Gas used so far.
    pub const fn gas_used(&self) -> u64 {
        self.gas_used
    }

    /// State after its transactions so far.
    pub fn state(&self) -> PendingState {
        PendingState { base: self.base.clone(), layers: self.parts.clone() }
    }
}

/// State within an open block.
#[derive(Debug, Clone)]
pub struct PendingState {
    base: StateView,
    layers: Vec<Arc<PendingPart>>,
}

impl PendingState {
    /// State after the block's parent.
    pub const fn base(&self) -> &StateView {
        &self.base
    }

    fn newest_first(&self) -> impl Iterator<Item = &StateDiff> {
        self.layers.iter().rev().map(|part| &part.changes)
    }
}

impl StateReader for PendingState {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        match self.newest_first().find_map(|layer| layer.accounts.get(&address)) {
            Some(changed) => Ok(changed.account),
            None => self.base.account(address),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        for changed in self.newest_first().filter_map(|layer| layer.accounts.get(&address)) {
            match changed.storage.get(&slot) {
                Some(value) => return Ok(*value),
                None if changed.storage_wiped => return Ok(U256::ZERO),
                None => {}
            }
        }
        self.base.storage(address, slot)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        match self.newest_first().find_map(|layer| layer.codes.get(&code_hash)) {
            Some(code) => Ok(code.clone()),
            None => self.base.code(code_hash),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        if number == self.base.block().number { Ok(self.base.block().hash) } else { self.base.block_hash(number) }
    }
}

/// State that a request reads: of a block, or within the open one.
#[derive(Debug, Clone)]
pub enum ChainState {
    /// After a block.
    Block(StateView),
    /// Within the open block.
    Pending(PendingState),
}

impl ChainState {
    /// State of the newest block under it, from which models are read: what the open block activates can be called from
    /// the next one on.
    pub const fn base(&self) -> &StateView {
        match self {
            Self::Block(state) => state,
            Self::Pending(state) => state.base(),
        }
    }

    fn reader(&self) -> &dyn StateReader {
        match self {
            Self::Block(state) => state,
            Self::Pending(state) => state,
        }
    }
}

impl StateReader for ChainState {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        self.reader().account(address)
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        self.reader().storage(address, slot)
    }
    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        self.reader().code(code_hash)
    }
    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        self.reader().block_hash(number)
    }
}

/// Transactions whose place in the open block is decided and on disk.
#[derive(Debug, Clone)]
pub struct Preconfirmed {
    /// Of which block.
    pub opening: Arc<Opening>,
    /// The transactions.
    pub part: Arc<PendingPart>,
    /// Index of the first of them in the block.
    pub index: usize,
    /// Gas that those before them used.
    pub gas_before: u64,
    /// How many logs those before them have.
    pub logs_before: usize,
}

impl Chain {
    /// The block that is being built on the head, as far as it may be seen; `None` while there is none.
    pub fn pending(&self) -> Option<Arc<PendingBlock>> {
        let head = self.head.read().hash();
        self.pending.read().clone().filter(|pending| pending.opening.parent.hash() == head)
    }

    /// Shows a block that has just been opened.
    pub fn show_pending(&self, block: PendingBlock) {
        *self.pending.write() = Some(Arc::new(block));
    }

    /// Shows more transactions of the open block and tells who follows it. The caller has put their order on disk.
    pub fn preconfirm(&self, part: PendingPart) {
        let mut pending = self.pending.write();
        let Some(block) = &mut *pending else { return };
        let preconfirmed = Arc::make_mut(block).extend(part);
        drop(pending);
        // No listener is no error.
        let _ = self.preconfirmed.send(preconfirmed);
    }

    /// Follows the open block. A listener that falls behind by more than 1024 events is told so.
    pub fn subscribe_preconfirmed(&self) -> broadcast::Receiver<Preconfirmed> {
        self.preconfirmed.subscribe()
    }
}
