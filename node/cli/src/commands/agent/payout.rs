//! `praxis agent collect` and `end`: who gets what of a hire.

use super::common::{ether, wallet};
use crate::{args::PayoutArgs, client::Client, failure::Failure, ui::Ui};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use praxis_contracts::{addresses::AGENT_MARKET, market::IAgentMarket};
use serde_json::json;

pub(super) async fn collect(args: &PayoutArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, payee) = wallet(&args.chain, &args.key)?;
    let id = args.hire;
    let receipt = client.send(AGENT_MARKET, IAgentMarket::collectCall { id }).await?;
    let paid = receipt.logs().iter().filter_map(|log| IAgentMarket::Paid::decode_log(&log.inner).ok());
    let paid: U256 = paid.map(|log| log.amount).sum();
    ui.line(match paid.is_zero() {
        true => format!("hire {id} pays nothing now: no run since, nothing in advance, or its policy permits no fee"),
        false => format!("hire {id} paid {}", ether(paid)),
    });
    let withdrawn = withdraw(&client, payee, ui).await?;
    ui.document(
        &json!({ "hire": id.to_string(), "paid": paid.to_string(), "withdrawn": withdrawn.to_string(), "to": payee }),
    );
    Ok(())
}

pub(super) async fn end(args: &PayoutArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, hirer) = wallet(&args.chain, &args.key)?;
    let id = args.hire;
    let hire = client.call(AGENT_MARKET, IAgentMarket::hireOfCall { id }).await?;
    if hire.hirer == Address::ZERO {
        return Err(Failure::failed(format!("there is no hire {id}")));
    }
    let changed = !hire.ended;
    if changed {
        client.send(AGENT_MARKET, IAgentMarket::endCall { id }).await?;
    }
    ui.line(format!("hire {id} {}", if changed { "ended" } else { "had ended already" }));
    let withdrawn = withdraw(&client, hirer, ui).await?;
    ui.document(
        &json!({ "hire": id.to_string(), "changed": changed, "withdrawn": withdrawn.to_string(), "to": hirer }),
    );
    Ok(())
}

/// Takes out whatever the market holds for this address.
async fn withdraw(client: &Client, payee: Address, ui: &Ui) -> Result<U256, Failure> {
    let held = client.call(AGENT_MARKET, IAgentMarket::balanceOfCall { payee }).await?;
    if !held.is_zero() {
        client.send(AGENT_MARKET, IAgentMarket::withdrawCall { to: payee }).await?;
        ui.line(format!("{payee} took out {}", ether(held)));
    }
    Ok(held)
}
