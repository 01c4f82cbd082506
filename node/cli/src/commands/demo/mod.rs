//! `praxis demo`: the whole loop on a real model, told step by step.

mod prices;
mod replay;
mod stage;
mod story;

use crate::{
    args::DemoArgs,
    client::Client,
    commands::{
        model::{LoadedModel, publish_plan, tensor_json},
        verify::transaction::{InferenceView, inferences, rerun},
    },
    failure::Failure,
    keys,
    ui::Ui,
};
use alloy_primitives::{Address, B256, U64};
use alloy_rpc_types_eth::TransactionReceipt;
use alloy_sol_types::{SolEvent, SolValue};
use praxis_contracts::{IRebalanceAgent, artifacts::REBALANCE_AGENT};
use praxis_model::Plan;
use serde_json::{Value, json};
use stage::Stage;
use std::sync::Arc;
use story::Story;

/// The strategy model of the repository, trained on real prices.
const MODEL: &[u8] = include_bytes!("../../../../../tests/fixtures/models/strategy.onnx");
/// The development account that plays the agent's developer.
const DEVELOPER: u32 = 1;
/// Decimals of the contract's fixed-point numbers.
const DECIMALS: f64 = 1e18;

/// What was decided, and where.
struct Decision {
    transaction: B256,
    block: u64,
    gas_used: u64,
    weights: (f64, f64),
    record: InferenceView,
}

/// Tells the story; succeeds only if an independent replay agrees.
pub(crate) async fn run(args: DemoArgs, ui: &Ui) -> Result<(), Failure> {
    let story = Story::new(ui);
    story.opening();
    let mut stage = Stage::prepare(&args, ui).await?;
    let told = tell(&stage, &story, ui).await;
    if told.is_ok() && args.keep {
        stage.keep(ui).await?;
    }
    told
}

async fn tell(stage: &Stage, story: &Story<'_>, ui: &Ui) -> Result<(), Failure> {
    story.chains(stage);
    let model = import()?;
    story.imported(&model);
    let client = Client::wallet(&stage.l2, keys::dev_account(DEVELOPER)?);
    let published = publish_plan(&client, &model, ui).await?;
    story.published(&model, &published);
    let (agent, _) = deploy(&client, model.id).await?;
    story.deployed(agent);
    let decision = decide(&client, agent, ui).await?;
    story.decided(&decision);
    let plan = Arc::new(Plan::decode(&model.bytes)?);
    let local = rerun(&decision.record, &plan)?;
    story.checked_locally(local.same);
    let spinner = ui.spinner("waiting for L1, and replaying it from nothing");
    let replayed = replay::replay(stage, decision.block, decision.transaction).await?;
    spinner.finish_and_clear();
    story.replayed(&decision, &replayed);
    let sequencer_root = sequencer_root(&client, decision.block).await?;
    let agreed = local.same
        && sequencer_root == replayed.output_root
        && replayed.difference.is_none()
        && replayed.output_hash == Some(decision.record.output_hash)
        && replayed.input_hash == Some(decision.record.input_hash);
    conclude(&model, &decision, &replayed, sequencer_root, agreed, story, ui)?;
    Ok(())
}

fn import() -> Result<LoadedModel, Failure> {
    let imported = praxis_import::import_bytes(MODEL, &Default::default())?;
    LoadedModel::of_plan(imported.plan, imported.notes.iter().map(ToString::to_string).collect())
}

async fn deploy(client: &Client, model: B256) -> Result<(Address, TransactionReceipt), Failure> {
    let code = REBALANCE_AGENT.deployment(&model.abi_encode());
    client.deploy(code, "the strategy contract").await
}

async fn decide(client: &Client, agent: Address, ui: &Ui) -> Result<Decision, Failure> {
    let (prices0, prices1) = prices::last_twenty()?;
    let spinner = ui.spinner("deciding");
    let receipt = client.send(agent, IRebalanceAgent::decideCall { prices0, prices1 }).await?;
    spinner.finish_and_clear();
    let decided = receipt
        .logs()
        .iter()
        .find_map(|log| IRebalanceAgent::Decided::decode_log(&log.inner).ok())
        .ok_or_else(|| Failure::failed("the strategy contract did not log a decision"))?;
    let transaction = receipt.transaction_hash;
    let record = inferences(client, transaction).await?.into_iter().next();
    let record = record.ok_or_else(|| Failure::failed("the decision's transaction has no inference record"))?;
    let weight = |w: alloy_primitives::U256| u128::try_from(w).map_or(f64::NAN, |w| w as f64 / DECIMALS);
    Ok(Decision {
        transaction,
        block: receipt.block_number.ok_or_else(|| Failure::failed("the decision's receipt names no block"))?,
        gas_used: receipt.gas_used,
        weights: (weight(decided.weight0), weight(decided.weight1)),
        record,
    })
}

async fn sequencer_root(client: &Client, block: u64) -> Result<B256, Failure> {
    let output: Value = client.request("optimism_outputAtBlock", json!([U64::from(block)])).await?;
    let root = output.get("outputRoot").and_then(Value::as_str).and_then(|text| text.parse().ok());
    root.ok_or_else(|| Failure::failed("the sequencer's answer to optimism_outputAtBlock has no outputRoot"))
}

fn conclude(
    model: &LoadedModel,
    decision: &Decision,
    replayed: &replay::Replayed,
    sequencer_root: B256,
    agreed: bool,
    story: &Story<'_>,
    ui: &Ui,
) -> Result<(), Failure> {
    let output = decision.record.outputs.iter().map(|view| Ok(tensor_json(&view.tensor()?)));
    let output: Vec<Value> = output.collect::<Result<_, Failure>>()?;
    let l1_transaction = replayed.l1_transaction.map_or("unknown".to_string(), |hash| hash.to_string());
    ui.table(
        &["what", "value"],
        [
            vec!["model id".into(), model.id.to_string()],
            vec!["transaction".into(), decision.transaction.to_string()],
            vec!["input".into(), format!("{} (hash)", decision.record.input_hash)],
            vec!["output".into(), format!("{:.4} / {:.4}", decision.weights.0, decision.weights.1)],
            vec!["output hash".into(), decision.record.output_hash.to_string()],
            vec!["gas".into(), format!("{} ({} of it the inference)", decision.gas_used, decision.record.gas)],
            vec!["L1 transaction".into(), l1_transaction.clone()],
            vec!["output root, sequencer".into(), sequencer_root.to_string()],
            vec!["output root, verifier".into(), replayed.output_root.to_string()],
        ],
    );
    ui.document(&json!({
        "modelId": model.id,
        "transaction": decision.transaction,
        "block": decision.block,
        "inputHash": decision.record.input_hash,
        "outputHash": decision.record.output_hash,
        "output": output,
        "gasUsed": decision.gas_used,
        "inferenceGas": decision.record.gas,
        "l1Transaction": l1_transaction,
        "l1Block": replayed.l1_block.number,
        "sequencerOutputRoot": sequencer_root,
        "verifierOutputRoot": replayed.output_root,
        "claimsRight": replayed.claims_right,
        "agreed": agreed,
    }));
    story.ending(agreed);
    if agreed {
        return Ok(());
    }
    Err(Failure::difference(match &replayed.difference {
        Some(difference) => difference.to_string(),
        None => "the verifier's replay differs from what the sequencer says".to_string(),
    }))
}
