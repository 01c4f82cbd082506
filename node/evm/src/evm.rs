//! The EVM that executes blocks and calls alike.

use crate::{
    BlockContext, ExecuteError, InvalidTransaction, bare_storage,
    block_state::{BlockState, FirstChanges},
    database::{DatabaseFault, StateDatabase},
    env,
    handler::TransactionHandler,
    outcome::Ended,
    terms::{ExtraFees, Terms},
    watch::Watcher,
};
use alloy_primitives::{Address, Bytes, Log, U256};
use praxis_contracts::addresses::{BASE_FEE_VAULT, L1_BLOCK};
use praxis_precompile::{InferencePrecompiles, ModelAccess};
use praxis_primitives::{ChainSpec, DataFees, Fault, InferenceEntry, Rules, StateBefore, StateDiff, StateReader};
use revm::{
    Context, MainBuilder, MainContext,
    context::{
        BlockEnv, CfgEnv, ContextSetters, ContextTr, Evm, JournalTr, TxEnv,
        journaled_state::account::JournaledAccountTr,
        result::{EVMError, ExecutionResult, HaltReason},
    },
    database_interface::{Database, DatabaseCommit},
    handler::{EthFrame, Handler, MainnetHandler, SystemCallTx, instructions::EthInstructions},
    inspector::InspectorHandler,
    interpreter::interpreter::EthInterpreter,
    state::EvmState,
};

/// revm's context over it.
pub(crate) type BlockEvmContext<'a> = alloy_evm::eth::EthEvmContext<BlockState<'a>>;
/// revm with the project's precompiles.
pub(crate) type InnerEvm<'a> = Evm<
    BlockEvmContext<'a>,
    Watcher,
    EthInstructions<EthInterpreter, BlockEvmContext<'a>>,
    InferencePrecompiles,
    EthFrame,
>;

/// An error of revm.
pub(crate) type InnerError = EVMError<DatabaseFault>;

/// The EVM of one block. Between calls of its methods the journal is empty.
pub(crate) struct BlockEvm<'a> {
    inner: InnerEvm<'a>,
    base_fee_to: Option<Address>,
    /// Prices of the rollup as L1Block's storage has them now, once they have been read.
    data_fees: Option<DataFees>,
    /// Changes since they were taken last, where somebody follows them.
    followed: Option<StateDiff>,
}

/// What one run of revm gives: the result, the inferences, and what changed.
pub(crate) type RawRun = (Result<ExecutionResult<HaltReason>, InnerError>, Vec<InferenceEntry>, EvmState);

/// A transaction that ran, before its changes are kept or dropped.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) ended: Ended,
    pub(crate) inferences: Vec<InferenceEntry>,
    pub(crate) changes: EvmState,
}

impl<'a> BlockEvm<'a> {
    pub(crate) fn new(
        spec: &ChainSpec,
        context: &BlockContext,
        config: CfgEnv,
        state: &'a dyn StateReader,
        models: ModelAccess,
    ) -> Self {
        let (precompiles, base_fee_to) = match &spec.rules {
            Rules::Rollup(config) => {
                let engines = config.live_engines(context.timestamp_ms);
                (InferencePrecompiles::new(models, engines, context.timestamp_ms), Some(BASE_FEE_VAULT))
            }
            Rules::Ethereum(_) => (InferencePrecompiles::ethereum(), None),
        };
        let bare_storage = bare_storage::may_exist(spec);
        let database = BlockState::new(StateDatabase { state, bare_storage });
        let mut inner = Context::mainnet()
            .with_block(env::block(spec, context))
            .with_cfg(config)
            .with_db(database)
            .build_mainnet_with_inspector(Watcher::default())
            .with_precompiles(precompiles);
        if bare_storage {
            bare_storage::install(&mut inner);
        }
        Self { inner, base_fee_to, data_fees: None, followed: None }
    }

    /// Runs a transaction on its terms. Whatever happens, the journal is empty afterwards.
    pub(crate) fn run(&mut self, tx: TxEnv, terms: Terms, index: u32) -> Result<Ran, InnerError> {
        let sender = tx.caller;
        let raw = self.run_raw(tx, terms, index);
        self.ran(raw, sender, terms.mint())
    }

    /// Runs a transaction as [`Self::run`] does while `watcher` looks on, and gives the watcher back.
    pub(crate) fn run_watched(
        &mut self,
        tx: TxEnv,
        terms: Terms,
        index: u32,
        watcher: Watcher,
    ) -> (Result<Ran, InnerError>, Watcher) {
        let sender = tx.caller;
        let (raw, watcher) = self.run_raw_watched(tx, terms, index, watcher);
        (self.ran(raw, sender, terms.mint()), watcher)
    }

    fn ran(&mut self, raw: RawRun, sender: Address, mint: Option<u128>) -> Result<Ran, InnerError> {
        let (result, inferences, changes) = raw;
        match result {
            Ok(result) => Ok(Ran { ended: Ended::new(result), inferences, changes }),
            Err(EVMError::Transaction(reason)) if mint.is_some() => self.fail_deposit(sender, mint, reason),
            Err(error) => Err(error),
        }
    }

    fn run_raw(&mut self, tx: TxEnv, terms: Terms, index: u32) -> RawRun {
        let extra = match self.extra_fees(terms) {
            Ok(extra) => extra,
            Err(error) => return (Err(error), Vec::new(), EvmState::default()),
        };
        self.inner.precompiles.begin();
        self.inner.ctx.set_tx(tx);
        let mut handler = TransactionHandler::new(terms.mint(), self.base_fee_to, extra);
        let result = match self.inner.inspector.is_on() {
            true => handler.inspect_run(&mut self.inner),
            false => handler.run(&mut self.inner),
        };
        let inferences = self.inner.precompiles.take_records(index);
        let changes = self.inner.ctx.journal_mut().finalize();
        (result, inferences, changes)
    }

    /// Runs a transaction while `watcher` looks on, and gives the watcher back.
    pub(crate) fn run_raw_watched(
        &mut self,
        tx: TxEnv,
        terms: Terms,
        index: u32,
        watcher: Watcher,
    ) -> (RawRun, Watcher) {
        self.inner.inspector = watcher;
        let raw = self.run_raw(tx, terms, index);
        (raw, std::mem::take(&mut self.inner.inspector))
    }

    /// What a transaction pays besides its gas. The prices are read past the journal: reading them warms nothing.
    fn extra_fees(&mut self, terms: Terms) -> Result<Option<ExtraFees>, InnerError> {
        let Terms::Rollup(size) = terms else { return Ok(None) };
        let prices = match self.data_fees {
            Some(prices) => prices,
            None => {
                let state = self.inner.ctx.db_mut();
                let read = DataFees::from_slots(|slot| Database::storage(state, L1_BLOCK, slot));
                *self.data_fees.insert(read.map_err(EVMError::Database)?)
            }
        };
        Ok(Some(ExtraFees::new(prices, size)))
    }

    /// A deposit that could not begin keeps its mint and its nonce and uses all of its gas.
    pub(crate) fn fail_deposit(
        &mut self,
        sender: Address,
        mint: Option<u128>,
        reason: revm::context::result::InvalidTransaction,
    ) -> Result<Ran, InnerError> {
        let gas_limit = self.inner.ctx.tx.gas_limit;
        let journal = self.inner.ctx.journal_mut();
        let kept = crate::handler::mint_and_bump(journal, sender, mint.unwrap_or_default(), true);
        let changes = journal.finalize();
        kept.map_err(EVMError::Database)?;
        let ended = Ended::failed_deposit(reason.to_string(), gas_limit);
        Ok(Ran { ended, inferences: Vec::new(), changes })
    }

    /// Calls a system contract, keeps what it changes and gives what it returns and logs.
    ///
    /// # Errors
    /// When the contract fails, or the node cannot compute it.
    pub(crate) fn system_call(
        &mut self,
        caller: Address,
        contract: Address,
        data: Bytes,
        gas_limit: u64,
    ) -> Result<(Bytes, Vec<Log>), ExecuteError> {
        self.inner.precompiles.begin();
        let mut tx = TxEnv::new_system_tx_with_caller(caller, contract, data);
        tx.gas_limit = gas_limit;
        self.inner.ctx.set_tx(tx);
        let result: Result<_, InnerError> = MainnetHandler::default().run_system_call(&mut self.inner);
        let changes = self.inner.ctx.journal_mut().finalize();
        let result = result.map_err(|error| self.error(error))?;
        if !result.is_success() {
            return Err(Fault::new(format!("the system call of {contract} failed: {result:?}")).into());
        }
        self.commit(changes);
        let logs = result.logs().to_vec();
        Ok((result.into_output().unwrap_or_default(), logs))
    }

    /// Gas of the royalties of the last transaction, by payee.
    pub(crate) fn royalties(&self) -> Vec<(Address, u64)> {
        self.inner.precompiles.royalties().collect()
    }

    /// Moves wei out of `from`.
    ///
    /// # Errors
    /// A fault when it has not as much: whoever asks has been told so by the state.
    pub(crate) fn pay(&mut self, from: Address, amounts: &[(Address, U256)]) -> Result<(), Fault> {
        let journal = self.inner.ctx.journal_mut();
        let moved = amounts.iter().try_for_each(|(to, amount)| -> Result<(), Fault> {
            let mut payer = journal.load_account_mut(from).map_err(|error| error.0)?.data;
            if !payer.decr_balance(*amount) {
                return Err(Fault::new(format!("{from} lacks {amount} wei that it owes to {to}")));
            }
            journal.load_account_mut(*to).map_err(|error| error.0)?.data.incr_balance(*amount);
            Ok(())
        });
        let changes = journal.finalize();
        moved?;
        self.commit(changes);
        Ok(())
    }

    /// Credits balances that no transaction moves.
    pub(crate) fn credit(&mut self, amounts: impl IntoIterator<Item = (Address, u128)>) -> Result<(), Fault> {
        self.inner.ctx.db_mut().credit(amounts).map_err(|error| error.0)
    }

    /// Whether an account has code.
    pub(crate) fn has_code(&mut self, address: Address) -> Result<bool, Fault> {
        let account = self.inner.ctx.db_mut().account(address).map_err(|error| error.0)?;
        Ok(account.is_some_and(|info| !info.is_empty_code_hash()))
    }

    /// Nonce of an account as it stands now.
    pub(crate) fn nonce(&mut self, address: Address) -> Result<u64, Fault> {
        let account = self.inner.ctx.db_mut().account(address).map_err(|error| error.0)?;
        Ok(account.map_or(0, |info| info.nonce))
    }

    /// Keeps what a transaction changed.
    pub(crate) fn commit(&mut self, changes: EvmState) {
        if let Some(followed) = &mut self.followed {
            followed.apply(crate::changes::of_state(&changes));
        }
        if changes.contains_key(&L1_BLOCK) {
            self.data_fees = None;
        }
        self.inner.ctx.db_mut().commit(changes);
    }

    /// What was kept since the last call of this; from the first call on, which gives nothing, it is followed.
    pub(crate) fn take_changes(&mut self) -> StateDiff {
        self.followed.replace(StateDiff::default()).unwrap_or_default()
    }

    /// Tells `listener` of what transactions change from now on.
    pub(crate) fn tell(&mut self, listener: Box<dyn FirstChanges>) {
        self.inner.ctx.db_mut().tell(listener);
    }

    /// Empties accounts and gives the sum of what they held, in wei.
    pub(crate) fn drain(&mut self, addresses: impl IntoIterator<Item = Address>) -> Result<u128, Fault> {
        self.inner.ctx.db_mut().drain(addresses).map_err(|error| error.0)
    }

    /// What the block has changed so far, and what stood there before; `empty_accounts` says that it is older than EIP-161.
    pub(crate) fn changes(&self, empty_accounts: bool) -> (StateDiff, StateBefore) {
        self.inner.ctx.journaled_state.database.diff(empty_accounts)
    }

    /// The block's environment, and its state for an inspector that looks at what was there before a transaction.
    pub(crate) fn block_and_state(&mut self) -> (&BlockEnv, &mut BlockState<'a>) {
        (&self.inner.ctx.block, &mut self.inner.ctx.journaled_state.database)
    }

    /// What an error means for the caller.
    pub(crate) fn error(&self, error: InnerError) -> ExecuteError {
        match error {
            EVMError::Transaction(reason) => {
                let (chain_id, base_fee) = (self.inner.ctx.cfg.chain_id, self.inner.ctx.block.basefee);
                InvalidTransaction::from_revm(reason, chain_id, base_fee).into()
            }
            EVMError::Database(DatabaseFault(fault)) => fault.into(),
            EVMError::Custom(reason) => Fault::new(reason).into(),
            EVMError::CustomAny(error) => Fault::new(error).into(),
            EVMError::Header(error) => Fault::new(format!("the block's environment is incomplete: {error}")).into(),
        }
    }
}
