//! The demo, which is the README's first command.

use anyhow::{Context, Result};
use praxis_e2e::{Anvil, Dev, praxis, run};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(180);

/// What the closing table holds, as its reader looks for it.
const TABLE: &[&str] = &["model id", "transaction", "input", "output", "gas", "L1 transaction", "output root"];

#[tokio::test]
async fn the_demo_ends_with_its_table() -> Result<()> {
    run(praxis(["demo"])?, LIMIT).await?.expect(0)?.says(TABLE)?;
    Ok(())
}

#[tokio::test]
async fn the_demo_passes_over_another_l1() -> Result<()> {
    let anvil = Anvil::start().await?;
    run(praxis(["demo", "--l1-url", &anvil.rpc.url])?, LIMIT).await?.expect(0)?.says(TABLE)?;
    // It really was that L1: batches and claims are transactions of somebody on it.
    let mut transactions = 0;
    for number in 0..=anvil.rpc.block_number().await? {
        transactions += anvil.rpc.block_at(number).await?["transactions"].as_array().context("a list")?.len();
    }
    anyhow::ensure!(transactions >= 3, "only {transactions} transactions on the L1");
    Ok(())
}

#[tokio::test]
async fn the_demo_uses_a_system_that_runs() -> Result<()> {
    let dev = Dev::start(&[]).await?;
    let finished =
        run(praxis(["--json", "demo", "--rpc", &dev.l2.url, "--l1-url", &dev.l1.url])?, LIMIT).await?.expect(0)?;
    finished.json()?;
    anyhow::ensure!(dev.l2.block_number().await? > 0, "the system is still there");
    Ok(())
}
