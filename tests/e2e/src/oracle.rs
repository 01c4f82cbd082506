//! The L1 contract that holds claimed output roots.

use crate::{Anvil, Rpc, quantity};
use alloy_primitives::{B256, U256, hex};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result};
use praxis_contracts::IOutputOracle::{getOutputCall, nextBlockNumberCall, outputCountCall, proposeCall};
use serde_json::{Value, json};

/// The contract, read over any L1 and written over anvil.
#[derive(Debug, Clone)]
pub struct Oracle {
    address: String,
    proposer: String,
}

impl Oracle {
    /// From a rollup configuration.
    pub fn of(rollup: &Value) -> Result<Self> {
        let text = |key: &str| rollup[key].as_str().map(str::to_owned).with_context(|| format!("no {key}: {rollup}"));
        Ok(Self { address: text("output_oracle")?, proposer: text("proposer")? })
    }

    async fn read<C: SolCall>(&self, l1: &Rpc, call: C) -> Result<C::Return> {
        let request = json!({ "to": self.address, "data": hex::encode_prefixed(call.abi_encode()) });
        let answer = l1.call("eth_call", json!([request, "latest"])).await?;
        let bytes = hex::decode(answer.as_str().context("bytes")?)?;
        Ok(C::abi_decode_returns(&bytes)?)
    }

    /// How many claims there are.
    pub async fn count(&self, l1: &Rpc) -> Result<u64> {
        Ok(self.read(l1, outputCountCall {}).await?.try_into()?)
    }

    /// L2 block and claimed output root of a claim.
    pub async fn claim(&self, l1: &Rpc, index: u64) -> Result<(u64, B256)> {
        let output = self.read(l1, getOutputCall { index: U256::from(index) }).await?;
        Ok((output.l2BlockNumber, output.outputRoot))
    }

    /// The first L2 block that the next claim may be about.
    pub async fn next_block(&self, l1: &Rpc) -> Result<u64> {
        Ok(self.read(l1, nextBlockNumberCall {}).await?.try_into()?)
    }

    /// Claims a root as the proposer; the transaction's hash.
    pub async fn propose(&self, anvil: &Anvil, root: B256, l2_block: u64) -> Result<String> {
        let l1 = anvil.rpc.block("latest").await?;
        let call = proposeCall {
            outputRoot: root,
            l2BlockNumber: U256::from(l2_block),
            l1BlockHash: l1["hash"].as_str().context("a block hash")?.parse()?,
            l1BlockNumber: U256::from(quantity(&l1["number"])?),
        };
        anvil.send_as(&self.proposer, &self.address, &hex::encode_prefixed(call.abi_encode())).await
    }
}
