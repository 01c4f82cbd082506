//! An L1 by anvil.

use crate::{Rpc, Service};
use alloy_primitives::U256;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::process::Command;

/// The binary of a Foundry tool. npm's shims around them lose exit codes.
pub fn foundry(tool: &str) -> Result<PathBuf> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => bail!("Foundry has no package for {other}"),
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../contracts/node_modules/@foundry-rs/{tool}-linux-{architecture}/bin/{tool}"));
    anyhow::ensure!(path.is_file(), "{tool} is not installed: run `./dev setup`");
    Ok(path)
}

/// A Python that has web3: `PRAXIS_WEB3_PYTHON`, or the one that `./dev setup` makes.
pub fn python() -> Option<PathBuf> {
    let made = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/praxis-web3/bin/python"));
    let path = std::env::var_os("PRAXIS_WEB3_PYTHON").map(PathBuf::from).or_else(made)?;
    path.is_file().then_some(path)
}

/// A running anvil: blocks each second, the accounts of the well-known test mnemonic funded and unlocked.
#[derive(Debug)]
pub struct Anvil {
    /// The process.
    pub service: Service,
    /// Its JSON-RPC.
    pub rpc: Rpc,
}

impl Anvil {
    /// Starts it on a free port and waits until it answers.
    pub async fn start() -> Result<Self> {
        let mut command = Command::new(foundry("anvil")?);
        command.args(["--port", "0", "--chain-id", "77000", "--hardfork", "osaka"]);
        command.args(["--block-time", "1", "--slots-in-an-epoch", "4"]);
        let mut service = Service::start("anvil", command)?;
        let deadline = Instant::now() + Duration::from_secs(30);
        let address = loop {
            let printed = service.printed("stdout");
            let address = printed.split_once("Listening on ").and_then(|(_, after)| after.split_once('\n'));
            if let Some((address, _)) = address {
                break address.trim().to_owned();
            }
            service.still_runs()?;
            anyhow::ensure!(Instant::now() < deadline, "anvil does not start:\n{}", service.tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let rpc = Rpc::new(&format!("http://{address}"))?;
        rpc.reaches("latest", 1, Duration::from_secs(30)).await?;
        Ok(Self { service, rpc })
    }

    /// From now on blocks come only by [`Anvil::mine`].
    pub async fn stop_mining(&self) -> Result<()> {
        self.rpc.call("evm_setAutomine", json!([false])).await?;
        self.rpc.call("evm_setIntervalMining", json!([0])).await?;
        Ok(())
    }

    /// Mines this many blocks, one second apart.
    pub async fn mine(&self, blocks: u64) -> Result<()> {
        self.rpc.call("anvil_mine", json!([format!("{blocks:#x}"), "0x1"])).await?;
        Ok(())
    }

    /// Sends a transaction from one of anvil's own accounts, signed with its key; its hash.
    pub async fn send_signed(&self, from: &str, to: &str, data: &str) -> Result<String> {
        let transaction = json!({ "from": from, "to": to, "data": data });
        let hash = self.rpc.call("eth_sendTransaction", json!([transaction])).await?;
        hash.as_str().map(str::to_owned).context("a transaction hash")
    }

    /// Sends a transaction from any account, whoever holds its key; its hash. There is no signature, so whoever recovers the
    /// sender finds none.
    pub async fn send_as(&self, from: &str, to: &str, data: &str) -> Result<String> {
        self.pay_as(from, to, data, U256::ZERO).await
    }

    /// As [`Self::send_as`], with wei. The gas limit is fixed: a portal burns gas by what its block sold before, which an estimate
    /// on the newest block does not know.
    pub async fn pay_as(&self, from: &str, to: &str, data: &str, wei: U256) -> Result<String> {
        self.rpc.call("anvil_impersonateAccount", json!([from])).await?;
        let transaction = json!({ "from": from, "to": to, "data": data, "value": wei, "gas": "0x2dc6c0" });
        let hash = self.rpc.call("eth_sendTransaction", json!([transaction])).await?;
        hash.as_str().map(str::to_owned).context("a transaction hash")
    }

    /// Transactions that wait for a block, sent by this account, in nonce order.
    pub async fn waiting(&self, from: &str) -> Result<Vec<Value>> {
        let content = self.rpc.call("txpool_content", json!([])).await?;
        let accounts = content["pending"].as_object().context("txpool_content has `pending`")?;
        let mut found = Vec::new();
        for (_, by_nonce) in accounts.iter().filter(|(account, _)| account.eq_ignore_ascii_case(from)) {
            let by_nonce = by_nonce.as_object().context("transactions by nonce")?;
            for (nonce, transaction) in by_nonce {
                found.push((nonce.parse::<u64>()?, transaction.clone()));
            }
        }
        found.sort_by_key(|(nonce, _)| *nonce);
        Ok(found.into_iter().map(|(_, transaction)| transaction).collect())
    }
}
