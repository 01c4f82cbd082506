//! Transactions that get included: one account, nonces in order, fees that rise until they suffice, outages survived.

mod actor;
mod error;
mod flight;
#[cfg(test)]
mod tests;

use crate::{L1Client, L1Signer};
use alloy_eips::{BlockNumHash, eip7594::BlobTransactionSidecarEip7594};
use alloy_primitives::{Address, B256, Bytes, U256};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

pub use error::TxError;

/// What to send. The account, nonce and fees are the manager's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxRequest {
    /// What it is, for messages: "the claim of block 12".
    pub label: String,
    /// The callee; `None` creates a contract.
    pub to: Option<Address>,
    /// Calldata or creation code.
    pub data: Bytes,
    /// Wei to send along.
    pub value: U256,
    /// Blobs with commitments and proofs, as [`crate::blob_sidecar`] makes them: makes it a blob transaction, which needs a
    /// callee.
    pub sidecar: Option<Arc<BlobTransactionSidecarEip7594>>,
    /// Gas limit; `None` asks L1 for an estimate and adds a fifth.
    pub gas_limit: Option<u64>,
}

impl TxRequest {
    /// A call.
    pub fn call(label: impl Into<String>, to: Address, data: Bytes) -> Self {
        Self { label: label.into(), to: Some(to), data, value: U256::ZERO, sidecar: None, gas_limit: None }
    }

    /// Calldata for an account without code, whose gas follows from the bytes alone.
    pub fn data(label: impl Into<String>, to: Address, data: Bytes) -> Self {
        let gas_limit = Some(crate::fees::calldata_gas(&data));
        Self { gas_limit, ..Self::call(label, to, data) }
    }

    /// Blobs for an account without code.
    pub fn blobs(label: impl Into<String>, to: Address, sidecar: BlobTransactionSidecarEip7594) -> Self {
        let gas_limit = Some(crate::fees::TRANSFER_GAS);
        Self { gas_limit, sidecar: Some(Arc::new(sidecar)), ..Self::call(label, to, Bytes::new()) }
    }

    /// A contract's creation.
    pub fn create(label: impl Into<String>, code: Bytes) -> Self {
        Self { label: label.into(), to: None, data: code, value: U256::ZERO, sidecar: None, gas_limit: None }
    }
}

/// A transaction that is in a block and succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Included {
    /// Its hash.
    pub hash: B256,
    /// The block that holds it.
    pub block: BlockNumHash,
    /// The contract that it created, if it created one.
    pub contract: Option<Address>,
}

/// How a manager behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxManagerConfig {
    /// Time between two looks at L1 while something is under way.
    pub poll_interval: Duration,
    /// A transaction that is not included after this long is replaced by one with higher fees.
    pub resubmission_timeout: Duration,
    /// Blocks that must hold or follow a transaction before it counts as included; at least 1.
    pub confirmations: u64,
    /// Most transactions between mempool and inclusion. Many L1 mempools hold 16 per account.
    pub max_in_flight: usize,
    /// Most requests that wait; senders beyond that wait too.
    pub queue: usize,
    /// Fees never rise above this, in wei per gas.
    pub max_fee: u128,
    /// Blob fees never rise above this, in wei per blob gas.
    pub max_blob_fee: u128,
    /// Longest wait between two attempts to reach an L1 that does not answer.
    pub max_backoff: Duration,
}

impl Default for TxManagerConfig {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_secs(1),
            resubmission_timeout: Duration::from_secs(48),
            confirmations: 1,
            max_in_flight: 8,
            queue: 64,
            max_fee: 1_000_000_000_000,
            max_blob_fee: 1_000_000_000_000,
            max_backoff: Duration::from_secs(15),
        }
    }
}

/// A request with the way back to whoever made it.
struct Job {
    request: TxRequest,
    reply: oneshot::Sender<Result<Included, TxError>>,
}

/// Hands requests to the task that owns the account. Cheap to clone; one manager per account and process.
#[derive(Debug, Clone)]
pub struct TxManager {
    address: Address,
    jobs: mpsc::Sender<Job>,
}

/// A request that was handed over.
#[derive(Debug)]
pub struct PendingTx(oneshot::Receiver<Result<Included, TxError>>);

impl PendingTx {
    /// Waits until it is included, however long L1 is away.
    ///
    /// # Errors
    /// When it cannot be included, or the manager was stopped.
    pub async fn included(self) -> Result<Included, TxError> {
        self.0.await.unwrap_or(Err(TxError::Stopped))
    }

    /// The result, if there is one by now.
    pub fn try_included(&mut self) -> Option<Result<Included, TxError>> {
        match self.0.try_recv() {
            Ok(result) => Some(result),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Err(TxError::Stopped)),
        }
    }
}

impl TxManager {
    /// Starts the task that owns `signer`'s account on the chain `chain_id`. It ends when every handle is gone and nothing
    /// is under way; aborting it loses nothing that L1 has.
    pub fn spawn(
        client: L1Client,
        signer: impl Into<L1Signer>,
        chain_id: u64,
        config: TxManagerConfig,
    ) -> (Self, JoinHandle<()>) {
        let (jobs, receiver) = mpsc::channel(config.queue.max(1));
        let signer = signer.into();
        let address = signer.address();
        let task = tokio::spawn(actor::Actor::new(client, signer, chain_id, config, receiver).run());
        (Self { address, jobs }, task)
    }

    /// The account.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Hands a request over; waits while the queue is full. Requests are included in the order in which they were handed
    /// over, unless one fails.
    ///
    /// # Errors
    /// When the manager was stopped.
    pub async fn send(&self, request: TxRequest) -> Result<PendingTx, TxError> {
        let (reply, receiver) = oneshot::channel();
        self.jobs.send(Job { request, reply }).await.map_err(|_| TxError::Stopped)?;
        Ok(PendingTx(receiver))
    }
}
