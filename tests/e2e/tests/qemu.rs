//! An older processor computes the same bits: Nehalem has neither AVX nor fused multiply-add.

use anyhow::{Context, Result};
use praxis_e2e::{Anvil, Claims, Dev, Finished, eventually, fixture, praxis, praxis_path, run};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::process::Command;

const QEMU: &str = "qemu-x86_64";
/// Emulation is tens of times slower.
const LIMIT: Duration = Duration::from_secs(600);

/// Whether the emulator is here; says so when it isn't.
fn available() -> bool {
    let found = std::process::Command::new(QEMU).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: {QEMU} is not installed (Debian's package qemu-user)");
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

/// A file with inputs for a model, from what `inspect` says of it. Dimensions that the model leaves open are 1.
async fn inputs(model: &str) -> Result<String> {
    let answer = native(&["--json", "model", "inspect", model]).await?.json()?;
    let mut file = serde_json::Map::new();
    for input in answer["inputs"].as_array().context("inputs")? {
        let text = |key: &str| input[key].as_str().with_context(|| format!("no {key} in {input}"));
        let dims = text("shape")?.trim_matches(['[', ']']).split(',');
        let shape: Vec<u32> = dims.map(|dim| dim.trim().parse().unwrap_or(1)).collect();
        // Fibonacci hashing: spread over [-4, 4), and the same on every run.
        let spread = |i: u32| f64::from(i.wrapping_mul(2_654_435_769) >> 8) / f64::from(1 << 21) - 4.0;
        let value =
            |i| if text("type").is_ok_and(|t| t.starts_with("float")) { json!(spread(i)) } else { json!(i % 3) };
        let data: Vec<Value> = (1..=shape.iter().product()).map(value).collect();
        file.insert(text("name")?.into(), json!({ "shape": shape, "data": data }));
    }
    Ok(Value::Object(file).to_string())
}

#[tokio::test]
async fn a_model_has_the_same_id_and_the_same_outputs() -> Result<()> {
    if !available() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    for model in ["strategy", "opset9", "opset13", "opset17", "newest", "activations", "integers"] {
        let file = fixture(&format!("{model}.onnx")).display().to_string();
        let path = |kind: &str| folder.path().join(format!("{model}.{kind}")).display().to_string();
        let (here, there, input) = (path("native.plan"), path("emulated.plan"), path("json"));
        std::fs::write(&input, inputs(&file).await?)?;
        native(&["model", "import", &file, "-o", &here]).await?;
        emulated(&["model", "import", &file, "-o", &there]).await?;
        anyhow::ensure!(std::fs::read(&here)? == std::fs::read(&there)?, "{model}: the Plans differ");

        let ran = native(&["--json", "model", "run", &here, "--input", &input]).await?.json()?;
        let again = emulated(&["--json", "model", "run", &there, "--input", &input]).await?.json()?;
        anyhow::ensure!(ran["outputHash"].is_string() && ran["id"].is_string(), "{model}: {ran}");
        for same in ["id", "inputHash", "outputHash", "outputs"] {
            anyhow::ensure!(ran[same] == again[same], "{model}, {same}: {ran} natively, {again} emulated");
        }
        eprintln!("{model}: {} natively and {} emulated give {}", ran["isa"], again["isa"], ran["outputHash"]);
    }
    Ok(())
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
    native(&["demo", "--rpc", &dev.l2.url, "--l1-url", &anvil.rpc.url]).await?;
    let rollup = folder.path().join("rollup.json");
    std::fs::copy(&dev.rollup, &rollup)?;
    let claims = Claims::of(&serde_json::from_slice(&std::fs::read(&rollup)?)?)?;
    let decided = dev.l2.block_number().await?;
    let covered = async || {
        let count = claims.count(&anvil.rpc).await?;
        let last = count.checked_sub(1).context("no claim yet")?;
        Ok((claims.claim(&anvil.rpc, last).await?.l2_block >= decided).then_some(()))
    };
    eventually("a claim after the decision", Duration::from_secs(120), covered)
        .await
        .with_context(|| dev.service.tail())?;
    // Without its sequencer the chain stands still, and both replays see the same.
    dev.service.kill().await?;
    anvil.stop_mining().await?;

    let rollup = rollup.display().to_string();
    let args = ["--json", "verify", "--rollup", &rollup, "--l1", &anvil.rpc.url];
    // Each replay compared every claim's output root with its own: the same number right is the same roots.
    let here = native(&args).await?.json()?;
    let there = emulated(&args).await?.json()?;
    for same in ["claimsRight", "lastRight", "safeBlock", "firstDifference"] {
        anyhow::ensure!(here[same] == there[same], "{same}: {here} natively, {there} emulated");
    }
    anyhow::ensure!(there["lastRight"].as_u64().is_some_and(|block| block >= decided), "{there}, not up to {decided}");
    eprintln!("{} claims agree, up to block {}", there["claimsRight"], there["lastRight"]);
    Ok(())
}
