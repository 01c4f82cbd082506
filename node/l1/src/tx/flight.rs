//! One transaction between signing and inclusion.

use super::{Job, TxError, TxRequest};
use crate::Fees;
use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::Encodable2718;
use alloy_primitives::{B256, Bytes, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use tokio::time::Instant;

/// Replacements of one transaction whose receipts are looked for; older ones can no longer win.
const MAX_HASHES: usize = 32;

pub(super) struct Flight {
    pub(super) job: Job,
    pub(super) nonce: u64,
    pub(super) gas_limit: u64,
    pub(super) fees: Fees,
    /// Every version that was signed, the newest last.
    pub(super) hashes: Vec<B256>,
    /// The newest version.
    pub(super) raw: Bytes,
    pub(super) published: Option<Instant>,
    /// The mempool wants more than the newest version pays.
    pub(super) underpriced: bool,
    /// Looks at which the nonce was used but no version had a receipt.
    pub(super) missing: u32,
}

impl Flight {
    pub(super) fn new(
        job: Job,
        nonce: u64,
        gas_limit: u64,
        fees: Fees,
        chain_id: u64,
        signer: &PrivateKeySigner,
    ) -> Result<Self, Box<(Job, TxError)>> {
        let (hash, raw) = match sign(&job.request, nonce, gas_limit, fees, chain_id, signer) {
            Ok(signed) => signed,
            Err(error) => return Err(Box::new((job, error))),
        };
        let hashes = vec![hash];
        Ok(Self { job, nonce, gas_limit, fees, hashes, raw, published: None, underpriced: false, missing: 0 })
    }

    /// Replaces the newest version by one with these fees.
    pub(super) fn replace(&mut self, fees: Fees, chain_id: u64, signer: &PrivateKeySigner) -> Result<(), TxError> {
        let (hash, raw) = sign(&self.job.request, self.nonce, self.gas_limit, fees, chain_id, signer)?;
        if self.hashes.len() >= MAX_HASHES {
            self.hashes.remove(0);
        }
        self.hashes.push(hash);
        (self.raw, self.fees, self.published, self.underpriced) = (raw, fees, None, false);
        Ok(())
    }

    /// Most that it may cost, in wei.
    pub(super) fn cost(&self) -> U256 {
        cost(&self.job.request, self.gas_limit, self.fees)
    }
}

pub(super) fn cost(request: &TxRequest, gas_limit: u64, fees: Fees) -> U256 {
    U256::from(gas_limit).saturating_mul(U256::from(fees.max_fee)).saturating_add(request.value)
}

fn sign(
    request: &TxRequest,
    nonce: u64,
    gas_limit: u64,
    fees: Fees,
    chain_id: u64,
    signer: &PrivateKeySigner,
) -> Result<(B256, Bytes), TxError> {
    let tx = TxEip1559 {
        chain_id,
        nonce,
        gas_limit,
        max_fee_per_gas: fees.max_fee,
        max_priority_fee_per_gas: fees.tip,
        to: request.to.map_or(TxKind::Create, TxKind::Call),
        value: request.value,
        access_list: Default::default(),
        input: request.data.clone(),
    };
    let signature = signer
        .sign_hash_sync(&tx.signature_hash())
        .map_err(|error| TxError::Signing { label: request.label.clone(), reason: error.to_string() })?;
    let signed = TxEnvelope::from(tx.into_signed(signature));
    Ok((*signed.tx_hash(), signed.encoded_2718().into()))
}
