//! `eth_call`.

use crate::{
    BlockContext, ExecuteError, InvalidTransaction, StateOverrides, TxStatus, env,
    evm::{BlockEvm, Ran},
    overrides::OverriddenState,
    terms::Terms,
};
use alloy_eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256};
use praxis_precompile::ModelAccess;
use praxis_primitives::{ChainSpec, Fault, InferenceEntry, StateReader};
use revm::context::CfgEnv;

/// The most gas that a call gets, whatever it asks for: it bounds the time that one request takes.
pub const CALL_GAS_CAP: u64 = 50_000_000;

/// A call that is not a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRequest {
    /// Who calls. It may be a contract, and needs no right nonce.
    pub from: Address,
    /// Who is called.
    pub to: TxKind,
    /// Value in wei; the caller must have it.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Gas limit; `None` for the block's. At most [`CALL_GAS_CAP`] is given.
    pub gas: Option<u64>,
    /// Fee per gas in wei (the most, with a priority fee). At zero the call pays no fee, and the base fee is not looked
    /// at; otherwise the caller must be able to pay.
    pub gas_price: u128,
    /// Priority fee per gas in wei.
    pub max_priority_fee_per_gas: Option<u128>,
    /// EIP-2930.
    pub access_list: AccessList,
    /// EIP-7702.
    pub authorization_list: Vec<SignedAuthorization>,
    /// EIP-4844: versioned hashes of blobs, on Ethereum alone.
    pub blob_hashes: Vec<B256>,
    /// Most fee per blob gas in wei; the block's, where none is given.
    pub max_fee_per_blob_gas: Option<u128>,
}

impl Default for CallRequest {
    fn default() -> Self {
        Self {
            from: Address::ZERO,
            to: TxKind::Call(Address::ZERO),
            value: U256::ZERO,
            data: Bytes::new(),
            gas: None,
            gas_price: 0,
            max_priority_fee_per_gas: None,
            access_list: AccessList::default(),
            authorization_list: Vec::new(),
            blob_hashes: Vec::new(),
            max_fee_per_blob_gas: None,
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallStatus {
    /// It returned.
    Success,
    /// It reverted; the output holds the reason.
    Reverted,
    /// It was stopped for this reason.
    Halted(String),
}

/// What a call gave.
#[derive(Debug, Clone)]
pub struct CallOutcome {
    /// How it ended.
    pub status: CallStatus,
    /// What it returned or reverted with.
    pub output: Bytes,
    /// Gas that a transaction would have used.
    pub gas_used: u64,
    /// Its logs, when it succeeded.
    pub logs: Vec<Log>,
    /// Its inferences, reverted ones included.
    pub inferences: Vec<InferenceEntry>,
    /// Gas that it used before refunds: with less it cannot do the same.
    pub(crate) gas_spent: u64,
}

impl CallOutcome {
    /// Gas that it used before refunds, at least EIP-7623's floor.
    pub const fn gas_before_refunds(&self) -> u64 {
        self.gas_spent
    }
}

/// A call that did not run.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SimulateError {
    /// The call cannot be made.
    #[error("{0}")]
    Invalid(#[from] InvalidTransaction),
    /// The node cannot compute it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<ExecuteError> for SimulateError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Invalid(reason) => Self::Invalid(reason),
            ExecuteError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Makes a call in the block `context` on `state`, with `overrides` assumed. It runs what a transaction would run, with
/// real inference; only nonce, chain id, code of the caller, the block's gas limit and EIP-7825's are not looked at. No
/// system call precedes it.
///
/// # Errors
/// When the call cannot be made, or the node cannot compute it. A call that reverts is an outcome.
pub fn simulate(
    spec: &ChainSpec,
    context: &BlockContext,
    state: &dyn StateReader,
    models: ModelAccess,
    request: &CallRequest,
    overrides: &StateOverrides,
) -> Result<CallOutcome, SimulateError> {
    let state = OverriddenState::new(state, overrides);
    call(spec, context, &state, models, request, gas_limit(context, request))
}

/// The gas that a request gets.
pub(crate) fn gas_limit(context: &BlockContext, request: &CallRequest) -> u64 {
    request.gas.unwrap_or(context.gas_limit).min(CALL_GAS_CAP)
}

/// One call with this gas limit.
pub(crate) fn call(
    spec: &ChainSpec,
    context: &BlockContext,
    state: &dyn StateReader,
    models: ModelAccess,
    request: &CallRequest,
    gas_limit: u64,
) -> Result<CallOutcome, SimulateError> {
    let mut evm = evm(spec, context, state, models, request);
    let ran = evm.run(env::call(spec, context, request, gas_limit), Terms::Gas, 0);
    ran.map(CallOutcome::from).map_err(|error| evm.error(error).into())
}

impl From<Ran> for CallOutcome {
    fn from(ran: Ran) -> Self {
        let Ran { ended, inferences, .. } = ran;
        let status = match ended.status {
            TxStatus::Success => CallStatus::Success,
            TxStatus::Reverted => CallStatus::Reverted,
            TxStatus::Halted(reason) | TxStatus::FailedDeposit(reason) => CallStatus::Halted(reason),
        };
        Self {
            status,
            output: ended.output,
            gas_used: ended.gas_used,
            gas_spent: ended.gas_spent,
            logs: ended.logs,
            inferences,
        }
    }
}

/// The EVM in which a call runs. One that names no price finds a base fee of zero, as with go-ethereum: nothing it could
/// compare with what it pays is then above that.
pub(crate) fn evm<'a>(
    spec: &ChainSpec,
    context: &BlockContext,
    state: &'a dyn StateReader,
    models: ModelAccess,
    request: &CallRequest,
) -> BlockEvm<'a> {
    let config = config(spec, context, request);
    if request.gas_price > 0 {
        return BlockEvm::new(spec, context, config, state, models);
    }
    let context = BlockContext { base_fee: 0, ..context.clone() };
    BlockEvm::new(spec, &context, config, state, models)
}

fn config(spec: &ChainSpec, context: &BlockContext, request: &CallRequest) -> CfgEnv {
    let mut config = env::config(spec, context);
    config.disable_nonce_check = true;
    config.disable_eip3607 = true;
    config.disable_block_gas_limit = true;
    config.disable_base_fee = request.gas_price == 0;
    config.tx_gas_limit_cap = Some(u64::MAX);
    config
}
