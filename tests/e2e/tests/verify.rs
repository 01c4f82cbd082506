//! `praxis verify` against chains that are honest, lied about, damaged, or served by a liar.

use alloy_primitives::B256;
use anyhow::{Context, Result};
use praxis_e2e::{Deployment, Proxy, Role, dev_account, eventually, transfer};
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Sequencing window of these deployments, in L1 blocks.
const WINDOW: u64 = 30;

/// Waits until L1 confirms a block that may be claimed, claims it with what `root` makes of its output root, and waits until
/// the claim is on L1. The claimed block.
async fn claim(deployment: &Deployment, node: &Role, root: impl Fn(B256) -> B256) -> Result<u64> {
    let (anvil, claims) = (&deployment.anvil, &deployment.claims);
    let block = claims.next_block(&anvil.rpc).await?;
    node.rpc.reaches("safe", block, MINUTE).await.with_context(|| node.service.tail())?;
    let count = claims.count(&anvil.rpc).await?;
    claims.propose(anvil, &deployment.proposer()?, root(node.output_root(block).await?), block).await?;
    eventually("the claim on L1", MINUTE, async || Ok((claims.count(&anvil.rpc).await? > count).then_some(()))).await?;
    Ok(block)
}

/// Runs a deployment with all of the sequencer's jobs until L1 holds this many claims, then stops it.
async fn with_claims(claims: u64) -> Result<Deployment> {
    let deployment = Deployment::new(WINDOW).await?;
    let mut node = deployment.sequencer(&[]).await?;
    transfer(&node.rpc, &dev_account(1)?, None).await?;
    let l1 = &deployment.anvil.rpc;
    let enough = async || Ok((deployment.claims.count(l1).await? >= claims).then_some(()));
    eventually("claims", 2 * MINUTE, enough).await.with_context(|| node.service.tail())?;
    node.service.kill().await?;
    Ok(deployment)
}

#[tokio::test]
async fn an_honest_chain_agrees() -> Result<()> {
    let deployment = with_claims(2).await?;
    let l1 = deployment.anvil.rpc.url.clone();
    let answer = deployment.verify(&l1).await?.expect(0)?.json()?;
    let count = deployment.claims.count(&deployment.anvil.rpc).await?;
    let last = deployment.claims.claim(&deployment.anvil.rpc, count - 1).await?.l2_block;
    let all_right = answer["claimsRight"] == count && answer["lastRight"] == last;
    anyhow::ensure!(
        all_right && answer["firstDifference"].is_null(),
        "{count} claims, the last about {last}: {answer}"
    );
    Ok(())
}

#[tokio::test]
async fn a_false_claim_is_named() -> Result<()> {
    let deployment = Deployment::new(WINDOW).await?;
    let node = deployment.sequencer(&["--no-proposer"]).await?;
    let flip = |mut root: B256| {
        root.0[31] ^= 1;
        root
    };
    let right = claim(&deployment, &node, |root| root).await?;
    let l1 = deployment.anvil.rpc.url.clone();
    deployment.verify(&l1).await?.expect(0)?;
    let first_wrong = claim(&deployment, &node, flip).await?;
    let second_wrong = claim(&deployment, &node, flip).await?;
    let answer = deployment.verify(&l1).await?.expect(3)?.says(&[&format!("about block {first_wrong}:")])?;
    for other in [right, second_wrong] {
        anyhow::ensure!(!answer.stderr.contains(&format!("about block {other}:")), "{}", answer.stderr);
    }
    Ok(())
}

/// Posts these batcher transactions again, with a change to each input, and claims a block.
async fn post(
    deployment: &Deployment,
    batches: &[Value],
    change: impl Fn(&str) -> String,
    claim: (B256, u64),
) -> Result<()> {
    let (batcher, inbox) = (deployment.field("batcher")?, deployment.field("batch_inbox")?);
    for batch in batches {
        let input = batch["input"].as_str().context("a transaction's input")?;
        deployment.anvil.send_signed(batcher, inbox, &change(input)).await?;
    }
    // A claim names an L1 block that holds what it follows from.
    deployment.anvil.mine(3).await?;
    deployment.claims.propose(&deployment.anvil, &deployment.proposer()?, claim.0, claim.1).await?;
    deployment.anvil.mine(3).await
}

/// One digit in the middle, in what a frame carries.
fn corrupt(input: &str) -> String {
    let middle = input.len() / 2;
    let digit = if &input[middle..=middle] == "0" { "f" } else { "0" };
    format!("{}{digit}{}", &input[..middle], &input[middle + 1..])
}

#[tokio::test]
async fn a_corrupt_frame_leaves_a_claim_without_backing() -> Result<()> {
    let deployment = Deployment::new(WINDOW).await?;
    let anvil = &deployment.anvil;
    let mut node = deployment.sequencer(&["--no-proposer"]).await?;
    let claimable = deployment.claims.next_block(&anvil.rpc).await?;
    node.rpc.reaches("safe", claimable, 2 * MINUTE).await.with_context(|| node.service.tail())?;

    // From here on L1 moves only by hand, and only while no batch waits: so the next one stays outside, and the test decides
    // what of it gets into a block.
    anvil.stop_mining().await?;
    let batcher = deployment.field("batcher")?;
    let batches = eventually("a batch that waits", MINUTE, async || {
        let waiting = anvil.waiting(batcher).await?;
        if waiting.is_empty() {
            anvil.mine(1).await?;
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        Ok(Some(waiting).filter(|waiting| !waiting.is_empty()))
    })
    .await
    .with_context(|| node.service.tail())?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let block = node.rpc.tagged("safe").await?.context("a safe block")? + 1;
    let root = node.output_root(block).await?;
    node.service.kill().await?;
    anvil.rpc.call("anvil_dropAllTransactions", json!([])).await?;
    let snapshot = anvil.rpc.call("evm_snapshot", json!([])).await?;

    // As the batcher sent them, they back the claim.
    post(&deployment, &batches, str::to_owned, (root, block)).await?;
    deployment.verify(&anvil.rpc.url).await?.expect(0)?;

    // With one digit changed, nothing does.
    anvil.rpc.call("evm_revert", json!([snapshot])).await?;
    post(&deployment, &batches, corrupt, (root, block)).await?;
    let says = format!("does not give block {block}");
    deployment.verify(&anvil.rpc.url).await?.expect(3)?.says(&["nothing on L1 backs this claim", &says])?;
    // Once the window has passed, other blocks stand there; the claim is as wrong as it was.
    anvil.mine(WINDOW + 10).await?;
    deployment.verify(&anvil.rpc.url).await?.expect(3)?.says(&[&says])?;
    Ok(())
}

/// An L1 block with a batch in it, and that batch's transaction.
async fn batch_on_l1(deployment: &Deployment) -> Result<(Value, Value)> {
    let inbox = deployment.field("batch_inbox")?;
    let l1 = &deployment.anvil.rpc;
    for number in 0..=l1.block_number().await? {
        let block = l1.block_at(number).await?;
        let is_batch = |tx: &&Value| tx["to"].as_str().is_some_and(|to| to.eq_ignore_ascii_case(inbox));
        let batch = block["transactions"].as_array().and_then(|all| all.iter().find(is_batch)).cloned();
        if let Some(batch) = batch {
            return Ok((block, batch));
        }
    }
    anyhow::bail!("no batch on L1")
}

#[tokio::test]
async fn a_provider_that_alters_bytes_is_caught() -> Result<()> {
    let deployment = with_claims(1).await?;
    let proxy = Proxy::start(&deployment.anvil.rpc.url).await?;
    deployment.verify(&proxy.url).await?.expect(0)?;
    let (block, batch) = batch_on_l1(&deployment).await?;
    let hash = |value: &Value| value["hash"].as_str().map(str::to_owned).context("a hash");
    let (block_hash, batch_hash) = (hash(&block)?, hash(&batch)?);

    for (altered, field) in [(&batch_hash, "input"), (&block_hash, "stateRoot"), (&block_hash, "extraData")] {
        if field == "extraData" && block[field].as_str().is_none_or(|data| data.len() <= 2) {
            continue;
        }
        proxy.alter(altered, field);
        let answer = deployment.verify(&proxy.url).await?.expect(1)?.fails_clearly()?;
        anyhow::ensure!(proxy.altered() > 0, "the altered {field} was never asked for");
        let named = answer.stderr.contains(&block_hash) || answer.stderr.contains(altered.as_str());
        anyhow::ensure!(named, "neither {block_hash} nor {altered} is named: {}", answer.stderr);
    }
    Ok(())
}
