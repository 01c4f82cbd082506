//! `praxis db` on a data directory that a node left.

use anyhow::{Context, Result};
use praxis_e2e::{Dev, Finished, dev_account, praxis, run, transfer};
use serde_json::Value;
use std::time::Duration;

async fn db(args: &[&str]) -> Result<Finished> {
    run(praxis(["--json", "db"].iter().chain(args))?, Duration::from_secs(60)).await
}

/// A data directory with a finalized block above genesis.
async fn data_directory(datadir: &str) -> Result<String> {
    let mut dev = Dev::start(&["--datadir", datadir]).await?;
    transfer(&dev.l2, &dev_account(1)?, None).await?;
    dev.l2.reaches("finalized", 1, Duration::from_secs(60)).await?;
    // It may run while its sizes are looked at.
    db(&["stats", "--datadir", datadir]).await?.expect(0)?;
    let rollup = dev.rollup.display().to_string();
    dev.service.signal("TERM").await?;
    dev.service.ended(Duration::from_secs(20)).await?;
    Ok(rollup)
}

#[tokio::test]
async fn a_chain_is_checked_copied_and_restored() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (datadir, copy, restored) = (path("node"), path("copy"), path("restored"));
    let rollup = data_directory(&datadir).await?;

    let stats = db(&["stats", "--datadir", &datadir]).await?.expect(0)?.json()?;
    let finalized = stats["finalized"]["number"].as_u64().context("a finalized block")?;
    assert!(finalized >= 1 && stats["earliestState"] == 0, "{stats}");
    for chain in ["l2", "verifier", "l1"] {
        let found = db(&["verify", "--datadir", &datadir, "--chain", chain]).await?.expect(0)?.json()?;
        assert_eq!(found["recomputed"], found["stateRoot"], "{found}");
    }
    let pruned = db(&["prune", "--datadir", &datadir, "--history", "pruned=256"]).await?.expect(0)?.json()?;
    assert_eq!(pruned["earliestState"], 0, "the chain is short: {pruned}");
    db(&["prune", "--datadir", &datadir, "--history", "archive"]).await?.expect(2)?;

    let manifest = db(&["snapshot", "--datadir", &datadir, "--out", &copy]).await?.expect(0)?.json()?;
    db(&["snapshot", "--datadir", &datadir, "--out", &copy]).await?.expect(1)?.fails_clearly()?;
    let root = manifest["finalized"]["outputRoot"].as_str().context("an output root")?.to_owned();
    let block = finalized.to_string();
    let restore = |root: String| {
        let args = ["restore", &copy, "--datadir", &restored, "--rollup", &rollup, "--block", &block, "--output-root"];
        let args: Vec<String> = args.iter().map(ToString::to_string).chain([root]).collect();
        async move { db(&args.iter().map(String::as_str).collect::<Vec<_>>()).await }
    };
    let wrong = format!("0x{}", "11".repeat(32));
    restore(wrong).await?.expect(3)?.says(&["do not use this snapshot"])?.fails_clearly()?;
    db(&["stats", "--datadir", &restored]).await?.expect(1)?.says(&["holds no database"])?;
    restore(root.clone()).await?.expect(0)?;
    restore(root).await?.expect(2)?.says(&["exists already"])?;
    let found: Value = db(&["verify", "--datadir", &restored]).await?.expect(0)?.json()?;
    assert_eq!(found["head"]["number"], finalized, "it goes on from the block that was checked");
    Ok(())
}
