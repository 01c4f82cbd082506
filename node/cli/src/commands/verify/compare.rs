//! Where another node's chain parts from the one that L1 gives.

use crate::{client::Client, failure::Failure};
use alloy_primitives::{Address, B256, U64, U256};
use praxis_chain::{Chain, Divergence, Found, first_difference};
use praxis_primitives::Account;
use praxis_verifier::Report;
use serde::Deserialize;
use serde_json::json;
use std::{collections::BTreeMap, path::Path};
use url::Url;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    hash: B256,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    balance: U256,
    code_hash: B256,
    nonce: U64,
    storage_hash: B256,
}

/// Finds the first block that the node at `url` has otherwise, and in it the first account; writes a witness of that block
/// to `folder`.
pub(super) async fn run(chain: &Chain, url: &Url, report: &Report, folder: &Path) -> Result<Divergence, Failure> {
    let client = Client::reader(url);
    let Some(number) = first_block(chain, &client, report.safe_block).await? else {
        return Err(Failure::difference(format!(
            "the claim is wrong, but the node at {url} has the same blocks up to {} as L1 gives: it is not the one that \
             claims it",
            report.safe_block
        )));
    };
    let (changes, ours) = chain.changes_of(number)?;
    let mut theirs = BTreeMap::new();
    for address in ours.keys() {
        theirs.insert(*address, account(&client, *address, number).await?);
    }
    let block = chain.db().block(number)?.ok_or_else(|| Failure::failed(format!("block {number} is gone")))?;
    let witness = chain.write_divergence(folder, &block, &chain.execution_witness(number)?)?;
    let first = first_difference(&changes, &ours, &theirs);
    let reason = match first {
        Some(_) => None,
        None => Some(format!(
            "the node at {url} has another block, and no account that the block touches here differs: look at its header"
        )),
    };
    Ok(Divergence { number, reason, first, witness })
}

/// Blocks name their parents, so from the first one that differs on all do: it is found by bisection.
async fn first_block(chain: &Chain, client: &Client, last: u64) -> Result<Option<u64>, Failure> {
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let theirs: Option<Header> = client.request("eth_getBlockByNumber", json!([U64::from(middle), false])).await?;
        if theirs.map(|header| header.hash) == chain.db().hash_of(middle)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok((low <= last).then_some(low))
}

async fn account(client: &Client, address: Address, number: u64) -> Result<Found, Failure> {
    let proof: Proof = client.request("eth_getProof", json!([address, [], U64::from(number)])).await?;
    let account = Account { nonce: proof.nonce.to(), balance: proof.balance, code_hash: proof.code_hash };
    // An account that is not there is proved as an empty one.
    let is_there = account != Account::default();
    Ok(is_there.then_some((account, proof.storage_hash)))
}
