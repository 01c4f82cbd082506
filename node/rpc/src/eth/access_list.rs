//! `eth_createAccessList`.

use super::simulate::{CallInput, failed};
use crate::{Args, Context, Failure, register::Registrar};
use alloy_eips::{BlockId, eip2930::AccessList};
use alloy_primitives::U64;
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use jsonrpsee::server::RegisterMethodError;
use praxis_evm::{CallStatus, create_access_list};
use serde::Serialize;

/// The list, what the call uses with it, and why it fails with it, if it does.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RpcAccessList {
    access_list: AccessList,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    gas_used: U64,
}

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.heavy("eth_createAccessList", |c, args, _| access_list(c, args))
}

fn access_list(c: &Context, mut args: Args<'_>) -> Result<RpcAccessList, Failure> {
    let request: TransactionRequest = args.required()?;
    let at: Option<BlockId> = args.optional()?;
    let overrides: Option<StateOverride> = args.optional()?;
    let mut input = CallInput::new(c, request, at, overrides, None)?;
    input.cap_gas(c)?;
    let CallInput { context, state, models, request, overrides } = input;
    let (access_list, outcome) = create_access_list(c.chain.spec(), &context, &state, models, &request, &overrides)?;
    let error = (outcome.status != CallStatus::Success).then(|| failed(&outcome).to_string());
    Ok(RpcAccessList { access_list, error, gas_used: U64::from(outcome.gas_used) })
}
