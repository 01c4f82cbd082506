//! What developers of agents get: a Hardhat project, the TypeScript and Python packages, ERC-8004's client. The Foundry project is that
//! of `agent_life.rs`.

use anyhow::{Context, Result, ensure};
use praxis_e2e::{Dev, Finished, dev_key, praxis, praxis_path, python, run};
use serde_json::Value;
use std::{
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(240);

fn repository() -> Result<PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?)
}

fn node(arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command.args(arguments);
    command
}

/// A project made by the command, with the node packages of this repository in place of `npm install`.
async fn project(dir: &Path, packages: &str, flags: &[&str]) -> Result<PathBuf> {
    let dir = dir.to_str().context("a path")?;
    let made = run(praxis(["--json", "agent", "new", "trend", "--dir", dir].iter().chain(flags))?, PATIENCE).await?;
    let folder = PathBuf::from(made.expect(0)?.json()?["folder"].as_str().context("no folder")?);
    symlink(repository()?.join(packages), folder.join("node_modules"))?;
    Ok(folder)
}

/// A command in a project, against a chain.
async fn within(mut command: Command, folder: &Path, dev: &Dev) -> Result<Finished> {
    let binaries = praxis_path()?.parent().context("a folder")?.to_owned();
    let path = std::env::join_paths(
        std::iter::once(binaries).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    command
        .current_dir(folder)
        .env("PATH", path)
        .env("PRAXIS_RPC", &dev.l2.url)
        .env_remove("PRAXIS_PRIVATE_KEY")
        .env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true");
    run(command, PATIENCE).await
}

async fn published(folder: &Path, dev: &Dev) -> Result<String> {
    within(node(&["bin/publish.mjs"]), folder, dev).await?.expect(0)?;
    let text = std::fs::read_to_string(folder.join("model/published.json"))?;
    let id = serde_json::from_str::<Value>(&text)?["id"].as_str().map(str::to_owned);
    id.context("no id")
}

#[tokio::test]
async fn a_hardhat_project_trades_on_the_chain_and_takes_it_back() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let dev = Dev::start(&[]).await?;
    let folder = project(dir.path(), "tests/e2e/clients/hardhat/node_modules", &["--hardhat"]).await?;
    published(&folder, &dev).await?;
    let hardhat = node(&["node_modules/hardhat/internal/cli/bootstrap.js", "test", "--network", "praxis"]);
    within(hardhat, &folder, &dev).await?.expect(0)?.says(&["3 passing"])?;
    Ok(())
}

/// The two packages on one chain with the template's model.
#[tokio::test]
async fn the_typescript_and_python_packages_run_models_and_agents() -> Result<()> {
    let (dir, repository) = (tempfile::tempdir()?, repository()?);
    let dev = Dev::start(&[]).await?;
    let folder = project(dir.path(), "contracts/node_modules", &[]).await?;
    let model = published(&folder, &dev).await?;
    let payer = dir.path().join("payer.json");
    let package = repository.join("node/sdk/ts");
    let mut compile = node(&["test/fixtures/compile.mjs"]);
    compile.arg(&payer).current_dir(&package);
    run(compile, PATIENCE).await?.expect(0)?;
    let mut build = node(&["node_modules/typescript/bin/tsc"]);
    build.current_dir(&package);
    run(build, PATIENCE).await?.expect(0)?;
    let on_chain = |mut command: Command, key: String| {
        command.env("RPC_HTTP", &dev.l2.url).env("MODEL", &model).env("PAYER", &payer).env("PRIVATE_KEY", key);
        command
    };
    let mut tests = on_chain(node(&["--test", "test/tensor.test.mjs", "test/chain.test.mjs"]), dev_key(0)?);
    tests.current_dir(&package);
    run(tests, PATIENCE).await?.expect(0)?.says(&["# fail 0", "# skipped 0"])?;
    let Some(python) = python() else {
        eprintln!("skipped the Python package: no Python with web3 (./dev setup makes one where python3 is installed)");
        return Ok(());
    };
    let package = repository.join("node/sdk/python");
    let mut tests = on_chain(Command::new(python), dev_key(1)?);
    tests.args(["-m", "unittest", "discover", "-s", "tests"]).current_dir(&package);
    tests.env("PYTHONPATH", package.join("src")).env("PYTHONDONTWRITEBYTECODE", "1");
    run(tests, PATIENCE).await?.expect(0)?.says(&["OK"])?;
    Ok(())
}

#[tokio::test]
async fn a_published_client_of_erc_8004_registers_an_agent_and_reads_its_feedback() -> Result<()> {
    let Some(python) = python() else {
        eprintln!("skipped: no Python with agent0-sdk (./dev setup makes one where python3 is installed)");
        return Ok(());
    };
    let dev = Dev::start(&[]).await?;
    let mut check = Command::new(python);
    check
        .arg("erc8004_check.py")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients"))
        .env("RPC_HTTP", &dev.l2.url)
        .env("CHAIN_ID", "77001")
        .env("PRIVATE_KEY", dev_key(0)?)
        .env("PRIVATE_KEY_2", dev_key(1)?);
    let finished = run(check, PATIENCE).await?.expect(0)?;
    let answer: Value = serde_json::from_str(finished.stdout.lines().last().context("no output")?)?;
    ensure!(answer["failed"].is_null() && !answer["passed"].is_null(), "{answer}");
    Ok(())
}
