//! Executing a block.

use crate::{
    BlockContext, ExecuteError, ExecutionOutput, FirstChanges, InvalidTransaction, TxOutcome, TxStatus, chunks, env,
    ethereum,
    evm::{BlockEvm, Ran},
    notes::{self, TxNotes},
    schedule::{Arrival, Schedule},
    system,
    terms::Terms,
};
use alloy_consensus::{Transaction as _, TransactionEnvelope as _, transaction::Recovered};
use alloy_eips::eip7685::Requests;
use praxis_precompile::ModelAccess;
use praxis_primitives::{
    ChainSpec, Fault, Fork, InferenceEntry, ModelChunk, Receipt, RecoveredTransaction, Rules, StateDiff, StateReader,
    Transaction, inference_requests,
};
use revm::context::TxEnv;

/// Executes one block's transactions on its parent's state. Sequencer, follower, verifier and simulation use nothing
/// else.
///
/// Call [`Self::apply_pre_block`], then [`Self::execute`] for each transaction, then [`Self::finish`]. After a fault the
/// executor refuses to go on.
pub struct BlockExecutor<'a> {
    spec: &'a ChainSpec,
    context: BlockContext,
    evm: BlockEvm<'a>,
    pub(crate) schedule: Schedule,
    pub(crate) receipts: Vec<Receipt>,
    inferences: Vec<InferenceEntry>,
    /// Where those of the last transaction begin.
    last_inferences: usize,
    chunks: Vec<ModelChunk>,
    gas_used: u64,
    blob_gas_used: u64,
    fault: Option<Fault>,
    notes: Option<Vec<TxNotes>>,
}

/// A transaction that may be tried: as revm takes it, its terms, its index, and what it is to the schedule.
pub(crate) struct Admitted {
    pub(crate) env: TxEnv,
    pub(crate) terms: Terms,
    pub(crate) index: u32,
    pub(crate) arrival: Arrival,
}

impl std::fmt::Debug for BlockExecutor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockExecutor").field("context", &self.context).field("gas_used", &self.gas_used).finish()
    }
}

impl<'a> BlockExecutor<'a> {
    /// An executor for the block `context` on `state`, the state after its parent. `models` serves the models of that
    /// state; on Ethereum it is never asked.
    pub fn new(spec: &'a ChainSpec, context: BlockContext, state: &'a dyn StateReader, models: ModelAccess) -> Self {
        let evm = BlockEvm::new(spec, &context, env::config(spec, &context), state, models);
        Self::over(spec, context, evm, Schedule::Before)
    }

    pub(crate) const fn over(
        spec: &'a ChainSpec,
        context: BlockContext,
        evm: BlockEvm<'a>,
        schedule: Schedule,
    ) -> Self {
        Self {
            spec,
            context,
            evm,
            schedule,
            receipts: Vec::new(),
            inferences: Vec::new(),
            last_inferences: 0,
            chunks: Vec::new(),
            gas_used: 0,
            blob_gas_used: 0,
            fault: None,
            notes: None,
        }
    }

    /// The block that is executed.
    pub const fn context(&self) -> &BlockContext {
        &self.context
    }

    pub(crate) const fn spec(&self) -> &ChainSpec {
        self.spec
    }

    /// Stores the parent's hash (EIP-2935) and the parent beacon block root (EIP-4788), and on Ethereum does what else
    /// comes before the block's transactions. A rollup whose state has the Scheduler makes its calls in this block.
    ///
    /// # Errors
    /// A fault: a system contract never fails.
    pub fn apply_pre_block(&mut self) -> Result<(), Fault> {
        let mut applied = system::apply(&mut self.evm, &self.context);
        if let (Ok(()), Rules::Ethereum(rules)) = (&applied, &self.spec.rules) {
            applied = ethereum::before_transactions(rules, &self.context, &mut self.evm).map_err(Into::into);
        }
        if applied.is_ok() {
            applied = self.open_schedule().map_err(Into::into);
        }
        applied.map_err(|error| self.poison(error.into_fault()))
    }

    /// What the block has changed since the last call of this. From the first call on, which gives nothing, changes are
    /// followed; that costs a little for each transaction.
    pub fn take_changes(&mut self) -> StateDiff {
        self.evm.take_changes()
    }

    /// Tells `listener` of what transactions change from now on, until the block is finished.
    pub fn tell(&mut self, listener: Box<dyn FirstChanges>) {
        self.evm.tell(listener);
    }

    /// Notes from now on what each transaction changes.
    pub fn note_changes(&mut self) {
        self.notes.get_or_insert_default();
    }

    /// The notes so far; empty unless they were asked for.
    pub fn take_notes(&mut self) -> Vec<TxNotes> {
        self.notes.take().unwrap_or_default()
    }

    /// Gas that the block has left.
    pub const fn gas_left(&self) -> u64 {
        self.context.gas_limit.saturating_sub(self.gas_used)
    }

    /// Receipts of the transactions so far.
    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    /// Receipt of the last transaction; `None` before the first.
    pub fn last_receipt(&self) -> Option<&Receipt> {
        self.receipts.last()
    }

    /// Inferences of the last transaction, reverted ones included.
    pub fn last_inferences(&self) -> &[InferenceEntry] {
        self.inferences.get(self.last_inferences..).unwrap_or_default()
    }

    /// How many transactions the block has so far.
    pub fn transaction_count(&self) -> usize {
        self.receipts.len()
    }

    /// Executes the next transaction.
    ///
    /// # Errors
    /// [`ExecuteError::Invalid`] when it cannot stand in the block here: nothing has changed, and another one can be
    /// tried. [`ExecuteError::Fault`] when the node cannot go on.
    pub fn execute(&mut self, tx: &RecoveredTransaction) -> Result<TxOutcome, ExecuteError> {
        self.execute_ref(tx.as_recovered_ref())
    }

    /// [`Self::execute`] of a transaction that stands in a block.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn execute_ref(&mut self, tx: Recovered<&Transaction>) -> Result<TxOutcome, ExecuteError> {
        let Admitted { env, terms, index, arrival } = self.admit(tx)?;
        let ran = match self.evm.run(env, terms, index) {
            Ok(ran) => ran,
            Err(error) => return Err(self.not_run(error)),
        };
        self.keep(tx, arrival, ran).map_err(|fault| self.poison(fault).into())
    }

    /// That no fault has stopped the block.
    pub(crate) fn alive(&self) -> Result<(), Fault> {
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// The next transaction, once it may be tried at all at this place.
    pub(crate) fn admit(&mut self, tx: Recovered<&Transaction>) -> Result<Admitted, ExecuteError> {
        self.alive()?;
        let (mut env, terms) = env::transaction(self.spec, &self.context, tx)?;
        let arrival = self.arrive(tx)?;
        if let Arrival::Due(price) = arrival {
            env.gas_price = price;
        }
        let (gas_limit, gas_left) = (tx.gas_limit(), self.gas_left());
        if gas_limit > gas_left {
            return Err(InvalidTransaction::BlockGasExceeded { gas_limit, gas_left }.into());
        }
        self.check_blobs(tx.blob_gas_used().unwrap_or_default())?;
        let index = u32::try_from(self.receipts.len()).map_err(|_| Fault::new("a block has 2^32 transactions"))?;
        Ok(Admitted { env, terms, index, arrival })
    }

    pub(crate) const fn evm_mut(&mut self) -> &mut BlockEvm<'a> {
        &mut self.evm
    }

    /// That the block has room for a transaction's blobs (EIP-4844).
    fn check_blobs(&self, blob_gas: u64) -> Result<(), InvalidTransaction> {
        if blob_gas == 0 {
            return Ok(());
        }
        let most = self.spec.blob_params(self.context.fork, self.context.timestamp).max_blob_gas_per_block();
        let left = most.saturating_sub(self.blob_gas_used);
        if blob_gas > left {
            return Err(InvalidTransaction::BlobGasExceeded { blob_gas, left });
        }
        Ok(())
    }

    pub(crate) fn not_run(&mut self, error: crate::evm::InnerError) -> ExecuteError {
        match self.evm.error(error) {
            ExecuteError::Fault(fault) => self.poison(fault).into(),
            invalid => invalid,
        }
    }

    pub(crate) fn poison(&mut self, fault: Fault) -> Fault {
        self.fault = Some(fault.clone());
        fault
    }

    pub(crate) fn keep(&mut self, tx: Recovered<&Transaction>, arrival: Arrival, ran: Ran) -> Result<TxOutcome, Fault> {
        let Ran { ended, inferences, changes } = ran;
        let success = ended.status == TxStatus::Success;
        if success && self.spec.rollup().is_some() {
            self.chunks.extend(chunks::of_logs(&ended.logs)?);
        }
        if let Some(notes) = &mut self.notes {
            notes.push(notes::of_changes(&changes));
        }
        self.evm.commit(changes);
        self.gas_used = self.gas_used.saturating_add(ended.gas_used);
        self.blob_gas_used = self.blob_gas_used.saturating_add(tx.blob_gas_used().unwrap_or_default());
        let receipt =
            Receipt { tx_type: tx.inner().tx_type(), success, cumulative_gas_used: self.gas_used, logs: ended.logs };
        self.receipts.push(receipt);
        self.last_inferences = self.inferences.len();
        self.inferences.extend(inferences);
        if let Arrival::Due(price) = arrival {
            self.settle(price, success, ended.gas_used)?;
        }
        Ok(TxOutcome { status: ended.status, gas_used: ended.gas_used, output: ended.output, created: ended.created })
    }

    /// What the transactions so far have changed: a receipt from before Byzantium holds the state root after its
    /// transaction.
    pub fn changes_so_far(&self) -> StateDiff {
        self.evm.changes(self.has_empty_accounts()).0
    }

    /// Whether accounts may be empty: before EIP-161.
    fn has_empty_accounts(&self) -> bool {
        self.context.fork < Fork::SpuriousDragon
    }

    /// Ends the block: on Ethereum with rewards, withdrawals and requests to the beacon chain.
    ///
    /// # Errors
    /// When a fault stopped it before, or stops it now, or a scheduled call of the block has not been made.
    pub fn finish(mut self) -> Result<ExecutionOutput, Fault> {
        self.check_schedule().map_err(ExecuteError::into_fault)?;
        let requests = match (&self.fault, &self.spec.rules) {
            (None, Rules::Ethereum(rules)) => {
                ethereum::after_transactions(rules, &self.context, &mut self.evm, &self.receipts)
                    .map_err(ExecuteError::into_fault)?
            }
            _ => Requests::default(),
        };
        let mut output = self.finish_transactions()?;
        if !requests.is_empty() {
            output.requests = requests;
        }
        Ok(output)
    }

    /// Ends what is no whole block: without what a block changes after its transactions.
    ///
    /// # Errors
    /// When a fault stopped it before.
    pub fn finish_transactions(self) -> Result<ExecutionOutput, Fault> {
        let empty_accounts = self.has_empty_accounts();
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let (diff, before) = self.evm.changes(empty_accounts);
        let records: Vec<_> = self.inferences.iter().map(|entry| entry.record.clone()).collect();
        Ok(ExecutionOutput {
            receipts: self.receipts,
            gas_used: self.gas_used,
            blob_gas_used: self.blob_gas_used,
            state_roots: Vec::new(),
            diff,
            before,
            requests: inference_requests(&records),
            inferences: self.inferences,
            chunks: self.chunks,
        })
    }
}
