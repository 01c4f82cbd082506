//! How much gas a caller can pay for.

use crate::{CallRequest, EstimateError, InvalidTransaction};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip7702};
use alloy_primitives::{TxKind, U256};
use praxis_primitives::{ChainSpec, DataFees, DataSize, StateReader};

/// `limit`, or what the caller can pay for besides the value and, on the rollup, the L1 fee and the operator's.
pub(crate) fn affordable(
    spec: &ChainSpec,
    state: &dyn StateReader,
    request: &CallRequest,
    limit: u64,
) -> Result<u64, EstimateError> {
    if request.gas_price == 0 {
        return Ok(limit);
    }
    let account = state.account(request.from)?.unwrap_or_default();
    let (mut fixed, mut per_gas) = (request.value, U256::from(request.gas_price));
    if spec.rollup().is_some() {
        let fees = DataFees::read(state)?;
        let size = data_size(spec, request, account.nonce, limit);
        let once = fees.operator_fee(0);
        fixed = fixed.saturating_add(fees.l1_fee(size)).saturating_add(once);
        per_gas += fees.operator_fee(1) - once;
    }
    let Some(for_gas) = account.balance.checked_sub(fixed) else {
        return Err(InvalidTransaction::InsufficientFunds { cost: fixed, balance: account.balance }.into());
    };
    Ok((for_gas / per_gas).saturating_to::<u64>().min(limit))
}

/// What the transaction that a wallet would make of the request takes of a batch.
fn data_size(spec: &ChainSpec, request: &CallRequest, nonce: u64, gas_limit: u64) -> DataSize {
    let price = request.gas_price;
    let priority = request.max_priority_fee_per_gas.unwrap_or(price);
    let payload = match (request.to, &request.authorization_list[..]) {
        (TxKind::Call(to), list @ [_, ..]) => TxEip7702 {
            chain_id: spec.chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: price,
            max_priority_fee_per_gas: priority,
            to,
            value: request.value,
            access_list: request.access_list.clone(),
            authorization_list: list.to_vec(),
            input: request.data.clone(),
        }
        .encoded_for_signing(),
        (to, _) => TxEip1559 {
            chain_id: spec.chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: price,
            max_priority_fee_per_gas: priority,
            to,
            value: request.value,
            access_list: request.access_list.clone(),
            input: request.data.clone(),
        }
        .encoded_for_signing(),
    };
    DataSize::of_unsigned(&payload)
}
