//! Ethereum's own exchanges of JSON-RPC, against a node that imported their chain.

use anyhow::{Context, Result, ensure};
use praxis_e2e::{Rpc, Service, praxis, read_exchanges, shared_fixtures};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

/// Exchanges that are answered otherwise, each with the reason.
const EXCEPTIONS: &str = include_str!("../rpc_compat_exceptions.json");

async fn node(folder: &Path) -> Result<(Service, Rpc)> {
    let file = |name: &str| folder.join(name).display().to_string();
    let (genesis, chain) = (file("genesis.json"), file("chain.rlp"));
    let args = ["--json", "ethereum", "--genesis", &genesis, "--import", &chain, "--rpc-addr", "127.0.0.1:0"];
    let mut service = Service::start("praxis ethereum", praxis(args)?)?;
    let ready = service.first_line(Duration::from_secs(60)).await?;
    let rpc = Rpc::new(ready["rpc"].as_str().with_context(|| format!("no address in {ready}"))?)?;
    Ok((service, rpc))
}

/// The folder of the exchanges; `None`, with a word, where it is not.
fn folder() -> Option<PathBuf> {
    let folder = shared_fixtures().map(|fixtures| fixtures.join("rpc-compat")).filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("skipped: there is no shared/fixtures/rpc-compat beside the repository; see PRAXIS_FIXTURES");
    }
    folder
}

#[tokio::test]
async fn receipts_hold_a_state_root_before_byzantium_and_a_status_since() -> Result<()> {
    let Some(folder) = folder() else { return Ok(()) };
    let (_service, rpc) = node(&folder).await?;
    let mut seen = [0, 0];
    for number in 1..=12u64 {
        let receipts = rpc.call("eth_getBlockReceipts", json!([format!("{number:#x}")])).await?;
        let mut roots = BTreeSet::new();
        for receipt in receipts.as_array().context("receipts are a list")? {
            // Byzantium begins at block 9.
            let (there, gone) = if number < 9 { ("root", "status") } else { ("status", "root") };
            ensure!(receipt[there].is_string() && receipt[gone].is_null(), "block {number}: {receipt}");
            ensure!(number >= 9 || roots.insert(receipt[there].to_string()), "block {number} has a root twice");
            seen[usize::from(number >= 9)] += 1;
            let hash = receipt["transactionHash"].as_str().context("a receipt has a hash")?;
            ensure!(rpc.receipt(hash).await? == *receipt, "{hash} has another receipt alone");
        }
    }
    ensure!(seen.iter().all(|count| *count > 0), "no receipts on one side: {seen:?}");
    Ok(())
}

#[tokio::test]
async fn exchanges_of_the_specification_are_answered_as_written() -> Result<()> {
    let Some(folder) = folder() else { return Ok(()) };
    let exceptions: BTreeMap<String, String> = serde_json::from_str(EXCEPTIONS)?;
    let (_service, rpc) = node(&folder).await?;
    let exchanges = read_exchanges(&folder)?;
    ensure!(exchanges.len() >= 60, "there are only {} exchanges", exchanges.len());
    let mut wrong = Vec::new();
    for exchange in &exchanges {
        let mut difference = None;
        for (request, expected) in &exchange.steps {
            let found: Value = rpc.exchange(request).await?;
            difference = difference.or_else(|| exchange.difference(expected, &found));
        }
        match (difference, exceptions.get(&exchange.name)) {
            (Some(difference), None) => wrong.push(format!("{}: {difference}", exchange.name)),
            (None, Some(_)) => wrong.push(format!("{}: passes, so it is no exception", exchange.name)),
            _ => {}
        }
    }
    ensure!(wrong.is_empty(), "{} of {} exchanges:\n{}", wrong.len(), exchanges.len(), wrong.join("\n"));
    Ok(())
}
