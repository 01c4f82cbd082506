//! The one thing that is asked of a consensus node: the blobs of a slot.

use crate::{L1ClientConfig, L1Error, rpc::http_client};
use alloy_primitives::{B256, Bytes};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::OnceCell;
use url::Url;

/// Most bytes of one answer: EIP-7892 forks may raise the number of blobs in a block; 128 of them in hexadecimal.
const MAX_ANSWER: usize = 128 * (2 * 131_072 + 16);
/// Most bytes of an answer that is no list of blobs.
const MAX_SMALL_ANSWER: usize = 1 << 20;

/// How a block's slot follows from its timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slots {
    Clock {
        genesis: u64,
        seconds: u64,
    },
    /// A development chain without a consensus layer, which takes the block's number.
    Numbers,
}

/// A beacon API. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Beacon {
    url: Url,
    http: reqwest::Client,
    slots: Arc<OnceCell<Slots>>,
}

impl Beacon {
    pub(super) fn new(url: &str, config: &L1ClientConfig) -> Result<Self, L1Error> {
        let (http, mut url, _) = http_client(url, config)?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self { url, http, slots: Arc::default() })
    }

    pub(super) fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The blobs of the L1 block with this number and timestamp, unchecked and in any order. The node may leave out those
    /// that were not asked for.
    pub(super) async fn blobs(&self, number: u64, timestamp: u64, hashes: &[B256]) -> Result<Vec<Bytes>, String> {
        let slot = match *self.slots.get_or_try_init(|| self.read_slots()).await? {
            Slots::Numbers => number,
            Slots::Clock { genesis, seconds } => {
                let since = timestamp.checked_sub(genesis).ok_or("it is of a chain that began later")?;
                since / seconds
            }
        };
        let list: Vec<String> = hashes.iter().map(B256::to_string).collect();
        let path = format!("eth/v1/beacon/blobs/{slot}?versioned_hashes={}", list.join(","));
        let mut answer = self.get(&path, MAX_ANSWER).await?.ok_or("it does not have them (HTTP status 404)")?;
        serde_json::from_value(answer["data"].take())
            .map_err(|error| format!("its answer is no list of blobs: {error}"))
    }

    async fn read_slots(&self) -> Result<Slots, String> {
        let Some(spec) = self.get("eth/v1/config/spec", MAX_SMALL_ANSWER).await? else { return Ok(Slots::Numbers) };
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<u64>().ok()).filter(|n| *n > 0);
        let seconds = number(&spec["data"]["SECONDS_PER_SLOT"])
            .or_else(|| number(&spec["data"]["SLOT_DURATION_MS"]).map(|milliseconds| milliseconds / 1000))
            .filter(|seconds| *seconds > 0);
        let Some(seconds) = seconds else { return Ok(Slots::Numbers) };
        let genesis = self.get("eth/v1/beacon/genesis", MAX_SMALL_ANSWER).await?.unwrap_or_default();
        let genesis = number(&genesis["data"]["genesis_time"]).ok_or("it does not say when its chain began")?;
        Ok(Slots::Clock { genesis, seconds })
    }

    /// An answer; `None` where there is none: status 404, or an empty body, as anvil gives for its specification.
    async fn get(&self, path: &str, limit: usize) -> Result<Option<Value>, String> {
        let url = self.url.join(path).map_err(|error| error.to_string())?;
        let mut response = self.http.get(url).send().await.map_err(|error| error.without_url().to_string())?;
        if response.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !response.status().is_success() {
            return Err(format!("HTTP status {}", response.status()));
        }
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
            if body.len() + part.len() > limit {
                return Err(format!("its answer is longer than {limit} bytes"));
            }
            body.extend_from_slice(&part);
        }
        if body.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&body).map(Some).map_err(|error| format!("its answer is no JSON: {error}"))
    }
}
