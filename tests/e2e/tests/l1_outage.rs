//! L1 goes away while the system runs: nothing is lost, and it catches up.

use anyhow::{Context, Result};
use praxis_e2e::{Anvil, Dev, Proxy, dev_account, eventually, praxis, run, transfer};
use std::{collections::BTreeMap, time::Duration};

const OUTAGE: Duration = Duration::from_secs(10);

/// Sends transactions while the L1 is away, and checks that the blocks that were built reach L1 once it is back.
async fn rides_out(dev: &mut Dev, away: impl AsyncFnOnce() -> Result<()>, l1: &str) -> Result<()> {
    let account = dev_account(1)?;
    let mut receipts = BTreeMap::new();
    dev.l2.reaches("safe", 1, Duration::from_secs(60)).await.with_context(|| dev.service.tail())?;

    let before = dev.l2.block_number().await?;
    let sent = transfer(&dev.l2, &account, None).await?;
    away().await?;
    dev.service.still_runs()?;
    let block = eventually("the receipt", Duration::from_secs(20), async || {
        Ok(dev.l2.receipt(&sent).await?["blockHash"].as_str().map(str::to_owned))
    });
    receipts.insert(sent.clone(), block.await?);
    let after = dev.l2.block_number().await?;
    anyhow::ensure!(after > before, "no block was built while the L1 was away");

    dev.l2.reaches("safe", after, Duration::from_secs(90)).await.with_context(|| dev.service.tail())?;
    for (hash, block) in &receipts {
        let receipt = dev.l2.receipt(hash).await?;
        anyhow::ensure!(receipt["blockHash"] == **block, "{hash} was in {block}, now {receipt}");
    }
    let rollup = dev.rollup.display().to_string();
    let verify = praxis(["verify", "--rollup", &rollup, "--l1", l1])?;
    run(verify, Duration::from_secs(120)).await?.expect(0)?;
    Ok(())
}

#[tokio::test]
async fn an_l1_that_refuses_connections_is_waited_for() -> Result<()> {
    let anvil = Anvil::start().await?;
    let proxy = Proxy::start(&anvil.rpc.url).await?;
    let mut dev = Dev::start(&["--l1-url", &proxy.url]).await?;
    let away = async || {
        proxy.set_down(true);
        tokio::time::sleep(OUTAGE).await;
        proxy.set_down(false);
        Ok(())
    };
    rides_out(&mut dev, away, &anvil.rpc.url).await
}

#[tokio::test]
async fn an_l1_that_does_not_answer_is_waited_for() -> Result<()> {
    let anvil = Anvil::start().await?;
    let mut dev = Dev::start(&["--l1-url", &anvil.rpc.url]).await?;
    let away = async || {
        anvil.service.signal("STOP").await?;
        tokio::time::sleep(OUTAGE).await;
        anvil.service.signal("CONT").await
    };
    rides_out(&mut dev, away, &anvil.rpc.url).await
}
