//! L1 over JSON-RPC: reads that are checked against block hashes, and transactions that get included.
//!
//! - [`L1Client`]: heads, blocks by hash, receipts, claims. What a block says is believed only after its hash was computed
//!   again from it; which head is canonical is the provider's word.
//! - [`BlobSource`]: blobs by versioned hash, checked against it; [`BlobArchive`] keeps those that were derived.
//! - [`TxManager`]: nonces, fees, replacement and waiting, through outages of L1.
//! - [`oracle`]: the contract that holds claimed output roots: what was claimed, and how to claim.
//! - [`deploy_output_oracle`], [`parse_key`]: for the command line.
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
mod keys;
pub mod oracle;
mod receipts;
mod rpc;
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
pub use deploy::{DeployError, deploy_output_oracle};
pub use error::{AlteredBlock, L1Error};
pub use fees::{BLOB_GAS, Fees, L1Prices, TRANSFER_GAS, calldata_gas};
pub use keys::{KeyError, check_key, parse_key};
pub use oracle::Claim;
pub use rpc::{L1ClientConfig, install_tls};
pub use signer::{L1Signer, RemoteSigner, SignerError};
pub use tx::{Included, PendingTx, TxError, TxManager, TxManagerConfig, TxRequest};
