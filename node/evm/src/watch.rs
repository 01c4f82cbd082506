//! What looks on while a transaction runs: revm's inspectors, within bounds.
//!
//! A recording grows with the steps, not with the gas limit of one request alone: a call that passes a megabyte costs
//! little gas and much memory. So everything that an inspector keeps is counted first, and a run that would keep too much
//! is stopped, as is one whose client waits no longer.

use crate::{evm::BlockEvmContext, frames::FrameHasher};
use alloy_primitives::{Address, Log, U256};
use alloy_rpc_types_trace::geth::{GethDebugBuiltInTracerType, GethDebugTracerType, GethDebugTracingOptions};
use revm::{
    Inspector,
    bytecode::opcode,
    context_interface::{ContextTr, context::ContextError},
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter, interpreter_types::Jumps},
};
use revm_inspectors::{access_list::AccessListInspector, tracing::DebugInspector, transfer::TransferInspector};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What one frame of a call trace takes beside its bytes.
const FRAME_BYTES: u64 = 1_024;
/// What one recorded step takes beside stack, memory and storage.
const STEP_BYTES: u64 = 320;
/// What one slot takes in a step that shows storage.
const SLOT_BYTES: u64 = 96;

/// Bounds on what one trace records.
#[derive(Debug, Clone, Default)]
pub struct TraceLimits {
    /// Bytes that it may hold, by a count that is right to a small factor.
    pub bytes: u64,
    /// Set when nobody waits for it any more: the run then stops at its next step.
    pub cancelled: Arc<AtomicBool>,
}

/// Why a watched run was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    TooLarge,
    Cancelled,
}

/// Whoever looks on.
#[derive(Debug, Default)]
pub(crate) enum Watching {
    #[default]
    Nobody,
    Debug(Box<DebugInspector>),
    AccessList(Box<AccessListInspector>),
    Transfers(Box<TransferInspector>),
    Frames(Box<FrameHasher>),
}

/// An inspector with its bounds.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    pub(crate) watching: Watching,
    budget: Budget,
}

impl Watcher {
    pub(crate) fn debug(inspector: DebugInspector, options: &GethDebugTracingOptions, limits: &TraceLimits) -> Self {
        let recording = Recording::of(options);
        let budget = Budget { recording, limits: limits.clone(), ..Budget::default() };
        Self { watching: Watching::Debug(Box::new(inspector)), budget }
    }

    /// An inspector whose memory the call's gas bounds well enough.
    pub(crate) fn unlimited(watching: Watching) -> Self {
        let limits = TraceLimits { bytes: u64::MAX, ..TraceLimits::default() };
        Self { watching, budget: Budget { limits, ..Budget::default() } }
    }

    pub(crate) const fn is_on(&self) -> bool {
        !matches!(self.watching, Watching::Nobody)
    }

    /// Whether it stopped the run.
    pub(crate) const fn stopped(&self) -> Option<Stopped> {
        self.budget.stopped
    }

    fn inner<'a>(&mut self) -> Option<&mut dyn Inspector<BlockEvmContext<'a>>> {
        match &mut self.watching {
            Watching::Nobody => None,
            Watching::Debug(inspector) => Some(&mut **inspector),
            Watching::AccessList(inspector) => Some(&mut **inspector),
            Watching::Transfers(inspector) => Some(&mut **inspector),
            Watching::Frames(inspector) => Some(&mut **inspector),
        }
    }
}

/// What a tracer keeps of each step.
#[derive(Debug, Clone, Copy, Default)]
struct Recording {
    steps: bool,
    stack: bool,
    memory: bool,
    storage: bool,
    /// Steps that it keeps at most.
    limit: Option<u64>,
}

impl Recording {
    fn of(options: &GethDebugTracingOptions) -> Self {
        let config = &options.config;
        match &options.tracer {
            None => Self {
                steps: true,
                stack: config.is_stack_enabled(),
                memory: config.is_memory_enabled(),
                storage: config.is_storage_enabled(),
                limit: config.limit.filter(|limit| *limit > 0),
            },
            // These keep calls, accounts or selectors, and no steps.
            Some(GethDebugTracerType::BuiltInTracer(
                GethDebugBuiltInTracerType::CallTracer
                | GethDebugBuiltInTracerType::PreStateTracer
                | GethDebugBuiltInTracerType::FourByteTracer
                | GethDebugBuiltInTracerType::FlatCallTracer
                | GethDebugBuiltInTracerType::MuxTracer
                | GethDebugBuiltInTracerType::NoopTracer,
            )) => Self::default(),
            Some(_) => Self { steps: true, stack: true, memory: false, storage: true, limit: None },
        }
    }
}

#[derive(Debug, Default)]
struct Budget {
    recording: Recording,
    limits: TraceLimits,
    used: u64,
    steps: u64,
    /// Steps so far that touched storage: an upper bound of the slots that such a step shows.
    slots: u64,
    stopped: Option<Stopped>,
}

impl Budget {
    /// Counts `bytes`; whether the run may go on.
    fn take(&mut self, bytes: u64) -> bool {
        self.used = self.used.saturating_add(bytes);
        if self.stopped.is_none() {
            if self.used > self.limits.bytes {
                self.stopped = Some(Stopped::TooLarge);
            } else if self.limits.cancelled.load(Ordering::Relaxed) {
                self.stopped = Some(Stopped::Cancelled);
            }
        }
        self.stopped.is_none()
    }

    fn step(&mut self, interpreter: &Interpreter) -> bool {
        let recorded = self.recording.steps && self.recording.limit.is_none_or(|limit| self.steps < limit);
        self.steps = self.steps.saturating_add(1);
        if !recorded {
            return self.take(0);
        }
        let mut bytes = STEP_BYTES;
        if self.recording.stack {
            bytes += 32 * interpreter.stack.len() as u64;
        }
        if self.recording.memory {
            bytes += interpreter.memory.len() as u64;
        }
        if self.recording.storage && matches!(interpreter.bytecode.opcode(), opcode::SLOAD | opcode::SSTORE) {
            self.slots += 1;
            bytes += SLOT_BYTES * self.slots;
        }
        self.take(bytes)
    }
}

/// Makes revm end the transaction with an error.
fn stop(context: &mut BlockEvmContext<'_>) {
    if context.error().is_ok() {
        *context.error() = Err(ContextError::Custom("the trace was stopped".into()));
    }
}

impl<'a> Inspector<BlockEvmContext<'a>> for Watcher {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut BlockEvmContext<'a>) {
        if let Some(inner) = self.inner() {
            inner.initialize_interp(interpreter, context);
        }
    }

    fn step(&mut self, interpreter: &mut Interpreter, context: &mut BlockEvmContext<'a>) {
        if !self.budget.step(interpreter) {
            stop(context);
            interpreter.halt_fatal();
        } else if let Some(inner) = self.inner() {
            inner.step(interpreter, context);
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut BlockEvmContext<'a>) {
        if let Some(inner) = self.inner() {
            inner.step_end(interpreter, context);
        }
    }

    fn log(&mut self, context: &mut BlockEvmContext<'a>, log: Log) {
        if let Some(inner) = self.inner() {
            inner.log(context, log);
        }
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut BlockEvmContext<'a>, log: Log) {
        if let Some(inner) = self.inner() {
            inner.log_full(interpreter, context, log);
        }
    }

    fn call(&mut self, context: &mut BlockEvmContext<'a>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        // A stopped run ends at the caller's next step.
        self.budget.take(FRAME_BYTES.saturating_add(inputs.input.len() as u64));
        self.inner().and_then(|inner| inner.call(context, inputs))
    }

    fn call_end(&mut self, context: &mut BlockEvmContext<'a>, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.budget.take(outcome.result.output.len() as u64);
        if let Some(inner) = self.inner() {
            inner.call_end(context, inputs, outcome);
        }
    }

    fn create(&mut self, context: &mut BlockEvmContext<'a>, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.budget.take(FRAME_BYTES.saturating_add(inputs.init_code().len() as u64));
        self.inner().and_then(|inner| inner.create(context, inputs))
    }

    fn create_end(&mut self, context: &mut BlockEvmContext<'a>, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.budget.take(outcome.result.output.len() as u64);
        if let Some(inner) = self.inner() {
            inner.create_end(context, inputs, outcome);
        }
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        if let Some(inner) = self.inner() {
            inner.selfdestruct(contract, target, value);
        }
    }
}
