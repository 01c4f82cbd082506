//! L1 as a node reaches it: JSON-RPC, and the places that have blobs.

use crate::{args::BlobArgs, failure::Failure};
use alloy_primitives::{B256, Bytes};
use praxis_l1::{BlobArchive, BlobSource, L1Client, L1ClientConfig};
use praxis_primitives::Fault;
use std::{path::Path, sync::Arc};
use url::Url;

/// The archive's folder in a data directory.
pub(crate) const ARCHIVE_FOLDER: &str = "blobs";

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct L1Access {
    /// JSON-RPC.
    pub(crate) url: Url,
    /// Beacon APIs, in the order in which they are asked.
    pub(crate) beacons: Vec<Url>,
    /// Nodes that archive blobs.
    pub(crate) archives: Vec<Url>,
    /// This node's own archive.
    pub(crate) archive: Option<Arc<BlobArchive>>,
    /// Of how many L1 blocks below the finalized one it keeps blobs; all unless given.
    pub(crate) keep_blobs: Option<u64>,
}

impl L1Access {
    /// An L1 with the places of `blobs`, and no archive of its own.
    pub(crate) fn new(url: Url, blobs: BlobArgs) -> Self {
        Self { url, beacons: blobs.l1_beacon, archives: blobs.blob_archive, archive: None, keep_blobs: None }
    }

    /// Keeps blobs in this data directory: those of all L1 blocks, or of so many below the finalized one.
    pub(crate) fn keeping(self, datadir: &Path, keep_blobs: Option<u64>) -> Result<Self, Failure> {
        let archive = BlobArchive::open(&datadir.join(ARCHIVE_FOLDER)).map_err(Failure::failed)?;
        Ok(Self { archive: Some(Arc::new(archive)), keep_blobs, ..self })
    }

    /// The JSON-RPC client.
    pub(crate) fn client(&self) -> Result<L1Client, Failure> {
        Ok(L1Client::new(self.url.as_str(), L1ClientConfig::default())?)
    }

    /// The blobs of this L1.
    pub(crate) fn blobs(&self) -> Result<BlobSource, Failure> {
        // Derivation asks again by itself, and says so each time.
        let config = L1ClientConfig { attempts: 1, ..L1ClientConfig::default() };
        let mut source = BlobSource::new();
        if let Some(archive) = &self.archive {
            source = source.with_archive(archive.clone(), self.keep_blobs);
        }
        for beacon in &self.beacons {
            source = source.with_beacon(beacon.as_str(), &config)?;
        }
        for archive in &self.archives {
            source = source.with_remote(archive.as_str(), config.clone())?;
        }
        Ok(source)
    }
}

/// The archive as JSON-RPC serves it.
pub(crate) struct ServedBlobs(pub(crate) Arc<BlobArchive>);

impl praxis_rpc::Blobs for ServedBlobs {
    fn blob(&self, hash: B256) -> Result<Option<Bytes>, Fault> {
        self.0.get(hash).map_err(Fault::new)
    }

    fn hashes_at(&self, l1_block: u64, limit: usize) -> Vec<B256> {
        self.0.hashes_at(l1_block, limit)
    }
}
