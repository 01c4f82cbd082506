//! What several of the commands do.

use crate::{
    args::{ChainArgs, KeyArgs},
    client::Client,
    failure::Failure,
    keys,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::TransactionReceipt;
use alloy_sol_types::SolEvent;
use praxis_agents::policy::{Policy, PolicyFile};
use praxis_contracts::{
    addresses::{AGENT_POLICY, AGENT_RUNNER},
    agents::{IAgentPolicy, IAgentRunner, Terms},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

/// A client that signs, and its address.
pub(super) fn wallet(chain: &ChainArgs, key: &KeyArgs) -> Result<(Client, Address), Failure> {
    let signer = keys::signer(key.private_key.as_deref(), key.keystore.as_deref())?;
    let address = signer.address();
    Ok((Client::wallet(&chain.rpc, signer), address))
}

/// A policy out of a file. `known` has values of names beside those that the command line sets.
pub(super) fn read_policy(path: &Path, set: &[(String, String)], known: &[(&str, String)]) -> Result<Policy, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::failed(format!("the policy file {} can't be read: {e}", path.display())))?;
    let mut names: BTreeMap<String, String> =
        known.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    for (name, value) in set {
        match name.as_str() {
            "@" => names.extend(values_of(Path::new(value))?),
            _ => _ = names.insert(name.clone(), value.clone()),
        }
    }
    let named = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
    PolicyFile::parse(&text, &names).map_err(|e| named(&e))?.build().map_err(|e| named(&e))
}

/// Lines `NAME=VALUE`, as a shell reads them; empty ones and those that begin with # are left out.
fn values_of(path: &Path) -> Result<Vec<(String, String)>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::failed(format!("--set @{shown}: the file can't be read: {e}")))?;
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let value = |(index, line): (usize, &str)| {
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("--set @{shown}: line {} is not NAME=VALUE", index + 1)))?;
        Ok((name.to_owned(), value.trim_matches('"').to_owned()))
    };
    lines.map(value).collect()
}

/// The first event of this kind in a receipt.
pub(super) fn event<E: SolEvent>(receipt: &TransactionReceipt) -> Result<E, Failure> {
    let found = receipt.logs().iter().find_map(|log| E::decode_log(&log.inner).ok());
    found.map(|log| log.data).ok_or_else(|| {
        Failure::failed(format!("the transaction {} left no event {}", receipt.transaction_hash, E::SIGNATURE))
    })
}

/// Books a strategy at the runner; the booking's number.
pub(super) async fn book(
    client: &Client,
    account: Address,
    strategy: Address,
    contexts: &[Bytes],
) -> Result<U256, Failure> {
    // A strategy without a context has one that is empty.
    let contexts = if contexts.is_empty() { vec![Bytes::new()] } else { contexts.to_vec() };
    let receipt = client.send(AGENT_RUNNER, IAgentRunner::bookCall { account, strategy, contexts }).await?;
    Ok(event::<IAgentRunner::Booked>(&receipt)?.booking)
}

/// One entry of `praxis_getAgentActions`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) block_number: alloy_primitives::U64,
    pub(super) transaction_hash: Option<B256>,
    #[serde(flatten)]
    pub(super) happened: praxis_agents::log::Happened,
}

#[derive(Debug, Clone, Deserialize)]
struct Answer {
    actions: Vec<Entry>,
    next: Option<alloy_primitives::U64>,
}

/// What happened to an account from a block on, at most so many entries, and where to go on.
pub(super) async fn history(
    client: &Client,
    account: Address,
    from: u64,
    limit: usize,
) -> Result<(Vec<Entry>, Option<u64>), Failure> {
    let (mut all, mut next) = (Vec::new(), Some(from));
    while let Some(block) = next {
        if all.len() >= limit {
            break;
        }
        let page = json!([account, { "from": block, "limit": (limit - all.len()).min(100) }]);
        let answer: Answer = client.request("praxis_getAgentActions", page).await?;
        all.extend(answer.actions);
        next = answer.next.map(|next| next.to());
    }
    Ok((all, next))
}

/// The policy in force, with its rules, epoch and end of a pause. `None` for the policy when it is revoked.
pub(super) struct InForce {
    pub(super) owner: Address,
    pub(super) epoch: u32,
    pub(super) paused_until: u64,
    pub(super) blob: Address,
    pub(super) policy: Option<Policy>,
}

/// The policy of an account as it stands now.
pub(super) async fn in_force(client: &Client, account: Address) -> Result<InForce, Failure> {
    let owner = client.call(AGENT_POLICY, IAgentPolicy::ownerOfCall { account }).await?;
    if owner == Address::ZERO {
        return Err(Failure::failed(format!(
            "{account} has no policy at {}: it never installed the runner; `praxis agent deploy` makes an account",
            client.url()
        )));
    }
    let state = client.call(AGENT_POLICY, IAgentPolicy::stateOfCall { account }).await?;
    let policy = match state.terms == Address::ZERO {
        true => None,
        false => {
            let terms: Terms = client.call(AGENT_POLICY, IAgentPolicy::termsOfCall { account }).await?;
            Some(Policy { terms, rules: rules(client, account).await? })
        }
    };
    Ok(InForce { owner, epoch: state.epoch, paused_until: state.pausedUntil.to(), blob: state.terms, policy })
}

/// The permitted functions, put together from what was permitted and removed since the last revocation.
async fn rules(client: &Client, account: Address) -> Result<Vec<praxis_contracts::agents::Rule>, Failure> {
    use praxis_agents::log::Happened;
    let (entries, _) = history(client, account, 0, usize::MAX).await?;
    let mut blobs: BTreeMap<(Address, String), Address> = BTreeMap::new();
    for entry in entries {
        match entry.happened {
            Happened::RuleSet { target, function, blob } => _ = blobs.insert((target, function), blob),
            Happened::RuleRemoved { target, function } => _ = blobs.remove(&(target, function)),
            Happened::Revoked { .. } => blobs.clear(),
            _ => {}
        }
    }
    let mut rules = Vec::with_capacity(blobs.len());
    for blob in blobs.into_values() {
        let code: Bytes = client.request("eth_getCode", json!([blob, "latest"])).await?;
        let rule = Policy::rule_of_blob(&code);
        rules.push(rule.ok_or_else(|| Failure::failed(format!("the contract {blob} holds no rule")))?);
    }
    Ok(rules)
}

/// A number of wei for people: in ether where that is short.
pub(super) fn ether(wei: U256) -> String {
    let unit = U256::from(1_000_000_000_000_000_000u64);
    let (whole, rest) = wei.div_rem(unit);
    if rest.is_zero() {
        return format!("{whole} ether");
    }
    let digits = format!("{:0>18}", rest.to_string());
    format!("{whole}.{} ether", digits.trim_end_matches('0'))
}

/// A JSON object's field as text.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_policy_come_from_the_command_line_and_from_files_the_later_first() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let policy = "delay = \"${DELAY}\"\nmax_actions = ${MOST}\nstrategies = [\"${STRATEGY}\"]\n";
        std::fs::write(at("policy.toml"), policy).unwrap();
        std::fs::write(at("values.env"), "# how long\n\nDELAY=2h\n MOST=\"3\"\n").unwrap();
        let file = ("@".to_owned(), at("values.env").display().to_string());
        let known = [("STRATEGY", Address::repeat_byte(1).to_string())];
        let read = |set: &[(String, String)]| read_policy(&at("policy.toml"), set, &known).map_err(|f| f.message);
        let terms = read(std::slice::from_ref(&file)).unwrap().terms;
        assert_eq!((terms.delay, terms.maxActions, terms.strategies), (7_200, 3, vec![Address::repeat_byte(1)]));
        let later = read(&[file.clone(), ("MOST".into(), "4".into())]).unwrap();
        assert_eq!(later.terms.maxActions, 4);
        assert!(read(&[]).unwrap_err().contains("--set DELAY=VALUE"));
        std::fs::write(at("values.env"), "DELAY=2h\nMOST\n").unwrap();
        assert!(read(&[file]).unwrap_err().contains("line 2 is not NAME=VALUE"));
    }
}
