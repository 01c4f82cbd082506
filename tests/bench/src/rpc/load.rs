//! Signed transfers, and one client that sends them.

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, B256, TxKind, U256, hex, keccak256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use anyhow::{Context, Result, bail, ensure};
use praxis_e2e::{Rpc, eventually, quantity};
use serde_json::json;
use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What each sender is given: enough for what it has in a pool at the fee cap.
const ALLOWANCE: u128 = 20_000_000_000_000_000_000;
/// Fee cap and tip in wei. anvil's base fee rises by an eighth with each full block: the cap is above what it comes to in a
/// minute.
const FEE_CAP: u128 = 1_000_000_000_000;
const TIP: u128 = 1_000_000;

/// What has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Transactions that the node has answered with a hash.
    pub(crate) accepted: AtomicU64,
    /// Transactions in blocks.
    pub(crate) included: AtomicU64,
    /// Receipts that the client has read.
    pub(crate) receipted: AtomicU64,
}

/// An account that sends transfers, one after another.
#[derive(Debug)]
pub(crate) struct Sender {
    signer: PrivateKeySigner,
    nonce: u64,
}

fn transfer(chain_id: u64, from: &PrivateKeySigner, nonce: u64, to: Address, value: u128) -> Result<String> {
    let tx = TxEip1559 {
        chain_id,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: FEE_CAP,
        max_priority_fee_per_gas: TIP,
        to: TxKind::Call(to),
        value: U256::from(value),
        ..Default::default()
    };
    let signature = from.sign_hash_sync(&tx.signature_hash())?;
    Ok(hex::encode_prefixed(TxEnvelope::from(tx.into_signed(signature)).encoded_2718()))
}

impl Sender {
    /// The `index`-th of the senders, which are the same in every run.
    pub(crate) fn new(index: usize) -> Result<Self> {
        let signer = PrivateKeySigner::from_bytes(&keccak256(format!("praxis-bench sender {index}")))?;
        Ok(Self { signer, nonce: 0 })
    }

    /// A JSON-RPC batch of its next transfers, each to a recipient that changes.
    pub(crate) fn batch(&mut self, chain_id: u64, size: usize) -> Result<String> {
        let mut body = String::from("[");
        for i in 0..size {
            let to = Address::from_word(keccak256(self.nonce.to_be_bytes()));
            let raw = transfer(chain_id, &self.signer, self.nonce, to, 1)?;
            let comma = if i == 0 { "" } else { "," };
            write!(
                body,
                r#"{comma}{{"jsonrpc":"2.0","id":{i},"method":"eth_sendRawTransaction","params":["{raw}"]}}"#
            )?;
            self.nonce += 1;
        }
        body.push(']');
        Ok(body)
    }
}

/// Gives each sender its allowance, from an account that is funded at genesis.
pub(crate) async fn fund(rpc: &Rpc, chain_id: u64, rich: &PrivateKeySigner, senders: &[Sender]) -> Result<()> {
    let mut nonce = quantity(&rpc.call("eth_getTransactionCount", json!([rich.address(), "latest"])).await?)?;
    let mut last = B256::ZERO.to_string();
    for sender in senders {
        let raw = transfer(chain_id, rich, nonce, sender.signer.address(), ALLOWANCE)?;
        let hash = rpc.call("eth_sendRawTransaction", json!([raw])).await?;
        last = hash.as_str().context("a transaction hash")?.to_owned();
        nonce += 1;
    }
    eventually("the senders' money", Duration::from_secs(60), async || {
        Ok(rpc.receipt(&last).await?["blockHash"].is_string().then_some(()))
    })
    .await
}

/// How a client sends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Transactions per second; `None`: as fast as they are taken.
    pub(crate) rate: Option<f64>,
    /// Transactions that may be accepted and not included yet.
    pub(crate) window: u64,
    /// Transactions of one request.
    pub(crate) batch: usize,
}

/// Sends bodies until `next` has no more or `stop` is set. Any refusal ends it: a measurement with refusals is none.
pub(crate) async fn send(
    url: String,
    counters: Arc<Counters>,
    pace: Pace,
    stop: Arc<AtomicBool>,
    mut next: impl FnMut() -> Result<Option<String>>,
) -> Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let begin = Instant::now();
    let mut sent = 0;
    while !stop.load(Ordering::Relaxed) {
        let open = counters.accepted.load(Ordering::Relaxed).saturating_sub(counters.included.load(Ordering::Relaxed));
        let early = pace.rate.is_some_and(|rate| sent as f64 > begin.elapsed().as_secs_f64() * rate);
        if open > pace.window || early {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        }
        let Some(body) = next()? else { return Ok(()) };
        let answer = http.post(&url).header("content-type", "application/json").body(body).send().await?;
        let text = answer.text().await?;
        let accepted = text.matches(r#""result":"0x"#).count();
        if accepted != pace.batch {
            bail!("the node refused a transaction: {}", text.chars().take(400).collect::<String>());
        }
        counters.accepted.fetch_add(accepted as u64, Ordering::Relaxed);
        sent += accepted;
    }
    Ok(())
}

/// Follows the chain by its blocks and reads all their receipts.
pub(crate) async fn watch(rpc: Rpc, counters: Arc<Counters>, from: u64, stop: Arc<AtomicBool>) -> Result<()> {
    let mut next = from;
    while !stop.load(Ordering::Relaxed) {
        let head = rpc.block_number().await?;
        while next <= head {
            let tag = format!("{next:#x}");
            let block = rpc.call("eth_getBlockByNumber", json!([tag, false])).await?;
            let hashes = block["transactions"].as_array().context("a block has transactions")?.len();
            // The rollup's block begins with a deposit that nobody sent.
            let own = hashes.saturating_sub(usize::from(!block["timestampMs"].is_null()));
            counters.included.fetch_add(own as u64, Ordering::Relaxed);
            let receipts = rpc.call("eth_getBlockReceipts", json!([tag])).await?;
            let receipts = receipts.as_array().context("a block has receipts")?;
            ensure!(receipts.len() == hashes, "block {next} has {hashes} transactions, {} receipts", receipts.len());
            ensure!(receipts.iter().all(|receipt| receipt["status"] == "0x1"), "a transfer failed in block {next}");
            counters.receipted.fetch_add(own as u64, Ordering::Relaxed);
            next += 1;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Times of plain reads, in milliseconds, one at a time.
pub(crate) async fn read(rpc: Rpc, stop: Arc<AtomicBool>) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    let address = Address::repeat_byte(0x77);
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        rpc.call("eth_getBalance", json!([address, "latest"])).await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(times)
}
