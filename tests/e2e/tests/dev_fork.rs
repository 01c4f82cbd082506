//! `praxis dev --fork-url`: another chain's contracts with Praxis's own beside them, and a verifier that agrees.

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use alloy_signer::SignerSync;
use anyhow::{Context, Result, ensure};
use praxis_e2e::{Anvil, Dev, Rpc, dev_account, eventually, praxis, quantity, run};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

/// WETH9's functions.
const DEPOSIT: &str = "0xd0e30db0";
const BALANCE_OF: &str = "0x70a08231";
const WITHDRAW: [u8; 4] = [0x2e, 0x1a, 0x7d, 0x4d];

fn wrapped_ether() -> Result<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/artifacts/WETH9.json");
    let artifact: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    Ok(artifact["bytecode"].clone())
}

async fn receipt(rpc: &Rpc, hash: &Value) -> Result<Value> {
    let hash = hash.as_str().context("a hash")?;
    eventually("a receipt", Duration::from_secs(20), async || {
        Ok(Some(rpc.receipt(hash).await?).filter(|receipt| !receipt.is_null()))
    })
    .await
}

/// Sends from one of anvil's unlocked accounts.
async fn on_anvil(rpc: &Rpc, transaction: Value) -> Result<Value> {
    receipt(rpc, &rpc.call("eth_sendTransaction", json!([transaction])).await?).await
}

async fn withdraw(rpc: &Rpc, token: Address, amount: u64) -> Result<Value> {
    let from = dev_account(0)?;
    let nonce = quantity(&rpc.call("eth_getTransactionCount", json!([from.address(), "pending"])).await?)?;
    let input = [&WITHDRAW[..], &U256::from(amount).to_be_bytes::<32>()].concat();
    let transaction = TxEip1559 {
        chain_id: rpc.chain_id().await?,
        nonce,
        gas_limit: 200_000,
        max_fee_per_gas: 100_000_000_000,
        max_priority_fee_per_gas: 1_000_000,
        to: TxKind::Call(token),
        input: Bytes::from(input),
        ..Default::default()
    };
    let signature = from.sign_hash_sync(&transaction.signature_hash())?;
    let raw = hex::encode_prefixed(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718());
    let mined = receipt(rpc, &rpc.call("eth_sendRawTransaction", json!([raw])).await?).await?;
    ensure!(mined["status"] == "0x1", "{mined}");
    Ok(mined)
}

async fn held(rpc: &Rpc, token: &Value, at: &str) -> Result<U256> {
    let owner = dev_account(0)?.address().into_word();
    let call = json!({ "to": token, "data": format!("{BALANCE_OF}{}", hex::encode(owner)) });
    let word = rpc.call("eth_call", json!([call, at])).await?;
    Ok(U256::from_str_radix(word.as_str().context("a word")?.trim_start_matches("0x"), 16)?)
}

#[tokio::test]
async fn a_fork_has_the_other_chains_contracts_and_changes_them_alone() -> Result<()> {
    let anvil = Anvil::start().await?;
    let owner = dev_account(0)?.address();
    let made = on_anvil(&anvil.rpc, json!({ "from": owner, "data": wrapped_ether()?, "gas": "0x200000" })).await?;
    let token = made["contractAddress"].clone();
    let deposit = json!({ "from": owner, "to": token, "data": DEPOSIT, "value": "0x5" });
    on_anvil(&anvil.rpc, deposit.clone()).await?;

    let dev = Dev::start(&["--fork-url", &anvil.rpc.url]).await?;
    let l2 = &dev.l2;
    let code = async |rpc: &Rpc| rpc.call("eth_getCode", json!([token, "latest"])).await;
    ensure!(code(l2).await? == code(&anvil.rpc).await?);
    ensure!(held(l2, &token, "latest").await? == U256::from(5));
    // What the other chain does after the fork is its own business.
    on_anvil(&anvil.rpc, deposit).await?;
    let address: Address = token.as_str().context("an address")?.parse()?;
    let first = withdraw(l2, address, 2).await?;
    ensure!(held(l2, &token, "latest").await? == U256::from(3));
    // To zero, which is not the same as never written.
    let second = withdraw(l2, address, 3).await?;
    ensure!(held(l2, &token, "latest").await?.is_zero());
    ensure!(quantity(&l2.call("eth_getBalance", json!([token, "latest"])).await?)? == 0);
    let before = quantity(&first["blockNumber"])? - 1;
    ensure!(held(l2, &token, &format!("{before:#x}")).await? == U256::from(5), "the state before, as it was");
    ensure!(held(&anvil.rpc, &token, "latest").await? == U256::from(10));

    l2.reaches("safe", quantity(&second["blockNumber"])?, Duration::from_secs(60)).await?;
    let rollup = dev.rollup.to_str().context("a path")?;
    let verify = praxis(["--json", "verify", "--rollup", rollup, "--l1", &dev.l1.url])?;
    run(verify, Duration::from_secs(120)).await?.expect(0)?;
    Ok(())
}

#[tokio::test]
async fn a_fork_of_nothing_says_so() -> Result<()> {
    let ports = ["--l1-port", "0", "--l2-port", "0", "--page-port", "0", "--metrics-port", "0"];
    let dead = praxis(["dev", "--fork-url", "http://127.0.0.1:9"].iter().chain(&ports))?;
    run(dead, Duration::from_secs(60)).await?.expect(1)?.fails_clearly()?.says(&["127.0.0.1:9", "--fork-url"])?;
    let kept = praxis(["dev", "--fork-url", "http://127.0.0.1:9", "--datadir", "x"])?;
    run(kept, Duration::from_secs(60)).await?.expect(2)?;
    Ok(())
}
