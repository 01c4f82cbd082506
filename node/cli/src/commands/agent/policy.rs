//! `praxis agent policy`, `pause` and `revoke`.

use super::common::{InForce, event, in_force, read_policy, wallet};
use crate::{
    args::{ChainArgs, OwnerArgs, PauseArgs, PolicyArgs},
    client::Client,
    failure::Failure,
    ui::Ui,
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolValue;
use praxis_agents::policy::{Difference, Direction, Policy, PolicyFile, differences};
use praxis_contracts::{
    addresses::{AGENT_POLICY, AGENT_RUNNER},
    agents::{IAgentPolicy, IAgentRunner},
};
use serde_json::{Value, json};

pub(super) async fn show(account: Address, chain: &ChainArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&chain.rpc);
    let InForce { owner, epoch, paused_until, policy, .. } = in_force(&client, account).await?;
    let mut document = json!({ "account": account, "owner": owner, "epoch": epoch, "pausedUntil": paused_until });
    ui.line(format!("# account {account}, owner {owner}, epoch {epoch}"));
    if paused_until > 0 {
        ui.line(format!("# paused until {paused_until} (seconds since 1970)"));
    }
    let Some(policy) = policy else {
        ui.line("# revoked: nothing is permitted");
        ui.document(&document);
        return Ok(());
    };
    let file = PolicyFile::of(&policy);
    ui.line(file.to_toml()?);
    let left = allowances_left(&client, account, &policy).await?;
    ui.table(&["allowance", "left now"], left.iter().map(|(name, left)| vec![name.clone(), left.to_string()]));
    document["policy"] = serde_json::to_value(&file)?;
    document["left"] = left.into_iter().map(|(name, left)| (name, Value::from(left.to_string()))).collect();
    ui.document(&document);
    Ok(())
}

/// What each allowance has left, by the name under which a policy file has it.
pub(super) async fn allowances_left(
    client: &Client,
    account: Address,
    policy: &Policy,
) -> Result<Vec<(String, U256)>, Failure> {
    let mut all = Vec::with_capacity(policy.terms.allowances.len());
    for (index, allowance) in policy.terms.allowances.iter().enumerate() {
        let position = U256::from(index + 1);
        let left = client.call(AGENT_RUNNER, IAgentRunner::leftCall { account, position }).await?;
        all.push((format!("a{}", allowance.id), left));
    }
    Ok(all)
}

pub(super) async fn diff(account: Address, file: &PolicyArgs, chain: &ChainArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&chain.rpc);
    let (before, after) = both(&client, account, file).await?;
    let found = differences(&before, &after);
    table(&found, ui);
    ui.document(&json!({ "account": account, "differences": found }));
    Ok(())
}

/// The policy in force and the one in a file.
async fn both(client: &Client, account: Address, file: &PolicyArgs) -> Result<(Policy, Policy), Failure> {
    let now = in_force(client, account).await?;
    let before = now.policy.unwrap_or_default();
    // A strategy that is permitted already keeps its name.
    let mut known = vec![("OWNER", now.owner.to_string())];
    if let Some(strategy) = before.terms.strategies.first() {
        known.push(("STRATEGY", strategy.to_string()));
    }
    let after = read_policy(&file.file, &file.set, &known)?;
    Ok((before, after))
}

fn table(found: &[Difference], ui: &Ui) {
    if found.is_empty() {
        ui.line("no difference");
        return;
    }
    let row = |d: &Difference| {
        let direction = if d.direction == Direction::Tighter { "tighter" } else { "looser" };
        vec![d.field.clone(), d.before.clone(), d.after.clone(), direction.into()]
    };
    ui.table(&["field", "in force", "in the file", ""], found.iter().map(row));
}

pub(super) async fn propose(file: &PolicyArgs, owner: &OwnerArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, _) = wallet(&owner.chain, &owner.key)?;
    let account = owner.account;
    let (before, after) = both(&client, account, file).await?;
    let found = differences(&before, &after);
    table(&found, ui);
    let Policy { terms, rules } = after;
    let epoch = client.call(AGENT_POLICY, IAgentPolicy::stateOfCall { account }).await?.epoch;
    let change = keccak256((account, epoch, terms.clone(), rules.clone()).abi_encode_params());
    if let Some(ready_at) = proposed(&client, change).await? {
        let enact = IAgentPolicy::enactCall { account, terms, rules };
        let now = now(&client).await?;
        if now < ready_at {
            let wait = ready_at - now;
            ui.line(format!("proposed already; in {wait} seconds the same command puts it in force"));
            ui.document(&json!({ "change": change, "readyAt": ready_at, "enacted": false, "differences": found }));
            return Ok(());
        }
        client.send(AGENT_POLICY, enact).await?;
        ui.line("in force now");
        ui.document(&json!({ "change": change, "enacted": true, "differences": found }));
        return Ok(());
    }
    let receipt = client.send(AGENT_POLICY, IAgentPolicy::proposeCall { account, terms, rules }).await?;
    let ready_at: u64 = event::<IAgentPolicy::ChangeProposed>(&receipt)?.readyAt.saturating_to();
    ui.line(format!("proposed; from {ready_at} (seconds since 1970) on the same command puts it in force"));
    ui.document(&json!({ "change": change, "readyAt": ready_at, "enacted": false, "differences": found }));
    Ok(())
}

/// When a change that waits can be enacted; `None` where it does not wait.
async fn proposed(client: &Client, change: B256) -> Result<Option<u64>, Failure> {
    let slot = praxis_agents::slots::change(change);
    let word: U256 = client.request("eth_getStorageAt", json!([AGENT_POLICY, slot, "latest"])).await?;
    Ok((!word.is_zero()).then(|| word.saturating_to()))
}

/// The head's time in seconds.
pub(super) async fn now(client: &Client) -> Result<u64, Failure> {
    let block: Value = client.request("eth_getBlockByNumber", json!(["latest", false])).await?;
    let text = block.get("timestamp").and_then(Value::as_str).and_then(|t| t.strip_prefix("0x"));
    text.and_then(|text| u64::from_str_radix(text, 16).ok())
        .ok_or_else(|| Failure::failed(format!("{} gave a block without a time", client.url())))
}

pub(super) async fn tighten(file: &PolicyArgs, owner: &OwnerArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, _) = wallet(&owner.chain, &owner.key)?;
    let account = owner.account;
    let (before, after) = both(&client, account, file).await?;
    let found = differences(&before, &after);
    table(&found, ui);
    let looser: Vec<_> = found.iter().filter(|d| d.direction == Direction::Looser).map(|d| d.field.as_str()).collect();
    if !looser.is_empty() {
        return Err(Failure::usage(format!(
            "the file permits more, or something else, in: {}; use `praxis agent policy propose`",
            looser.join(", ")
        )));
    }
    if before.terms != after.terms {
        client.send(AGENT_POLICY, IAgentPolicy::tightenCall { account, terms: after.terms }).await?;
    }
    let kept = |rule: &praxis_contracts::agents::Rule| {
        after.rules.iter().any(|other| (other.target, other.selector) == (rule.target, rule.selector))
    };
    for rule in before.rules.iter().filter(|rule| !kept(rule)) {
        let call = IAgentPolicy::removeRuleCall { account, target: rule.target, selector: rule.selector };
        client.send(AGENT_POLICY, call).await?;
    }
    ui.line(if found.is_empty() { "nothing to do" } else { "in force now" });
    ui.document(&json!({ "account": account, "differences": found }));
    Ok(())
}

pub(super) async fn pause(args: &PauseArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, _) = wallet(&args.owner.chain, &args.owner.key)?;
    let account = args.owner.account;
    let call = IAgentPolicy::pauseCall { account, time: U256::from(args.time) };
    let receipt = client.send(AGENT_POLICY, call).await?;
    let until = event::<IAgentPolicy::Paused>(&receipt)?.until;
    ui.line(format!(
        "{account} is paused until {until} (seconds since 1970); the same key can't pause it again for 14 days"
    ));
    ui.document(&json!({ "account": account, "until": until.to_string() }));
    Ok(())
}

pub(super) async fn revoke(owner: &OwnerArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, _) = wallet(&owner.chain, &owner.key)?;
    let account = owner.account;
    let state = client.call(AGENT_POLICY, IAgentPolicy::stateOfCall { account }).await?;
    if state.terms == Address::ZERO {
        ui.line(format!("{account} is revoked already"));
        ui.document(&json!({ "account": account, "epoch": state.epoch, "changed": false }));
        return Ok(());
    }
    let receipt = client.send(AGENT_POLICY, IAgentPolicy::revokeCall { account }).await?;
    let epoch = event::<IAgentPolicy::Revoked>(&receipt)?.epoch;
    ui.line(format!("{account} is revoked: its agent may do nothing from the next transaction on"));
    ui.document(&json!({ "account": account, "epoch": epoch, "changed": true }));
    Ok(())
}
