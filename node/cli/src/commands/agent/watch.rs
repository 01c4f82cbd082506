//! `praxis agent watch`: alarms to a webhook, numbers to Prometheus.

use super::{
    book,
    common::{Entry, ether, history},
    log::{document, is_refusal, words},
};
use crate::{args::WatchArgs, client::Client, failure::Failure, telemetry::serve_metrics, ui::Ui};
use alloy_primitives::U256;
use praxis_agents::log::Happened;
use praxis_contracts::{
    addresses::SCHEDULER,
    scheduler::{IScheduler, Stage, Status},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// How long a webhook may take.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// Entries of one look.
const MAX_ENTRIES: usize = 1_000;

/// What was seen at the last look.
#[derive(Default)]
struct Seen {
    /// The account's balance was low.
    low: bool,
    /// Missed runs and whether the runway was low, by booking.
    schedules: BTreeMap<u64, (u32, bool)>,
}

pub(super) async fn run(args: &WatchArgs, ui: &Ui) -> Result<(), Failure> {
    if let Some(address) = args.metrics_addr {
        serve_metrics(address)?;
    }
    let client = Client::reader(&args.chain.rpc);
    let http = reqwest::Client::builder().timeout(WEBHOOK_TIMEOUT).build()?;
    let mut next = match args.from {
        Some(from) => from,
        None => client.block_number().await? + 1,
    };
    let (mut seen, mut all) = (Seen::default(), Vec::new());
    loop {
        let alarms = match look(args, &client, &mut next, &mut seen).await {
            Ok(alarms) => alarms,
            Err(failure) if !args.once => {
                // A node that restarts is no reason to stop watching.
                ui.note(format!("note: {}", failure.message));
                Vec::new()
            }
            Err(failure) => return Err(failure),
        };
        for (line, alarm) in alarms {
            ui.line(line);
            if let Some(url) = &args.webhook
                && let Err(error) = post(&http, url, &alarm).await
            {
                ui.note(format!("note: the webhook {url} did not take an alarm: {error}"));
            }
            if args.once {
                all.push(alarm);
            }
        }
        if args.once {
            ui.document(&json!({ "account": args.account, "alarms": all, "next": next }));
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(args.interval)) => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

async fn post(http: &reqwest::Client, url: &url::Url, alarm: &Value) -> Result<(), reqwest::Error> {
    http.post(url.clone()).json(alarm).send().await?.error_for_status().map(|_| ())
}

type Alarms = Vec<(String, Value)>;

async fn look(args: &WatchArgs, client: &Client, next: &mut u64, seen: &mut Seen) -> Result<Alarms, Failure> {
    let mut alarms = Vec::new();
    let head = client.block_number().await?;
    if *next <= head {
        let (entries, more) = history(client, args.account, *next, MAX_ENTRIES).await?;
        *next = more.unwrap_or(head + 1).max(entries.last().map_or(0, |entry| entry.block_number.to::<u64>() + 1));
        alarms.extend(entries.iter().filter_map(|entry| refusal(args, entry)));
    }
    balance(args, client, seen, &mut alarms).await?;
    for id in &args.schedules {
        let status = client.call(SCHEDULER, IScheduler::statusCall { id: *id }).await?;
        schedule(args, *id, &status, seen, &mut alarms);
    }
    Ok(alarms)
}

fn refusal(args: &WatchArgs, entry: &Entry) -> Option<(String, Value)> {
    let account = args.account.to_string();
    let rule = match &entry.happened {
        Happened::ActionRefused { rule, .. } | Happened::RunRefused { rule, .. } => rule.clone(),
        Happened::ActionFailed { .. } => "failed".into(),
        Happened::RunCompleted { .. } => {
            metrics::counter!("praxis_agent_runs_total", "account" => account).increment(1);
            return None;
        }
        Happened::ActionExecuted { .. } => {
            metrics::counter!("praxis_agent_actions_total", "account" => account).increment(1);
            return None;
        }
        Happened::Revoked { .. } | Happened::Paused { .. } => String::new(),
        _ => return None,
    };
    if is_refusal(&entry.happened) {
        metrics::counter!("praxis_agent_refusals_total", "account" => account, "rule" => rule).increment(1);
    }
    let (what, more) = words(&entry.happened);
    let line = format!("block {}: {what} {more}", entry.block_number);
    Some((line, json!({ "alarm": "refusal", "account": args.account, "entry": document(entry) })))
}

async fn balance(args: &WatchArgs, client: &Client, seen: &mut Seen, alarms: &mut Alarms) -> Result<(), Failure> {
    let balance: U256 = client.request("eth_getBalance", json!([args.account, "latest"])).await?;
    let account = args.account.to_string();
    metrics::gauge!("praxis_agent_balance_ether", "account" => account).set(f64::from(balance) / 1e18);
    let low = balance < args.low_balance;
    if low && !seen.low {
        let line = format!("{} holds only {}", args.account, ether(balance));
        let alarm = json!({ "alarm": "lowBalance", "account": args.account, "balance": balance.to_string() });
        alarms.push((line, alarm));
    }
    seen.low = low;
    Ok(())
}

fn schedule(args: &WatchArgs, id: u64, status: &Status, seen: &mut Seen, alarms: &mut Alarms) {
    let label = id.to_string();
    metrics::gauge!("praxis_agent_schedule_runway_runs", "schedule" => label.clone()).set(f64::from(status.runway));
    metrics::gauge!("praxis_agent_schedule_missed_runs", "schedule" => label).set(f64::from(status.missed));
    let (missed, was_low) = seen.schedules.get(&id).copied().unwrap_or_default();
    let state = || book::document(id, status);
    if status.missed > missed {
        let line = format!("booking {id} missed {} runs: {}", status.missed - missed, book::reason(&status.reason));
        alarms.push((line, json!({ "alarm": "missed", "account": args.account, "status": state() })));
    }
    let waiting = matches!(status.stage, Stage::Waiting | Stage::Running);
    let low = waiting && status.runway < U256::from(args.low_runway);
    if low && !was_low {
        let line = format!("booking {id} has {}, for {} runs", ether(status.balance), status.runway);
        alarms.push((line, json!({ "alarm": "lowRunway", "account": args.account, "status": state() })));
    }
    seen.schedules.insert(id, (status.missed, low));
}
