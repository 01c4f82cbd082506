//! A real L1 takes deposits and claims back, and a deployment that was cut short goes on.

use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{SolCall, sol};
use anyhow::{Context, Result};
use praxis_e2e::{Anvil, Deployment, Role, Service, dev_account, dev_key, eventually, praxis, quantity, run};
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const RECEIVER: Address = Address::repeat_byte(0xde);

sol! {
    function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes data) external payable;
}

/// Deposits some wei for the receiver; gives the L1 block that holds the deposit.
async fn deposit(deployment: &Deployment, wei: u64) -> Result<u64> {
    let portal = deployment.config["l1"]["portal"].as_str().context("a portal")?;
    let (to, value) = (RECEIVER, U256::from(wei));
    let call = depositTransactionCall { to, value, gasLimit: 100_000, isCreation: false, data: Bytes::new() };
    let from = dev_account(1)?.address().to_string();
    let hash = deployment.anvil.pay_as(&from, portal, &hex::encode_prefixed(call.abi_encode()), value).await?;
    eventually("the deposit on L1", MINUTE, async || {
        let receipt = deployment.anvil.rpc.receipt(&hash).await?;
        if receipt.is_null() {
            return Ok(None);
        }
        anyhow::ensure!(receipt["status"] == "0x1", "{receipt}");
        quantity(&receipt["blockNumber"]).map(Some)
    })
    .await
}

async fn receives(node: &Role, wei: u64) -> Result<()> {
    let balance = async || {
        let balance = node.rpc.call("eth_getBalance", json!([RECEIVER, "latest"])).await?;
        Ok((balance == json!(U256::from(wei))).then_some(()))
    };
    eventually(&format!("a balance of {wei}"), MINUTE, balance).await.with_context(|| node.service.tail())
}

#[tokio::test]
async fn deposits_and_claims_that_l1_takes_back_are_gone_and_come_again() -> Result<()> {
    let deployment = Deployment::with(200, &["--settlement", "development"]).await?;
    let l1 = &deployment.anvil.rpc;
    let mut node = deployment.sequencer(&[]).await?;
    let held_by = deposit(&deployment, 7).await?;
    receives(&node, 7).await?;
    let claimed = async |least: u64| {
        let count = async || Ok((deployment.claims.count(l1).await? >= least).then_some(()));
        eventually(&format!("{least} claims"), MINUTE, count).await
    };
    claimed(1).await.with_context(|| node.service.tail())?;

    let depth = l1.block_number().await? - held_by + 1;
    l1.call("anvil_reorg", json!([depth, []])).await?;
    receives(&node, 0).await?;
    let left = deployment.claims.count(l1).await?;
    deposit(&deployment, 9).await?;
    receives(&node, 9).await?;
    claimed(left + 2).await.with_context(|| node.service.tail())?;
    node.service.still_runs()?;
    // Every claim that L1 has now is right.
    let verified = deployment.verify(&l1.url).await?.expect(0)?.json()?;
    anyhow::ensure!(verified["firstDifference"].is_null(), "{verified}");
    Ok(())
}

#[tokio::test]
async fn a_deployment_that_was_cut_short_goes_on_where_it_was() -> Result<()> {
    let (anvil, folder) = (Anvil::start().await?, tempfile::tempdir()?);
    let out = folder.path().join("rollup.json").display().to_string();
    let deployer = dev_account(0)?.address();
    let command = || {
        let args = ["--json", "deploy", "--l1", &anvil.rpc.url, "--out", &out, "--settlement", "development"];
        let mut command = praxis(args)?;
        command.env("PRAXIS_PRIVATE_KEY", dev_key(0)?);
        anyhow::Ok(command)
    };
    let nonce =
        async || quantity(&anvil.rpc.call("eth_getTransactionCount", json!([deployer.to_string(), "latest"])).await?);
    let mut first = Service::start("praxis deploy", command()?)?;
    eventually("some of the contracts", MINUTE, async || Ok((nonce().await? >= 2).then_some(()))).await?;
    first.kill().await?;
    let done = nonce().await?;
    let second: Value = run(command()?, 2 * MINUTE).await?.expect(0)?.json()?;
    // Had it begun anew, its first contract would have a later nonce.
    let contracts = second["config"]["l1"].as_object().context("the contracts")?;
    let earliest = (0..done).map(|nonce| json!(deployer.create(nonce)));
    anyhow::ensure!(earliest.into_iter().any(|early| contracts.values().any(|c| c == &early)), "{done}: {second}");
    for (name, address) in contracts {
        let code = anvil.rpc.call("eth_getCode", json!([address, "latest"])).await?;
        anyhow::ensure!(code != "0x", "no {name} at {address}");
    }
    run(command()?, MINUTE).await?.expect(1)?.says(&["exists already"])?;
    Ok(())
}
