//! `praxis agent log`.

use super::common::{Entry, history};
use crate::{args::LogArgs, client::Client, failure::Failure, ui::Ui};
use praxis_agents::log::Happened;
use serde_json::{Value, json};

pub(super) async fn run(args: &LogArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&args.chain.rpc);
    let (mut entries, next) = history(&client, args.account, args.from, args.limit).await?;
    if args.refused {
        entries.retain(|entry| is_refusal(&entry.happened));
    }
    ui.table(&["block", "transaction", "what", ""], entries.iter().map(row));
    if let Some(next) = next {
        ui.line(format!("more from block {next} on: --from {next}"));
    }
    let listed: Vec<Value> = entries.iter().map(document).collect();
    ui.document(&json!({ "account": args.account, "entries": listed, "next": next }));
    Ok(())
}

/// Whether the policy said no, or an action failed.
pub(super) const fn is_refusal(happened: &Happened) -> bool {
    matches!(happened, Happened::ActionRefused { .. } | Happened::ActionFailed { .. } | Happened::RunRefused { .. })
}

fn row(entry: &Entry) -> Vec<String> {
    let (what, more) = words(&entry.happened);
    let hash = entry.transaction_hash.map(|hash| hash.to_string()).unwrap_or_default();
    vec![entry.block_number.to_string(), hash, what, more]
}

/// An entry as JSON.
pub(super) fn document(entry: &Entry) -> Value {
    let mut value = serde_json::to_value(&entry.happened).unwrap_or_default();
    value["block"] = json!(entry.block_number.to::<u64>());
    value["transaction"] = json!(entry.transaction_hash);
    value
}

/// What happened, in a few words, and the details.
pub(super) fn words(happened: &Happened) -> (String, String) {
    match happened {
        Happened::Booked { booking, strategy, contexts } => {
            (format!("booked {booking}"), format!("strategy {strategy}, {} contexts", contexts.len()))
        }
        Happened::BookingCancelled { booking } => (format!("booking {booking} cancelled"), String::new()),
        Happened::Inferred { booking, model } => (format!("run {booking}: inferred"), format!("model {model}")),
        Happened::ActionExecuted { booking, index, target, .. } => {
            (format!("run {booking}: action {index} executed"), format!("target {target}"))
        }
        Happened::ActionRefused { booking, index, rule, margin, action } => (
            format!("run {booking}: action {index} REFUSED by {rule}"),
            format!("by {margin}; {} of {}", action.function, action.target),
        ),
        Happened::ActionFailed { booking, index, reason, action } => (
            format!("run {booking}: action {index} failed"),
            format!("{} of {}: {}", action.function, action.target, failure_reason(reason)),
        ),
        Happened::RunRefused { booking, rule, margin } => {
            (format!("run {booking} REFUSED by {rule}"), format!("by {margin}"))
        }
        Happened::RunCompleted { booking, executed, refused } => {
            (format!("run {booking} completed"), format!("{executed} executed, {refused} refused"))
        }
        Happened::Settled { units, mark } => ("settled".into(), format!("{units} units, mark {mark}")),
        Happened::Charged { what, amount } => (format!("charged for {what}"), format!("{amount} wei")),
        Happened::Installed { owner } => ("policy installed".into(), format!("owner {owner}")),
        Happened::ChangeProposed { change, ready_at } => {
            ("change proposed".into(), format!("{change}, ready at {ready_at}"))
        }
        Happened::ChangeCancelled { change } => ("change cancelled".into(), change.to_string()),
        Happened::TermsSet { epoch, .. } => ("terms set".into(), format!("epoch {epoch}")),
        Happened::RuleSet { target, function, .. } => ("rule set".into(), format!("{function} of {target}")),
        Happened::RuleRemoved { target, function } => ("rule removed".into(), format!("{function} of {target}")),
        Happened::Paused { guardian, until } => ("paused".into(), format!("by {guardian} until {until}")),
        Happened::Revoked { epoch } => ("revoked".into(), format!("epoch {epoch}")),
        Happened::ActionApproved { action, deadline } => {
            ("action approved".into(), format!("{action} until {deadline}"))
        }
    }
}

/// What a call reverted with, as text where it is one.
fn failure_reason(reason: &[u8]) -> String {
    praxis_agents::errors::name(reason).unwrap_or_else(|| format!("0x{}", hex::encode(reason)))
}
