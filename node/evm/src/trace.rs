//! Running a transaction or a call and recording how it went.

use crate::{
    BlockContext, BlockExecutor, CallOutcome, CallRequest, ExecuteError, InvalidTransaction, StateOverrides,
    TraceLimits, TxOutcome, env,
    evm::{BlockEvm, InnerError, Ran},
    executor::Admitted,
    outcome::Ended,
    overrides::OverriddenState,
    simulate,
    terms::Terms,
    watch::{Stopped, Watcher, Watching},
};
use alloy_primitives::B256;
use alloy_rpc_types_trace::geth::{GethDebugTracingOptions, GethTrace};
use praxis_precompile::ModelAccess;
use praxis_primitives::{ChainSpec, Fault, RecoveredTransaction, StateReader};
use revm::context::{
    TxEnv,
    result::{ExecutionResult, HaltReason, OutOfGasError, ResultAndState, ResultGas},
};
use revm_inspectors::tracing::{DebugInspector, TransactionContext};
use std::fmt::Display;

/// How a run is to be recorded.
#[derive(Debug, Clone, Default)]
pub struct Tracer {
    /// Which tracer, and what it shows: as geth's `debug_trace*` methods take it.
    pub options: GethDebugTracingOptions,
    /// Its bounds.
    pub limits: TraceLimits,
    /// Hash of the block that the transaction stands in, for tracers that show it.
    pub block_hash: Option<B256>,
}

/// Why there is no trace.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TraceError {
    /// There is no such tracer, or it is not set up like this.
    #[error("{0}")]
    Tracer(String),
    /// The trace would be larger than this node allows.
    #[error(
        "the trace is larger than {bytes} bytes: ask for less (limit, disableStack, disableStorage, or another tracer)"
    )]
    TooLarge {
        /// The bound, in bytes.
        bytes: u64,
    },
    /// Nobody waits for it any more.
    #[error("the trace took longer than this node allows")]
    Cancelled,
    /// The transaction cannot be executed here.
    #[error("{0}")]
    Invalid(#[from] InvalidTransaction),
    /// The node cannot compute it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<ExecuteError> for TraceError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Invalid(reason) => Self::Invalid(reason),
            ExecuteError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl Tracer {
    fn watcher(&self) -> Result<Watcher, TraceError> {
        let inspector =
            DebugInspector::new(self.options.clone()).map_err(|error| TraceError::Tracer(error.to_string()))?;
        Ok(Watcher::debug(inspector, &self.options, &self.limits))
    }
}

impl BlockExecutor<'_> {
    /// Executes the next transaction as [`Self::execute`] does, and records how it went.
    ///
    /// # Errors
    /// When the tracer is not known, its bounds are reached, or the transaction is not executed.
    pub fn trace(&mut self, tx: &RecoveredTransaction, tracer: &Tracer) -> Result<(TxOutcome, GethTrace), TraceError> {
        let Admitted { env, terms, index, arrival } = self.admit(tx.as_recovered_ref())?;
        let context = TransactionContext {
            block_hash: tracer.block_hash,
            tx_index: Some(index as usize),
            tx_hash: Some(tx.inner().hash()),
        };
        let (ran, trace) = self.evm_mut().trace(env, terms, index, tracer, context)?;
        Ok((self.keep(tx.as_recovered_ref(), arrival, ran)?, trace))
    }
}

/// Makes a call as [`crate::simulate`] does, and records how it went.
///
/// # Errors
/// When the tracer is not known, its bounds are reached, or the call is not made.
pub fn trace_call(
    spec: &ChainSpec,
    context: &BlockContext,
    state: &dyn StateReader,
    models: ModelAccess,
    request: &CallRequest,
    overrides: &StateOverrides,
    tracer: &Tracer,
) -> Result<(CallOutcome, GethTrace), TraceError> {
    let state = OverriddenState::new(state, overrides);
    let mut evm = simulate::evm(spec, context, &state, models, request);
    let env = env::call(spec, context, request, simulate::gas_limit(context, request));
    let transaction = TransactionContext { block_hash: tracer.block_hash, tx_index: None, tx_hash: None };
    let (ran, trace) = evm.trace(env, Terms::Gas, 0, tracer, transaction)?;
    Ok((CallOutcome::from(ran), trace))
}

impl BlockEvm<'_> {
    fn trace(
        &mut self,
        tx: TxEnv,
        terms: Terms,
        index: u32,
        tracer: &Tracer,
        context: TransactionContext,
    ) -> Result<(Ran, GethTrace), TraceError> {
        let env = tx.clone();
        let (raw, watcher) = self.run_raw_watched(tx, terms, index, tracer.watcher()?);
        match watcher.stopped() {
            Some(Stopped::TooLarge) => return Err(TraceError::TooLarge { bytes: tracer.limits.bytes }),
            Some(Stopped::Cancelled) => return Err(TraceError::Cancelled),
            None => {}
        }
        let (ended, inferences, full) = self.traced(raw, &env, terms.mint())?;
        let Watching::Debug(mut inspector) = watcher.watching else {
            return Err(Fault::new("a trace without its inspector").into());
        };
        let (block, state) = self.block_and_state();
        let trace = inspector.get_result(Some(context), &env, block, &full, state).map_err(fault)?;
        Ok((Ran { ended, inferences, changes: full.state }, trace))
    }

    /// What ran, in the forms that block execution and inspectors want.
    fn traced(
        &mut self,
        raw: crate::evm::RawRun,
        env: &TxEnv,
        mint: Option<u128>,
    ) -> Result<(Ended, Vec<praxis_primitives::InferenceEntry>, ResultAndState<HaltReason>), TraceError> {
        let (result, inferences, state) = raw;
        match result {
            Ok(result) => Ok((Ended::new(result.clone()), inferences, ResultAndState { result, state })),
            Err(InnerError::Transaction(reason)) if mint.is_some() => {
                let ran = self.fail_deposit(env.caller, mint, reason).map_err(|error| self.error(error))?;
                let gas = ResultGas::default().with_total_gas_spent(env.gas_limit);
                let halt = HaltReason::OutOfGas(OutOfGasError::Basic);
                let result = ExecutionResult::Halt { reason: halt, gas, logs: Vec::new() };
                Ok((ran.ended, ran.inferences, ResultAndState { result, state: ran.changes }))
            }
            Err(error) => Err(self.error(error).into()),
        }
    }
}

fn fault(error: impl Display) -> TraceError {
    TraceError::Fault(Fault::new(error))
}
