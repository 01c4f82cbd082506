//! Transaction tests: which bytes are a transaction that a block may hold, at each fork.

use super::{Outcome, fork::fork_of, state::decode};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes, U256};
use praxis_evm::{
    BlockContext, BlockExecutor, EthereumParts, ExecuteError, InMemoryModels, InMemoryState, InvalidTransaction,
    ModelAccess, ModelCache,
};
use praxis_primitives::{Account, ChainSpec, EthereumRules, FeeParams, Fork, GenesisSpec, Rules};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Deserialize)]
struct TransactionTest {
    result: BTreeMap<String, Expected>,
    txbytes: String,
}

#[derive(Debug, Deserialize)]
struct Expected {
    exception: Option<String>,
    hash: Option<B256>,
    sender: Option<Address>,
}

/// Runs every test of a file.
///
/// # Errors
/// When it is not the JSON of transaction tests.
pub fn run_file(json: &str) -> Result<Vec<(String, Outcome)>, serde_json::Error> {
    let tests: BTreeMap<String, TransactionTest> = serde_json::from_str(json)?;
    let mut outcomes = Vec::new();
    for (name, test) in &tests {
        for (fork, expected) in &test.result {
            outcomes.push((format!("{name} {fork}"), test.outcome(fork, expected)));
        }
    }
    Ok(outcomes)
}

impl TransactionTest {
    fn outcome(&self, fork: &str, expected: &Expected) -> Outcome {
        let Some(fork) = fork_of(fork) else {
            return Outcome::Skipped(format!("there are no rules for {fork}"));
        };
        let found = self.check(fork);
        match (&found, &expected.exception) {
            (Err(_), Some(_)) => Outcome::Passed,
            (Ok(_), Some(reason)) => Outcome::Failed(format!("it is taken, but is invalid: {reason}")),
            (Err(reason), None) => Outcome::Failed(format!("it is refused: {reason}")),
            (Ok((hash, sender)), None) if (Some(*hash), Some(*sender)) == (expected.hash, expected.sender) => {
                Outcome::Passed
            }
            (Ok(found), None) => Outcome::Failed(format!("hash and sender are {found:?}")),
        }
    }

    /// Hash and sender of the transaction, if a sender who can pay may have it in a block.
    fn check(&self, fork: Fork) -> Result<(B256, Address), String> {
        let bytes: Bytes = self.txbytes.parse().map_err(|error| format!("it is not hexadecimal: {error}"))?;
        let tx = decode(fork, &bytes)?;
        let mut state = InMemoryState::default();
        let account = Account { nonce: tx.nonce(), balance: U256::MAX, ..Account::default() };
        state.accounts.insert(tx.signer(), account);
        let spec = spec(fork);
        let models = ModelAccess::new(Arc::new(InMemoryModels::default()), Arc::new(ModelCache::default()));
        let mut executor = BlockExecutor::new(&spec, context(fork), &state, models);
        match executor.execute(&tx) {
            // Nobody could pay for it, but that is no matter of its form.
            Ok(_) | Err(ExecuteError::Invalid(InvalidTransaction::CostOverflow)) => {}
            Err(error) => return Err(error.to_string()),
        }
        Ok((tx.inner().hash(), tx.signer()))
    }
}

fn spec(fork: Fork) -> ChainSpec {
    ChainSpec {
        chain_id: 1,
        genesis: GenesisSpec {
            timestamp_ms: 0,
            gas_limit: u64::MAX,
            base_fee: 0,
            beneficiary: Address::ZERO,
            extras: Default::default(),
            alloc: BTreeMap::new(),
        },
        fees: FeeParams::ETHEREUM,
        rules: Rules::Ethereum(EthereumRules::always(fork, 1)),
    }
}

fn context(fork: Fork) -> BlockContext {
    BlockContext {
        number: 1,
        timestamp_ms: 1000,
        timestamp: 1,
        beneficiary: Address::ZERO,
        gas_limit: u64::MAX,
        base_fee: 0,
        prev_randao: B256::ZERO,
        parent_hash: B256::ZERO,
        parent_beacon_block_root: B256::ZERO,
        excess_blob_gas: 0,
        extra_data: Bytes::new(),
        fork,
        ethereum: EthereumParts { difficulty: U256::ONE, ..EthereumParts::default() },
    }
}
