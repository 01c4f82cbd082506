//! L1 over JSON-RPC: reads that are checked against block hashes, and transactions that get included.
//!
//! - [`L1Client`]: heads, blocks by hash, receipts, claims. What a block says is believed only after its hash was computed
//!   again from it; which head is canonical is the provider's word.
//! - [`BlobSource`]: blobs by versioned hash, checked against it; [`BlobArchive`] keeps those that were derived.
//! - [`TxManager`]: nonces, fees, replacement and waiting, through outages of L1.
//! - [`Claim`], [`claim_calldata`]: what was claimed about the L2, and how to claim.
//! - [`deploy_contracts`], [`parse_key`]: for the command line.
//!
//! Knows no EVM and no database.

mod blobs;
mod block;
mod client;
mod deploy;
mod error;
#[cfg(test)]
mod fake;
mod fees;
mod games;
mod keys;
mod receipts;
mod rpc;
mod runway;
mod signer;
#[cfg(test)]
mod tests;
mod tx;

pub use blobs::{
    ArchiveError, ArchiveReport, BlobArchive, BlobBlock, BlobSource, KzgError, MissingBlob, blob_sidecar,
    blob_versioned_hash,
};
pub use block::CheckedBlock;
pub use client::{BlockTag, L1Client};
pub use deploy::{BadParams, DeployError, DeploymentPlan, SettlementParams, SystemParams, deploy_contracts};
pub use error::{AlteredBlock, L1Error};
pub use fees::{BLOB_GAS, Fees, L1Prices, TRANSFER_GAS, calldata_gas};
pub use games::{Claim, ListedClaim, claim_calldata, claim_extra_data};
pub use keys::{KeyError, check_key, parse_key};
pub use rpc::{L1ClientConfig, install_tls};
pub use runway::{Runway, RunwayLevel};
pub use signer::{L1Signer, RemoteSigner, SignerError};
pub use tx::{Included, PendingTx, TxError, TxManager, TxManagerConfig, TxRequest};
