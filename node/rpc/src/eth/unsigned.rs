//! A call as the transaction that it would be, without a signature.

use crate::Failure;
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844, TxEip7702, TxLegacy};
use alloy_primitives::{Bytes, Signature, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;
use praxis_primitives::{RecoveredTransaction, Transaction};

/// The transaction that `call` asks for, with zeros in the place of the signature: EIP-7702's type when it has
/// authorizations, a legacy one when it names a gas price, else EIP-1559's.
pub(super) fn transaction(
    call: TransactionRequest,
    nonce: u64,
    gas_limit: u64,
    chain_id: u64,
) -> Result<RecoveredTransaction, Failure> {
    let fees = call.max_fee_per_gas.is_some() || call.max_priority_fee_per_gas.is_some();
    if call.gas_price.is_some() && fees {
        let reason = "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
        return Err(Failure::Params(reason.into()));
    }
    if call.blob_versioned_hashes.as_ref().is_some_and(|hashes| !hashes.is_empty()) {
        return Err(Failure::Params("this chain takes no blob transactions (type 3)".into()));
    }
    if let Some(given) = call.chain_id.filter(|id| *id != chain_id) {
        return Err(Failure::Params(format!("chainId does not match node's (have={given}, want={chain_id})")));
    }
    let input: Bytes = call
        .input
        .try_into_unique_input()
        .map_err(|_| Failure::Params("both \"data\" and \"input\" are set and not equal".into()))?
        .unwrap_or_default();
    let (from, to) = (call.from.unwrap_or_default(), call.to.unwrap_or(TxKind::Create));
    let (value, access_list) = (call.value.unwrap_or_default(), call.access_list.unwrap_or_default());
    let max_fee_per_gas = call.max_fee_per_gas.unwrap_or(0);
    let max_priority_fee_per_gas = call.max_priority_fee_per_gas.unwrap_or(0);
    let signature = Signature::new(U256::ZERO, U256::ZERO, false);
    let envelope: EthereumTxEnvelope<TxEip4844> = match (call.authorization_list, call.gas_price, to) {
        (Some(authorization_list), _, TxKind::Call(to)) => TxEip7702 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            authorization_list,
            input,
        }
        .into_signed(signature)
        .into(),
        (Some(_), _, TxKind::Create) => {
            return Err(Failure::Params("a transaction with authorizations can't create a contract".into()));
        }
        (None, Some(gas_price), _) => {
            TxLegacy { chain_id: None, nonce, gas_price, gas_limit, to, value, input }.into_signed(signature).into()
        }
        (None, None, _) => TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            input,
        }
        .into_signed(signature)
        .into(),
    };
    Ok(RecoveredTransaction::new_unchecked(Transaction::Ethereum(envelope), from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::Typed2718;

    fn kind(json: serde_json::Value) -> Result<u8, Failure> {
        transaction(serde_json::from_value(json).unwrap(), 1, 21_000, 5).map(|tx| tx.inner().ty())
    }

    #[test]
    fn the_fields_choose_the_type() {
        let to = alloy_primitives::Address::ZERO;
        assert_eq!(kind(serde_json::json!({})).unwrap(), 2);
        assert_eq!(kind(serde_json::json!({"gasPrice": "0x1"})).unwrap(), 0);
        assert_eq!(kind(serde_json::json!({"to": to, "authorizationList": []})).unwrap(), 4);
        assert!(kind(serde_json::json!({"authorizationList": []})).is_err());
        assert!(kind(serde_json::json!({"gasPrice": "0x1", "maxFeePerGas": "0x1"})).is_err());
        assert!(kind(serde_json::json!({"chainId": "0x6"})).is_err());
    }
}
