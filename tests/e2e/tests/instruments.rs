//! The instruments of the other tests, tried on anvil alone: a proxy that alters nothing would prove nothing.

use anyhow::{Context, Result};
use praxis_e2e::{Anvil, Proxy, dev_account, eventually, quantity, transfer};
use serde_json::{Value, json};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

async fn mined(anvil: &Anvil) -> Result<Value> {
    let hash = transfer(&anvil.rpc, &dev_account(1)?, None).await?;
    eventually("a receipt", SOON, async || {
        Ok(Some(anvil.rpc.receipt(&hash).await?).filter(|receipt| !receipt.is_null()))
    })
    .await
}

#[tokio::test]
async fn the_proxy_passes_alters_and_goes_away() -> Result<()> {
    let anvil = Anvil::start().await?;
    let proxy = Proxy::start(&anvil.rpc.url).await?;
    let through = proxy.rpc()?;
    let number = quantity(&mined(&anvil).await?["blockNumber"])?;
    let block = anvil.rpc.block_at(number).await?;
    anyhow::ensure!(through.block_at(number).await? == block, "it does not pass on what it gets");

    proxy.alter(block["hash"].as_str().context("a hash")?, "stateRoot");
    let altered = through.block_at(number).await?;
    anyhow::ensure!(altered["stateRoot"] != block["stateRoot"] && altered["hash"] == block["hash"], "{altered}");
    anyhow::ensure!(proxy.altered() == 1, "{} alterations", proxy.altered());
    let other = number - 1;
    anyhow::ensure!(through.block_at(other).await? == anvil.rpc.block_at(other).await?, "another block is altered too");

    proxy.set_down(true);
    anyhow::ensure!(through.block_number().await.is_err(), "it answers while it is down");
    proxy.set_down(false);
    through.block_number().await?;
    Ok(())
}

#[tokio::test]
async fn anvil_holds_back_drops_and_repeats_transactions() -> Result<()> {
    let anvil = Anvil::start().await?;
    let account = dev_account(2)?;
    let from = account.address().to_string();
    let balance = async || -> Result<Value> { anvil.rpc.call("eth_getBalance", json!([from, "latest"])).await };

    anvil.stop_mining().await?;
    let before = balance().await?;
    let number = anvil.rpc.block_number().await?;
    transfer(&anvil.rpc, &account, None).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    anyhow::ensure!(anvil.rpc.block_number().await? == number, "it still mines");
    let waiting = anvil.waiting(&from).await?;
    anyhow::ensure!(waiting.len() == 1 && waiting[0]["input"] == "0x", "{waiting:?}");
    anvil.rpc.call("anvil_dropAllTransactions", json!([])).await?;
    let snapshot = anvil.rpc.call("evm_snapshot", json!([])).await?;
    anvil.mine(2).await?;
    anyhow::ensure!(anvil.rpc.block_number().await? == number + 2, "two blocks were asked for");
    anyhow::ensure!(balance().await? == before, "the dropped transaction was mined");

    for _ in 0..2 {
        let sent = anvil.send_as(&from, &dev_account(3)?.address().to_string(), "0x1234").await?;
        anvil.mine(1).await?;
        let receipt = anvil.rpc.receipt(&sent).await?;
        anyhow::ensure!(receipt["status"] == "0x1" && balance().await? != before, "{receipt}");
        // The first time, back to before; the second time there is no such snapshot any more.
        anvil.rpc.call("evm_revert", json!([snapshot])).await?;
    }
    Ok(())
}
