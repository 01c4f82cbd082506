//! Bare revm on the same blocks: nothing but transactions, on a state in memory or in the node's database.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, U256};
use anyhow::{Context as _, Result, anyhow};
use praxis_primitives::{ChainSpec, Fault, RecoveredBlock, StateDiff, StateReader};
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{BlockEnv, CfgEnv, DBErrorMarker, TxEnv},
    context_interface::block::BlobExcessGasAndPrice,
    database::{CacheDB, EmptyDB},
    database_interface::{Database, DatabaseCommit, DatabaseRef},
    primitives::hardfork::SpecId,
    state::AccountInfo,
};

use crate::clock::{Clock, Took, Whose};

/// State in memory.
pub(crate) type Memory = CacheDB<EmptyDB>;

/// The genesis state, or what a block changed, put into the memory.
pub(crate) fn apply(memory: &mut Memory, diff: &StateDiff) -> Result<()> {
    for (address, change) in &diff.accounts {
        let account = change.account.context("no account goes in these blocks")?;
        let known = memory.cache.accounts.get(address).and_then(|known| known.info.code.clone());
        let code = diff.codes.get(&account.code_hash).map(|code| Bytecode::new_raw(code.clone())).or(known);
        let info = AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            code,
            ..AccountInfo::default()
        };
        memory.insert_account_info(*address, info);
        for (slot, value) in &change.storage {
            memory.insert_account_storage(*address, *slot, *value)?;
        }
    }
    Ok(())
}

/// The node's database as revm reads it.
pub(crate) struct OnDisk<'a, S>(pub(crate) &'a S);

/// A failed read.
#[derive(Debug)]
pub(crate) struct ReadError(Fault);

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ReadError {}
impl DBErrorMarker for ReadError {}

impl<S: StateReader> DatabaseRef for OnDisk<'_, S> {
    type Error = ReadError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        let info = |account: praxis_primitives::Account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            code: None,
            ..AccountInfo::default()
        };
        Ok(self.0.account(address).map_err(ReadError)?.map(info))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        self.0.code(code_hash).map(Bytecode::new_raw).map_err(ReadError)
    }

    fn storage_ref(&self, address: Address, index: U256) -> Result<U256, Self::Error> {
        self.0.storage(address, index).map_err(ReadError)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Self::Error> {
        self.0.block_hash(number).map_err(ReadError)
    }
}

/// Executes a block's transactions; gives the time and the gas used. Making revm's form of a transaction counts, as it does
/// in the node.
pub(crate) fn execute<D>(spec: &ChainSpec, state: D, block: &RecoveredBlock) -> Result<(Took, u64)>
where
    D: Database<Error: std::error::Error + Send + Sync + 'static> + DatabaseCommit,
{
    let header = block.header();
    let env = BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        difficulty: U256::ZERO,
        prevrandao: Some(header.mix_hash),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice::new(0, 5_007_716)),
        ..BlockEnv::default()
    };
    let config = CfgEnv::new().with_spec_and_mainnet_gas_params(SpecId::OSAKA).with_chain_id(spec.chain_id);
    let clock = Clock::start(Whose::Thread);
    let mut evm = Context::mainnet().with_block(env).with_cfg(config).with_db(state).build_mainnet();
    let mut used = 0;
    for (sender, tx) in block.transactions_with_sender() {
        let tx = TxEnv {
            tx_type: 2,
            caller: *sender,
            gas_limit: tx.gas_limit(),
            gas_price: tx.max_fee_per_gas(),
            gas_priority_fee: tx.max_priority_fee_per_gas(),
            kind: tx.kind(),
            value: tx.value(),
            data: tx.input().clone(),
            nonce: tx.nonce(),
            chain_id: tx.chain_id(),
            ..TxEnv::default()
        };
        used += evm
            .transact_commit(tx)
            .map_err(|error| anyhow!("bare revm refuses a transaction: {error:?}"))?
            .tx_gas_used();
    }
    // What a state that is given away takes to be freed counts, as it does in the node.
    drop(evm);
    Ok((clock.stop(), used))
}
