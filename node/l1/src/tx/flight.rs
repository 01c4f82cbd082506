//! One transaction between signing and inclusion.

use super::{Job, TxError, TxRequest};
use crate::{
    Fees,
    block::L1Transaction,
    fees::{BLOB_GAS, TRANSFER_GAS},
    signer::{L1Signer, SignerError},
};
use alloy_consensus::{EthereumTxEnvelope, Signed, TxEip1559, TxEip4844, TxEip4844WithSidecar};
use alloy_eips::{Encodable2718, eip4844::kzg_to_versioned_hash, eip7594::BlobTransactionSidecarEip7594};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use std::sync::Arc;
use tokio::time::Instant;

/// Replacements of one transaction whose receipts are looked for; older ones can no longer win.
const MAX_HASHES: usize = 32;

/// Blobs with commitments and proofs.
pub(super) type Sidecar = Arc<BlobTransactionSidecarEip7594>;

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
    /// Since when the mempool holds transactions of the other type of this account.
    pub(super) reserved: Option<Instant>,
    /// What the transaction offers that is to clear the other type's pool.
    pub(super) way: Option<Fees>,
    /// Looks at which the nonce was used but no version had a receipt.
    pub(super) missing: u32,
}

/// What a transaction is signed from.
pub(super) struct Signing<'a> {
    pub(super) chain_id: u64,
    pub(super) signer: &'a L1Signer,
}

impl Flight {
    pub(super) async fn new(
        job: Job,
        nonce: u64,
        gas_limit: u64,
        fees: Fees,
        signing: &Signing<'_>,
    ) -> Result<Self, Box<(Job, SignerError)>> {
        let (hash, raw) = match signing.sign(&job.request, nonce, gas_limit, fees).await {
            Ok(signed) => signed,
            Err(error) => return Err(Box::new((job, error))),
        };
        Ok(Self {
            job,
            nonce,
            gas_limit,
            fees,
            hashes: vec![hash],
            raw,
            published: None,
            underpriced: false,
            reserved: None,
            way: None,
            missing: 0,
        })
    }

    /// Replaces the newest version by one with these fees.
    pub(super) async fn replace(&mut self, fees: Fees, signing: &Signing<'_>) -> Result<(), SignerError> {
        let (hash, raw) = signing.sign(&self.job.request, self.nonce, self.gas_limit, fees).await?;
        if self.hashes.len() >= MAX_HASHES {
            self.hashes.remove(0);
        }
        self.hashes.push(hash);
        (self.raw, self.fees, self.published, self.underpriced) = (raw, fees, None, false);
        Ok(())
    }

    pub(super) const fn has_blobs(&self) -> bool {
        self.job.request.sidecar.is_some()
    }

    /// Most that it may cost, in wei.
    pub(super) fn cost(&self) -> U256 {
        cost(&self.job.request, self.gas_limit, self.fees)
    }
}

pub(super) fn cost(request: &TxRequest, gas_limit: u64, fees: Fees) -> U256 {
    let blobs = request.sidecar.as_ref().map_or(0, |sidecar| sidecar.blobs.len());
    let blob_gas = U256::from(BLOB_GAS) * U256::from(blobs);
    U256::from(gas_limit)
        .saturating_mul(U256::from(fees.max_fee))
        .saturating_add(blob_gas.saturating_mul(U256::from(fees.blob_fee)))
        .saturating_add(request.value)
}

impl Signing<'_> {
    pub(super) fn failure(label: &str, error: &SignerError) -> TxError {
        TxError::Signing { label: label.to_owned(), reason: error.to_string() }
    }

    /// Hash and bytes, as the mempool wants them, of a transaction.
    async fn sign(
        &self,
        request: &TxRequest,
        nonce: u64,
        gas_limit: u64,
        fees: Fees,
    ) -> Result<(B256, Bytes), SignerError> {
        let TxRequest { to, data, value, sidecar, .. } = request;
        if let (Some(sidecar), Some(to)) = (sidecar, to) {
            return self.sign_blobs(*to, data.clone(), *value, sidecar, nonce, gas_limit, fees).await;
        }
        let tx = TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: fees.max_fee,
            max_priority_fee_per_gas: fees.tip,
            to: to.map_or(TxKind::Create, TxKind::Call),
            value: *value,
            access_list: Default::default(),
            input: data.clone(),
        };
        let signed = self.signer.sign(tx.into()).await?;
        Ok((*signed.tx_hash(), signed.encoded_2718().into()))
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of a transaction")]
    async fn sign_blobs(
        &self,
        to: Address,
        input: Bytes,
        value: U256,
        sidecar: &Sidecar,
        nonce: u64,
        gas_limit: u64,
        fees: Fees,
    ) -> Result<(B256, Bytes), SignerError> {
        let hashes = sidecar.commitments.iter().map(|commitment| kzg_to_versioned_hash(commitment.as_slice()));
        let tx = TxEip4844 {
            chain_id: self.chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: fees.max_fee,
            max_priority_fee_per_gas: fees.tip,
            to,
            value,
            access_list: Default::default(),
            blob_versioned_hashes: hashes.collect(),
            max_fee_per_blob_gas: fees.blob_fee,
            input,
        };
        let signed = self.signer.sign(tx.into()).await?;
        let hash = *signed.tx_hash();
        let L1Transaction::Eip4844(signed) = signed else {
            return Err(SignerError::Local("a blob transaction became one without blobs".to_owned()));
        };
        let (tx, signature, _) = signed.into_parts();
        let pooled = TxEip4844WithSidecar { tx, sidecar: BlobTransactionSidecarEip7594::clone(sidecar) };
        let pooled = EthereumTxEnvelope::Eip4844(Signed::new_unchecked(pooled, signature, hash));
        Ok((hash, pooled.encoded_2718().into()))
    }

    /// A transaction to the account itself that takes `nonce`, with a blob or without.
    pub(super) async fn sign_nothing(
        &self,
        blob: Option<&Sidecar>,
        nonce: u64,
        fees: Fees,
    ) -> Result<Bytes, SignerError> {
        let request =
            TxRequest { sidecar: blob.cloned(), ..TxRequest::call("nothing", self.signer.address(), Bytes::new()) };
        Ok(self.sign(&request, nonce, TRANSFER_GAS, fees).await?.1)
    }
}
