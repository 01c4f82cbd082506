//! Blobs by versioned hash: from the node's archive, a beacon API, or other nodes' archives, whichever has them first. None
//! of them is trusted.

use super::{BlobArchive, beacon::Beacon, kzg::blob_versioned_hash};
use crate::{L1ClientConfig, L1Error, rpc::Rpc};
use alloy_primitives::{B256, Bytes};
use praxis_derive::{WantedBlobs, blob::BLOB_BYTES};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use tracing::{debug, error, info};

/// The L1 block whose blobs are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobBlock {
    /// Number.
    pub number: u64,
    /// Hash, for messages.
    pub hash: B256,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
}

/// A blob that nobody has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "blob {index} ({hash}) of transaction {transaction} in L1 block {} ({}) is not to be had, and nothing can be derived \
     without it: {}; give a beacon API that still has it (--l1-beacon) or a node that archived it (--blob-archive)",
    block.number, block.hash, tried.join("; ")
)]
pub struct MissingBlob {
    /// The L1 block.
    pub block: BlobBlock,
    /// The transaction that carries it.
    pub transaction: B256,
    /// Its place in the transaction.
    pub index: usize,
    /// Its versioned hash.
    pub hash: B256,
    /// What each source said.
    pub tried: Vec<String>,
}

/// Where blobs come from. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct BlobSource {
    archive: Option<Arc<BlobArchive>>,
    /// Of how many L1 blocks the archive keeps blobs; of all where this is not given.
    keep_blocks: Option<u64>,
    beacons: Vec<Beacon>,
    remotes: Vec<Rpc>,
}

impl BlobSource {
    /// A source without anything in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks this archive first, and keeps there what was derived: the blobs of all L1 blocks, or of so many below the finalized
    /// one.
    #[must_use]
    pub fn with_archive(mut self, archive: Arc<BlobArchive>, keep_blocks: Option<u64>) -> Self {
        (self.archive, self.keep_blocks) = (Some(archive), keep_blocks);
        self
    }

    /// Asks this beacon API after those before it.
    ///
    /// # Errors
    /// When `url` is no HTTP URL.
    pub fn with_beacon(mut self, url: &str, config: &L1ClientConfig) -> Result<Self, L1Error> {
        self.beacons.push(Beacon::new(url, config)?);
        Ok(self)
    }

    /// Asks the archive of the node with this JSON-RPC (`praxis_getBlob`) when no beacon API has a blob.
    ///
    /// # Errors
    /// When `url` is no HTTP URL.
    pub fn with_remote(mut self, url: &str, config: L1ClientConfig) -> Result<Self, L1Error> {
        self.remotes.push(Rpc::new(url, config)?);
        Ok(self)
    }

    /// The wanted blobs of one L1 block, in order, each checked against its versioned hash.
    ///
    /// # Errors
    /// [`L1Error::MissingBlob`] when one is not to be had anywhere now.
    pub async fn fetch(&self, block: BlobBlock, wanted: &[WantedBlobs]) -> Result<Vec<Bytes>, L1Error> {
        let mut search = Search::new(wanted);
        self.ask_archive(&mut search).await;
        for beacon in &self.beacons {
            let missing = search.missing();
            if missing.is_empty() {
                break;
            }
            match beacon.blobs(block.number, block.timestamp, &missing).await {
                Ok(blobs) => search.take(&format!("the beacon API {}", beacon.url()), blobs).await,
                Err(reason) => search.tried.push(format!("the beacon API {} says: {reason}", beacon.url())),
            }
        }
        for remote in &self.remotes {
            self.ask_remote(remote, &mut search).await;
        }
        if self.beacons.is_empty() && self.remotes.is_empty() {
            search.tried.push("no beacon API is configured".to_owned());
        }
        search.finish(block)
    }

    /// Keeps the blobs of an L1 block that derivation has used. A failure is said and changes nothing else: the chain
    /// goes on without its archive.
    pub fn keep(&self, l1_block: u64, wanted: &[WantedBlobs], blobs: &[Bytes]) {
        let Some(archive) = &self.archive else { return };
        for (hash, blob) in wanted.iter().flat_map(|tx| &tx.hashes).zip(blobs) {
            if let Err(failure) = archive.put(l1_block, *hash, blob) {
                error!("{failure}");
                metrics::counter!("praxis_blob_archive_failures_total").increment(1);
            }
        }
    }

    /// L1 block `finalized` is final and derived: the archive forgets what it is not to keep. A failure is said and changes nothing
    /// else.
    pub fn forget(&self, finalized: u64) {
        let (Some(archive), Some(keep_blocks)) = (&self.archive, self.keep_blocks) else { return };
        let before = finalized.saturating_sub(keep_blocks);
        match archive.prune(before) {
            Ok(pruned) if pruned.blobs > 0 => info!(blobs = pruned.blobs, before, "the blob archive forgot old blobs"),
            Ok(_) => {}
            Err(failure) => error!("{failure}"),
        }
    }

    async fn ask_archive(&self, search: &mut Search<'_>) {
        let Some(archive) = self.archive.clone() else { return };
        for hash in search.missing() {
            let archive = archive.clone();
            match tokio::task::spawn_blocking(move || archive.get(hash)).await {
                Ok(Ok(Some(blob))) => drop(search.found.insert(hash, blob)),
                Ok(Ok(None)) => {}
                Ok(Err(failure)) => {
                    error!("{failure}");
                    search.tried.push(failure.to_string());
                }
                Err(failure) => search.tried.push(format!("reading the archive was stopped: {failure}")),
            }
        }
    }

    async fn ask_remote(&self, remote: &Rpc, search: &mut Search<'_>) {
        let name = format!("the archive {}", remote.url());
        for hash in search.missing() {
            match remote.call::<Option<Bytes>>("praxis_getBlob", json!([hash])).await {
                Ok(Some(blob)) => search.take(&name, vec![blob]).await,
                Ok(None) => search.tried.push(format!("{name} does not have {hash}")),
                Err(failure) => {
                    search.tried.push(failure.to_string());
                    return;
                }
            }
        }
    }
}

/// One search for the blobs of one L1 block.
struct Search<'a> {
    wanted: &'a [WantedBlobs],
    found: BTreeMap<B256, Bytes>,
    tried: Vec<String>,
}

impl<'a> Search<'a> {
    const fn new(wanted: &'a [WantedBlobs]) -> Self {
        Self { wanted, found: BTreeMap::new(), tried: Vec::new() }
    }

    /// The blobs that are not there yet, each once.
    fn missing(&self) -> Vec<B256> {
        let mut missing = Vec::new();
        for hash in self.wanted.iter().flat_map(|tx| &tx.hashes) {
            if !self.found.contains_key(hash) && !missing.contains(hash) {
                missing.push(*hash);
            }
        }
        missing
    }

    /// Takes those of `blobs` that are wanted, whatever the source says that they are.
    async fn take(&mut self, source: &str, blobs: Vec<Bytes>) {
        let count = blobs.len();
        let checked = tokio::task::spawn_blocking(move || {
            let whole = blobs.into_iter().filter(|blob| blob.len() == BLOB_BYTES);
            whole.filter_map(|blob| Some((blob_versioned_hash(&blob).ok()?, blob))).collect::<Vec<_>>()
        });
        let before = self.found.len();
        let missing = self.missing();
        for (hash, blob) in checked.await.unwrap_or_default() {
            if missing.contains(&hash) {
                self.found.insert(hash, blob);
            }
        }
        let (new, left) = (self.found.len() - before, missing.len());
        debug!(new, wanted = left, "blobs from {source}");
        if new < left {
            self.tried.push(format!("{source} gave {count} blobs, {new} of the {left} that are wanted"));
        }
    }

    fn finish(self, block: BlobBlock) -> Result<Vec<Bytes>, L1Error> {
        let mut blobs = Vec::new();
        for tx in self.wanted {
            for (index, hash) in tx.hashes.iter().enumerate() {
                let Some(blob) = self.found.get(hash) else {
                    let transaction = tx.transaction;
                    let missing = MissingBlob { block, transaction, index, hash: *hash, tried: self.tried };
                    return Err(L1Error::MissingBlob(Box::new(missing)));
                };
                blobs.push(blob.clone());
            }
        }
        Ok(blobs)
    }
}
