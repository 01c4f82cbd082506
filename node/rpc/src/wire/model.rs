//! Models.

use alloy_primitives::{Address, B256, U64};
use praxis_contracts::layout::{ModelWord, RoyaltyWord};
use praxis_model::{Plan, PlanCost, ValueInfo};
use serde::Serialize;

/// How far a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModelStatus {
    /// The registry has never heard of it.
    Unknown,
    /// Chunks are missing.
    Uploading,
    /// All chunks are there; nobody has activated it.
    Complete,
    /// Activated in this block, callable from the next one.
    Pending,
    /// Callable.
    Active,
}

impl ModelStatus {
    /// The status in block `number`, of a model with `present` of `total` chunks.
    pub(crate) fn of(word: ModelWord, present: u64, total: u64, number: u64) -> Self {
        if !word.exists() {
            Self::Unknown
        } else if word.is_active_at(number) {
            Self::Active
        } else if word.activation_block != 0 {
            Self::Pending
        } else if present < total {
            Self::Uploading
        } else {
            Self::Complete
        }
    }
}

/// A model: what the registry knows, and the manifest that its Plan holds.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcModel {
    pub(crate) id: B256,
    pub(crate) status: ModelStatus,
    pub(crate) owner: Address,
    pub(crate) engine: u32,
    /// Bytes of the Plan.
    pub(crate) length: U64,
    pub(crate) chunks: Chunks,
    /// Gas of a run whose leaves are warm; null before activation.
    pub(crate) warm_gas: Option<U64>,
    /// Gas that a transaction's first call pays on top; null before activation.
    pub(crate) cold_gas: Option<U64>,
    pub(crate) activation_block: Option<U64>,
    /// Null where the owner has named nobody.
    pub(crate) royalty: Option<RpcRoyalty>,
    /// Null while chunks are missing.
    pub(crate) manifest: Option<Manifest>,
}

/// Whom a model's inferences pay, as the registry holds it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcRoyalty {
    payee: Address,
    /// Ten-thousandths of an inference's counted gas, until `from`.
    bps: u16,
    /// The same from then on.
    next_bps: u16,
    /// Seconds since 1970.
    from: U64,
}

impl RpcRoyalty {
    /// What the registry's word says.
    pub(crate) fn of(word: RoyaltyWord) -> Option<Self> {
        let RoyaltyWord { payee, bps, next_bps, from } = word;
        (!payee.is_zero()).then_some(Self { payee, bps, next_bps, from: U64::from(from) })
    }
}

/// Upload progress.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Chunks {
    pub(crate) present: u64,
    pub(crate) total: u64,
}

/// What a Plan says of itself.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    engine: u32,
    importer: u32,
    /// sha256 of the ONNX file.
    source_sha256: B256,
    inputs: Vec<RpcValueInfo>,
    outputs: Vec<RpcValueInfo>,
    nodes: u64,
    /// Elements of all constants.
    parameters: u64,
    weight_bytes: u64,
    memory_bytes: u64,
}

/// An input or output.
#[derive(Debug, Clone, Serialize)]
struct RpcValueInfo {
    name: String,
    dtype: u8,
    #[serde(rename = "type")]
    kind: &'static str,
    shape: Vec<u32>,
    /// Of an output: names of a classifier's numbers, or of the columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
}

impl RpcValueInfo {
    fn new(info: &ValueInfo, labels: &[String]) -> Self {
        let (dtype, kind) = (info.dtype.code(), info.dtype.name());
        Self { name: info.name.clone(), dtype, kind, shape: info.shape.clone(), labels: labels.to_vec() }
    }
}

impl Manifest {
    pub(crate) fn new(plan: &Plan, cost: &PlanCost) -> Self {
        Self {
            engine: plan.engine,
            importer: plan.importer,
            source_sha256: plan.source_sha256.into(),
            inputs: plan.inputs.iter().map(|info| RpcValueInfo::new(info, &[])).collect(),
            outputs: plan
                .outputs
                .iter()
                .zip(&plan.labels)
                .map(|(info, labels)| RpcValueInfo::new(info, labels))
                .collect(),
            nodes: plan.nodes.len() as u64,
            parameters: plan.constants.iter().fold(0, |all, c| all.saturating_add(c.elements())),
            weight_bytes: plan.weights.len() as u64,
            memory_bytes: cost.memory_bytes,
        }
    }
}
