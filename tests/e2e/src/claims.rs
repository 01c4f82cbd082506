//! Claims about output roots on L1.

use crate::{Anvil, Rpc, quantity};
use alloy_primitives::{Address, B256, U256, hex};
use alloy_sol_types::{SolCall, SolValue};
use anyhow::{Context, Result};
use praxis_contracts::settlement::{
    GAME_TYPE,
    IDisputeGameFactory::{createCall, findLatestGamesCall, gameCountCall, initBondsCall},
};
use serde_json::{Value, json};

/// Asks a contract at the newest block.
pub async fn read<C: SolCall>(l1: &Rpc, contract: &str, call: C) -> Result<C::Return> {
    let request = json!({ "to": contract, "data": hex::encode_prefixed(call.abi_encode()) });
    let answer = l1.call("eth_call", json!([request, "latest"])).await?;
    let bytes = hex::decode(answer.as_str().context("bytes")?)?;
    Ok(C::abi_decode_returns(&bytes)?)
}

/// A claim.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Its contract.
    pub game: Address,
    /// The L2 block.
    pub l2_block: u64,
    /// The claimed output root.
    pub root: B256,
    /// The L1 block up to which the L2 block follows.
    pub l1_head: B256,
}

/// The factory of claims, read over any L1 and written over anvil.
#[derive(Debug, Clone)]
pub struct Claims {
    /// The factory's address.
    pub factory: String,
    interval: u64,
}

impl Claims {
    /// From a rollup configuration.
    pub fn of(rollup: &Value) -> Result<Self> {
        let factory = rollup["l1"]["dispute_game_factory"].as_str().with_context(|| format!("no factory: {rollup}"))?;
        let interval = rollup["claim_interval"].as_u64().context("claim_interval")?;
        Ok(Self { factory: factory.to_owned(), interval })
    }

    /// How many claims there are.
    pub async fn count(&self, l1: &Rpc) -> Result<u64> {
        Ok(read(l1, &self.factory, gameCountCall {}).await?.try_into()?)
    }

    /// A claim by its place in the list.
    pub async fn claim(&self, l1: &Rpc, index: u64) -> Result<Claim> {
        let call = findLatestGamesCall { gameType: GAME_TYPE, start: U256::from(index), n: U256::ONE };
        let found = read(l1, &self.factory, call).await?.into_iter().next().context("a claim")?;
        let (l2_block, _, l1_head) = <(U256, U256, B256)>::abi_decode_params(&found.extraData)?;
        Ok(Claim {
            game: Address::from_slice(&found.metadata[12..]),
            l2_block: l2_block.try_into()?,
            root: found.rootClaim,
            l1_head,
        })
    }

    /// The L2 block that a claim is due for.
    pub async fn next_block(&self, l1: &Rpc) -> Result<u64> {
        let Some(last) = self.count(l1).await?.checked_sub(1) else { return Ok(self.interval) };
        Ok(self.claim(l1, last).await?.l2_block + self.interval)
    }

    /// Claims a root from this account, whoever holds its key; the transaction's hash.
    pub async fn propose(&self, anvil: &Anvil, from: &str, root: B256, l2_block: u64) -> Result<String> {
        let l1 = anvil.rpc.block("latest").await?;
        let hash: B256 = l1["hash"].as_str().context("a block hash")?.parse()?;
        let call = createCall {
            gameType: GAME_TYPE,
            rootClaim: root,
            extraData: (U256::from(l2_block), U256::from(quantity(&l1["number"])?), hash).abi_encode_params().into(),
        };
        let bond = read(&anvil.rpc, &self.factory, initBondsCall { gameType: GAME_TYPE }).await?;
        anvil.pay_as(from, &self.factory, &hex::encode_prefixed(call.abi_encode()), bond).await
    }
}
