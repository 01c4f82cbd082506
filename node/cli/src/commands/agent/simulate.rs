//! `praxis agent simulate`: what a run would do, before anybody pays for it.

use super::{
    account::{self, Prepared},
    common::{in_force, text},
    log::words,
};
use crate::{args::SimulateArgs, client::Client, failure::Failure, ui::Ui};
use alloy_primitives::{Address, Log};
use praxis_agents::log::{Happened, read};
use serde_json::{Value, json};

/// Most blocks that one command looks at.
const MAX_BLOCKS: u64 = 10_000;

pub(super) async fn run(args: &SimulateArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&args.chain.rpc);
    let prepared = match (args.account, args.booking) {
        (Some(account), Some(booking)) => {
            let owner = in_force(&client, account).await?.owner;
            account::of_booking(account, owner, booking)
        }
        _ => account::made_up(&client, args).await?,
    };
    let head = client.block_number().await?;
    let first = head.saturating_sub(args.last.min(MAX_BLOCKS.saturating_mul(args.every)));
    let blocks: Vec<u64> = (first..head).step_by(usize::try_from(args.every).unwrap_or(1)).chain([head]).collect();
    let bar = ui.bar(blocks.len() as u64, "blocks");
    let (mut rows, mut documents) = (Vec::new(), Vec::new());
    for block in blocks {
        let ran = at(&client, &prepared, block).await?;
        rows.extend(ran.rows(block));
        documents.push(ran.document(block));
        bar.inc(1);
    }
    bar.finish_and_clear();
    ui.table(&["block", "gas", "what", ""], rows);
    ui.document(&json!({ "account": prepared.account, "booking": prepared.booking.to_string(), "runs": documents }));
    Ok(())
}

/// A run that nobody made.
pub(super) struct Simulated {
    pub(super) gas: u64,
    /// Why the transaction itself would revert.
    pub(super) error: Option<String>,
    pub(super) happened: Vec<Happened>,
}

impl Simulated {
    fn rows(&self, block: u64) -> Vec<Vec<String>> {
        let row = |what: String, more: String| vec![block.to_string(), self.gas.to_string(), what, more];
        if let Some(error) = &self.error {
            return vec![row("REVERTS".into(), error.clone())];
        }
        self.happened.iter().map(words).map(|(what, more)| row(what, more)).collect()
    }

    fn document(&self, block: u64) -> Value {
        json!({ "block": block, "gas": self.gas, "error": self.error, "entries": self.happened })
    }
}

/// The run on the state after a block.
async fn at(client: &Client, prepared: &Prepared, block: u64) -> Result<Simulated, Failure> {
    let payload = json!({
        "blockStateCalls": [{ "stateOverrides": prepared.assumed.json(), "calls": prepared.calls }],
    });
    let blocks: Value = client.request("eth_simulateV1", json!([payload, format!("{block:#x}")])).await?;
    last_call(&blocks, prepared.account)
}

/// What the last call of a simulation came to.
pub(super) fn last_call(blocks: &Value, account: Address) -> Result<Simulated, Failure> {
    let calls = blocks.get(0).and_then(|block| block.get("calls")).and_then(Value::as_array);
    let calls = calls.ok_or_else(|| Failure::failed("eth_simulateV1 answered without calls"))?;
    let mut error = None;
    for call in calls {
        if text(call, "status") != "0x1" && error.is_none() {
            let reason = call.get("error").map(|error| text(error, "message").to_owned()).unwrap_or_default();
            let data = call.get("error").and_then(|error| error.get("data")).and_then(Value::as_str);
            let data: Option<alloy_primitives::Bytes> = data.and_then(|data| data.parse().ok());
            let named = data.and_then(|data| praxis_agents::errors::name(&data));
            error = Some(named.unwrap_or(reason));
        }
    }
    let Some(last) = calls.last() else { return Err(Failure::failed("eth_simulateV1 answered without calls")) };
    let gas = u64::from_str_radix(text(last, "gasUsed").trim_start_matches("0x"), 16).unwrap_or_default();
    let logs = last.get("logs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut happened = Vec::new();
    for log in logs {
        let log: alloy_rpc_types_eth::Log = serde_json::from_value(log.clone())?;
        let inner: &Log = &log.inner;
        happened.extend(read(inner).filter(|(of, _)| *of == account).map(|(_, happened)| happened));
    }
    Ok(Simulated { gas, error, happened })
}
