//! The chain's past through JSON-RPC: states, blocks, models.

use crate::{client::Client, commands::model::fetch, failure::Failure, ui::Ui};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Decodable;
use parking_lot::Mutex;
use praxis_evm::InMemoryModels;
use praxis_primitives::{Account, Block, Fault, RecoveredBlock, RollupConfig, SealedBlock, StateReader};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tokio::runtime::Handle;

/// Models that a backtest fetches.
const MAX_MODELS: usize = 256;

/// The state after a block, read when it is needed.
pub(super) struct RemoteState {
    client: Client,
    runtime: Handle,
    block: String,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    accounts: BTreeMap<Address, Option<Account>>,
    slots: BTreeMap<(Address, U256), U256>,
    codes: BTreeMap<B256, Bytes>,
    hashes: BTreeMap<u64, B256>,
}

impl RemoteState {
    /// Must be used from threads that may block.
    pub(super) fn new(client: &Client, block: u64) -> Self {
        let read = Mutex::new(Read::default());
        Self { client: client.clone(), runtime: Handle::current(), block: format!("{block:#x}"), read }
    }

    fn ask<T>(&self, method: &'static str, params: Value) -> Result<T, Fault>
    where
        T: serde::de::DeserializeOwned + Send + Sync + std::fmt::Debug + Unpin + 'static,
    {
        self.runtime.block_on(self.client.request(method, params)).map_err(|failure| Fault::new(failure.message))
    }
}

impl StateReader for RemoteState {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        if let Some(known) = self.read.lock().accounts.get(&address) {
            return Ok(*known);
        }
        let balance: U256 = self.ask("eth_getBalance", json!([address, self.block]))?;
        let nonce: U256 = self.ask("eth_getTransactionCount", json!([address, self.block]))?;
        let code: Bytes = self.ask("eth_getCode", json!([address, self.block]))?;
        let empty = balance.is_zero() && nonce.is_zero() && code.is_empty();
        let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
        let account = (!empty).then(|| Account { nonce: nonce.saturating_to(), balance, code_hash });
        let mut read = self.read.lock();
        read.codes.insert(code_hash, code);
        read.accounts.insert(address, account);
        Ok(account)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        if let Some(known) = self.read.lock().slots.get(&(address, slot)) {
            return Ok(*known);
        }
        let value: U256 = self.ask("eth_getStorageAt", json!([address, B256::from(slot), self.block]))?;
        self.read.lock().slots.insert((address, slot), value);
        Ok(value)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        // Accounts are read before their code, and bring it.
        let known = self.read.lock().codes.get(&code_hash).cloned();
        known.ok_or_else(|| Fault::new(format!("the code {code_hash} belongs to no account that was read")))
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        if let Some(known) = self.read.lock().hashes.get(&number) {
            return Ok(*known);
        }
        let block: Value = self.ask("eth_getBlockByNumber", json!([format!("{number:#x}"), false]))?;
        let hash = block.get("hash").and_then(Value::as_str).and_then(|hash| hash.parse().ok());
        let hash = hash.ok_or_else(|| Fault::new(format!("there is no block {number}")))?;
        self.read.lock().hashes.insert(number, hash);
        Ok(hash)
    }
}

/// The rollup's configuration.
pub(super) async fn config(client: &Client) -> Result<Arc<RollupConfig>, Failure> {
    Ok(Arc::new(client.request("praxis_rollupConfig", json!([])).await?))
}

/// A block with its senders, as the chain has it.
pub(super) async fn block(client: &Client, number: u64) -> Result<RecoveredBlock, Failure> {
    let raw: Bytes = client.request("debug_getRawBlock", json!([format!("{number:#x}")])).await?;
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::failed(format!("{} gave a block {number} that does not decode: {error}", client.url()))
    };
    let block = Block::decode(&mut raw.as_ref()).map_err(|e| wrong(&e))?;
    let senders: Result<Vec<Address>, _> = block.body.transactions.iter().map(|tx| tx.recover_signer()).collect();
    let senders = senders.map_err(|e| wrong(&e))?;
    Ok(RecoveredBlock::new_sealed(SealedBlock::seal_slow(block), senders))
}

/// Every model of the chain, fetched and checked against its id.
pub(super) async fn models(client: &Client, ui: &Ui) -> Result<InMemoryModels, Failure> {
    let store = InMemoryModels::default();
    let mut from = 0;
    loop {
        let page: Vec<Value> = client.request("praxis_listModels", json!([{ "from": from, "limit": 100 }])).await?;
        if page.is_empty() {
            return Ok(store);
        }
        from += page.len();
        if from > MAX_MODELS {
            return Err(Failure::failed(format!("the chain has more than {MAX_MODELS} models")));
        }
        for model in &page {
            let id: Option<B256> = model.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
            let id = id.ok_or_else(|| Failure::failed(format!("{} gave a model without an id", client.url())))?;
            store.insert_as(id, fetch(client, id, ui).await?);
        }
    }
}
