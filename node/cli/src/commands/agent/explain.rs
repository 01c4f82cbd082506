//! `praxis agent explain`: each action of a transaction against each rule, and what another policy would have said.

use super::{
    common::{in_force, read_policy, text},
    log::words,
    policy::allowances_left,
    replaced::Assumed,
    simulate::last_call,
};
use crate::{args::ExplainArgs, client::Client, failure::Failure, ui::Ui};
use alloy_primitives::{Address, B256, Bytes};
use praxis_agents::{
    explain::{ActCall, Judged, Under, judge, under},
    log::Happened,
    policy::Policy,
};
use praxis_contracts::addresses::{AGENT_RUNNER, RULE_CHECKS};
use serde_json::{Value, json};

/// Deepest call that is looked at: the EVM's own limit.
const MAX_DEPTH: usize = 1_024;

/// How the runner entered `RuleChecks`, as a tracer saw it.
struct Traced {
    input: Bytes,
    output: Bytes,
    reverted: bool,
}

pub(super) async fn run(args: &ExplainArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&args.chain.rpc);
    let hash = args.transaction;
    let trace: Value = client.request("debug_traceTransaction", json!([hash, { "tracer": "callTracer" }])).await?;
    let mut calls = Vec::new();
    collect(&trace, &mut calls, 0);
    let Some(first) = calls.iter().find_map(|call| under(&call.input)) else {
        return no_actions(&client, args, ui).await;
    };
    let account = first.account;
    let now = in_force(&client, account).await?;
    let rules = now.policy.as_ref().map(|policy| policy.rules.clone()).unwrap_or_default();
    let mut judged = Vec::new();
    for call in &calls {
        let Some(Under { terms, rule, .. }) = under(&call.input) else { continue };
        let terms: Bytes = client.request("eth_getCode", json!([terms, "latest"])).await?;
        let rule: Bytes = client.request("eth_getCode", json!([rule, "latest"])).await?;
        let parts = Policy::terms_of_blob(&terms).zip(Policy::rule_of_blob(&rule));
        let Some((terms, rule)) = parts else { continue };
        let call = ActCall { input: &call.input, output: &call.output, reverted: call.reverted };
        judged.extend(judge(&call, &terms, &rule));
    }
    for (index, one) in judged.iter().enumerate() {
        show(index, one, ui);
    }
    let mut document = json!({ "transaction": hash, "account": account, "actions": judged });
    // What was refused before it was begun left a log and no call.
    let logged = logged(&client, hash).await?;
    ui.table(
        &["account", "what", ""],
        logged.iter().map(|(of, happened)| {
            let (what, more) = words(happened);
            vec![of.to_string(), what, more]
        }),
    );
    document["entries"] = logged.iter().map(|(_, happened)| json!(happened)).collect();
    if let Some(policy) = &now.policy {
        let left = allowances_left(&client, account, policy).await?;
        ui.table(&["allowance", "left now"], left.iter().map(|(name, left)| vec![name.clone(), left.to_string()]));
        document["left"] = left.iter().map(|(name, left)| (name.clone(), json!(left.to_string()))).collect();
    }
    if let Some(path) = &args.policy {
        let strategy = now.policy.as_ref().and_then(|policy| policy.terms.strategies.first().copied());
        let known = [("OWNER", now.owner.to_string()), ("STRATEGY", strategy.unwrap_or_default().to_string())];
        let other = read_policy(path, &args.set, &known)?;
        document["whatIf"] = what_if(&client, hash, first, &rules, &other, ui).await?;
    }
    ui.document(&document);
    Ok(())
}

/// What the receipt tells of agents, account by account. Read as it is: a scheduled call's receipt has a type of the rollup's own.
async fn logged(client: &Client, hash: B256) -> Result<Vec<(Address, Happened)>, Failure> {
    let receipt: Value = client.request("eth_getTransactionReceipt", json!([hash])).await?;
    let Some(logs) = receipt.get("logs") else {
        return Err(Failure::failed(format!("{hash} is in no block")));
    };
    let logs: Vec<alloy_rpc_types_eth::Log> = serde_json::from_value(logs.clone())?;
    Ok(logs.iter().filter_map(|log| praxis_agents::log::read(&log.inner)).collect())
}

/// A run without actions, or no run at all.
async fn no_actions(client: &Client, args: &ExplainArgs, ui: &Ui) -> Result<(), Failure> {
    let found = logged(client, args.transaction).await?;
    if found.is_empty() {
        return Err(Failure::failed(format!("no agent acted in the transaction {}", args.transaction)));
    }
    ui.table(
        &["account", "what", ""],
        found.iter().map(|(account, happened)| {
            let (what, more) = words(happened);
            vec![account.to_string(), what, more]
        }),
    );
    let entries: Vec<_> = found.iter().map(|(_, happened)| happened).collect();
    ui.document(&json!({ "transaction": args.transaction, "actions": [], "entries": entries }));
    Ok(())
}

fn collect(frame: &Value, calls: &mut Vec<Traced>, depth: usize) {
    let is = |field: &str, address: Address| text(frame, field).eq_ignore_ascii_case(&address.to_string());
    // Other functions of `RuleChecks` are asked too; their input is none of `act`.
    if is("from", AGENT_RUNNER) && is("to", RULE_CHECKS) {
        let bytes = |field: &str| text(frame, field).parse().unwrap_or_default();
        calls.push(Traced { input: bytes("input"), output: bytes("output"), reverted: frame.get("error").is_some() });
    }
    if depth < MAX_DEPTH {
        for inner in frame.get("calls").and_then(Value::as_array).into_iter().flatten() {
            collect(inner, calls, depth + 1);
        }
    }
}

fn show(index: usize, judged: &Judged, ui: &Ui) {
    ui.line(format!(
        "action {index}: {} of {} for {}: {}",
        judged.function, judged.target, judged.account, judged.outcome
    ));
    let rows = judged.margins.iter().map(|m| {
        let (used, limit) = if m.limit.is_zero() && m.used.is_zero() && !m.holds {
            (String::new(), String::new())
        } else {
            (m.used.to_string(), m.limit.to_string())
        };
        vec![m.rule.clone(), used, limit, m.margin.to_string(), if m.holds { "holds".into() } else { "BROKEN".into() }]
    });
    ui.table(&["rule", "used", "limit", "margin", ""], rows);
}

/// The same transaction on the state before its block, under another policy.
async fn what_if(
    client: &Client,
    hash: B256,
    under: Under,
    rules: &[praxis_contracts::agents::Rule],
    other: &Policy,
    ui: &Ui,
) -> Result<Value, Failure> {
    let Under { account, epoch, terms: blob, .. } = under;
    let tx: Value = client.request("eth_getTransactionByHash", json!([hash])).await?;
    let number = u64::from_str_radix(text(&tx, "blockNumber").trim_start_matches("0x"), 16)
        .map_err(|_| Failure::failed(format!("{hash} is in no block yet")))?;
    let block: Value = client.request("eth_getBlockByNumber", json!([text(&tx, "blockNumber"), false])).await?;
    let mut assumed = Assumed::default();
    assumed.policy(account, epoch, blob, rules, other);
    let call =
        json!({ "from": tx["from"], "to": tx["to"], "input": tx["input"], "value": tx["value"], "gas": tx["gas"] });
    let payload = json!({ "blockStateCalls": [{
        "blockOverrides": { "time": block["timestamp"] }, "stateOverrides": assumed.json(), "calls": [call],
    }] });
    let parent = format!("{:#x}", number.saturating_sub(1));
    let blocks: Value = client.request("eth_simulateV1", json!([payload, parent])).await?;
    let simulated = last_call(&blocks, account)?;
    ui.line("under the other policy, on the state before the block:");
    if let Some(error) = &simulated.error {
        ui.line(format!("it reverts: {error}"));
    }
    ui.table(
        &["what", ""],
        simulated.happened.iter().map(|happened| {
            let (what, more) = words(happened);
            vec![what, more]
        }),
    );
    Ok(json!({ "error": simulated.error, "gas": simulated.gas, "entries": simulated.happened }))
}
