//! Batches in blobs on a real L1, and the archive when L1 has forgotten them.

use anyhow::{Context, Result};
use praxis_e2e::{Anvil, Deployment, Role, dev_account, eventually, praxis, quantity, run, transfer};
use serde_json::{Value, json};
use std::time::Duration;

/// All transactions to the batch inbox on this L1, in order.
async fn inbox(deployment: &Deployment) -> Result<Vec<Value>> {
    let inbox = deployment.field("batch_inbox")?.to_lowercase();
    let mut found = Vec::new();
    for number in 0..=deployment.anvil.rpc.block_number().await? {
        let block = deployment.anvil.rpc.block_at(number).await?;
        let transactions = block["transactions"].as_array().context("transactions")?;
        let ours = |tx: &&Value| tx["to"].as_str().is_some_and(|to| to.eq_ignore_ascii_case(&inbox));
        found.extend(transactions.iter().filter(ours).cloned());
    }
    Ok(found)
}

/// Waits until a transfer that is sent now is in a block that L1 confirms; gives the block's number.
async fn confirmed(sequencer: &Role) -> Result<u64> {
    let hash = transfer(&sequencer.rpc, &dev_account(1)?, None).await?;
    let included = eventually("the receipt", Duration::from_secs(20), async || {
        let receipt = sequencer.rpc.receipt(&hash).await?;
        if receipt.is_null() { Ok(None) } else { quantity(&receipt["blockNumber"]).map(Some) }
    });
    let number = included.await?;
    sequencer.rpc.reaches("safe", number, Duration::from_secs(90)).await.with_context(|| sequencer.service.tail())?;
    Ok(number)
}

async fn verify(deployment: &Deployment, more: &[&str], limit: Duration) -> Result<praxis_e2e::Finished> {
    let rollup = deployment.rollup.display().to_string();
    let base = ["--json", "verify", "--rollup", &rollup, "--l1", &deployment.anvil.rpc.url];
    run(praxis(base.iter().chain(more))?, limit).await
}

#[tokio::test]
async fn batches_go_in_blobs_survive_a_reorg_and_outlive_l1_in_the_archive() -> Result<()> {
    let deployment = Deployment::new(200).await?;
    let l1 = deployment.anvil.rpc.url.clone();
    let mut sequencer = deployment.sequencer(&["--l1-beacon", &l1, "--batch-data", "blobs"]).await?;
    confirmed(&sequencer).await?;
    let posted = inbox(&deployment).await?;
    anyhow::ensure!(!posted.is_empty() && posted.iter().all(|tx| tx["type"] == "0x3"), "{posted:#?}");
    let blob = posted[0]["blobVersionedHashes"][0].as_str().context("a versioned hash")?.to_owned();

    // L1 takes the newest blocks back, batches with them; they are posted again.
    deployment.anvil.rpc.call("anvil_reorg", json!([3, []])).await?;
    let block = confirmed(&sequencer).await?;
    sequencer.service.still_runs()?;

    verify(&deployment, &["--l1-beacon", &l1], Duration::from_secs(60)).await?.expect(0)?;

    // The node keeps what it derived.
    let kept = sequencer.rpc.call("praxis_getBlob", json!([blob])).await?;
    anyhow::ensure!(kept.as_str().is_some_and(|bytes| bytes.len() == 2 + 2 * 131_072), "praxis_getBlob: {kept}");
    let unknown = sequencer.rpc.call("praxis_getBlob", json!([format!("0x01{}", "0".repeat(62))])).await?;
    anyhow::ensure!(unknown.is_null(), "{unknown}");

    // The node has read all of L1 that there is: from here on L1 stands still.
    deployment.anvil.stop_mining().await?;
    let posted = inbox(&deployment).await?;
    let last = &posted.last().context("a batch")?["blobVersionedHashes"][0];
    eventually("the last blob in the archive", Duration::from_secs(30), async || {
        let kept = sequencer.rpc.call("praxis_getBlob", json!([last])).await?;
        Ok((!kept.is_null()).then_some(()))
    })
    .await?;

    // A beacon API that has forgotten everything: another node's archive serves.
    let forgetful = Anvil::start().await?;
    let missing = verify(&deployment, &["--l1-beacon", &forgetful.rpc.url], Duration::from_secs(60)).await?;
    missing.expect(1)?.says(&["blob 0", "of transaction 0x", "in L1 block", "--blob-archive"])?;
    let args = ["--l1-beacon", &forgetful.rpc.url, "--blob-archive", &sequencer.rpc.url];
    let verified = verify(&deployment, &args, Duration::from_secs(60)).await?.expect(0)?.json()?;
    anyhow::ensure!(verified["safeBlock"].as_u64() >= Some(block), "{verified}");
    // Or it stands in for the beacon API.
    let stands_in = verify(&deployment, &["--l1-beacon", &sequencer.rpc.url], Duration::from_secs(60)).await?;
    anyhow::ensure!(stands_in.expect(0)?.json()?["safeBlock"] == verified["safeBlock"], "{verified}");

    let datadir = deployment.folder("sequencer").display().to_string();
    let report = praxis(["--json", "archive", "report", "--check", "--datadir", &datadir])?;
    let report = run(report, Duration::from_secs(60)).await?.expect(0)?.json()?;
    anyhow::ensure!(report["archive"]["blobs"].as_u64() > Some(0), "{report}");
    sequencer.service.kill().await?;
    let prune = praxis(["--json", "archive", "prune", "--before-l1-block", "1000000", "--datadir", &datadir])?;
    let pruned = run(prune, Duration::from_secs(60)).await?.expect(0)?.json()?;
    anyhow::ensure!(pruned["pruned"]["blobs"] == report["archive"]["blobs"], "{pruned} after {report}");
    Ok(())
}
