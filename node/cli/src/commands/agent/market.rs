//! `praxis agent register`, `hire`, `upgrade` and `review`.

use super::common::{book, ether, event, read_policy, wallet};
use crate::{
    args::{HireArgs, RegisterArgs, ReviewArgs, UpgradeArgs},
    client::Client,
    failure::Failure,
    ui::Ui,
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolValue;
use praxis_contracts::{
    addresses::{
        AGENT_MARKET, ERC8004_IDENTITY, ERC8004_REPUTATION, MODEL_REGISTRY, STRATEGY_CHECKER, VALIDATION_REGISTRY,
        VERIFIER_HUB,
    },
    market::{IAgentMarket, IIdentityRegistry, IReputationRegistry, IValidationRegistry, Offer},
};
use serde_json::json;

pub(super) async fn register(args: &RegisterArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, author) = wallet(&args.chain, &args.key)?;
    let agent_id = match args.agent_id {
        Some(id) => id,
        None => {
            let call = IIdentityRegistry::register_1Call { agentURI: args.uri.clone() };
            let receipt = client.send(ERC8004_IDENTITY, call).await?;
            event::<IIdentityRegistry::Registered>(&receipt)?.agentId
        }
    };
    ui.line(format!("agent {agent_id} of {author}"));
    let mut document = json!({ "agentId": agent_id.to_string(), "owner": author });
    if let Some(strategy) = args.strategy {
        let (listing, template) = offer(&client, args, agent_id, strategy, ui).await?;
        document["listing"] = json!(listing.to_string());
        document["template"] = json!(template);
    }
    ui.document(&document);
    Ok(())
}

async fn offer(
    client: &Client,
    args: &RegisterArgs,
    agent_id: U256,
    strategy: Address,
    ui: &Ui,
) -> Result<(U256, B256), Failure> {
    if !args.bond.is_zero() {
        client.pay(AGENT_MARKET, IAgentMarket::bondCall { agentId: agent_id }, args.bond).await?;
        ui.line(format!("bond of {} put up", ether(args.bond)));
    }
    let bond = client.call(AGENT_MARKET, IAgentMarket::bondOfCall { agentId: agent_id }).await?;
    if bond.amount.is_zero() {
        return Err(Failure::usage("an offer needs an author's bond: give --bond, for example --bond '1 ether'"));
    }
    let template = match &args.template {
        Some(path) => read_policy(path, &args.set, &[("STRATEGY", strategy.to_string())])?.template(),
        None => B256::ZERO,
    };
    let narrow = |value: U256, what: &str| {
        u128::try_from(value).map_err(|_| Failure::usage(format!("{what} is more ether than there is")))
    };
    // One request for each version: the hash names strategy, agent and the bond's state when it was made.
    let validation = keccak256((agent_id, strategy, client.block_number().await?).abi_encode());
    let request = IValidationRegistry::validationRequestCall {
        validatorAddress: VERIFIER_HUB,
        agentId: agent_id,
        requestURI: args.uri.clone(),
        requestHash: validation,
    };
    client.send(VALIDATION_REGISTRY, request).await?;
    let mut manifests = Vec::with_capacity(args.models.len());
    for model in &args.models {
        manifests.push(manifest(client, *model).await?);
    }
    let offer = Offer {
        agentId: agent_id,
        strategy,
        models: args.models.clone(),
        manifests,
        template,
        perRun: narrow(args.per_run, "--per-run")?,
        perPeriod: narrow(args.per_period, "--per-period")?,
        profitBps: args.profit_bps,
        period: u32::try_from(args.period).map_err(|_| Failure::usage("--period is longer than 136 years"))?,
        validation,
        checkers: vec![STRATEGY_CHECKER],
        uri: args.uri.clone(),
    };
    let receipt = client.send(AGENT_MARKET, IAgentMarket::listCall { offer }).await?;
    let listing = event::<IAgentMarket::Listed>(&receipt)?.listing;
    ui.line(format!("offered as listing {listing}"));
    Ok((listing, template))
}

/// What an offer says of a model beside its id: the root of its bytes.
async fn manifest(client: &Client, id: B256) -> Result<B256, Failure> {
    let model = client.call(MODEL_REGISTRY, praxis_contracts::IModelRegistry::getModelCall { id }).await?;
    if model.length == 0 {
        return Err(Failure::failed(format!("no model with the id {id} is known at {}", client.url())));
    }
    Ok(model.root)
}

pub(super) async fn hire(args: &HireArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, _) = wallet(&args.owner.chain, &args.owner.key)?;
    let listed = client.call(AGENT_MARKET, IAgentMarket::listingOfCall { listing: args.listing }).await?;
    if listed.strategy == Address::ZERO || listed.closed {
        return Err(Failure::failed(format!("listing {} is not offered", args.listing)));
    }
    let account = args.owner.account;
    let booking = match args.booking {
        Some(booking) => booking,
        None => book(&client, account, listed.strategy, &args.contexts).await?,
    };
    let call = IAgentMarket::hireCall { listing: args.listing, account, booking };
    let receipt = client.pay(AGENT_MARKET, call, args.prepay).await?;
    let hired = event::<IAgentMarket::Hired>(&receipt)?.hire;
    ui.line(format!(
        "hire {hired}: {account} uses listing {} by booking {booking}, {} paid in advance",
        args.listing,
        ether(args.prepay)
    ));
    ui.document(&json!({
        "hire": hired.to_string(), "listing": args.listing.to_string(), "booking": booking.to_string(),
        "strategy": listed.strategy, "account": account, "agentId": listed.agentId.to_string(),
    }));
    Ok(())
}

pub(super) async fn upgrade(args: &UpgradeArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, _) = wallet(&args.chain, &args.key)?;
    let (id, listing) = (args.hire, args.to);
    let wanted = client.call(AGENT_MARKET, IAgentMarket::listingOfCall { listing }).await?;
    if wanted.strategy == Address::ZERO {
        return Err(Failure::failed(format!("there is no listing {listing}")));
    }
    if args.shadow {
        client.send(AGENT_MARKET, IAgentMarket::shadowCall { id, listing }).await?;
        ui.line(format!(
            "hire {id} tries listing {listing} beside its own; `praxis agent simulate --strategy {}` shows its decisions",
            wanted.strategy
        ));
        ui.document(&json!({ "hire": id.to_string(), "shadow": listing.to_string(), "strategy": wanted.strategy }));
        return Ok(());
    }
    let hire = client.call(AGENT_MARKET, IAgentMarket::hireOfCall { id }).await?;
    if hire.account == Address::ZERO || hire.ended {
        return Err(Failure::failed(format!("there is no hire {id}, or it has ended")));
    }
    if hire.listing == listing {
        ui.line(format!("hire {id} is bound to listing {listing} already"));
        ui.document(&json!({ "hire": id.to_string(), "listing": listing.to_string(), "changed": false }));
        return Ok(());
    }
    let booking = match args.booking {
        Some(booking) => booking,
        None => book(&client, hire.account, wanted.strategy, &args.contexts).await?,
    };
    client.send(AGENT_MARKET, IAgentMarket::upgradeCall { id, listing, booking }).await?;
    ui.line(format!(
        "hire {id} is bound to listing {listing} now, by booking {booking}; its scheduled runs are booked anew"
    ));
    ui.document(&json!({
        "hire": id.to_string(), "listing": listing.to_string(), "booking": booking.to_string(), "changed": true,
    }));
    Ok(())
}

pub(super) async fn review(args: &ReviewArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, reviewer) = wallet(&args.chain, &args.key)?;
    let call = IReputationRegistry::giveFeedbackCall {
        agentId: args.agent_id,
        value: args.value,
        valueDecimals: args.decimals,
        tag1: args.tag.clone(),
        tag2: args.tag2.clone(),
        endpoint: String::new(),
        feedbackURI: args.uri.clone(),
        feedbackHash: B256::ZERO,
    };
    let receipt = client.send(ERC8004_REPUTATION, call).await?;
    let given = event::<IReputationRegistry::NewFeedback>(&receipt)?;
    let summary = IAgentMarket::summaryCall {
        agentId: args.agent_id,
        tag1: args.tag.clone(),
        tag2: args.tag2.clone(),
        from: U256::ZERO,
        limit: U256::from(256),
    };
    let summary = client.call(AGENT_MARKET, summary).await?;
    ui.line(format!(
        "feedback {} of {reviewer} on agent {}; by those who paid for it there are {} now",
        given.feedbackIndex, args.agent_id, summary.count
    ));
    ui.document(&json!({
        "agentId": args.agent_id.to_string(), "client": reviewer, "feedbackIndex": given.feedbackIndex,
        "byHirers": { "count": summary.count, "value": summary.value.to_string(), "decimals": summary.decimals },
    }));
    Ok(())
}
