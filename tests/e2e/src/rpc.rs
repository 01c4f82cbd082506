//! JSON-RPC as a test needs it, and waiting with a bound.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A JSON-RPC endpoint over HTTP.
#[derive(Debug, Clone)]
pub struct Rpc {
    /// Where it is.
    pub url: String,
    http: reqwest::Client,
}

/// A client for servers on this machine.
pub(crate) fn http_client(timeout: Duration) -> reqwest::Result<reqwest::Client> {
    // The workspace's reqwest leaves the choice of a TLS provider open; an error says that it was made already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(timeout).no_proxy().build()
}

impl Rpc {
    /// An endpoint; nothing is sent yet.
    pub fn new(url: &str) -> Result<Self> {
        let http = http_client(Duration::from_secs(10))?;
        Ok(Self { url: url.into(), http })
    }

    /// Calls a method; an error answer is an error.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.http.post(&self.url).json(&request).send().await.with_context(|| method.to_owned())?;
        let mut answer: Value = answer.json().await.with_context(|| format!("{method}: the answer is no JSON"))?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            bail!("{method} {params}: {error}");
        }
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => bail!("{method}: neither result nor error: {answer}"),
        }
    }

    /// Sends a request as it stands and gives the whole answer.
    pub async fn exchange(&self, request: &Value) -> Result<Value> {
        let answer = self.http.post(&self.url).json(request).send().await.with_context(|| request.to_string())?;
        answer.json().await.with_context(|| format!("{request}: the answer is no JSON"))
    }

    /// Number of the latest block.
    pub async fn block_number(&self) -> Result<u64> {
        quantity(&self.call("eth_blockNumber", json!([])).await?)
    }

    /// Chain id.
    pub async fn chain_id(&self) -> Result<u64> {
        quantity(&self.call("eth_chainId", json!([])).await?)
    }

    /// A block by number or tag, with its transactions; null when there is none.
    pub async fn block(&self, tag: &str) -> Result<Value> {
        self.call("eth_getBlockByNumber", json!([tag, true])).await
    }

    /// A block by number, which must exist.
    pub async fn block_at(&self, number: u64) -> Result<Value> {
        let block = self.block(&format!("{number:#x}")).await?;
        anyhow::ensure!(!block.is_null(), "{} has no block {number}", self.url);
        Ok(block)
    }

    /// Number of the block that a tag stands for; none while there is none.
    pub async fn tagged(&self, tag: &str) -> Result<Option<u64>> {
        // A tag without a block is null with some servers and an error with others.
        match self.block(tag).await {
            Ok(block) if block.is_null() => Ok(None),
            Ok(block) => quantity(&block["number"]).map(Some),
            Err(error) if error.to_string().contains("-32001") || error.to_string().contains("not found") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A receipt; null while there is none.
    pub async fn receipt(&self, hash: &str) -> Result<Value> {
        self.call("eth_getTransactionReceipt", json!([hash])).await
    }

    /// Waits until the block with this tag has at least this number.
    pub async fn reaches(&self, tag: &str, number: u64, limit: Duration) -> Result<u64> {
        eventually(&format!("{tag} block {number} at {}", self.url), limit, async || {
            Ok(self.tagged(tag).await?.filter(|at| *at >= number))
        })
        .await
    }
}

/// A hexadecimal quantity.
pub fn quantity(value: &Value) -> Result<u64> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let digits = digits.with_context(|| format!("expected a hexadecimal quantity, got {value}"))?;
    Ok(u64::from_str_radix(digits, 16)?)
}

/// Repeats a question until it gives something. Errors count as "not yet"; the last one is told when the time is over.
pub async fn eventually<T>(what: &str, limit: Duration, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        let answer = ask().await;
        if let Ok(Some(value)) = answer {
            return Ok(value);
        }
        if Instant::now() > deadline {
            return match answer {
                Err(error) => Err(error.context(format!("{what}: not within {limit:?}"))),
                Ok(_) => bail!("{what}: not within {limit:?}"),
            };
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
