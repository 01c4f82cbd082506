//! The committed demo model, and how it gets on the chain.

use crate::Account;
use alloy_primitives::{Address, B256, Bytes, TxKind};
use alloy_sol_types::SolCall;
use praxis_contracts::{IModelRegistry, IRebalanceAgent, addresses::MODEL_REGISTRY};
use praxis_import::{ImportOptions, import_bytes};
use praxis_model::id;
use praxis_primitives::RecoveredTransaction;
use std::sync::LazyLock;

/// A model as the registry takes it.
#[derive(Debug, Clone)]
pub struct DemoModel {
    /// Its id.
    pub id: B256,
    /// The encoded Plan.
    pub bytes: Vec<u8>,
}

/// The demo's strategy, imported from the committed ONNX file.
pub fn demo_model() -> &'static DemoModel {
    static MODEL: LazyLock<DemoModel> = LazyLock::new(|| {
        let onnx = include_bytes!("../../fixtures/models/strategy.onnx");
        let imported = import_bytes(onnx, &ImportOptions::default()).expect("the committed model imports");
        let bytes = imported.plan.encode();
        DemoModel { id: id::model_id(&bytes), bytes }
    });
    &MODEL
}

impl DemoModel {
    /// How many chunks it has.
    pub fn chunks(&self) -> u32 {
        u32::try_from(id::chunk_count(self.bytes.len() as u64)).expect("few chunks")
    }

    /// The transaction that announces it.
    pub fn begin(&self, account: &Account, nonce: u64) -> RecoveredTransaction {
        let length = u32::try_from(self.bytes.len()).expect("below 4 MiB");
        let call = IModelRegistry::beginCall { id: self.id, length, root: id::model_root(&self.bytes) };
        registry(account, nonce, call.abi_encode())
    }

    /// The transaction that brings chunk `index`; `alter` sees its bytes before.
    pub fn put_chunk(
        &self,
        account: &Account,
        nonce: u64,
        index: u32,
        alter: impl FnOnce(&mut Vec<u8>),
    ) -> RecoveredTransaction {
        let mut data = id::chunk(&self.bytes, index).expect("a chunk of the model").to_vec();
        alter(&mut data);
        let proof = id::chunk_proof(&self.bytes, index).expect("a chunk of the model");
        let call = IModelRegistry::putChunkCall { id: self.id, index, data: data.into(), proof };
        registry(account, nonce, call.abi_encode())
    }

    /// The transaction that makes it callable from the next block on.
    pub fn activate(&self, account: &Account, nonce: u64) -> RecoveredTransaction {
        registry(account, nonce, IModelRegistry::activateCall { id: self.id }.abi_encode())
    }
}

fn registry(account: &Account, nonce: u64, input: Vec<u8>) -> RecoveredTransaction {
    account.call(nonce, TxKind::Call(MODEL_REGISTRY), 0, 8_000_000, input.into())
}

/// Calldata of a decision over made-up prices, other ones for each `seed`.
pub fn prices(seed: u64) -> Bytes {
    let series = |asset: u64| {
        std::array::from_fn(|i| {
            let wave = (i as u64 * (7 + asset) + seed % 29 * 13) % 29;
            alloy_primitives::U256::from(1_000_000_000_000_000_000u64 + wave * 10_000_000_000_000_000)
        })
    };
    IRebalanceAgent::decideCall { prices0: series(0), prices1: series(1) }.abi_encode().into()
}

impl Account {
    /// Asks the agent at `agent` to decide over [`prices`].
    pub fn decide(&self, nonce: u64, agent: Address, seed: u64) -> RecoveredTransaction {
        self.call(nonce, TxKind::Call(agent), 0, 3_000_000, prices(seed))
    }
}
