//! Calls outside any transaction: what they ask for, and the one way in which they run.

use crate::{Context, Failure, revert};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_rpc_types_eth::{
    BlockOverrides, TransactionRequest,
    state::{AccountOverride as RpcAccountOverride, StateOverride},
};
use praxis_chain::ChainState;
use praxis_evm::{
    AccountOverride, BlockContext, CallOutcome, CallRequest, CallStatus, InvalidTransaction, ModelAccess,
    SimulateError, StateOverrides,
};
use praxis_primitives::StateReader;
use std::collections::BTreeMap;

/// Accounts that one call may assume something about.
const MAX_OVERRIDDEN_ACCOUNTS: usize = 1_000;

/// Everything that a call needs, read from the request and the chain.
pub(crate) struct CallInput {
    pub(crate) context: BlockContext,
    pub(crate) state: ChainState,
    pub(crate) models: ModelAccess,
    pub(crate) request: CallRequest,
    pub(crate) overrides: StateOverrides,
}

impl CallInput {
    /// Reads a request against the block that it names.
    pub(crate) fn new(
        c: &Context,
        request: TransactionRequest,
        at: Option<BlockId>,
        overrides: Option<StateOverride>,
        block: Option<BlockOverrides>,
    ) -> Result<Self, Failure> {
        let request = call_request(request, c.chain.spec().chain_id, c.chain.rollup().is_none())?;
        let overrides = state_overrides(overrides.unwrap_or_default())?;
        let (mut context, state) = c.chain_state(at)?;
        if let Some(block) = block {
            override_block(&mut context, block)?;
        }
        Ok(Self { context, models: c.chain.models_with_results(state.base()), state, request, overrides })
    }

    /// Gives the call the gas that it asks for, as far as its sender can pay and this node allows.
    pub(crate) fn cap_gas(&mut self, c: &Context) -> Result<(), Failure> {
        let cap = c.limits.call_gas;
        let mut gas = self.request.gas.unwrap_or(cap).min(cap);
        if let Some(affordable) = self.affordable_gas()?
            && self.request.gas.is_none()
        {
            gas = gas.min(affordable);
        }
        self.request.gas = Some(gas);
        Ok(())
    }

    /// What `from` may spend on gas, at the request's price.
    fn affordable_gas(&self) -> Result<Option<u64>, Failure> {
        if self.request.gas_price == 0 {
            return Ok(None);
        }
        let assumed = self.overrides.get(&self.request.from).and_then(|account| account.balance);
        let balance = match assumed {
            Some(balance) => balance,
            None => self.state.account(self.request.from)?.unwrap_or_default().balance,
        };
        let for_gas = balance.saturating_sub(self.request.value);
        Ok(Some((for_gas / U256::from(self.request.gas_price)).saturating_to()))
    }
}

/// Runs a call with real inference; anything but success is a failure with Ethereum's code and words.
pub(crate) fn run_call(c: &Context, mut input: CallInput) -> Result<CallOutcome, Failure> {
    input.cap_gas(c)?;
    let CallInput { context, state, models, request, overrides } = input;
    let outcome = praxis_evm::simulate(c.chain.spec(), &context, &state, models, &request, &overrides)?;
    match outcome.status {
        CallStatus::Success => Ok(outcome),
        _ => Err(failed(&outcome)),
    }
}

/// Why a call was stopped, in geth's words where it has some. `reason` begins with the name that revm gives it.
pub(super) fn call_status_words(reason: &str) -> String {
    let name = reason.split(['(', ' ', '{']).next().unwrap_or(reason);
    let words = match name {
        "OutOfGas" => "out of gas",
        "OpcodeNotFound" => "invalid opcode",
        "InvalidFEOpcode" => "invalid opcode: INVALID",
        "InvalidJump" => "invalid jump destination",
        "StackUnderflow" => "stack underflow",
        "StackOverflow" => "stack limit reached",
        "OutOfOffset" => "return data out of bounds",
        "CreateCollision" => "contract address collision",
        "CreateContractSizeLimit" => "max code size exceeded",
        "CreateContractStartingWithEF" => "invalid code: must not begin with 0xef",
        "CreateInitCodeSizeLimit" => "max initcode size exceeded",
        "StateChangeDuringStaticCall" | "CallNotAllowedInsideStatic" => "write protection",
        "OutOfFunds" => "insufficient balance for transfer",
        "CallTooDeep" => "max call depth exceeded",
        "NonceOverflow" => "nonce uint64 overflow",
        _ => return format!("execution halted: {reason}"),
    };
    words.into()
}

/// The failure that a call's bad end is.
pub(super) fn failed(outcome: &CallOutcome) -> Failure {
    match &outcome.status {
        CallStatus::Halted(reason) => Failure::Rejected(call_status_words(reason)),
        CallStatus::Reverted | CallStatus::Success => {
            Failure::Reverted { message: revert::message(&outcome.output), data: outcome.output.clone() }
        }
    }
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::Invalid(reason) => invalid(&reason),
            SimulateError::Fault(fault) => fault.into(),
        }
    }
}

/// An invalid call in the words that clients look for.
pub(crate) fn invalid(reason: &InvalidTransaction) -> Failure {
    Failure::Rejected(match reason {
        InvalidTransaction::InsufficientFunds { cost, balance } => {
            format!("insufficient funds for gas * price + value: have {balance} want {cost}")
        }
        InvalidTransaction::NonceTooLow { expected, given } => {
            format!("nonce too low: next nonce {expected}, tx nonce {given}")
        }
        InvalidTransaction::NonceTooHigh { expected, given } => {
            format!("nonce too high: next nonce {expected}, tx nonce {given}")
        }
        InvalidTransaction::IntrinsicGas { gas_limit, required } => {
            format!("intrinsic gas too low: have {gas_limit}, want {required}")
        }
        InvalidTransaction::FeeBelowBaseFee { base_fee } => {
            format!("max fee per gas less than block base fee: baseFee: {base_fee}")
        }
        InvalidTransaction::PriorityFeeAboveFee => "max priority fee per gas higher than max fee per gas".into(),
        other => other.to_string(),
    })
}

fn call_request(request: TransactionRequest, chain_id: u64, blobs: bool) -> Result<CallRequest, Failure> {
    let has_blobs = request.blob_versioned_hashes.as_ref().is_some_and(|hashes| !hashes.is_empty());
    if (has_blobs || request.sidecar.is_some()) && !blobs {
        return Err(Failure::Rejected("this chain takes no blob transactions (type 3)".into()));
    }
    if request.gas_price.is_some() && (request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some())
    {
        let reason = "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
        return Err(Failure::Rejected(reason.into()));
    }
    if let Some(given) = request.chain_id.filter(|id| *id != chain_id) {
        return Err(Failure::Rejected(format!("chainId does not match node's (have={given}, want={chain_id})")));
    }
    let data: Bytes = request
        .input
        .try_into_unique_input()
        .map_err(|_| Failure::Rejected("both \"data\" and \"input\" are set and not equal".into()))?
        .unwrap_or_default();
    Ok(CallRequest {
        from: request.from.unwrap_or(Address::ZERO),
        to: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        data,
        gas: request.gas,
        gas_price: request.gas_price.or(request.max_fee_per_gas).unwrap_or(0),
        max_priority_fee_per_gas: request.max_priority_fee_per_gas,
        access_list: request.access_list.unwrap_or_default(),
        authorization_list: request.authorization_list.unwrap_or_default(),
        blob_hashes: request.blob_versioned_hashes.unwrap_or_default(),
        max_fee_per_blob_gas: request.max_fee_per_blob_gas,
    })
}

pub(super) fn state_overrides(given: StateOverride) -> Result<StateOverrides, Failure> {
    if given.len() > MAX_OVERRIDDEN_ACCOUNTS {
        let count = given.len();
        return Err(Failure::Params(format!(
            "{count} accounts are overridden, at most {MAX_OVERRIDDEN_ACCOUNTS} may be"
        )));
    }
    given.into_iter().map(|(address, account)| Ok((address, account_override(address, account)?))).collect()
}

fn account_override(address: Address, given: RpcAccountOverride) -> Result<AccountOverride, Failure> {
    if given.state.is_some() && given.state_diff.is_some() {
        return Err(Failure::Params(format!("account {address} has both 'state' and 'stateDiff'")));
    }
    if given.move_precompile_to.is_some() {
        return Err(Failure::Params("movePrecompileToAddress is not supported".into()));
    }
    fn slots(map: impl IntoIterator<Item = (B256, B256)>) -> BTreeMap<U256, U256> {
        map.into_iter().map(|(slot, value)| (slot.into(), value.into())).collect()
    }
    Ok(AccountOverride {
        balance: given.balance,
        nonce: given.nonce,
        code: given.code,
        state: given.state.map(slots),
        state_diff: given.state_diff.map(slots).unwrap_or_default(),
    })
}

fn override_block(context: &mut BlockContext, given: BlockOverrides) -> Result<(), Failure> {
    let small = |name: &str, value: U256| {
        u64::try_from(value).map_err(|_| Failure::Params(format!("block override {name} is larger than 2^64 - 1")))
    };
    if let Some(number) = given.number {
        context.number = small("number", number)?;
    }
    if let Some(time) = given.time {
        context.timestamp = time;
        context.timestamp_ms = time.saturating_mul(1000);
    }
    if let Some(gas_limit) = given.gas_limit {
        context.gas_limit = gas_limit;
    }
    if let Some(coinbase) = given.coinbase {
        context.beneficiary = coinbase;
    }
    if let Some(random) = given.random {
        context.prev_randao = random;
    }
    if let Some(base_fee) = given.base_fee {
        context.base_fee = small("baseFeePerGas", base_fee)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(json: serde_json::Value) -> Result<CallRequest, Failure> {
        call_request(serde_json::from_value(json).unwrap(), 5, false)
    }

    #[test]
    fn data_and_input_are_one_thing() {
        assert_eq!(request(serde_json::json!({"data": "0x01"})).unwrap().data, Bytes::from_static(&[1]));
        assert_eq!(request(serde_json::json!({"input": "0x01"})).unwrap().data, Bytes::from_static(&[1]));
        assert!(request(serde_json::json!({"input": "0x01", "data": "0x01"})).is_ok());
        assert!(request(serde_json::json!({"input": "0x01", "data": "0x02"})).is_err());
    }

    #[test]
    fn no_recipient_is_a_creation() {
        assert_eq!(request(serde_json::json!({"data": "0x01"})).unwrap().to, TxKind::Create);
    }

    #[test]
    fn contradictions_are_refused() {
        assert!(request(serde_json::json!({"gasPrice": "0x1", "maxFeePerGas": "0x1"})).is_err());
        assert!(request(serde_json::json!({"chainId": "0x6"})).is_err());
        assert!(request(serde_json::json!({"chainId": "0x5"})).is_ok());
        let both = RpcAccountOverride {
            state: Some(Default::default()),
            state_diff: Some(Default::default()),
            ..Default::default()
        };
        assert!(account_override(Address::ZERO, both).is_err());
    }
}
