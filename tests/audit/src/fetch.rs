//! A record from a node's JSON-RPC.

use crate::{
    abi::SCHEDULER,
    record::{Block, Record, Transaction},
};
use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::time::Duration;

/// Most bytes of one answer: the largest trace of a block, many times over.
const MAX_ANSWER_BYTES: usize = 512 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Reads blocks 1 to `last` (the head where there is none) with their traces.
///
/// # Errors
/// When the node does not answer, or not with what it was asked for. It must keep the states of all these blocks.
pub async fn fetch(url: &str, last: Option<u64>, progress: &ProgressBar) -> Result<Record> {
    // An error says that it was chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()?;
    let head: String = serde_json::from_value(call(&http, url, "eth_blockNumber", json!([])).await?)?;
    let head = u64::from_str_radix(head.trim_start_matches("0x"), 16).context("eth_blockNumber")?;
    let last = last.unwrap_or(head).min(head);
    progress.set_length(last);
    let mut record = Record::default();
    let tracer = json!({"tracer": "callTracer", "tracerConfig": {"withLog": true}});
    for number in 1..=last {
        let tag = format!("{number:#x}");
        let block = call(&http, url, "eth_getBlockByNumber", json!([tag, false])).await?;
        let timestamp = block["timestamp"].as_str().context("a block without a timestamp")?;
        let timestamp = u64::from_str_radix(timestamp.trim_start_matches("0x"), 16)?;
        let traces = call(&http, url, "debug_traceBlockByNumber", json!([tag, tracer])).await?;
        let transactions: Vec<Transaction> =
            serde_json::from_value(traces).with_context(|| format!("the traces of block {number}"))?;
        let filter = json!([{"fromBlock": tag, "toBlock": tag, "address": SCHEDULER}]);
        let scheduled = serde_json::from_value(call(&http, url, "eth_getLogs", filter).await?)?;
        record.blocks.push(Block { number, timestamp, transactions, scheduled });
        progress.inc(1);
    }
    Ok(record)
}

async fn call(http: &reqwest::Client, url: &str, method: &str, params: Value) -> Result<Value> {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = http.post(url).json(&request).send().await.with_context(|| format!("{method} at {url}"))?;
    let bytes = answer.bytes().await.with_context(|| format!("{method} at {url}"))?;
    if bytes.len() > MAX_ANSWER_BYTES {
        bail!("{method} at {url}: an answer of {} bytes, at most {MAX_ANSWER_BYTES} are read", bytes.len());
    }
    let mut answer: Value =
        serde_json::from_slice(&bytes).with_context(|| format!("{method}: the answer is no JSON"))?;
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        bail!("{method} {params}: {error}");
    }
    answer.get_mut("result").map(Value::take).with_context(|| format!("{method}: neither result nor error"))
}
