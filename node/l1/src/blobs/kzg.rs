//! Commitments and proofs of blobs, by the library and setup that revm uses too.

use alloy_eips::{
    eip4844::{Blob, Bytes48, kzg_to_versioned_hash},
    eip7594::BlobTransactionSidecarEip7594,
};
use alloy_primitives::B256;
use c_kzg::KzgSettings;

/// Bytes that are no blob: not 131,072 of them, or a field element that is not below the field's order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a blob: {0}")]
pub struct KzgError(String);

impl From<c_kzg::Error> for KzgError {
    fn from(error: c_kzg::Error) -> Self {
        Self(format!("{error:?}"))
    }
}

/// Without precomputed tables: they take 96 MiB and make only proofs faster.
fn settings() -> &'static KzgSettings {
    c_kzg::ethereum_kzg_settings(0)
}

/// The versioned hash of a blob, by EIP-4844: `0x01 ‖ sha256(commitment)[1..]`. Takes tens of milliseconds.
///
/// # Errors
/// When it is no blob.
pub fn blob_versioned_hash(blob: &[u8]) -> Result<B256, KzgError> {
    let commitment = settings().blob_to_kzg_commitment(&c_kzg::Blob::from_bytes(blob)?)?;
    Ok(kzg_to_versioned_hash(commitment.as_slice()))
}

/// What a blob transaction carries beside itself since Osaka (EIP-7594): blobs, commitments and cell proofs. Takes some
/// hundred milliseconds a blob.
///
/// # Errors
/// When one of them is no blob.
pub fn blob_sidecar<B: AsRef<[u8]>>(blobs: &[B]) -> Result<BlobTransactionSidecarEip7594, KzgError> {
    let mut sidecar = BlobTransactionSidecarEip7594::new(vec![], vec![], vec![]);
    for bytes in blobs {
        let bytes = bytes.as_ref();
        let blob = c_kzg::Blob::from_bytes(bytes)?;
        let commitment = settings().blob_to_kzg_commitment(&blob)?;
        let (_, proofs) = settings().compute_cells_and_kzg_proofs(&blob)?;
        sidecar.blobs.push(Blob::from_slice(bytes));
        sidecar.commitments.push(Bytes48::from_slice(commitment.as_slice()));
        sidecar.cell_proofs.extend(proofs.iter().map(|proof| Bytes48::from_slice(proof.to_bytes().as_slice())));
    }
    Ok(sidecar)
}
