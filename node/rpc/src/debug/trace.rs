//! `debug_trace*`: blocks and calls run again under a tracer's eyes.

use crate::{
    Args, Context, Failure,
    eth::{CallInput, invalid},
    gate::Deadline,
    praxis::Shown,
    reader::View,
    register::Registrar,
    wire::{RpcTrace, TracedInference},
};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, Bytes, U64};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_rpc_types_trace::geth::{GethDebugTracingCallOptions, GethDebugTracingOptions, GethTrace};
use jsonrpsee::server::RegisterMethodError;
use praxis_evm::{BlockContext, BlockExecutor, ExecuteError, LayeredState, TraceError, TraceLimits, Tracer};
use praxis_primitives::{Block, InferenceEntry, RecoveredBlock, SealedBlock};
use praxis_storage::StateView;
use serde::Serialize;
use serde_json::value::RawValue;

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.heavy("debug_traceTransaction", trace_transaction)?;
    r.heavy("debug_traceBlockByNumber", |c, mut args, deadline| {
        let id = args.required::<BlockNumberOrTag>()?.into();
        trace_known_block(c, id, args, &deadline)
    })?;
    r.heavy("debug_traceBlockByHash", |c, mut args, deadline| {
        let id = args.required::<B256>()?.into();
        trace_known_block(c, id, args, &deadline)
    })?;
    r.heavy("debug_traceBlock", trace_given_block)?;
    r.heavy("debug_traceCall", trace_call)
}

impl From<TraceError> for Failure {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::Tracer(reason) => Self::Rejected(reason),
            TraceError::TooLarge { .. } | TraceError::Cancelled => Self::Limit(error.to_string()),
            TraceError::Invalid(reason) => invalid(&reason),
            TraceError::Fault(fault) => fault.into(),
        }
    }
}

fn tracer(c: &Context, options: GethDebugTracingOptions, block_hash: Option<B256>, deadline: &Deadline) -> Tracer {
    let limits = TraceLimits { bytes: c.limits.trace_bytes as u64, cancelled: deadline.cancelled() };
    Tracer { options, limits, block_hash }
}

/// An executor that stands before transaction `index` of the block, on the state before the block.
fn replay<'a>(
    c: &'a Context,
    before: &'a StateView,
    block: &RecoveredBlock,
    index: usize,
    deadline: &Deadline,
) -> Result<BlockExecutor<'a>, Failure> {
    let context = BlockContext::at_header(c.chain.spec(), block.header());
    let models = c.chain.models_with_results(before);
    let mut executor = BlockExecutor::new(c.chain.spec(), context, before, models);
    executor.apply_pre_block()?;
    for tx in block.clone_transactions_recovered().take(index) {
        deadline.check()?;
        executor.execute(&tx).map_err(|error| match error {
            ExecuteError::Invalid(reason) => invalid(&reason),
            ExecuteError::Fault(fault) => fault.into(),
        })?;
    }
    Ok(executor)
}

fn before(view: &View, block: &RecoveredBlock) -> Result<StateView, Failure> {
    let parent = block.number.checked_sub(1).ok_or_else(|| Failure::Rejected("genesis is not traceable".into()))?;
    Ok(view.reader.state_at(parent)?)
}

fn rendered(view: &View, trace: GethTrace, inferences: Vec<InferenceEntry>) -> Result<RpcTrace, Failure> {
    // Chunks are kept for good, so the newest state knows every model that ever ran.
    let state = view.reader.state_latest()?;
    let mut shown = Shown::new(&state);
    let inferences: Result<Vec<_>, Failure> = inferences.iter().map(|entry| traced(&mut shown, entry)).collect();
    Ok(RpcTrace::new(trace, inferences?))
}

fn traced(shown: &mut Shown<'_>, entry: &InferenceEntry) -> Result<TracedInference, Failure> {
    let (inputs, outputs) = shown.tensors(entry)?;
    let record = &entry.record;
    Ok(TracedInference {
        call_index: U64::from(record.call_index),
        caller: record.caller,
        model: record.model,
        input_hash: record.input_hash,
        output_hash: record.output_hash,
        gas: U64::from(record.gas),
        reverted: record.reverted,
        inputs,
        outputs,
    })
}

fn trace_transaction(c: &Context, mut args: Args<'_>, deadline: Deadline) -> Result<RpcTrace, Failure> {
    let hash: B256 = args.required()?;
    let options: GethDebugTracingOptions = args.optional()?.unwrap_or_default();
    let view = c.view()?;
    let not_found = || Failure::Rejected("transaction not found".into());
    let (block, index) = view.find_transaction(hash)?.ok_or_else(not_found)?;
    let tx = block.recovered_transaction(index).ok_or_else(not_found)?.cloned();
    let state = before(&view, &block)?;
    let mut executor = replay(c, &state, &block, index, &deadline)?;
    let (_, trace) = executor.trace(&tx, &tracer(c, options, Some(block.hash()), &deadline))?;
    rendered(&view, trace, executor.last_inferences().to_vec())
}

/// A trace in a block's list of traces.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InBlock {
    tx_hash: B256,
    result: Box<RawValue>,
}

fn trace_known_block(
    c: &Context,
    id: BlockId,
    mut args: Args<'_>,
    deadline: &Deadline,
) -> Result<Vec<InBlock>, Failure> {
    let options: GethDebugTracingOptions = args.optional()?.unwrap_or_default();
    let view = c.view()?;
    let block = view.block(id)?.ok_or_else(Failure::unknown_block)?;
    trace_block(c, &view, &block, options, deadline)
}

fn trace_given_block(c: &Context, mut args: Args<'_>, deadline: Deadline) -> Result<Vec<InBlock>, Failure> {
    let rlp: Bytes = args.required()?;
    let options: GethDebugTracingOptions = args.optional()?.unwrap_or_default();
    let block: Block =
        alloy_rlp::decode_exact(&rlp).map_err(|error| Failure::Rejected(format!("could not decode block: {error}")))?;
    let senders: Result<Vec<_>, _> = block.body.transactions.iter().map(SignerRecoverable::recover_signer).collect();
    let senders = senders.map_err(|_| Failure::Rejected("a transaction's signature has no signer".into()))?;
    let block = RecoveredBlock::new_sealed(SealedBlock::seal_slow(block), senders);
    let view = c.view()?;
    let parent = view.number_of(block.parent_hash.into())?;
    if parent.is_none() || parent != block.number.checked_sub(1) {
        return Err(Failure::Rejected(format!("parent {} not found", block.parent_hash)));
    }
    trace_block(c, &view, &block, options, &deadline)
}

fn trace_block(
    c: &Context,
    view: &View,
    block: &RecoveredBlock,
    options: GethDebugTracingOptions,
    deadline: &Deadline,
) -> Result<Vec<InBlock>, Failure> {
    let state = before(view, block)?;
    let mut executor = replay(c, &state, block, 0, deadline)?;
    let mut tracer = tracer(c, options, Some(block.hash()), deadline);
    let mut out = Vec::with_capacity(block.body().transactions.len());
    for tx in block.clone_transactions_recovered() {
        let (_, trace) = executor.trace(&tx, &tracer)?;
        let trace = rendered(view, trace, executor.last_inferences().to_vec())?;
        let result =
            serde_json::value::to_raw_value(&trace).map_err(|error| Failure::Fault(format!("a trace: {error}")))?;
        // What is rendered already counts against the traces to come.
        tracer.limits.bytes = tracer.limits.bytes.saturating_sub(result.get().len() as u64);
        out.push(InBlock { tx_hash: tx.inner().hash(), result });
    }
    Ok(out)
}

fn trace_call(c: &Context, mut args: Args<'_>, deadline: Deadline) -> Result<RpcTrace, Failure> {
    let request: TransactionRequest = args.required()?;
    let at: Option<BlockId> = args.optional()?;
    let options: GethDebugTracingCallOptions = args.optional()?.unwrap_or_default();
    let tracer = tracer(c, options.tracing_options, None, &deadline);
    let mut input = CallInput::new(c, request, at, options.state_overrides, options.block_overrides)?;
    input.cap_gas(c)?;
    let view = c.view()?;
    let (spec, request, overrides) = (c.chain.spec(), &input.request, &input.overrides);
    let traced = match options.tx_index {
        None => praxis_evm::trace_call(spec, &input.context, &input.state, input.models, request, overrides, &tracer)?,
        Some(index) => {
            let block = view.block(at.unwrap_or(BlockId::latest()))?.ok_or_else(Failure::unknown_block)?;
            let count = block.body().transactions.len();
            let index = usize::try_from(index).ok().filter(|index| *index < count);
            let index = index.ok_or_else(|| Failure::Rejected(format!("the block has {count} transactions")))?;
            let base = before(&view, &block)?;
            let changed = replay(c, &base, &block, index, &deadline)?.finish()?.diff;
            let mut state = LayeredState::new(&base);
            state.apply(changed);
            praxis_evm::trace_call(spec, &input.context, &state, input.models, request, overrides, &tracer)?
        }
    };
    let (outcome, trace) = traced;
    rendered(&view, trace, outcome.inferences)
}
