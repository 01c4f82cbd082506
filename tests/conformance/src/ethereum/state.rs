//! State tests: one transaction on a given state, and the root of the state after it.

use super::{Outcome, fork::fork_of};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_evm::{
    BlockContext, BlockExecutor, EthereumParts, ExecuteError, ExecutionOutput, InMemoryModels, InMemoryState,
    ModelAccess, ModelCache,
};
use praxis_primitives::{
    ChainSpec, EthereumRules, FeeParams, Fork, GenesisAccount, GenesisSpec, RecoveredTransaction, Rules, Transaction,
};
use praxis_trie::{MemoryNodes, state_root};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};

/// One test: a state, a block's environment, and for each fork what its variants of a transaction give.
#[derive(Debug, Deserialize)]
pub struct StateTest {
    env: Env,
    pre: BTreeMap<Address, PreAccount>,
    post: BTreeMap<String, Vec<Post>>,
    #[serde(default)]
    config: Config,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Env {
    current_coinbase: Address,
    current_gas_limit: U256,
    current_number: U256,
    current_timestamp: U256,
    #[serde(default)]
    current_difficulty: U256,
    #[serde(default)]
    current_random: B256,
    #[serde(default)]
    current_base_fee: U256,
    #[serde(default)]
    current_excess_blob_gas: U256,
}

#[derive(Debug, Deserialize)]
struct PreAccount {
    balance: U256,
    code: Bytes,
    nonce: U256,
    storage: BTreeMap<U256, U256>,
}

#[derive(Debug, Default, Deserialize)]
struct Config {
    chainid: Option<U256>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    hash: B256,
    logs: B256,
    txbytes: Option<Bytes>,
    expect_exception: Option<String>,
}

/// Runs every test of a file.
///
/// # Errors
/// When it is not the JSON of state tests.
pub fn run_file(json: &str) -> Result<Vec<(String, Outcome)>, serde_json::Error> {
    let tests: BTreeMap<String, StateTest> = serde_json::from_str(json)?;
    let mut outcomes = Vec::new();
    for (name, test) in &tests {
        for (fork, posts) in &test.post {
            for (index, post) in posts.iter().enumerate() {
                outcomes.push((format!("{name} {fork}[{index}]"), test.outcome(fork, post)));
            }
        }
    }
    Ok(outcomes)
}

impl StateTest {
    fn outcome(&self, fork: &str, post: &Post) -> Outcome {
        let Some(fork) = fork_of(fork) else {
            return Outcome::Skipped(format!("there are no rules for {fork}"));
        };
        let Some(bytes) = &post.txbytes else {
            return Outcome::Skipped("the file holds no signed transaction".to_owned());
        };
        match self.run(fork, bytes, post) {
            Ok(()) => Outcome::Passed,
            Err(reason) => Outcome::Failed(reason),
        }
    }

    fn run(&self, fork: Fork, bytes: &[u8], post: &Post) -> Result<(), String> {
        let spec = self.spec(fork);
        let genesis = spec.genesis_state();
        let before = state_root(&MemoryNodes::default(), &genesis).map_err(|error| error.to_string())?;
        let mut nodes = MemoryNodes::default();
        nodes.apply(&before.updates);
        let (output, refused) = self.execute(&spec, fork, bytes)?;
        match (&refused, &post.expect_exception) {
            (Some(reason), None) => return Err(format!("the transaction is refused: {reason}")),
            (None, Some(expected)) => return Err(format!("the transaction is taken, but it is invalid: {expected}")),
            _ => {}
        }
        let after = state_root(&nodes, &output.diff).map_err(|error| error.to_string())?;
        if after.previous_root != before.root {
            return Err("the trie does not give back the root of the state before".to_owned());
        }
        let logs: Vec<_> = output.receipts.iter().flat_map(|receipt| receipt.logs.clone()).collect();
        let logs = keccak256(alloy_rlp::encode(logs));
        if logs != post.logs {
            return Err(format!("the hash of the logs is {logs}, it should be {}", post.logs));
        }
        if after.root != post.hash {
            return Err(format!("the state root is {}, it should be {}", after.root, post.hash));
        }
        Ok(())
    }

    /// What the transaction gives, and why it was refused, if it was.
    fn execute(&self, spec: &ChainSpec, fork: Fork, bytes: &[u8]) -> Result<(ExecutionOutput, Option<String>), String> {
        let mut state = InMemoryState::new(&spec.genesis_state());
        let number = self.env.current_number.saturating_to::<u64>();
        // A convention of these tests.
        let ancestors = number.saturating_sub(256)..number;
        state.block_hashes = ancestors.map(|ancestor| (ancestor, keccak256(ancestor.to_string()))).collect();
        let models = ModelAccess::new(Arc::new(InMemoryModels::default()), Arc::new(ModelCache::default()));
        let mut executor = BlockExecutor::new(spec, self.context(fork), &state, models);
        let refused = match decode(fork, bytes) {
            Err(reason) => Some(reason),
            Ok(tx) => match executor.execute(&tx) {
                Ok(_) => None,
                Err(ExecuteError::Invalid(reason)) => Some(reason.to_string()),
                Err(ExecuteError::Fault(fault)) => return Err(format!("a fault: {fault}")),
            },
        };
        let output = executor.finish_transactions().map_err(|fault| format!("a fault: {fault}"))?;
        Ok((output, refused))
    }

    fn spec(&self, fork: Fork) -> ChainSpec {
        let account = |account: &PreAccount| GenesisAccount {
            nonce: account.nonce.saturating_to(),
            balance: account.balance,
            code: account.code.clone(),
            storage: account.storage.clone(),
        };
        ChainSpec {
            chain_id: self.config.chainid.unwrap_or(U256::ONE).saturating_to(),
            genesis: GenesisSpec {
                timestamp_ms: 0,
                gas_limit: self.env.current_gas_limit.saturating_to(),
                base_fee: 0,
                beneficiary: self.env.current_coinbase,
                extras: Default::default(),
                alloc: self.pre.iter().map(|(address, pre)| (*address, account(pre))).collect(),
            },
            fees: FeeParams::ETHEREUM,
            // Some tests are about accounts with storage and no code.
            rules: Rules::Ethereum(EthereumRules { bare_storage: true, ..EthereumRules::always(fork, 1) }),
        }
    }

    fn context(&self, fork: Fork) -> BlockContext {
        let env = &self.env;
        let timestamp = env.current_timestamp.saturating_to::<u64>();
        BlockContext {
            number: env.current_number.saturating_to(),
            timestamp_ms: timestamp.saturating_mul(1000),
            timestamp,
            beneficiary: env.current_coinbase,
            gas_limit: env.current_gas_limit.saturating_to(),
            base_fee: env.current_base_fee.saturating_to(),
            prev_randao: env.current_random,
            parent_hash: B256::ZERO,
            parent_beacon_block_root: B256::ZERO,
            excess_blob_gas: env.current_excess_blob_gas.saturating_to(),
            extra_data: Bytes::new(),
            fork,
            ethereum: EthereumParts { difficulty: env.current_difficulty, ..EthereumParts::default() },
        }
    }
}

/// A transaction out of its bytes, as a node takes it. Before Homestead a signature's s could have either of its two values.
pub(super) fn decode(fork: Fork, bytes: &[u8]) -> Result<RecoveredTransaction, String> {
    let mut rest = bytes;
    let tx = Transaction::decode_2718(&mut rest).map_err(|error| format!("it does not decode: {error}"))?;
    if !rest.is_empty() {
        return Err(format!("{} bytes follow it", rest.len()));
    }
    let signer = match fork {
        Fork::Frontier => tx.recover_signer_unchecked(),
        _ => tx.recover_signer(),
    };
    let signer = signer.map_err(|_| "its signature has no signer".to_owned())?;
    Ok(RecoveredTransaction::new_unchecked(tx, signer))
}
