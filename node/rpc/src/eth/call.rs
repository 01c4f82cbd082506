//! `eth_call` and `eth_estimateGas`.

use super::simulate::{CallInput, failed, invalid, run_call};
use crate::{Args, Context, Failure, register::Registrar};
use alloy_eips::BlockId;
use alloy_primitives::{Bytes, U64};
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use jsonrpsee::server::RegisterMethodError;
use praxis_evm::{EstimateError, estimate_gas};

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.heavy("eth_call", |c, args, _| call(c, args))?;
    r.heavy("eth_estimateGas", |c, args, _| estimate(c, args))
}

fn input(c: &Context, mut args: Args<'_>) -> Result<CallInput, Failure> {
    let request: TransactionRequest = args.required()?;
    let at: Option<BlockId> = args.optional()?;
    let state: Option<StateOverride> = args.optional()?;
    let block = args.optional()?;
    CallInput::new(c, request, at, state, block)
}

fn call(c: &Context, args: Args<'_>) -> Result<Bytes, Failure> {
    run_call(c, input(c, args)?).map(|outcome| outcome.output)
}

fn estimate(c: &Context, args: Args<'_>) -> Result<U64, Failure> {
    let CallInput { mut context, state, models, mut request, overrides } = input(c, args)?;
    // The block's limit bounds what a transaction may have; this node's own bound stands above it in any sane setup.
    context.gas_limit = context.gas_limit.min(c.limits.call_gas);
    request.gas = request.gas.map(|gas| gas.min(context.gas_limit));
    match estimate_gas(c.chain.spec(), &context, &state, models, &request, &overrides) {
        Ok(gas) => Ok(U64::from(gas)),
        Err(EstimateError::Failed(outcome)) => Err(failed(&outcome)),
        Err(EstimateError::Invalid(reason)) => Err(invalid(&reason)),
        Err(EstimateError::Fault(fault)) => Err(fault.into()),
    }
}
