//! `praxis model publish --dry-run`: what publishing would cost.

use super::files::{self, LoadedModel};
use crate::{args::ShapeArgs, client::Client, failure::Failure, ui::Ui};
use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    IModelRegistry,
    addresses::{L1_BLOCK, MODEL_REGISTRY},
    layout,
};
use praxis_model::{Plan, id};
use praxis_precompile::gas::{VALIDATE_GRAPH_BYTE_GAS, validation_gas};
use serde_json::{Value, json};
use std::path::Path;
use url::Url;

/// ModelRegistry's own part of an activation: the transaction, five slots that become nonzero, a log, the call.
const ACTIVATION_GAS: u64 = 21_000 + 5 * 22_100 + 30_000;
/// L1 gas of a byte of calldata that is not zero, by EIP-7623's floor, which a batch meets: compressed bytes are hardly
/// ever zero.
const L1_BYTE_GAS: u64 = 40;

/// Quality at which the batcher compresses by default (Brotli).
const BATCH_QUALITY: u32 = praxis_derive::EncoderConfig::DEFAULT_QUALITY;

/// What publishing a model takes.
struct Quote {
    /// Transactions, by what they do: count and gas together.
    begin: u64,
    chunks: (u64, u64),
    activation: u64,
    /// Wei for one gas on L2.
    gas_price: U256,
    /// Bytes that the chunks take in a batch.
    batch_bytes: u64,
    /// Wei for one gas on L1, as L2 knows it.
    l1_base_fee: U256,
}

impl Quote {
    const fn l2_gas(&self) -> u64 {
        self.begin + self.chunks.1 + self.activation
    }

    fn l2_cost(&self) -> U256 {
        U256::from(self.l2_gas()) * self.gas_price
    }

    const fn l1_gas(&self) -> u64 {
        self.batch_bytes * L1_BYTE_GAS
    }

    fn l1_cost(&self) -> U256 {
        U256::from(self.l1_gas()) * self.l1_base_fee
    }
}

/// Says what publishing a model file would cost, and sends nothing.
pub(crate) async fn quote(path: &Path, rpc: Url, shapes: &ShapeArgs, ui: &Ui) -> Result<(), Failure> {
    let model = files::load(path, shapes, ui)?;
    let client = Client::reader(&rpc);
    let quote = estimate(&client, &model).await?;
    let ether = |wei: U256| alloy_primitives::utils::format_ether(wei);
    let (count, chunk_gas) = quote.chunks;
    ui.table(
        &["on L2", "transactions", "gas"],
        [
            vec!["begin".into(), u64::from(quote.begin > 0).to_string(), quote.begin.to_string()],
            vec!["chunks".into(), count.to_string(), chunk_gas.to_string()],
            vec!["activate".into(), u64::from(quote.activation > 0).to_string(), quote.activation.to_string()],
        ],
    );
    let cost = model.plan.cost();
    ui.table(
        &[],
        [
            vec!["model id".into(), model.id.to_string()],
            vec![
                "L2".into(),
                format!("{} gas, {} ether at {} wei", quote.l2_gas(), ether(quote.l2_cost()), quote.gas_price),
            ],
            vec![
                "L1, for the batches".into(),
                format!(
                    "{} bytes, {} gas, {} ether at {} wei",
                    quote.batch_bytes,
                    quote.l1_gas(),
                    ether(quote.l1_cost()),
                    quote.l1_base_fee
                ),
            ],
            vec![
                "a run, then".into(),
                format!("{} gas, {} more for the first in a transaction", cost.gas, cost.cold_gas),
            ],
        ],
    );
    ui.document(&json!({
        "id": model.id,
        "l2": {
            "begin": quote.begin,
            "chunks": { "count": count, "gas": chunk_gas },
            "activate": quote.activation,
            "gas": quote.l2_gas(),
            "gasPrice": quote.gas_price.to_string(),
            "costWei": quote.l2_cost().to_string(),
        },
        "l1": {
            "batchBytes": quote.batch_bytes,
            "gas": quote.l1_gas(),
            "baseFee": quote.l1_base_fee.to_string(),
            "costWei": quote.l1_cost().to_string(),
        },
        "run": { "gas": cost.gas, "coldGas": cost.cold_gas },
    }));
    Ok(())
}

async fn estimate(client: &Client, model: &LoadedModel) -> Result<Quote, Failure> {
    let status = client.call(MODEL_REGISTRY, IModelRegistry::statusCall { id: model.id }).await?;
    let length = u32::try_from(model.bytes.len()).map_err(|_| Failure::failed("the Plan is larger than 4 GiB"))?;
    let unknown = status == IModelRegistry::Status::Unknown;
    let begin = if unknown {
        let call = IModelRegistry::beginCall { id: model.id, length, root: id::model_root(&model.bytes) };
        gas(client, call.abi_encode(), json!({})).await?
    } else {
        0
    };
    let missing: Vec<u32> = match status {
        IModelRegistry::Status::Unknown => {
            (0..u32::try_from(id::chunk_count(u64::from(length))).unwrap_or(u32::MAX)).collect()
        }
        _ => client.call(MODEL_REGISTRY, IModelRegistry::missingChunksCall { id: model.id, from: 0 }).await?,
    };
    let (chunk_gas, batch_bytes) = chunks(client, model, length, &missing).await?;
    let active = matches!(status, IModelRegistry::Status::Active | IModelRegistry::Status::Pending);
    let activation = if active { 0 } else { activation_gas(length, &model.bytes) };
    let price: U256 = client.request("eth_gasPrice", json!([])).await?;
    let basefee = json!([{ "to": L1_BLOCK, "data": Bytes::from(keccak_selector("basefee()")) }, "latest"]);
    let l1_base_fee: U256 = client.request::<B256>("eth_call", basefee).await?.into();
    let chunks = (missing.len() as u64, chunk_gas);
    Ok(Quote { begin, chunks, activation, gas_price: price, batch_bytes, l1_base_fee })
}

fn keccak_selector(signature: &str) -> Vec<u8> {
    alloy_primitives::keccak256(signature)[..4].to_vec()
}

fn activation_gas(length: u32, bytes: &[u8]) -> u64 {
    let graph = Plan::graph_bytes(bytes).unwrap_or_default() as u64;
    ACTIVATION_GAS + validation_gas(length) + graph * VALIDATE_GRAPH_BYTE_GAS
}

/// Gas of the missing chunks, and the bytes that they take in a batch: the first and the last one are estimated, those
/// between cost what the first one does.
async fn chunks(client: &Client, model: &LoadedModel, length: u32, missing: &[u32]) -> Result<(u64, u64), Failure> {
    let tree = id::ChunkTree::new(&model.bytes);
    let call = |index: u32| -> Result<Vec<u8>, Failure> {
        let parts = id::chunk(&model.bytes, index).zip(tree.proof(index));
        let (data, proof) = parts.ok_or_else(|| Failure::failed(format!("the model has no chunk {index}")))?;
        let data = Bytes::copy_from_slice(data);
        Ok(IModelRegistry::putChunkCall { id: model.id, index, data, proof }.abi_encode())
    };
    let (Some(&first), Some(&last)) = (missing.first(), missing.last()) else { return Ok((0, 0)) };
    let begun = begun(model, length);
    let last_gas = gas(client, call(last)?, begun.clone()).await?;
    let first_gas = if first == last { last_gas } else { gas(client, call(first)?, begun).await? };
    let mut bytes = 0;
    for &index in missing {
        bytes += praxis_derive::channel::compressed_len(&call(index)?, BATCH_QUALITY) as u64;
    }
    Ok((first_gas * (missing.len() as u64 - 1) + last_gas, bytes))
}

/// The registry's storage once the model has been begun, as an override of the state.
fn begun(model: &LoadedModel, length: u32) -> Value {
    let word = layout::ModelWord { length, ..layout::ModelWord::default() };
    let slot = |slot: U256| B256::from(slot).to_string();
    let value = |value: B256| value.to_string();
    json!({ MODEL_REGISTRY.to_string(): { "stateDiff": {
        slot(layout::model_slot(model.id)): value(word.encode().into()),
        slot(layout::model_root_slot(model.id)): value(id::model_root(&model.bytes)),
    } } })
}

async fn gas(client: &Client, data: Vec<u8>, overrides: Value) -> Result<u64, Failure> {
    let request = json!([{ "to": MODEL_REGISTRY, "data": Bytes::from(data) }, "latest", overrides]);
    let gas: U256 = client.request("eth_estimateGas", request).await?;
    Ok(gas.saturating_to())
}
