//! `eth_estimateGas`.

use crate::{
    BlockContext, CallOutcome, CallRequest, CallStatus, InvalidTransaction, SimulateError, StateOverrides,
    affordable::affordable,
    env,
    overrides::OverriddenState,
    simulate,
    terms::Terms,
    watch::{Watcher, Watching},
};
use alloy_primitives::{Address, B256, Bytes, U256};
use praxis_precompile::ModelAccess;
use praxis_primitives::{ChainSpec, Fault, StateReader};
use revm::state::Account;
use std::collections::BTreeSet;

/// Gas of a transaction that does nothing.
const TRANSACTION_GAS: u64 = 21_000;
/// The search ends when the answer is known to this part of itself.
const PRECISION: u64 = 64;
/// The part of itself that is added to an answer, for state that changes until the transaction runs.
const MARGIN: u64 = 32;

/// Why there is no estimate.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EstimateError {
    /// The call fails with all the gas that it may have.
    #[error("the call fails whatever gas it is given")]
    Failed(Box<CallOutcome>),
    /// The call cannot be made.
    #[error("{0}")]
    Invalid(#[from] InvalidTransaction),
    /// The node cannot compute it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<SimulateError> for EstimateError {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::Invalid(reason) => Self::Invalid(reason),
            SimulateError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// What must be the same with less gas. A contract may catch the failure of an inner call that ran out of gas (it keeps a
/// 64th, EIP-150) and succeed all the same, and an agent then decides otherwise. So success alone says little: the same
/// frames must be entered and end alike, and the inferences that stand, the logs and the slots that are written must be
/// there too. Their values may differ, because they may be made from the gas that is left.
#[derive(Debug, PartialEq, Eq)]
struct Effect {
    frames: B256,
    inferences: Vec<(Address, B256, B256, B256)>,
    logs: Vec<(Address, Vec<B256>)>,
    slots: BTreeSet<(Address, U256)>,
}

/// A call, and what it did beside its outcome.
struct Attempt {
    outcome: CallOutcome,
    frames: B256,
    slots: BTreeSet<(Address, U256)>,
}

impl Effect {
    /// The effect of a call that succeeded.
    fn of(attempt: &Attempt) -> Option<Self> {
        let Attempt { outcome, frames, slots } = attempt;
        if outcome.status != CallStatus::Success {
            return None;
        }
        let standing = outcome.inferences.iter().map(|entry| &entry.record).filter(|record| !record.reverted);
        let inferences = standing.map(|r| (r.caller, r.model, r.input_hash, r.output_hash)).collect();
        let logs = outcome.logs.iter().map(|log| (log.address, log.topics().to_vec())).collect();
        Some(Self { frames: *frames, inferences, logs, slots: slots.clone() })
    }
}

/// Gas with which a transaction does what it does with all the gas that it may have: the least, to a 64th, and a 32nd
/// more for state that changes until then. A transfer to an account without code gets exactly 21,000.
///
/// The most is the request's gas, and never above the block's limit, EIP-7825's cap, nor above what the caller can pay
/// at the request's gas price, the rollup's other fees included. Every answer has been tried.
///
/// # Errors
/// When the call fails with the most gas, cannot be made, or the node cannot compute it.
pub fn estimate_gas(
    spec: &ChainSpec,
    context: &BlockContext,
    state: &dyn StateReader,
    models: ModelAccess,
    request: &CallRequest,
    overrides: &StateOverrides,
) -> Result<u64, EstimateError> {
    let state = OverriddenState::new(state, overrides);
    let limit = request
        .gas
        .unwrap_or(context.gas_limit)
        .min(context.gas_limit)
        .min(spec.tx_gas_cap(context.fork).unwrap_or(u64::MAX));
    let most = affordable(spec, &state, request, limit)?;
    let attempt = |gas: u64| watched_call(spec, context, &state, models.clone(), request, gas);
    let full = attempt(most)?;
    let Some(wanted) = Effect::of(&full) else { return Err(EstimateError::Failed(Box::new(full.outcome))) };
    let full = full.outcome;
    let enough = |gas: u64| match attempt(gas) {
        Ok(attempt) => Ok(Effect::of(&attempt).as_ref() == Some(&wanted)),
        // Too little to begin with.
        Err(SimulateError::Invalid(InvalidTransaction::IntrinsicGas { .. })) => Ok(false),
        Err(error) => Err(EstimateError::from(error)),
    };
    if full.gas_used == TRANSACTION_GAS && enough(TRANSACTION_GAS)? {
        return Ok(TRANSACTION_GAS);
    }
    let least = search(&full, most, &enough)?;
    let with_margin = least.saturating_add(least / MARGIN).min(most);
    Ok(if enough(with_margin)? { with_margin } else { least })
}

/// One call with this gas limit, its frames and the slots that it writes.
fn watched_call(
    spec: &ChainSpec,
    context: &BlockContext,
    state: &dyn StateReader,
    models: ModelAccess,
    request: &CallRequest,
    gas_limit: u64,
) -> Result<Attempt, SimulateError> {
    let mut evm = simulate::evm(spec, context, state, models, request);
    let watcher = Watcher::unlimited(Watching::Frames(Box::default()));
    let (ran, watcher) = evm.run_watched(env::call(spec, context, request, gas_limit), Terms::Gas, 0, watcher);
    let ran = ran.map_err(|error| evm.error(error))?;
    let frames = match watcher.watching {
        Watching::Frames(hasher) => hasher.finish(),
        _ => B256::ZERO,
    };
    let written = |(address, account): (&Address, &Account)| {
        let changed = account.storage.iter().filter(|(_, slot)| slot.is_changed());
        changed.map(|(key, _)| (*address, *key)).collect::<Vec<_>>()
    };
    let slots = ran.changes.iter().flat_map(written).collect();
    Ok(Attempt { outcome: CallOutcome::from(ran), frames, slots })
}

/// The least gas that is enough, to a 64th. What the call spent without refunds is a bound below.
fn search(
    full: &CallOutcome,
    most: u64,
    enough: &impl Fn(u64) -> Result<bool, EstimateError>,
) -> Result<u64, EstimateError> {
    let (mut too_little, mut sufficient) = (full.gas_used.min(full.gas_spent).saturating_sub(1), most);
    // Most calls need just a little more than they spend: the 64th that inner calls must leave.
    let guess = full.gas_spent.saturating_add(full.gas_spent / 63).saturating_add(2_300).min(most);
    if guess < sufficient {
        match enough(guess)? {
            true => sufficient = guess,
            false => too_little = guess,
        }
    }
    while sufficient.saturating_sub(too_little) > (sufficient / PRECISION).max(1) {
        let middle = too_little + (sufficient - too_little) / 2;
        match enough(middle)? {
            true => sufficient = middle,
            false => too_little = middle,
        }
    }
    Ok(sufficient)
}

impl CallOutcome {
    /// What the call reverted with, for the error that RPC answers.
    pub const fn revert_data(&self) -> Option<&Bytes> {
        match self.status {
            CallStatus::Reverted => Some(&self.output),
            _ => None,
        }
    }
}
