//! `praxis agent deploy`: strategy, registration, account, policy, booking. Each step is left out where it is done already.

use super::common::{book, event, read_policy, wallet};
use crate::{args::DeployAgentArgs, client::Client, failure::Failure, ui::Ui};
use alloy_primitives::{Address, Bytes, keccak256};
use praxis_contracts::{
    addresses::{AGENT_ACCOUNT_FACTORY, STRATEGY_REGISTRY},
    agents::{IAgentAccountFactory, IStrategyRegistry, Read},
};
use serde_json::{Value, json};
use std::path::Path;

pub(super) async fn run(args: &DeployAgentArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, owner) = wallet(&args.chain, &args.key)?;
    let strategy = match (&args.artifact, args.strategy) {
        (Some(path), _) => {
            let code: Bytes = [creation_code(path)?.as_ref(), args.args.as_ref()].concat().into();
            client.deploy(code, "the strategy").await?.0
        }
        (None, Some(strategy)) => strategy,
        (None, None) => return Err(Failure::usage("give the strategy's artifact, or --strategy")),
    };
    ui.line(format!("strategy {strategy}"));
    register(&client, strategy, &args.reads, ui).await?;
    let mut document = json!({ "strategy": strategy, "owner": owner });
    if let Some(path) = &args.policy {
        let known = [("STRATEGY", strategy.to_string()), ("OWNER", owner.to_string())];
        let policy = read_policy(path, &args.set, &known)?;
        let account = account(&client, owner, args, &policy, ui).await?;
        document["account"] = json!(account);
        document["template"] = json!(policy.template());
        if !args.contexts.is_empty() {
            let booking = book(&client, account, strategy, &args.contexts).await?;
            ui.line(format!("booking {booking}"));
            document["booking"] = json!(booking.to_string());
        }
    }
    ui.document(&document);
    Ok(())
}

async fn register(client: &Client, strategy: Address, reads: &[Address], ui: &Ui) -> Result<(), Failure> {
    let known = client.call(STRATEGY_REGISTRY, IStrategyRegistry::readsOfCall { strategy }).await?;
    if !known.codeHash.is_zero() {
        ui.line("it is registered already");
        return Ok(());
    }
    let mut declared = Vec::with_capacity(reads.len());
    for target in reads {
        let code: Bytes = client.request("eth_getCode", json!([target, "latest"])).await?;
        if code.is_empty() {
            return Err(Failure::usage(format!("--reads {target}: there is no contract")));
        }
        declared.push(Read { target: *target, codeHash: keccak256(&code) });
    }
    client.send(STRATEGY_REGISTRY, IStrategyRegistry::registerCall { strategy, reads: declared }).await?;
    ui.line("registered: its code holds nothing that a strategy may not do");
    Ok(())
}

async fn account(
    client: &Client,
    owner: Address,
    args: &DeployAgentArgs,
    policy: &praxis_agents::policy::Policy,
    ui: &Ui,
) -> Result<Address, Failure> {
    let (salt, terms, rules) = (args.salt, policy.terms.clone(), policy.rules.clone());
    let address = IAgentAccountFactory::addressOfCall { owner, salt, terms: terms.clone(), rules: rules.clone() };
    let account = client.call(AGENT_ACCOUNT_FACTORY, address).await?;
    let code: Bytes = client.request("eth_getCode", json!([account, "latest"])).await?;
    if !code.is_empty() {
        ui.line(format!("account {account}: it is there already, with this owner and policy"));
        return Ok(account);
    }
    let create = IAgentAccountFactory::createAccountCall { owner, salt, terms, rules };
    let receipt = client.send(AGENT_ACCOUNT_FACTORY, create).await?;
    let made = event::<IAgentAccountFactory::AccountCreated>(&receipt)?.account;
    ui.line(format!("account {made} ({} gas)", receipt.gas_used));
    Ok(made)
}

/// Creation code out of an artifact: Foundry's (`bytecode.object`) or Hardhat's (`bytecode`).
pub(super) fn creation_code(path: &Path) -> Result<Bytes, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::failed(format!("the artifact {shown} can't be read: {e}")))?;
    let json: Value =
        serde_json::from_str(&text).map_err(|e| Failure::failed(format!("the artifact {shown} is no JSON: {e}")))?;
    code_of(&json).ok_or_else(|| {
        Failure::usage(format!(
            "{shown} has no creation code in `bytecode`: give the artifact of a contract that is not abstract, with its \
             libraries linked"
        ))
    })
}

fn code_of(json: &Value) -> Option<Bytes> {
    let bytecode = json.get("bytecode")?;
    let text = bytecode.get("object").unwrap_or(bytecode).as_str()?;
    let code: Bytes = text.parse().ok()?;
    (!code.is_empty()).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_of_both_tools_are_read() {
        let code = Some(Bytes::from_static(&[0x60, 0x00]));
        assert_eq!(code_of(&json!({ "bytecode": { "object": "0x6000" } })), code);
        assert_eq!(code_of(&json!({ "bytecode": "0x6000" })), code);
        for wrong in [json!({}), json!({ "bytecode": "0x" }), json!({ "bytecode": "0x60__$lib$__" })] {
            assert_eq!(code_of(&wrong), None, "{wrong}");
        }
    }
}
