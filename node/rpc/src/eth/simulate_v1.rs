//! `eth_simulateV1`: blocks of calls, one after another, that nobody builds.

use super::simulate::{call_status_words, invalid, state_overrides};
use crate::{
    Args, Context, Failure,
    gate::Deadline,
    register::Registrar,
    revert,
    wire::{RpcBlock, SimulatedCall, SimulatedCallError},
};
use alloy_consensus::BlockBody;
use alloy_eips::BlockId;
use alloy_primitives::U256;
use alloy_rpc_types_eth::{
    BlockOverrides, TransactionRequest,
    simulate::{MAX_SIMULATE_BLOCKS, SimBlock, SimulatePayload},
};
use jsonrpsee::server::RegisterMethodError;
use praxis_contracts::addresses::L2_TO_L1_MESSAGE_PASSER;
use praxis_evm::{
    BlockContext, BlockExecutor, CallOutcome, CallStatus, ExecuteError, ExecutionOutput, InvalidTransaction,
    LayeredState, ModelAccess, assemble_header,
};
use praxis_primitives::{Block, ChainSpec, RecoveredBlock, RecoveredTransaction, Rules, SealedBlock, SealedHeader};
use praxis_storage::StateView;
use serde::Serialize;

/// Error codes of the specification.
mod code {
    pub(super) const FEE_CAP_TOO_LOW: i32 = -32005;
    pub(super) const VM_ERROR: i32 = -32015;
    pub(super) const INTERNAL: i32 = -32603;
    pub(super) const NONCE_TOO_LOW: i32 = -38010;
    pub(super) const NONCE_TOO_HIGH: i32 = -38011;
    pub(super) const INTRINSIC_GAS: i32 = -38013;
    pub(super) const INSUFFICIENT_FUNDS: i32 = -38014;
    pub(super) const BLOCK_GAS: i32 = -38015;
    pub(super) const BLOCK_NUMBER: i32 = -38020;
    pub(super) const BLOCK_TIME: i32 = -38021;
    pub(super) const SENDER_HAS_CODE: i32 = -38024;
    pub(super) const INIT_CODE: i32 = -38025;
    pub(super) const CLIENT_LIMIT: i32 = -38026;
    pub(super) const REVERTED: i32 = 3;
}

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.heavy("eth_simulateV1", simulate_v1)
}

/// A block as the simulation gives it.
#[derive(Debug, Serialize)]
struct SimulatedBlock {
    #[serde(flatten)]
    block: RpcBlock,
    calls: Vec<SimulatedCall>,
}

/// A block that is to be simulated, its number and time known.
#[derive(Debug)]
struct Planned {
    number: u64,
    time: u64,
    content: SimBlock,
}

fn simulate_v1(c: &Context, mut args: Args<'_>, deadline: Deadline) -> Result<Vec<SimulatedBlock>, Failure> {
    let payload: SimulatePayload = args.required()?;
    let (base, state) = c.state(args.optional::<BlockId>()?)?;
    let rules = Flags {
        validate: payload.validation,
        transfers: payload.trace_transfers,
        full: payload.return_full_transactions,
    };
    let planned = plan(c.chain.spec(), &base, payload.block_state_calls)?;
    let models = c.chain.models_with_results(&state);
    let mut simulation = Simulation {
        c,
        state: &state,
        models,
        layered: LayeredState::new(&state),
        parent: base,
        gas_left: c.limits.call_gas,
        rules,
        deadline,
    };
    planned.into_iter().map(|block| simulation.block(block)).collect()
}

/// Numbers and times of the blocks, and the empty ones between them that the numbers ask for.
fn plan(spec: &ChainSpec, base: &SealedHeader, given: Vec<SimBlock>) -> Result<Vec<Planned>, Failure> {
    let coded = |code, message| Err(Failure::Coded { code, message });
    if given.is_empty() {
        return Err(Failure::Params("empty input".into()));
    }
    let too_many = "too many blocks".to_string();
    if given.len() as u64 > MAX_SIMULATE_BLOCKS {
        return coded(code::CLIENT_LIMIT, too_many);
    }
    let (mut number, mut time) = (base.number, base.timestamp);
    let mut planned = Vec::new();
    for content in given {
        let overrides = content.block_overrides.clone().unwrap_or_default();
        let wanted = overrides.number.unwrap_or_else(|| U256::from(number) + U256::ONE);
        if wanted <= U256::from(number) {
            return coded(code::BLOCK_NUMBER, format!("block numbers must be in order: {wanted} <= {number}"));
        }
        if wanted - U256::from(base.number) > U256::from(MAX_SIMULATE_BLOCKS) {
            return coded(code::CLIENT_LIMIT, too_many);
        }
        let wanted: u64 = wanted.saturating_to();
        while number + 1 < wanted {
            (number, time) = (number + 1, next_time(spec, number + 1, time));
            planned.push(Planned { number, time, content: SimBlock::default() });
        }
        let given_time = overrides.time;
        let earliest = if spec.rollup().is_some() { time } else { time.saturating_add(1) };
        number = wanted;
        let next = given_time.unwrap_or_else(|| next_time(spec, number, time));
        if next < earliest {
            return coded(code::BLOCK_TIME, format!("block timestamps must be in order: {next} <= {time}"));
        }
        time = next;
        planned.push(Planned { number, time, content });
    }
    Ok(planned)
}

/// When the network would make the block, in seconds.
fn next_time(spec: &ChainSpec, number: u64, last: u64) -> u64 {
    match &spec.rules {
        Rules::Rollup(config) => (config.timestamp_ms(number) / 1000).max(last),
        Rules::Ethereum(rules) => last.saturating_add(rules.block_time_s.max(1)),
    }
}

#[derive(Debug, Clone, Copy)]
struct Flags {
    validate: bool,
    transfers: bool,
    full: bool,
}

struct Simulation<'a> {
    c: &'a Context,
    state: &'a StateView,
    models: ModelAccess,
    layered: LayeredState<'a>,
    parent: SealedHeader,
    /// Gas that all calls together may still use.
    gas_left: u64,
    rules: Flags,
    deadline: Deadline,
}

impl Simulation<'_> {
    fn block(&mut self, planned: Planned) -> Result<SimulatedBlock, Failure> {
        self.deadline.check()?;
        let SimBlock { block_overrides, state_overrides: assumed, calls } = planned.content;
        let overrides = block_overrides.unwrap_or_default();
        let context = self.context(planned.number, planned.time, &overrides)?;
        self.layered.assume(&state_overrides(assumed.unwrap_or_default())?)?;
        for (number, hash) in overrides.block_hash.unwrap_or_default() {
            self.layered.set_block_hash(number, hash);
        }
        let (transactions, outcomes, output) = self.run(&context, calls)?;
        let block = self.seal(&context, transactions, output)?;
        let calls = render(&block, outcomes);
        let timestamp_ms = self.c.chain.rollup().map(|_| context.timestamp_ms);
        Ok(SimulatedBlock { block: RpcBlock::new(&block, timestamp_ms, self.rules.full), calls })
    }

    fn context(&self, number: u64, time: u64, given: &BlockOverrides) -> Result<BlockContext, Failure> {
        let spec = self.c.chain.spec();
        let mut context = BlockContext::at_header(spec, self.parent.header());
        context.number = number;
        context.timestamp = time;
        context.timestamp_ms = match self.c.chain.rollup() {
            Some(config) if given.time.is_none() => config.timestamp_ms(number),
            _ => time.saturating_mul(1000),
        };
        context.parent_hash = self.parent.hash();
        context.beneficiary = given.coinbase.unwrap_or(context.beneficiary);
        context.gas_limit = given.gas_limit.unwrap_or(context.gas_limit);
        context.prev_randao = given.random.unwrap_or_default();
        context.parent_beacon_block_root = given.beacon_root.unwrap_or_default();
        context.extra_data = Default::default();
        context.base_fee = match given.base_fee {
            Some(fee) => u64::try_from(fee)
                .map_err(|_| Failure::Params("block override baseFeePerGas is larger than 2^64 - 1".into()))?,
            None if self.rules.validate => spec.next_base_fee(spec.fork(number, time), self.parent.header()),
            None => 0,
        };
        Ok(context)
    }

    fn run(
        &mut self,
        context: &BlockContext,
        calls: Vec<TransactionRequest>,
    ) -> Result<(Vec<RecoveredTransaction>, Vec<CallOutcome>, ExecutionOutput), Failure> {
        let spec = self.c.chain.spec();
        let models = self.models.clone();
        let mut executor = BlockExecutor::simulating(spec, context.clone(), &self.layered, models, self.rules.validate);
        executor.apply_pre_block()?;
        let (mut transactions, mut outcomes) = (Vec::with_capacity(calls.len()), Vec::with_capacity(calls.len()));
        for call in calls {
            self.deadline.check()?;
            let nonce = match call.nonce {
                Some(nonce) => nonce,
                None => executor.nonce(call.from.unwrap_or_default())?,
            };
            let gas = call.gas.unwrap_or(executor.gas_left());
            if gas > executor.gas_left() {
                let used = context.gas_limit - executor.gas_left();
                let message = format!("block gas limit reached: {used} >= {}", context.gas_limit);
                return Err(Failure::Coded { code: code::BLOCK_GAS, message });
            }
            let tx = super::unsigned::transaction(call, nonce, gas.min(self.gas_left), spec.chain_id)?;
            let outcome = executor.simulate(&tx, self.rules.transfers).map_err(refused)?;
            self.gas_left = self.gas_left.saturating_sub(outcome.gas_used);
            transactions.push(tx);
            outcomes.push(outcome);
        }
        Ok((transactions, outcomes, executor.finish()?))
    }

    /// Closes the block, and makes it the parent of the next.
    fn seal(
        &mut self,
        context: &BlockContext,
        transactions: Vec<RecoveredTransaction>,
        output: ExecutionOutput,
    ) -> Result<RecoveredBlock, Failure> {
        self.layered.apply(output.diff.clone());
        let roots = praxis_trie::state_root(self.state, self.layered.diff())?;
        let withdrawals = roots.storage_root_of(self.state, L2_TO_L1_MESSAGE_PASSER)?;
        let (transactions, senders): (Vec<_>, Vec<_>) = transactions.into_iter().map(|tx| tx.into_parts()).unzip();
        let header = assemble_header(self.c.chain.spec(), context, &transactions, &output, roots.root, withdrawals);
        let body = BlockBody { transactions, ommers: vec![], withdrawals: Some(Default::default()) };
        let block = RecoveredBlock::new_sealed(SealedBlock::seal_slow(Block { header, body }), senders);
        self.layered.set_block_hash(context.number, block.hash());
        self.parent = block.clone_sealed_header();
        Ok(block)
    }
}

fn render(block: &RecoveredBlock, outcomes: Vec<CallOutcome>) -> Vec<SimulatedCall> {
    let mut logs_before = 0;
    let mut calls = Vec::with_capacity(outcomes.len());
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let error = match &outcome.status {
            CallStatus::Success => None,
            CallStatus::Reverted => {
                let data = Some(outcome.output.clone());
                Some(SimulatedCallError { code: code::REVERTED, message: revert::message(&outcome.output), data })
            }
            CallStatus::Halted(reason) => {
                Some(SimulatedCallError { code: code::VM_ERROR, message: call_status_words(reason), data: None })
            }
        };
        let count = outcome.logs.len();
        calls.push(SimulatedCall::new(block, index, logs_before, outcome, error));
        logs_before += count;
    }
    calls
}

/// The whole simulation fails when one of its calls can't stand in its block.
fn refused(error: ExecuteError) -> Failure {
    let reason = match error {
        ExecuteError::Fault(fault) => return fault.into(),
        ExecuteError::Invalid(reason) => reason,
    };
    let code = match &reason {
        InvalidTransaction::NonceTooLow { .. } => code::NONCE_TOO_LOW,
        InvalidTransaction::NonceTooHigh { .. } => code::NONCE_TOO_HIGH,
        InvalidTransaction::FeeBelowBaseFee { .. } => code::FEE_CAP_TOO_LOW,
        InvalidTransaction::IntrinsicGas { .. } => code::INTRINSIC_GAS,
        InvalidTransaction::InsufficientFunds { .. } => code::INSUFFICIENT_FUNDS,
        InvalidTransaction::BlockGasExceeded { .. } => code::BLOCK_GAS,
        InvalidTransaction::SenderHasCode => code::SENDER_HAS_CODE,
        InvalidTransaction::CreationCodeTooLong => code::INIT_CODE,
        InvalidTransaction::PriorityFeeAboveFee => {
            return Failure::Params("max priority fee per gas higher than max fee per gas".into());
        }
        _ => code::INTERNAL,
    };
    match invalid(&reason) {
        Failure::Rejected(message) => Failure::Coded { code, message },
        other => other,
    }
}
