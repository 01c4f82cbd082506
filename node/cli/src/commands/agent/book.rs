//! `praxis agent book`, `unbook` and `status`.

use super::common::{book as book_at_runner, ether, event, wallet};
use crate::{
    args::{BookArgs, StatusArgs, UnbookArgs},
    client::Client,
    failure::Failure,
    ui::Ui,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    addresses::{AGENT_RUNNER, SCHEDULER},
    agents::IAgentRunner,
    scheduler::{IScheduler, Plan, Reason, Stage, Status, Trigger},
};
use serde_json::{Value, json};

/// Gas of a run where it can't be estimated: no run without an action needs more.
const USUAL_RUN_GAS: u64 = 1_500_000;

pub(super) async fn book(args: &BookArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, owner) = wallet(&args.owner.chain, &args.owner.key)?;
    let account = args.owner.account;
    let booking = match (args.booking, args.strategy) {
        (Some(booking), _) => booking,
        (None, Some(strategy)) => book_at_runner(&client, account, strategy, &args.contexts).await?,
        (None, None) => return Err(Failure::usage("give --strategy or --booking")),
    };
    ui.line(format!("booking {booking} at the runner"));
    let mut document = json!({ "account": account, "booking": booking.to_string() });
    if args.every.is_some() || args.every_blocks.is_some() {
        let gas = match args.gas {
            Some(gas) => gas,
            None => run_gas(&client, owner, booking, ui).await?,
        };
        let plan = plan(&client, args, gas).await?;
        let receipt = client.pay(SCHEDULER, IScheduler::bookRunCall { account, booking, plan }, args.prepay).await?;
        let id = event::<IScheduler::Booked>(&receipt)?.id;
        let status = client.call(SCHEDULER, IScheduler::statusCall { id }).await?;
        ui.line(format!(
            "scheduled as {id}: {gas} gas a run, {} in advance for {} runs at the present price",
            ether(args.prepay),
            status.runway
        ));
        document["schedule"] = json!(id);
        document["runway"] = json!(status.runway.to_string());
        document["gas"] = json!(gas);
    }
    ui.document(&document);
    Ok(())
}

/// What a run needs now, and a half more.
async fn run_gas(client: &Client, owner: Address, booking: U256, ui: &Ui) -> Result<u32, Failure> {
    let data = Bytes::from(IAgentRunner::runCall { booking }.abi_encode());
    let call = json!([{ "from": owner, "to": AGENT_RUNNER, "input": data }]);
    let estimated: Result<U256, Failure> = client.request("eth_estimateGas", call).await;
    let needed = match estimated {
        Ok(gas) => gas.saturating_to::<u64>(),
        Err(failure) => {
            ui.note(format!("note: a run can't be estimated now ({}); taking {USUAL_RUN_GAS} gas", failure.message));
            USUAL_RUN_GAS
        }
    };
    u32::try_from(needed + needed / 2).map_err(|_| Failure::failed(format!("a run needs {needed} gas")))
}

async fn plan(client: &Client, args: &BookArgs, gas: u32) -> Result<Plan, Failure> {
    let (trigger, start, interval, ttl) = match (args.every, args.every_blocks) {
        (Some(seconds), _) => {
            let ms = seconds.saturating_mul(1000);
            let ttl = args.ttl.saturating_mul(1000);
            (Trigger::Time, (super::policy::now(client).await? + 1).saturating_mul(1000) + ms, ms, ttl)
        }
        (None, Some(blocks)) => (Trigger::Block, client.block_number().await? + blocks.max(2), blocks, args.ttl),
        (None, None) => return Err(Failure::usage("give --every or --every-blocks")),
    };
    let max_price =
        u128::try_from(args.max_price).map_err(|_| Failure::usage("--max-price is more ether than there is"))?;
    Ok(Plan {
        trigger,
        start,
        interval,
        count: args.count,
        ttl,
        jitter: 0,
        gasLimit: gas,
        maxPrice: max_price,
        inForced: false,
        target: Address::ZERO,
        data: Bytes::new(),
        asked: Address::ZERO,
        question: Bytes::new(),
        questionGas: 0,
    })
}

pub(super) async fn unbook(args: &UnbookArgs, ui: &Ui) -> Result<(), Failure> {
    let (client, owner) = wallet(&args.chain, &args.key)?;
    let id = args.schedule;
    let status = client.call(SCHEDULER, IScheduler::statusCall { id }).await?;
    if matches!(status.stage, Stage::None) {
        return Err(Failure::failed(format!("the Scheduler knows no booking {id}")));
    }
    let cancelled = matches!(status.stage, Stage::Waiting | Stage::Running);
    if cancelled {
        client.send(SCHEDULER, IScheduler::cancelCall { id }).await?;
    }
    let rest = client.call(SCHEDULER, IScheduler::statusCall { id }).await?.balance;
    if !rest.is_zero() {
        client.send(SCHEDULER, IScheduler::withdrawCall { id, amount: rest, to: owner }).await?;
    }
    ui.line(format!(
        "{} {id}; {} went back to {owner}",
        if cancelled { "cancelled" } else { "had ended:" },
        ether(rest)
    ));
    ui.document(&json!({ "schedule": id, "cancelled": cancelled, "returned": rest.to_string() }));
    Ok(())
}

pub(super) async fn status(args: &StatusArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&args.chain.rpc);
    let id = args.schedule;
    let status = client.call(SCHEDULER, IScheduler::statusCall { id }).await?;
    if matches!(status.stage, Stage::None) {
        return Err(Failure::failed(format!("the Scheduler knows no booking {id}")));
    }
    let booked = client.call(SCHEDULER, IScheduler::planOfCall { id }).await?;
    let unit = if matches!(booked.plan.trigger, Trigger::Block) { "block" } else { "ms" };
    let shown = [
        ("stage", stage(&status.stage).to_owned()),
        ("last", reason(&status.reason).to_owned()),
        ("next", format!("{unit} {}", status.next)),
        ("ran", status.ran.to_string()),
        ("failed", status.failed.to_string()),
        ("missed", status.missed.to_string()),
        ("balance", ether(status.balance)),
        ("pays for", format!("{} runs", status.runway)),
        ("account", booked.account.to_string()),
        ("owner", booked.owner.to_string()),
    ];
    ui.table(&[], shown.into_iter().map(|(name, value)| vec![name.into(), value]));
    ui.document(&document(id, &status));
    Ok(())
}

/// A booking's state as JSON.
pub(super) fn document(id: u64, status: &Status) -> Value {
    json!({
        "schedule": id, "stage": stage(&status.stage), "reason": reason(&status.reason), "next": status.next,
        "ran": status.ran, "failed": status.failed, "missed": status.missed,
        "balance": status.balance.to_string(), "runway": status.runway.to_string(),
    })
}

const fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Waiting => "waiting",
        Stage::Running => "running",
        Stage::Done => "done",
        Stage::Cancelled => "cancelled",
        _ => "none",
    }
}

/// What happened last, in words.
pub(super) const fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Ran => "ran",
        Reason::Reverted => "ran and reverted",
        Reason::Price => "the price is above its limit",
        Reason::Expired => "came too late",
        Reason::Balance => "its balance does not pay for a run",
        Reason::Policy => "the policy does not permit the cost",
        Reason::NotYet => "its predicate says no",
        Reason::TooLarge => "the share of a block is too small for it",
        Reason::Empty => "ended: its balance was used up",
        Reason::Revoked => "ended: the policy was revoked",
        Reason::Cancelled => "ended by its owner",
        _ => "nothing yet",
    }
}
