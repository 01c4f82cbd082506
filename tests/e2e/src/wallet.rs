//! Accounts and signed transfers.

use crate::{Rpc, quantity};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, TxKind, U256, hex};
use alloy_signer::SignerSync;
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use anyhow::{Context, Result};
use serde_json::json;

/// Account `index` of the well-known test mnemonic, funded on every development chain.
pub fn dev_account(index: u32) -> Result<PrivateKeySigner> {
    let phrase = "test test test test test test test test test test test junk";
    Ok(MnemonicBuilder::<English>::default().phrase(phrase).index(index)?.build()?)
}

/// Its private key, hexadecimal.
pub fn dev_key(index: u32) -> Result<String> {
    Ok(hex::encode_prefixed(dev_account(index)?.to_bytes()))
}

/// Sends one wei with this nonce, or with the next one; the transaction's hash.
pub async fn transfer(rpc: &Rpc, from: &PrivateKeySigner, nonce: Option<u64>) -> Result<String> {
    let raw = signed_transfer(rpc, from, nonce).await?;
    let hash = rpc.call("eth_sendRawTransaction", json!([raw])).await?;
    hash.as_str().map(str::to_owned).context("a transaction hash")
}

/// The same, signed and not sent.
pub async fn signed_transfer(rpc: &Rpc, from: &PrivateKeySigner, nonce: Option<u64>) -> Result<String> {
    let nonce = match nonce {
        Some(nonce) => nonce,
        None => quantity(&rpc.call("eth_getTransactionCount", json!([from.address(), "pending"])).await?)?,
    };
    let transaction = TxEip1559 {
        chain_id: rpc.chain_id().await?,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 100_000_000_000,
        max_priority_fee_per_gas: 1_000_000,
        to: TxKind::Call(Address::repeat_byte(0x77)),
        value: U256::from(1),
        ..Default::default()
    };
    let signature = from.sign_hash_sync(&transaction.signature_hash())?;
    let envelope = TxEnvelope::from(transaction.into_signed(signature));
    Ok(hex::encode_prefixed(envelope.encoded_2718()))
}
