//! The clients that people use, against a live chain.

use anyhow::{Context, Result};
use praxis_e2e::{Dev, Finished, dev_key, fixture, foundry, praxis, python, run};
use std::{path::Path, time::Duration};
use tokio::process::Command;

/// The demo's model, published to the chain; its id.
async fn publish(dev: &Dev) -> Result<String> {
    let mut publish = praxis(["--json", "model", "publish", "--rpc", &dev.l2.url])?;
    publish.arg(fixture("strategy.onnx")).env("PRAXIS_PRIVATE_KEY", dev_key(1)?);
    let answer = run(publish, Duration::from_secs(120)).await?.expect(0)?.json()?;
    answer["id"].as_str().map(str::to_owned).with_context(|| format!("no id in {answer}"))
}

/// Runs one of the scripts in `clients` against a fresh `praxis dev`. Each leaves one line of JSON without `failed`.
async fn passes(script: Command) -> Result<()> {
    let dev = Dev::start(&[]).await?;
    let model = publish(&dev).await?;
    let answer = against(script, "", &dev, &model).await?.json()?;
    anyhow::ensure!(answer["failed"].is_null() && !answer["passed"].is_null(), "{answer}");
    eprintln!("{answer}");
    Ok(())
}

/// Runs a script in `clients`, or in a folder of it, against a chain that has a model.
async fn against(mut script: Command, folder: &str, dev: &Dev, model: &str) -> Result<Finished> {
    script
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(folder))
        .env("RPC_HTTP", &dev.l2.url)
        .env("RPC_WS", &dev.ws)
        .env("CHAIN_ID", "77001")
        .env("MODEL", model)
        .env("PRIVATE_KEY", dev_key(0)?);
    run(script, Duration::from_secs(240)).await?.expect(0)
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

#[tokio::test]
async fn hardhat_compiles_deploys_sends_and_traces() -> Result<()> {
    let out = tempfile::tempdir()?;
    let mut command = node("node_modules/hardhat/internal/cli/bootstrap.js");
    command
        .args(["run", "--network", "praxis", "scripts/check.cjs"])
        .env("HARDHAT_OUT", out.path().join("artifacts"))
        .env("HARDHAT_CACHE", out.path().join("cache"))
        .env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true");
    let dev = Dev::start(&[]).await?;
    let model = publish(&dev).await?;
    let finished = against(command, "hardhat", &dev, &model).await?;
    // Hardhat tells people what it compiled before the script speaks.
    let last = finished.stdout.lines().last().context("no output")?;
    let answer: serde_json::Value = serde_json::from_str(last)?;
    anyhow::ensure!(answer["failed"].is_null() && !answer["passed"].is_null(), "{answer}");
    Ok(())
}

#[tokio::test]
async fn web3_py_sends_deploys_calls_and_traces() -> Result<()> {
    let Some(python) = python() else {
        eprintln!("skipped: no Python with web3 (./dev setup makes one where python3 is installed)");
        return Ok(());
    };
    let mut command = Command::new(python);
    command.arg("web3_check.py");
    passes(command).await
}

#[tokio::test]
async fn forge_script_decides_over_the_shim() -> Result<()> {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").canonicalize()?;
    let out = tempfile::tempdir()?;
    let dev = Dev::start(&[]).await?;
    let model = publish(&dev).await?;
    let mut command = Command::new(foundry("forge")?);
    command
        .args([
            "script",
            "script/Decide.s.sol:Decide",
            "--broadcast",
            "--skip-simulation",
            "--slow",
            "--non-interactive",
        ])
        .args(["--rpc-url", &dev.l2.url, "--private-key", &dev_key(0)?])
        .arg("--root")
        .arg(&contracts)
        .arg("--out")
        .arg(out.path().join("out"))
        .arg("--cache-path")
        .arg(out.path().join("cache"))
        .env("FOUNDRY_BROADCAST", out.path().join("broadcast"))
        // Nothing but the script and what it imports, as a test's helper would be: what is asked here is what it sends.
        .env("FOUNDRY_SRC", "src/examples")
        .env("FOUNDRY_TEST", "src/examples")
        .env("FOUNDRY_VIA_IR", "false")
        .env("FOUNDRY_DISABLE_NIGHTLY_WARNING", "1");
    // Foundry looks for the compiler below the working directory.
    against(command, "../../../contracts", &dev, &model).await?.says(&["ONCHAIN EXECUTION COMPLETE"])?;
    let head = dev.l2.block_number().await?;
    let logs = serde_json::json!([{"fromBlock": "0x0", "toBlock": format!("{head:#x}"), "topics": [DECIDED]}]);
    let decided = dev.l2.call("eth_getLogs", logs).await?;
    anyhow::ensure!(decided.as_array().is_some_and(|logs| logs.len() == 1), "decisions on the chain: {decided}");
    Ok(())
}

/// keccak256 of `Decided(bytes32,int256)`.
const DECIDED: &str = "0x36167ce13a2601efd6da11a6096756a238e46c524b1350d9fec02f74b27c8434";

/// Public test suites send with gas prices of a few wei.
#[tokio::test]
async fn a_chain_with_a_low_floor_takes_a_price_of_ten_wei() -> Result<()> {
    let dev = Dev::start(&["--base-fee-floor", "1"]).await?;
    let mut command = Command::new(foundry("cast")?);
    command
        .args(["send", "--legacy", "--gas-price", "10", "--value", "1", "--private-key", &dev_key(0)?, "--json"])
        .args(["--rpc-url", &dev.l2.url, "0x00000000000000000000000000000000000c0ffe"]);
    let receipt = run(command, Duration::from_secs(60)).await?.expect(0)?.json()?;
    anyhow::ensure!(receipt["status"] == "0x1" && receipt["effectiveGasPrice"] == "0xa", "{receipt}");
    let suggested = dev.l2.call("eth_gasPrice", serde_json::json!([])).await?;
    anyhow::ensure!(praxis_e2e::quantity(&suggested)? <= 10, "the suggested price is {suggested}");
    Ok(())
}
