//! An older processor computes the same bits: Nehalem has neither AVX nor fused multiply-add.

use anyhow::{Context, Result};
use praxis_e2e::{Anvil, Dev, Finished, Oracle, eventually, fixture, praxis, praxis_path, run};
use serde_json::Value;
use std::time::Duration;
use tokio::process::Command;

const QEMU: &str = "qemu-x86_64";
/// Emulation is tens of times slower.
const LIMIT: Duration = Duration::from_secs(600);

/// Whether the emulator is here; says so when it isn't.
fn available() -> bool {
    let found = std::process::Command::new(QEMU).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: {QEMU} is not installed (Debian's package qemu-user)");
    }
    found
}

async fn emulated(args: &[&str]) -> Result<Finished> {
    let mut command = Command::new(QEMU);
    command.args(["-cpu", "Nehalem"]).arg(praxis_path()?).args(args);
    run(command, LIMIT).await?.expect(0)
}

async fn native(args: &[&str]) -> Result<Finished> {
    run(praxis(args)?, LIMIT).await?.expect(0)
}

#[tokio::test]
async fn a_model_has_the_same_id_and_the_same_outputs() -> Result<()> {
    if !available() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    for model in ["strategy", "opset9", "opset17", "activations", "integers"] {
        let file = fixture(&format!("{model}.onnx")).display().to_string();
        let vectors = fixture(&format!("{model}.npz")).display().to_string();
        let path = |kind: &str| folder.path().join(format!("{model}.{kind}")).display().to_string();
        let (here, there) = (path("native.plan"), path("emulated.plan"));
        native(&["model", "import", &file, "-o", &here]).await?;
        emulated(&["model", "import", &file, "-o", &there]).await?;
        anyhow::ensure!(std::fs::read(&here)? == std::fs::read(&there)?, "{model}: the Plans differ");

        let ran = native(&["--json", "model", "run", &here, "--input", &vectors]).await?.json()?;
        let again = emulated(&["--json", "model", "run", &there, "--input", &vectors]).await?.json()?;
        let hash = |answer: &Value| answer["outputHash"].as_str().map(str::to_owned);
        let expected = hash(&ran).with_context(|| format!("no outputHash in {ran}"))?;
        anyhow::ensure!(hash(&again) == Some(expected), "{model}: {ran} natively, {again} emulated");
    }
    Ok(())
}

/// Claimed and computed output roots by L2 block.
fn claims(answer: &Value) -> Result<Vec<(Value, Value, Value)>> {
    let claims = answer["claims"].as_array().with_context(|| format!("no claims in {answer}"))?;
    Ok(claims.iter().map(|c| (c["l2Block"].clone(), c["claimed"].clone(), c["computed"].clone())).collect())
}

#[tokio::test]
async fn the_demos_chain_has_the_same_output_roots() -> Result<()> {
    if !available() {
        return Ok(());
    }
    let anvil = Anvil::start().await?;
    let folder = tempfile::tempdir()?;
    let datadir = folder.path().join("state").display().to_string();
    let mut dev = Dev::start(&["--l1-url", &anvil.rpc.url, "--datadir", &datadir]).await?;
    native(&["demo", "--rpc", &dev.l2.url]).await?;
    let rollup = folder.path().join("rollup.json");
    std::fs::copy(&dev.rollup, &rollup)?;
    let oracle = Oracle::of(&serde_json::from_slice(&std::fs::read(&rollup)?)?)?;
    let decided = dev.l2.block_number().await?;
    let covered = async || {
        let count = oracle.count(&anvil.rpc).await?;
        let last = count.checked_sub(1).context("no claim yet")?;
        Ok((oracle.claim(&anvil.rpc, last).await?.0 >= decided).then_some(()))
    };
    eventually("a claim after the decision", Duration::from_secs(120), covered)
        .await
        .with_context(|| dev.service.tail())?;
    // Without its sequencer the chain stands still, and both replays see the same.
    dev.service.kill().await?;
    anvil.stop_mining().await?;

    let rollup = rollup.display().to_string();
    let args = ["--json", "verify", "--rollup", &rollup, "--l1", &anvil.rpc.url];
    let here = claims(&native(&args).await?.json()?)?;
    let there = claims(&emulated(&args).await?.json()?)?;
    anyhow::ensure!(!here.is_empty() && here == there, "natively {here:?}, emulated {there:?}");
    println!("{} output roots agree", here.len());
    Ok(())
}
