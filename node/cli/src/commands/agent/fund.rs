//! `praxis agent fund`.

use super::common::{ether, wallet};
use crate::{args::FundArgs, failure::Failure, ui::Ui};
use praxis_agents::abi::{IErc20, IRunnerInside};
use praxis_contracts::{
    addresses::{AGENT_MARKET, AGENT_POLICY, AGENT_RUNNER, SCHEDULER},
    agents::{IAgentPolicy, IAgentRunner},
    market::IAgentMarket,
    scheduler::IScheduler,
};
use serde_json::json;

pub(super) async fn run(args: &FundArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, payer) = wallet(&args.chain, &args.key)?;
    let amount = args.amount;
    if let Some(id) = args.schedule {
        client.pay(SCHEDULER, IScheduler::fundCall { id }, amount).await?;
        let status = client.call(SCHEDULER, IScheduler::statusCall { id }).await?;
        ui.line(format!("scheduled booking {id} has {}, for {} runs", ether(status.balance), status.runway));
        ui.document(
            &json!({ "schedule": id, "balance": status.balance.to_string(), "runway": status.runway.to_string() }),
        );
        return Ok(());
    }
    if let Some(id) = args.hire {
        client.pay(AGENT_MARKET, IAgentMarket::fundCall { id }, amount).await?;
        let hire = client.call(AGENT_MARKET, IAgentMarket::hireOfCall { id }).await?;
        ui.line(format!("hire {id} has {} wei in advance", hire.balance));
        ui.document(&json!({ "hire": id.to_string(), "balance": hire.balance.to_string() }));
        return Ok(());
    }
    let Some(account) = args.account else { return Err(Failure::usage("give --account, --schedule or --hire")) };
    match args.token {
        Some(token) => _ = client.send(token, IErc20::transferCall { to: account, amount }).await?,
        None => _ = client.transfer(account, amount).await?,
    }
    let what = args.token.map_or_else(|| ether(amount), |token| format!("{amount} of {token}"));
    ui.line(format!("{account} has got {what}"));
    // What comes in unasked is not counted in profit and drawdown. The owner says that it was put in.
    let units = client.call(AGENT_RUNNER, IRunnerInside::accountOfCall { account }).await?.units;
    let owner = client.call(AGENT_POLICY, IAgentPolicy::ownerOfCall { account }).await?;
    let mut settled = false;
    if owner == payer && !units.is_zero() {
        match client.send(AGENT_RUNNER, IAgentRunner::settleCall { account }).await {
            Ok(_) => settled = true,
            Err(failure) => ui.note(format!("note: it is not counted as put in yet: {}", failure.message)),
        }
    }
    ui.document(&json!({ "account": account, "amount": amount.to_string(), "token": args.token, "settled": settled }));
    Ok(())
}
