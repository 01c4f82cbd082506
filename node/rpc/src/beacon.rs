//! The one endpoint of a beacon node that derivation asks, out of this node's archive of blobs: `GET
//! /eth/v1/beacon/blobs/{block}?versioned_hashes=…`. So another node can name this one as its beacon API when beacon nodes have
//! forgotten the blobs. Nobody has to trust it: blobs are checked against their versioned hashes by whoever asks.

use crate::{Blobs, front::plain};
use alloy_primitives::B256;
use jsonrpsee::server::HttpResponse;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What a beacon node's paths begin with.
const PREFIX: &str = "/eth/v1/";
const BLOBS: &str = "/eth/v1/beacon/blobs/";
/// Most blobs in one answer: 16 MiB in hexadecimal.
const MAX_BLOBS: usize = 64;
/// Answers that are put together at once: each blob is checked against its hash on the way.
const CONCURRENT: usize = 2;

/// The archive behind the endpoint.
#[derive(Clone)]
pub(crate) struct BeaconApi {
    blobs: Option<Arc<dyn Blobs>>,
    turns: Arc<Semaphore>,
}

impl BeaconApi {
    pub(crate) fn new(blobs: Option<Arc<dyn Blobs>>) -> Self {
        Self { blobs, turns: Arc::new(Semaphore::new(CONCURRENT)) }
    }

    /// Whether a path is one of a beacon node's.
    pub(crate) fn has(path: &str) -> bool {
        path.starts_with(PREFIX)
    }

    /// The answer to `GET path?query`. Other paths than that of blobs do not exist: a node that has no clock of slots is asked by the
    /// numbers of L1 blocks.
    pub(crate) async fn answer(self, path: String, query: String) -> HttpResponse {
        let Some(block) = path.strip_prefix(BLOBS) else {
            return refuse(404, "this node has blobs, and nothing else of a beacon node");
        };
        let Some(blobs) = self.blobs else { return refuse(404, "this node keeps no blobs") };
        let named = match named_hashes(&query) {
            Ok(named) => named,
            Err(reason) => return refuse(400, reason),
        };
        if named.is_none() && block.parse::<u64>().is_err() {
            return refuse(400, "give versioned_hashes, or the number of an L1 block instead of its name");
        }
        let block = block.parse().unwrap_or(u64::MAX);
        let Ok(_turn) = self.turns.acquire_owned().await else { return refuse(503, "the node stops") };
        let read = tokio::task::spawn_blocking(move || {
            let hashes = named.unwrap_or_else(|| blobs.hashes_at(block, MAX_BLOBS));
            let found = hashes.into_iter().filter_map(|hash| blobs.blob(hash).transpose());
            found.collect::<Result<Vec<_>, _>>()
        });
        match read.await {
            Ok(Ok(found)) if found.is_empty() => refuse(404, "none of these blobs is in this node's archive"),
            Ok(Ok(found)) => {
                let body = serde_json::json!({ "execution_optimistic": false, "finalized": false, "data": found });
                plain(200, "application/json", body.to_string())
            }
            Ok(Err(fault)) => refuse(500, &fault.to_string()),
            Err(_) => refuse(500, "reading the archive was stopped"),
        }
    }
}

/// The hashes that a query names, if it names some.
fn named_hashes(query: &str) -> Result<Option<Vec<B256>>, &'static str> {
    let values = query.split('&').filter_map(|pair| pair.strip_prefix("versioned_hashes="));
    let all: Vec<&str> = values.flat_map(|value| value.split(',')).filter(|text| !text.is_empty()).collect();
    if all.len() > MAX_BLOBS {
        return Err("too many versioned_hashes: at most 64 in one request");
    }
    let hashes: Result<Vec<B256>, _> = all.into_iter().map(str::parse).collect();
    let hashes =
        hashes.map_err(|_| "versioned_hashes must be hashes of 32 bytes in hexadecimal, with commas between them")?;
    Ok((!hashes.is_empty()).then_some(hashes))
}

/// A refusal as beacon nodes have it.
fn refuse(code: u16, message: &str) -> HttpResponse {
    plain(code, "application/json", serde_json::json!({ "code": code, "message": message }).to_string())
}
