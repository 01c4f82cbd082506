//! One execution path for every role.

use crate::{Chain, ChainError, DiffHook};
use alloy_consensus::BlockBody;
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_contracts::addresses::L2_TO_L1_MESSAGE_PASSER;
use praxis_evm::{
    BlockContext, BlockExecutor, ExecuteError, ExecutionOutput, FirstChanges, ModelAccess, assemble_header,
    check_header, check_terms,
};
use praxis_primitives::{
    Block, ChainSpec, Fault, Fork, RecoveredBlock, RecoveredTransaction, SealedBlock, SealedHeader, StateBefore,
    StateReader,
};
use praxis_storage::{CommitBlock, HeadUpdate, StateView};
use praxis_trie::{NodeReader, TrieUpdates, Warmer, state_root, state_root_knowing};

/// A block with everything that its execution gave.
pub(crate) struct Executed {
    pub(crate) block: RecoveredBlock,
    pub(crate) output: ExecutionOutput,
    pub(crate) trie: TrieUpdates,
}

/// Why a block is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To propose it: results of inferences that this node computed before may be used. It is checked before it counts.
    Propose,
    /// To check it: every inference is run.
    Check,
}

/// What a block is executed on: the state after its parent. On disk, or out of a witness.
pub(crate) struct Base<'a> {
    pub(crate) spec: &'a ChainSpec,
    pub(crate) parent: &'a SealedHeader,
    pub(crate) state: &'a dyn StateReader,
    pub(crate) nodes: &'a dyn NodeReader,
    pub(crate) hook: Option<&'a DiffHook>,
    /// Where to load nodes from while the block is executed; `None` where each read is to be seen.
    pub(crate) warm: Option<&'a StateView>,
}

/// Loads what the root will read, as far as the executor's changes say it already.
struct LoadAhead(Warmer);

impl FirstChanges for LoadAhead {
    fn changed(&mut self, before: StateBefore) {
        self.0.changed(before);
    }
}

/// Has the nodes loaded that closing the executor's block will need.
pub(crate) fn load_ahead(executor: &mut BlockExecutor<'_>, state: &StateView) {
    executor.tell(Box::new(LoadAhead(Warmer::new(state.clone()))));
}

impl Base<'_> {
    /// Executes a sealed block and compares every field of its header with the execution's.
    pub(crate) fn check(&self, block: &RecoveredBlock, models: ModelAccess) -> Result<Executed, ChainError> {
        let number = block.number;
        let body = block.body();
        let withdrawals = body.withdrawals.as_ref().map(|withdrawals| withdrawals.as_slice());
        let context = BlockContext::of_block(self.spec, self.parent, block.header())
            .and_then(|context| match self.spec.rollup() {
                Some(_) => check_terms(&body.transactions, block.header()).map(|()| context),
                None => context.with_body(&body.ommers, withdrawals),
            })
            .map_err(|mismatch| ChainError::Header { number, mismatch })?;
        let mut executor = BlockExecutor::new(self.spec, context.clone(), self.state, models);
        if let Some(state) = self.warm {
            load_ahead(&mut executor, state);
        }
        executor.apply_pre_block().map_err(|fault| ChainError::fault(number, fault))?;
        let mut state_roots = Vec::new();
        for (index, tx) in block.transactions_recovered().enumerate() {
            executor.execute_ref(tx).map_err(|error| match error {
                ExecuteError::Invalid(reason) => {
                    ChainError::InvalidTransaction { number, index, reason: reason.to_string() }
                }
                ExecuteError::Fault(fault) => ChainError::fault(number, fault),
            })?;
            if context.fork < Fork::Byzantium {
                state_roots.push(state_root(self.nodes, &executor.changes_so_far())?.root);
            }
        }
        executor.check_schedule().map_err(|error| match error {
            ExecuteError::Invalid(reason) => {
                ChainError::InvalidTransaction { number, index: body.transactions.len(), reason: reason.to_string() }
            }
            ExecuteError::Fault(fault) => ChainError::fault(number, fault),
        })?;
        let mut output = executor.finish().map_err(|fault| ChainError::fault(number, fault))?;
        output.state_roots = state_roots;
        let transactions = block.clone_transactions_recovered().collect();
        let executed = self.close(&context, transactions, output)?;
        check_header(executed.block.header(), block.header())
            .map_err(|mismatch| ChainError::Header { number, mismatch })?;
        Ok(executed)
    }

    /// Closes the block: roots, header, hash.
    pub(crate) fn close(
        &self,
        context: &BlockContext,
        transactions: Vec<RecoveredTransaction>,
        mut output: ExecutionOutput,
    ) -> Result<Executed, ChainError> {
        if let Some(hook) = self.hook {
            hook(context.number, &mut output.diff);
        }
        let outcome = state_root_knowing(self.nodes, &output.diff, &output.before)?;
        if outcome.previous_root != self.parent.state_root {
            let (found, expected) = (outcome.previous_root, self.parent.state_root);
            let fault = Fault::new(format!(
                "the stored trie has root {found}, but the parent's header says {expected}; `praxis db verify` names the \
                     first account that differs"
            ));
            return Err(ChainError::fault(context.number, fault));
        }
        let message_passer_root = outcome.storage_root_of(self.nodes, L2_TO_L1_MESSAGE_PASSER)?;
        let (transactions, senders): (Vec<_>, Vec<_>) = transactions.into_iter().map(|tx| tx.into_parts()).unzip();
        let header = assemble_header(self.spec, context, &transactions, &output, outcome.root, message_passer_root);
        let parts = &context.ethereum;
        let withdrawals = (context.fork >= Fork::Shanghai).then(|| parts.withdrawals.clone().into());
        let body = BlockBody { transactions, ommers: parts.ommers.clone(), withdrawals };
        let block = RecoveredBlock::new_sealed(SealedBlock::seal_slow(Block { header, body }), senders);
        Ok(Executed { block, output, trie: outcome.updates })
    }
}

impl Chain {
    /// The state in this chain's database.
    pub(crate) fn base<'a>(&'a self, parent: &'a SealedHeader, state: &'a StateView) -> Base<'a> {
        let hook = self.options.diff_hook.as_ref();
        Base { spec: &self.spec, parent, state, nodes: state, hook, warm: Some(state) }
    }

    /// An executor for the block of `context`, on the state of the head.
    pub(crate) fn executor<'a>(
        &'a self,
        context: &BlockContext,
        state: &'a StateView,
        purpose: Purpose,
        follow: bool,
    ) -> Result<BlockExecutor<'a>, ChainError> {
        let number = context.number;
        let models = match purpose {
            Purpose::Propose => self.models_with_results(state),
            Purpose::Check => self.models(state),
        };
        let mut executor = BlockExecutor::new(&self.spec, context.clone(), state, models);
        load_ahead(&mut executor, state);
        if follow {
            executor.take_changes();
        }
        executor.apply_pre_block().map_err(|fault| ChainError::fault(number, fault))?;
        Ok(executor)
    }

    /// The state root after each transaction of a stored block from before Byzantium, which its receipts hold; nothing for a
    /// later block. The block is executed again for it.
    ///
    /// # Errors
    /// When the state before the block has been pruned, or the node has a fault.
    pub fn receipt_state_roots(&self, block: &RecoveredBlock) -> Result<Vec<B256>, ChainError> {
        if self.spec.fork(block.number, block.timestamp) >= Fork::Byzantium || block.body().transactions.is_empty() {
            return Ok(Vec::new());
        }
        let number = block.number.saturating_sub(1);
        let parent = self.db.header(number)?.ok_or(ChainError::UnknownBlock(number))?;
        let state = self.db.state_at(number)?;
        let executed = self.base(&parent, &state).check(block, self.models(&state))?;
        Ok(executed.output.state_roots)
    }

    /// Writes an executed block on top of the head, in one atomic batch, and tells the listeners. `safe`: L1 confirms it
    /// already.
    pub(crate) fn commit(
        &self,
        executed: Executed,
        safe: bool,
    ) -> Result<std::sync::Arc<crate::ImportedBlock>, ChainError> {
        let Executed { block, output, trie } = executed;
        let safe = safe.then(|| BlockNumHash::new(block.number, block.hash()));
        self.db.commit_block(CommitBlock {
            block: &block,
            receipts: &output.receipts,
            diff: &output.diff,
            before: &output.before,
            trie: &trie,
            inferences: &output.inferences,
            chunks: &output.chunks,
            heads: HeadUpdate { safe, finalized: None },
            cursors: &[],
        })?;
        *self.head.write() = block.clone_sealed_header();
        metrics::gauge!("praxis_head_block", "chain" => self.spec.chain_id.to_string()).set(block.number as f64);
        metrics::counter!("praxis_inferences_total").increment(output.inferences.len() as u64);
        let imported = std::sync::Arc::new(crate::ImportedBlock {
            block,
            receipts: output.receipts,
            inferences: output.inferences,
            changed: output.diff.accounts.into_keys().collect(),
        });
        self.announce(crate::ChainEvent::Imported(imported.clone()));
        if let Some(safe) = safe {
            metrics::gauge!("praxis_safe_block").set(safe.number as f64);
            self.announce(crate::ChainEvent::Safe(safe));
        }
        Ok(imported)
    }

    /// The head, if it is `parent`.
    pub(crate) fn require_head(&self, number: u64, parent: B256) -> Result<SealedHeader, ChainError> {
        let head = self.head();
        if head.hash() == parent && number == head.number + 1 {
            return Ok(head);
        }
        Err(ChainError::NotOnHead { number, parent, head_number: head.number, head: head.hash() })
    }
}
