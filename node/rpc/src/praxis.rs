//! The `praxis` namespace: models, inferences and agents. Only on the rollup.

mod agents;
mod inference_proof;

use crate::{
    Args, Context, Failure,
    eth::{CallInput, run_call},
    register::Registrar,
    wire::{Chunks, Manifest, ModelStatus, RpcInference, RpcModel, RpcRoyalty, RpcTensor, TensorInput},
};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U64, U256, keccak256};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::SolCall;
use jsonrpsee::server::RegisterMethodError;
use praxis_contracts::{
    IInference,
    addresses::{INFERENCE, MODEL_REGISTRY},
    layout::{ACTIVE_MODELS_SLOT, ModelWord, RoyaltyWord, model_royalty_slot, model_slot, model_upload_slot},
};
use praxis_model::{ModelStore, Plan, Tensor, decode_tensors, id::chunk_count};
use praxis_primitives::{InferenceEntry, RecoveredBlock, StateReader};
use praxis_storage::StateView;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Bytes of all decoded tensors of one answer; beyond it, only hashes come.
const MAX_TENSOR_BYTES: usize = 4 << 20;
/// Inferences of one answer.
const MAX_INFERENCES: usize = 1_000;
/// Models whose names are looked up for one answer.
const MAX_NAMED_MODELS: usize = 8;

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    // The very file that roles of this deployment share; `optimism_rollupConfig` has op-node's shape instead.
    r.quick("praxis_rollupConfig", |c, _| Ok(c.chain.rollup().ok_or_else(Failure::unknown_block)?.as_ref().clone()))?;
    r.heavy("praxis_getBlob", |c, args, _| get_blob(c, args))?;
    r.heavy("praxis_getModel", |c, args, _| get_model(c, args))?;
    r.heavy("praxis_listModels", |c, args, _| list_models(c, args))?;
    r.heavy("praxis_getInferences", |c, args, _| get_inferences(c, args))?;
    r.heavy("praxis_getInferenceProof", |c, args, _| inference_proof::get(c, args))?;
    r.heavy("praxis_runModel", |c, args, _| run_model(c, args))?;
    r.heavy("praxis_getAgent", |c, args, _| agents::get(c, args))?;
    r.heavy("praxis_getAgentActions", agents::actions)
}

/// A blob that this node derived the chain from, by versioned hash; `None` when it does not have it.
fn get_blob(c: &Context, mut args: Args<'_>) -> Result<Option<Bytes>, Failure> {
    let hash: B256 = args.required()?;
    let Some(blobs) = &c.blobs else { return Ok(None) };
    blobs.blob(hash).map_err(|fault| Failure::Fault(fault.to_string()))
}

fn get_model(c: &Context, mut args: Args<'_>) -> Result<Option<RpcModel>, Failure> {
    let id: B256 = args.required()?;
    let (header, state) = c.state(args.optional()?)?;
    model(&state, id, header.number)
}

/// A model as it stands after block `number`; `None` when the registry has never heard of it.
fn model(state: &StateView, id: B256, number: u64) -> Result<Option<RpcModel>, Failure> {
    let word = ModelWord::decode(state.storage(MODEL_REGISTRY, model_slot(id))?);
    if !word.exists() {
        return Ok(None);
    }
    let upload = state.storage(MODEL_REGISTRY, model_upload_slot(id))?;
    let owner = Address::from_word(upload.into());
    let present: u64 = (upload >> 224usize).saturating_to();
    let total = chunk_count(word.length.into());
    let activated = word.activation_block != 0;
    let quantity = |value: u64| activated.then(|| U64::from(value));
    Ok(Some(RpcModel {
        id,
        status: ModelStatus::of(word, present, total, number),
        owner,
        engine: word.engine,
        length: U64::from(word.length),
        chunks: Chunks { present, total },
        warm_gas: quantity(word.warm_gas),
        cold_gas: quantity(word.cold_gas),
        activation_block: quantity(word.activation_block),
        royalty: RpcRoyalty::of(RoyaltyWord::decode(state.storage(MODEL_REGISTRY, model_royalty_slot(id))?)),
        manifest: plan(state, id)?.map(|plan| Manifest::new(&plan, &plan.cost())),
    }))
}

/// The Plan, once all of its chunks are there. What has not been activated may be no Plan at all.
fn plan(state: &StateView, id: B256) -> Result<Option<Plan>, Failure> {
    let bytes = state.model_bytes(id).map_err(|fault| Failure::Fault(fault.to_string()))?;
    Ok(bytes.and_then(|bytes| Plan::decode(&bytes).ok()).filter(|plan| plan.validate().is_ok()))
}

/// A page of the list of models.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Page {
    from: Number,
    limit: Option<Number>,
}

/// A count, as a quantity or as a plain number.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Number {
    Plain(u64),
    Quantity(U64),
}

impl Default for Number {
    fn default() -> Self {
        Self::Plain(0)
    }
}

impl Number {
    fn get(self) -> u64 {
        match self {
            Self::Plain(n) => n,
            Self::Quantity(n) => n.to(),
        }
    }
}

fn list_models(c: &Context, mut args: Args<'_>) -> Result<Vec<RpcModel>, Failure> {
    let page: Page = args.optional()?.unwrap_or_default();
    let (header, state) = c.state(args.optional()?)?;
    let count: u64 = state.storage(MODEL_REGISTRY, ACTIVE_MODELS_SLOT)?.saturating_to();
    let limit = page.limit.map_or(c.limits.page as u64, Number::get).min(c.limits.page as u64);
    let first = U256::from_be_bytes(keccak256(ACTIVE_MODELS_SLOT.to_be_bytes::<32>()).0);
    let from = page.from.get().min(count);
    let mut models = Vec::new();
    for index in from..count.min(from.saturating_add(limit)) {
        let id = state.storage(MODEL_REGISTRY, first.wrapping_add(U256::from(index)))?;
        models.extend(model(&state, id.into(), header.number)?);
    }
    Ok(models)
}

/// Which inferences are meant: those of a transaction or of a block.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Of {
    Hash(B256),
    Block(BlockId),
}

fn get_inferences(c: &Context, mut args: Args<'_>) -> Result<Option<Vec<RpcInference>>, Failure> {
    let view = c.view()?;
    let (block, index) = match args.required::<Of>()? {
        // A hash is a transaction's, or else a block's.
        Of::Hash(hash) => match view.find_transaction(hash)? {
            Some((block, index)) => (Some(block), Some(index)),
            None => (view.block(hash.into())?, None),
        },
        Of::Block(id) => (view.block(id)?, None),
    };
    let Some(block) = block else { return Ok(None) };
    let mut entries = view.reader.inferences(block.number)?.unwrap_or_default();
    entries.retain(|entry| index.is_none_or(|index| entry.record.transaction_index as usize == index));
    entries.truncate(MAX_INFERENCES);
    // Chunks are kept for good, so the newest state knows every model that ever ran.
    let state = view.reader.state_latest()?;
    render(&state, &block, entries).map(Some)
}

fn render(
    state: &StateView,
    block: &RecoveredBlock,
    entries: Vec<InferenceEntry>,
) -> Result<Vec<RpcInference>, Failure> {
    let mut shown = Shown::new(state);
    let mut out = Vec::with_capacity(entries.len());
    for entry in entries {
        let (inputs, outputs) = shown.tensors(&entry)?;
        let InferenceEntry { record, .. } = entry;
        let index = record.transaction_index as usize;
        let hash = block.body().transactions.get(index).map(|tx| tx.hash()).unwrap_or_default();
        out.push(RpcInference {
            block_number: U64::from(block.number),
            block_hash: block.hash(),
            transaction_hash: hash,
            transaction_index: U64::from(record.transaction_index),
            call_index: U64::from(record.call_index),
            caller: record.caller,
            model: record.model,
            input_hash: record.input_hash,
            output_hash: record.output_hash,
            gas: U64::from(record.gas),
            is_static: record.is_static,
            reverted: record.reverted,
            inputs,
            outputs,
        });
    }
    Ok(out)
}

/// Tensors of one answer, decoded and named, within bounds.
pub(crate) struct Shown<'a> {
    state: &'a StateView,
    plans: BTreeMap<B256, Option<Plan>>,
    bytes_left: usize,
}

impl<'a> Shown<'a> {
    pub(crate) const fn new(state: &'a StateView) -> Self {
        Self { state, plans: BTreeMap::new(), bytes_left: MAX_TENSOR_BYTES }
    }

    /// Inputs and outputs of an inference; none when the answer holds too many already.
    pub(crate) fn tensors(&mut self, entry: &InferenceEntry) -> Result<(Vec<RpcTensor>, Vec<RpcTensor>), Failure> {
        let model = entry.record.model;
        let Some(left) = self.bytes_left.checked_sub(entry.inputs.len() + entry.outputs.len()) else {
            return Ok(Default::default());
        };
        self.bytes_left = left;
        if self.plans.len() < MAX_NAMED_MODELS && !self.plans.contains_key(&model) {
            self.plans.insert(model, plan(self.state, model)?);
        }
        let known = self.plans.get(&model).and_then(Option::as_ref);
        let tensors = |bytes: &Bytes, infos| {
            let tensors = decode_tensors(bytes)
                .map_err(|error| Failure::Fault(format!("an inference of model {model} is broken: {error}")))?;
            Ok::<_, Failure>(RpcTensor::list(&tensors, infos))
        };
        let inputs = tensors(&entry.inputs, known.map_or(&[][..], |plan| &plan.inputs))?;
        let outputs = tensors(&entry.outputs, known.map_or(&[][..], |plan| &plan.outputs))?;
        Ok((inputs, outputs))
    }
}

/// One inference outside any transaction: a call of the precompile, as a contract would make it.
fn run_model(c: &Context, mut args: Args<'_>) -> Result<Vec<RpcTensor>, Failure> {
    let id: B256 = args.required()?;
    let given: Vec<TensorInput> = args.required()?;
    let at: Option<BlockId> = args.optional()?;
    let (_, state) = c.state(at)?;
    let plan = plan(&state, id)?
        .ok_or_else(|| Failure::Rejected(format!("this chain has no model {id}, or chunks of it are missing")))?;
    if given.len() != plan.inputs.len() {
        let (want, have) = (plan.inputs.len(), given.len());
        return Err(Failure::Params(format!("the model takes {want} inputs, {have} were given")));
    }
    let inputs: Vec<Tensor> =
        given.into_iter().zip(&plan.inputs).map(|(tensor, info)| tensor.into_tensor(info)).collect::<Result<_, _>>()?;
    let call = IInference::inferCall { model: id, inputs: inputs.into_iter().map(abi_tensor).collect() };
    let request = TransactionRequest::default().to(INFERENCE).input(Bytes::from(call.abi_encode()).into());
    let outcome = run_call(c, CallInput::new(c, request, at, None, None)?)?;
    let outputs = IInference::inferCall::abi_decode_returns(&outcome.output)
        .map_err(|error| Failure::Fault(format!("the precompile's output does not decode: {error}")))?;
    let outputs: Vec<Tensor> = outputs.into_iter().map(tensor_of).collect::<Result<_, _>>()?;
    Ok(RpcTensor::list(&outputs, &plan.outputs))
}

fn abi_tensor(tensor: Tensor) -> IInference::Tensor {
    IInference::Tensor { dtype: tensor.dtype.code(), shape: tensor.shape, data: tensor.data.into() }
}

fn tensor_of(tensor: IInference::Tensor) -> Result<Tensor, Failure> {
    let dtype = praxis_model::DType::from_code(tensor.dtype)
        .ok_or_else(|| Failure::Fault(format!("the precompile gave a tensor of element type {}", tensor.dtype)))?;
    Ok(Tensor { dtype, shape: tensor.shape, data: tensor.data.to_vec() })
}
