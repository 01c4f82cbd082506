//! The clients that people use, against a live chain.

use anyhow::Result;
use praxis_e2e::{Dev, dev_key, foundry, run};
use std::{path::Path, time::Duration};
use tokio::process::Command;

/// Runs one of the scripts in `clients` against a fresh `praxis dev`. Each leaves one line of JSON without `failed`.
async fn passes(mut script: Command) -> Result<()> {
    let dev = Dev::start(&[]).await?;
    script
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients"))
        .env("RPC_HTTP", &dev.l2.url)
        .env("RPC_WS", &dev.ws)
        .env("CHAIN_ID", "77001")
        .env("PRIVATE_KEY", dev_key(0)?);
    let finished = run(script, Duration::from_secs(120)).await?.expect(0)?;
    let answer = finished.json()?;
    anyhow::ensure!(answer["failed"].is_null() && !answer["passed"].is_null(), "{answer}");
    eprintln!("{answer}");
    Ok(())
}

fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(script);
    command
}

#[tokio::test]
async fn viem_sends_deploys_calls_reads_and_watches() -> Result<()> {
    passes(node("viem.mjs")).await
}

#[tokio::test]
async fn ethers_sends_deploys_calls_reads_and_watches() -> Result<()> {
    passes(node("ethers.mjs")).await
}

#[tokio::test]
async fn cast_sends_deploys_calls_and_reads() -> Result<()> {
    let mut command = Command::new("./cast.sh");
    command.env("CAST", foundry("cast")?);
    passes(command).await
}
