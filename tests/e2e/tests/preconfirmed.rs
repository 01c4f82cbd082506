//! A preconfirmed order holds over a kill of the real thing.

use anyhow::{Context, Result, ensure};
use praxis_e2e::{Dev, dev_account, eventually, quantity, signed_transfer};
use serde_json::json;
use std::time::{Duration, Instant};

/// Long enough that a kill comes before the block.
const BLOCK_TIME_MS: &str = "3000";

#[tokio::test(flavor = "multi_thread")]
async fn a_preconfirmed_order_is_in_the_next_block_after_a_kill() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let datadir = folder.path().display().to_string();
    let args = ["--datadir", datadir.as_str(), "--block-time-ms", BLOCK_TIME_MS];
    let mut dev = Dev::start(&args).await?;
    let head = dev.l2.reaches("latest", 1, Duration::from_secs(60)).await?;
    // Right after a block: all three answers come before the next one.
    dev.l2.reaches("latest", head + 1, Duration::from_secs(60)).await?;
    let mut promised = Vec::new();
    for account in [4, 2, 3] {
        let raw = signed_transfer(&dev.l2, &dev_account(account)?, None).await?;
        let asked = Instant::now();
        let receipt = dev
            .l2
            .call("eth_sendRawTransactionSync", json!([raw, "0x1388", { "preconfirmed": true }]))
            .await
            .with_context(|| dev.service.tail())?;
        ensure!(receipt["preconfirmed"] == true && receipt["blockHash"].is_null(), "no preconfirmation: {receipt}");
        ensure!(asked.elapsed() < Duration::from_millis(1500), "it took {:?}", asked.elapsed());
        let hash = receipt["transactionHash"].as_str().context("a hash")?.to_owned();
        ensure!(dev.l2.receipt(&hash).await?.is_null(), "only who asked for it is told");
        promised.push(hash);
    }
    dev.service.kill().await?;
    drop(dev);

    let dev = Dev::start(&args).await?;
    let mut places = Vec::new();
    for hash in &promised {
        let receipt = eventually("the receipt after the kill", Duration::from_secs(60), async || {
            Ok(Some(dev.l2.receipt(hash).await?).filter(|receipt| receipt["blockHash"].is_string()))
        })
        .await?;
        places.push((quantity(&receipt["blockNumber"])?, quantity(&receipt["transactionIndex"])?));
    }
    let block = places[0].0;
    ensure!(places == [(block, 1), (block, 2), (block, 3)], "another order: {places:?}");
    Ok(())
}
