//! Time and the past of `praxis dev`: jumps, blocks on demand, snapshots; and that a verifier follows from the file and L1 alone.

use anyhow::{Context, Result, ensure};
use praxis_e2e::{Dev, Rpc, dev_account, eventually, praxis, quantity, run, transfer};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: u64 = 86_400;
/// Whom the test's payments go to.
const RECEIVER: &str = "0x7777777777777777777777777777777777777777";

async fn head(rpc: &Rpc) -> Result<(u64, u64)> {
    let block = rpc.call("eth_getBlockByNumber", json!(["latest", false])).await?;
    Ok((quantity(&block["number"])?, quantity(&block["timestamp"])?))
}

async fn told(dev: &Dev, method: &str, params: Value) -> Result<Value> {
    dev.l2.call(method, params).await.with_context(|| method.to_owned())
}

/// Pays one wei and waits for it; the transaction's hash.
async fn pay(dev: &Dev) -> Result<String> {
    let hash = transfer(&dev.l2, &dev_account(0)?, None).await?;
    eventually("the payment", Duration::from_secs(20), async || {
        Ok(Some(dev.l2.receipt(&hash).await?).filter(|receipt| !receipt.is_null()))
    })
    .await?;
    Ok(hash)
}

/// Waits until L1 has all blocks up to `number`, and replays the chain from there with nothing but the configuration file.
async fn replays(dev: &Dev, number: u64) -> Result<()> {
    dev.l2.reaches("safe", number, Duration::from_secs(60)).await?;
    let rollup = dev.rollup.to_str().context("a path")?;
    let verify = praxis(["--json", "verify", "--rollup", rollup, "--l1", &dev.l1.url])?;
    let verified = run(verify, Duration::from_secs(120)).await?.expect(0)?.json()?;
    ensure!(verified["error"].is_null(), "{verified}");
    Ok(())
}

#[tokio::test]
async fn time_jumps_and_a_verifier_follows() -> Result<()> {
    let dev = Dev::start(&[]).await?;
    let (_, before) = head(&dev.l2).await?;
    ensure!(told(&dev, "evm_increaseTime", json!([DAY])).await? == json!(DAY));
    told(&dev, "evm_mine", json!([])).await?;
    let (number, after) = head(&dev.l2).await?;
    ensure!((before + DAY..before + DAY + 60).contains(&after), "{before} became {after}");
    // Money moves on the other side, and L1 has jumped along.
    pay(&dev).await?;
    let (_, l1) = head(&dev.l1).await?;
    ensure!(l1.abs_diff(after) < 60, "L1 is at {l1}, L2 at {after}");
    let to = after + 2 * DAY;
    told(&dev, "evm_setNextBlockTimestamp", json!([format!("{to:#x}")])).await?;
    told(&dev, "evm_mine", json!([{ "blocks": 3 }])).await?;
    let (next, at) = head(&dev.l2).await?;
    ensure!(next >= number + 3 && (to..to + 60).contains(&at), "block {next} at {at} instead of {to}");
    let refused = dev.l2.call("evm_setNextBlockTimestamp", json!([before])).await.err().context("went back")?;
    ensure!(refused.to_string().contains("only moves forward"), "{refused:#}");
    let elsewhere = dev.l1.call("evm_mine", json!([])).await.err().context("L1 obeys")?;
    ensure!(elsewhere.to_string().contains("praxis dev"), "{elsewhere:#}");
    replays(&dev, next).await
}

#[tokio::test]
async fn a_snapshot_takes_back_state_time_and_what_l1_says_of_them() -> Result<()> {
    let dev = Dev::start(&[]).await?;
    pay(&dev).await?;
    let balance = async || dev.l2.call("eth_getBalance", json!([RECEIVER, "latest"])).await;
    let had = balance().await?;
    let id = told(&dev, "evm_snapshot", json!([])).await?;
    let (number, time) = head(&dev.l2).await?;
    let gone = pay(&dev).await?;
    told(&dev, "evm_increaseTime", json!([DAY])).await?;
    pay(&dev).await?;
    ensure!(balance().await? != had);
    // What is to be taken back is on L1 already.
    dev.l2.reaches("safe", number + 4, Duration::from_secs(60)).await?;
    ensure!(told(&dev, "evm_revert", json!([id.clone()])).await? == json!(true));
    ensure!(balance().await? == had, "the payments are still there");
    ensure!(dev.l2.receipt(&gone).await?.is_null(), "a payment still has its receipt");
    let (_, now) = head(&dev.l2).await?;
    ensure!(now < time + 60, "the time is {now}, and was {time} when the snapshot was taken");
    ensure!(told(&dev, "evm_revert", json!([id])).await? == json!(false), "a snapshot served twice");
    pay(&dev).await?;
    let (number, _) = head(&dev.l2).await?;
    replays(&dev, number).await?;
    ensure!(quantity(&balance().await?)? == quantity(&had)? + 1, "what was taken back came again");
    Ok(())
}
