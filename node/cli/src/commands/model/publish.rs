//! `praxis model publish`, `get` and `verify`.

use super::files::{self, LoadedModel};
use crate::{
    args::{KeyArgs, ShapeArgs},
    client::Client,
    failure::Failure,
    keys,
    ui::Ui,
};
use alloy_primitives::{B256, Bytes, FixedBytes};
use alloy_sol_types::SolEvent;
use praxis_contracts::{IModelRegistry, addresses::MODEL_REGISTRY};
use praxis_model::{Plan, id};
use serde_json::{Value, json};
use std::path::Path;
use url::Url;

/// Chunks sent before the first one's receipt is waited for.
const CHUNKS_IN_FLIGHT: usize = 16;

/// What publishing a model came to.
pub(crate) struct Published {
    /// Chunks that this call sent; the others were there already.
    pub(crate) chunks_sent: usize,
    /// Chunks in all.
    pub(crate) chunks: u64,
    /// Gas of all transactions of this call.
    pub(crate) gas_used: u64,
    /// The block after which the model can be called.
    pub(crate) activation_block: u64,
}

/// Publishes a model file.
pub(crate) async fn publish(path: &Path, rpc: Url, key: &KeyArgs, shapes: &ShapeArgs, ui: &Ui) -> Result<(), Failure> {
    let model = files::load(path, shapes, ui)?;
    let signer = keys::signer(key.private_key.as_deref(), key.keystore.as_deref())?;
    let client = Client::wallet(&rpc, signer);
    let published = publish_plan(&client, &model, ui).await?;
    ui.line(format!(
        "model id {}\npublished in {} of {} chunks, {} gas; callable after block {}",
        model.id, published.chunks_sent, published.chunks, published.gas_used, published.activation_block
    ));
    ui.document(&json!({
        "id": model.id,
        "chunksSent": published.chunks_sent,
        "chunks": published.chunks,
        "gasUsed": published.gas_used,
        "activationBlock": published.activation_block,
    }));
    Ok(())
}

/// Publishes and activates a model, going on from whatever is on the chain already.
pub(crate) async fn publish_plan(client: &Client, model: &LoadedModel, ui: &Ui) -> Result<Published, Failure> {
    let length = model.bytes.len() as u64;
    let mut published = Published { chunks_sent: 0, chunks: id::chunk_count(length), gas_used: 0, activation_block: 0 };
    let mut status = model_status(client, model.id).await?;
    if status == IModelRegistry::Status::Unknown {
        let length = u32::try_from(length).map_err(|_| Failure::failed("the Plan is larger than 4 GiB"))?;
        let begin = IModelRegistry::beginCall { id: model.id, length, root: id::model_root(&model.bytes) };
        published.gas_used += client.send(MODEL_REGISTRY, begin).await?.gas_used;
        status = IModelRegistry::Status::Uploading;
    }
    if status == IModelRegistry::Status::Uploading {
        send_missing_chunks(client, model, &mut published, ui).await?;
    }
    if !matches!(status, IModelRegistry::Status::Active | IModelRegistry::Status::Pending) {
        published.gas_used += activate(client, model.id).await?;
    }
    let stored = client.call(MODEL_REGISTRY, IModelRegistry::getModelCall { id: model.id }).await?;
    published.activation_block = stored.activationBlock;
    // Callable from the next block on; whoever is told of success may call at once.
    while client.block_number().await? <= published.activation_block {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(published)
}

async fn model_status(client: &Client, id: B256) -> Result<IModelRegistry::Status, Failure> {
    client.call(MODEL_REGISTRY, IModelRegistry::statusCall { id }).await
}

async fn send_missing_chunks(
    client: &Client,
    model: &LoadedModel,
    published: &mut Published,
    ui: &Ui,
) -> Result<(), Failure> {
    let missing = client.call(MODEL_REGISTRY, IModelRegistry::missingChunksCall { id: model.id, from: 0 }).await?;
    let bar = ui.bar(missing.len() as u64, "chunks");
    let tree = id::ChunkTree::new(&model.bytes);
    // Several at a time: a block holds many, and waiting for each would make a large model take minutes.
    for group in missing.chunks(CHUNKS_IN_FLIGHT) {
        let mut sent = Vec::with_capacity(group.len());
        for &index in group {
            let (data, proof) = id::chunk(&model.bytes, index).zip(tree.proof(index)).ok_or_else(|| {
                Failure::failed(format!("the chain asks for chunk {index}, which this model does not have"))
            })?;
            let data = Bytes::copy_from_slice(data);
            let call = IModelRegistry::putChunkCall { id: model.id, index, data, proof };
            sent.push(client.submit(MODEL_REGISTRY, call).await?);
        }
        for pending in sent {
            published.gas_used += client.finish(pending).await?.gas_used;
            published.chunks_sent += 1;
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Activates, once the last chunk's block has passed.
async fn activate(client: &Client, id: B256) -> Result<u64, Failure> {
    let stored = client.call(MODEL_REGISTRY, IModelRegistry::getModelCall { id }).await?;
    while client.block_number().await? <= stored.lastChunkBlock {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(client.send(MODEL_REGISTRY, IModelRegistry::activateCall { id }).await?.gas_used)
}

/// Fetches the bytes of a model from the logs that brought them, and checks them against the id.
pub(crate) async fn fetch(client: &Client, model: B256, ui: &Ui) -> Result<Vec<u8>, Failure> {
    let stored = client.call(MODEL_REGISTRY, IModelRegistry::getModelCall { id: model }).await?;
    if stored.length == 0 {
        return Err(Failure::failed(format!("no model with the id {model} is known at {}", client.url())));
    }
    let length = stored.length as usize;
    let chunks = id::chunk_count(length as u64);
    let mut bytes = Vec::new();
    let bar = ui.bar(chunks, "chunks");
    for index in 0..chunks {
        bytes.extend_from_slice(&fetch_chunk(client, model, index).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let fetched = id::model_id(&bytes);
    if bytes.len() != length || fetched != model {
        return Err(Failure::failed(format!(
            "the node at {} gave {} bytes with the id {fetched} for the model {model}: do not trust it, ask another node",
            client.url(),
            bytes.len()
        )));
    }
    Ok(bytes)
}

async fn fetch_chunk(client: &Client, model: B256, index: u64) -> Result<Bytes, Failure> {
    let topic = FixedBytes::<32>::left_padding_from(&index.to_be_bytes());
    let filter = json!([{
        "address": MODEL_REGISTRY,
        "fromBlock": "earliest",
        "toBlock": "latest",
        "topics": [IModelRegistry::Chunk::SIGNATURE_HASH, model, topic],
    }]);
    let logs: Vec<Value> = client.request("eth_getLogs", filter).await?;
    let data = logs.first().and_then(|log| log.get("data")).and_then(Value::as_str);
    let data =
        data.ok_or_else(|| Failure::failed(format!("the node at {} has no chunk {index} of {model}", client.url())))?;
    let data: Bytes = data.parse().map_err(|_| Failure::failed("a log's data is not hexadecimal"))?;
    let chunk = IModelRegistry::Chunk::abi_decode_data(&data)
        .map_err(|e| Failure::failed(format!("the log of chunk {index} does not decode: {e}")))?;
    Ok(chunk.0)
}

/// Fetches a Plan into a file.
pub(crate) async fn get(model: B256, output: &Path, rpc: Url, ui: &Ui) -> Result<(), Failure> {
    let bytes = fetch(&Client::reader(&rpc), model, ui).await?;
    std::fs::write(output, &bytes)
        .map_err(|e| Failure::failed(format!("{} can't be written: {e}", output.display())))?;
    ui.line(format!("{} ({} bytes) is the model {model}", output.display(), bytes.len()));
    ui.document(&json!({ "id": model, "bytes": bytes.len(), "output": output }));
    Ok(())
}

/// Checks that an ONNX file is the source of a published model.
pub(crate) async fn verify(path: &Path, model: B256, rpc: Url, shapes: &ShapeArgs, ui: &Ui) -> Result<(), Failure> {
    let local = files::load(path, shapes, ui)?;
    let published = Plan::decode(&fetch(&Client::reader(&rpc), model, ui).await?)?;
    let source = |plan: &Plan| format!("0x{}", hex::encode(plan.source_sha256));
    let same = local.id == model;
    ui.document(&json!({
        "id": model,
        "importedId": local.id,
        "same": same,
        "fileSha256": source(&local.plan),
        "manifestSha256": source(&published),
    }));
    if same {
        ui.line(format!("{} imports to the model {model}: it is its source", path.display()));
        return Ok(());
    }
    let why = if local.plan.source_sha256 != published.source_sha256 {
        format!("the file's sha256 is {}, the model was made from {}", source(&local.plan), source(&published))
    } else if local.plan.importer != published.importer {
        format!("the model was imported by importer {}, this is {}", published.importer, local.plan.importer)
    } else {
        "the file is the named source, but the published Plan is not what it imports to".to_string()
    };
    Err(Failure::difference(format!("{} imports to {}, not to {model}: {why}", path.display(), local.id)))
}
