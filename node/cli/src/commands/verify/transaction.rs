//! `praxis verify --tx`: what ran in one transaction, and that it replays.

use super::{access, replay};
use crate::{
    args::VerifyArgs,
    client::Client,
    commands::model::{fetch, tensor_json},
    failure::Failure,
    system::read_rollup,
    ui::Ui,
};
use alloy_primitives::{B256, Bytes, U64};
use praxis_inference::Session;
use praxis_model::{DType, Plan, Tensor, hash_tensors};
use serde::Deserialize;
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// A record as `praxis_getInferences` gives it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferenceView {
    pub(crate) block_number: U64,
    pub(crate) caller: alloy_primitives::Address,
    pub(crate) model: B256,
    pub(crate) input_hash: B256,
    pub(crate) output_hash: B256,
    pub(crate) gas: U64,
    #[serde(rename = "static")]
    pub(crate) is_static: bool,
    pub(crate) reverted: bool,
    pub(crate) inputs: Vec<TensorView>,
    pub(crate) outputs: Vec<TensorView>,
}

/// A tensor as JSON-RPC gives it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TensorView {
    dtype: u8,
    shape: Vec<u32>,
    data: Bytes,
}

impl TensorView {
    pub(crate) fn tensor(&self) -> Result<Tensor, Failure> {
        let dtype = DType::from_code(self.dtype)
            .ok_or_else(|| Failure::failed(format!("the node gave a tensor of the unknown type {}", self.dtype)))?;
        let tensor = Tensor { dtype, shape: self.shape.clone(), data: self.data.to_vec() };
        tensor.check().map_err(|e| Failure::failed(format!("the node gave a tensor that can't be: {e}")))?;
        Ok(tensor)
    }
}

fn tensors(views: &[TensorView]) -> Result<Vec<Tensor>, Failure> {
    views.iter().map(TensorView::tensor).collect()
}

/// Whether running the recorded inputs again gives the recorded outputs, hashes included.
pub(crate) struct Replayed {
    pub(crate) same: bool,
    pub(crate) output_hash: B256,
}

/// Runs a recorded inference again, on a model fetched by its id.
pub(crate) fn rerun(record: &InferenceView, plan: &Arc<Plan>) -> Result<Replayed, Failure> {
    let inputs = tensors(&record.inputs)?;
    let outputs = Session::prepare(plan.clone())?.run(&inputs)?;
    let output_hash = hash_tensors(&outputs);
    let same = hash_tensors(&inputs) == record.input_hash
        && output_hash == record.output_hash
        && outputs == tensors(&record.outputs)?;
    Ok(Replayed { same, output_hash })
}

/// The inferences of a transaction.
pub(crate) async fn inferences(client: &Client, hash: B256) -> Result<Vec<InferenceView>, Failure> {
    let found: Option<Vec<InferenceView>> = client.request("praxis_getInferences", json!([hash])).await?;
    found.ok_or_else(|| Failure::failed(format!("{} knows no transaction {hash}", client.url())))
}

/// Says what ran in a transaction.
pub(crate) async fn run(args: &VerifyArgs, hash: B256, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&args.rpc);
    let records = inferences(&client, hash).await?;
    let mut plans: BTreeMap<B256, Arc<Plan>> = BTreeMap::new();
    let (mut rows, mut documents, mut different) = (Vec::new(), Vec::new(), 0usize);
    for (index, record) in records.iter().enumerate() {
        let plan = match plans.get(&record.model) {
            Some(plan) => plan.clone(),
            None => {
                let plan = Arc::new(Plan::decode(&fetch(&client, record.model, ui).await?)?);
                plans.insert(record.model, plan.clone());
                plan
            }
        };
        let replayed = rerun(record, &plan)?;
        different += usize::from(!replayed.same);
        let verdict = if replayed.same { "replays to the same bits" } else { "DIFFERS when replayed" };
        rows.push(vec![
            index.to_string(),
            record.caller.to_string(),
            record.model.to_string(),
            tensors(&record.outputs)?.iter().map(|t| tensor_json(t)["data"].to_string()).collect::<Vec<_>>().join(" "),
            record.gas.to_string(),
            if record.reverted {
                "reverted".into()
            } else if record.is_static {
                "static".into()
            } else {
                String::new()
            },
            verdict.into(),
        ]);
        documents.push(json!({
            "caller": record.caller, "model": record.model, "inputHash": record.input_hash,
            "outputHash": record.output_hash, "replayedOutputHash": replayed.output_hash,
            "gas": record.gas, "static": record.is_static, "reverted": record.reverted, "replays": replayed.same,
        }));
    }
    let chain = chain_verdict(args, &records, ui).await?;
    ui.table(&["", "caller", "model", "output", "gas", "", "verdict"], rows);
    ui.line(match &chain {
        Some(verdict) => format!("{} inferences; {verdict}", records.len()),
        None => {
            format!("{} inferences; with --rollup and --l1 the block itself is replayed from L1 too", records.len())
        }
    });
    ui.document(&json!({ "transaction": hash, "inferences": documents, "chain": chain }));
    if different > 0 {
        return Err(Failure::difference(format!("{different} of {} inferences do not replay", records.len())));
    }
    Ok(())
}

/// Where the rollup is named: replays L1 and says whether the transaction's block is among what it gives.
async fn chain_verdict(args: &VerifyArgs, records: &[InferenceView], ui: &Ui) -> Result<Option<String>, Failure> {
    let (Some(rollup), Some(l1)) = (&args.rollup, &args.l1) else { return Ok(None) };
    let Some(block) = records.first().map(|record| record.block_number.to::<u64>()) else { return Ok(None) };
    let config = read_rollup(rollup)?;
    let report = replay(&config, &access(args, l1)?, args.datadir.as_deref(), ui).await?;
    if let Some(difference) = report.first_difference.filter(|d| d.l2_block <= block) {
        return Err(Failure::difference(difference));
    }
    Ok(Some(if report.safe_block >= block {
        format!("its block {block} was replayed from L1, and every claim up to it is right")
    } else {
        format!("its block {block} is not on L1 yet: L1 gives blocks up to {}", report.safe_block)
    }))
}
