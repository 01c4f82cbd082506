//! A deployment on anvil, with roles as separate processes.

use crate::{Anvil, Claims, Rpc, Service, dev_account, dev_key, praxis, run};
use alloy_primitives::B256;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

/// Account of the test mnemonic that deploys.
const DEPLOYER: u32 = 0;
/// Account that posts batches.
const BATCHER: u32 = 2;
/// L2 blocks between two claims.
const CLAIM_INTERVAL: &str = "8";
/// Account that pays the bonds of claims.
const PROPOSER: u32 = 3;

/// An L1 with the contracts on it, and the configuration file.
#[derive(Debug)]
pub struct Deployment {
    /// The L1.
    pub anvil: Anvil,
    /// The claims on it.
    pub claims: Claims,
    /// The rollup configuration file.
    pub rollup: PathBuf,
    /// Its content.
    pub config: Value,
    folder: tempfile::TempDir,
}

/// A running `praxis node`.
#[derive(Debug)]
pub struct Role {
    /// The process.
    pub service: Service,
    /// Its JSON-RPC.
    pub rpc: Rpc,
}

impl Deployment {
    /// Starts anvil and deploys on it, with this sequencing window in L1 blocks.
    pub async fn new(sequencing_window: u64) -> Result<Self> {
        Self::with(sequencing_window, &[]).await
    }

    /// As [`Self::new`], with further arguments of `praxis deploy`.
    pub async fn with(sequencing_window: u64, args: &[&str]) -> Result<Self> {
        let anvil = Anvil::start().await?;
        let folder = tempfile::tempdir()?;
        let rollup = folder.path().join("rollup.json");
        let config = deploy(&anvil.rpc.url, &rollup, sequencing_window, args).await?;
        Ok(Self { claims: Claims::of(&config)?, anvil, rollup, config, folder })
    }

    /// A folder of this deployment for a role's state.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A field of the configuration that is a string.
    pub fn field(&self, name: &str) -> Result<&str> {
        self.config[name].as_str().with_context(|| format!("no {name} in {}", self.config))
    }

    /// The account that pays the bonds of claims.
    pub fn proposer(&self) -> Result<String> {
        Ok(dev_account(PROPOSER)?.address().to_string())
    }

    /// Starts `praxis node` with `--role sequencer` and further arguments, and waits for its first block.
    pub async fn sequencer(&self, args: &[&str]) -> Result<Role> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (rollup, datadir) = (self.rollup.display().to_string(), self.folder("sequencer").display().to_string());
        let address = format!("127.0.0.1:{port}");
        let base = ["--json", "node", "--role", "sequencer", "--rollup", &rollup, "--l1", &self.anvil.rpc.url];
        // Tests wait for the safe head.
        let own = ["--datadir", &datadir, "--rpc-addr", &address, "--max-idle-channel-duration", "2"];
        let mut command = praxis(base.iter().chain(&own).chain(args))?;
        command.env("PRAXIS_BATCHER_KEY", dev_key(BATCHER)?).env("PRAXIS_PROPOSER_KEY", dev_key(PROPOSER)?);
        let service = Service::start("praxis node", command)?;
        let role = Role { service, rpc: Rpc::new(&format!("http://{address}"))? };
        role.rpc.reaches("latest", 1, Duration::from_secs(60)).await.context(role.service.tail())?;
        Ok(role)
    }

    /// `praxis verify` of this deployment over this L1 URL, in a fresh database.
    pub async fn verify(&self, l1: &str) -> Result<crate::Finished> {
        let rollup = self.rollup.display().to_string();
        run(praxis(["--json", "verify", "--rollup", &rollup, "--l1", l1])?, Duration::from_secs(120)).await
    }
}

impl Role {
    /// The output root of a block, as this node computed it.
    pub async fn output_root(&self, block: u64) -> Result<B256> {
        let output = self.rpc.call("optimism_outputAtBlock", json!([format!("{block:#x}")])).await?;
        Ok(output["outputRoot"].as_str().with_context(|| format!("no outputRoot in {output}"))?.parse()?)
    }
}

/// Deploys the L1 contracts and gives the configuration that was written.
async fn deploy(l1: &str, rollup: &Path, sequencing_window: u64, args: &[&str]) -> Result<Value> {
    let out = rollup.display().to_string();
    let window = sequencing_window.to_string();
    let batcher = dev_account(BATCHER)?.address().to_string();
    let funded = dev_account(1)?.address().to_string();
    let fixed = ["--json", "deploy", "--l1", l1, "--out", &out, "--sequencing-window", &window];
    let accounts = ["--claim-interval", CLAIM_INTERVAL, "--batcher", &batcher, "--fund", &funded];
    let mut command = praxis(fixed.iter().chain(&accounts).chain(args))?;
    command.env("PRAXIS_PRIVATE_KEY", dev_key(DEPLOYER)?);
    run(command, Duration::from_secs(120)).await?.expect(0)?;
    Ok(serde_json::from_slice(&std::fs::read(rollup)?)?)
}
