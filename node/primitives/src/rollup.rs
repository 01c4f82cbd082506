//! The rollup configuration: the file that every role of one deployment shares.

use crate::{
    ChainSpec, Development, Eip1559Params, FeeParams, FeeScalars, FeeVaults, GenesisAccount, GenesisSpec, L1Contracts,
    Rules, SystemConfig,
};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, U256};
use praxis_contracts::GenesisParams;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Where the rollup begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollupGenesis {
    /// The L1 block after which derivation begins.
    pub l1: BlockNumHash,
    /// The L2 genesis block.
    pub l2: BlockNumHash,
    /// T_ms of the L2 genesis block.
    pub l2_time_ms: u64,
    /// Accounts that hold ether from the start.
    #[serde(default)]
    pub balances: BTreeMap<Address, U256>,
}

/// Everything that derivation and execution must agree on. Batcher, gas limit, EIP-1559 parameters and fee scalars are
/// those at genesis, and change by the events of L1's `SystemConfig` after `genesis.l1`. All time in milliseconds, all windows in L1 blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollupConfig {
    /// Where the rollup begins.
    pub genesis: RollupGenesis,
    /// Chain id of the L1.
    pub l1_chain_id: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// Time between L2 blocks.
    pub block_time_ms: u64,
    /// How far an L2 block's time may run ahead of its L1 origin's.
    pub max_sequencer_drift_ms: u64,
    /// A batch must be on L1 within this many L1 blocks of its origin.
    pub sequencing_window: u64,
    /// A channel must be complete within this many L1 blocks of its first frame.
    pub channel_timeout: u64,
    /// The address that batches are sent to.
    pub batch_inbox: Address,
    /// The account whose transactions to the inbox count.
    pub batcher: Address,
    /// The contracts on L1.
    pub l1: L1Contracts,
    /// L2 blocks between two claims that a proposer makes; at most [`MAX_CLAIM_INTERVAL`].
    pub claim_interval: u64,
    /// An L2 block's gas limit.
    pub gas_limit: u64,
    /// The most gas that a transaction of the L2 may have, deposits aside (EIP-7825).
    #[serde(default = "default_tx_gas_cap")]
    pub tx_gas_cap: u64,
    /// EIP-1559 parameters of the L2.
    pub fees: FeeParams,
    /// What a transaction pays beside its L2 gas.
    #[serde(default)]
    pub scalars: FeeScalars,
    /// Where collected fees go; a genesis value.
    #[serde(default)]
    pub fee_vaults: FeeVaults,
    /// Versions of the inference engine, each with the L2 time from which models made for it can be activated. A model
    /// that has been activated stays callable.
    #[serde(default = "first_engine")]
    pub engines: Vec<EngineActivation>,
    /// What `praxis dev` adds to its own chains.
    #[serde(default, skip_serializing_if = "Development::is_none")]
    pub development: Development,
}

/// Most L2 blocks between two claims: what is proved from a claim reaches back through EIP-2935's 8,191 hashes, so each claim
/// must reach the one before.
pub const MAX_CLAIM_INTERVAL: u64 = 8_000;

/// Ethereum's: 2^24.
pub const fn default_tx_gas_cap() -> u64 {
    alloy_eips::eip7825::MAX_TX_GAS_LIMIT_OSAKA
}

/// From when on a version of the inference engine is live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineActivation {
    /// The version: arithmetic, prices and limits.
    pub version: u32,
    /// T_ms of the first block that activates models for it.
    pub from_ms: u64,
}

/// Version 1 from the start.
pub fn first_engine() -> Vec<EngineActivation> {
    vec![EngineActivation { version: 1, from_ms: 0 }]
}

/// A rollup configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RollupConfigError {
    /// Not JSON, or a field is missing, unknown or of the wrong type.
    #[error("the rollup configuration is not readable: {0}")]
    Parse(#[from] serde_json::Error),
    /// A field has a value that cannot be.
    #[error("the rollup configuration's {field} is {value}, but {must}")]
    Value {
        /// Name of the field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// What it must be.
        must: &'static str,
    },
}

impl RollupConfig {
    /// Reads and checks a configuration.
    ///
    /// # Errors
    /// When it is not the JSON of a configuration, or a value in it cannot be.
    pub fn from_json(json: &str) -> Result<Self, RollupConfigError> {
        let config: Self = serde_json::from_str(json)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), RollupConfigError> {
        let positive = [
            ("block_time_ms", self.block_time_ms),
            ("sequencing_window", self.sequencing_window),
            ("channel_timeout", self.channel_timeout),
            ("claim_interval", self.claim_interval),
            ("gas_limit", self.gas_limit),
            ("tx_gas_cap", self.tx_gas_cap),
            ("fees.denominator", self.fees.denominator),
            ("fees.elasticity", self.fees.elasticity),
        ];
        for (field, value) in positive {
            if value == 0 {
                return Err(RollupConfigError::Value { field, value, must: "it must be at least 1" });
            }
        }
        if self.claim_interval > MAX_CLAIM_INTERVAL {
            let must = "a proof from a claim reaches back 8000 blocks";
            return Err(RollupConfigError::Value { field: "claim_interval", value: self.claim_interval, must });
        }
        for (field, value) in [("fees.denominator", self.fees.denominator), ("fees.elasticity", self.fees.elasticity)] {
            if u32::try_from(value).is_err() {
                return Err(RollupConfigError::Value { field, value, must: "it has at most 32 bits" });
            }
        }
        if self.block_time_ms > 60_000 {
            let must = "a block takes at most 60000 ms";
            return Err(RollupConfigError::Value { field: "block_time_ms", value: self.block_time_ms, must });
        }
        Ok(())
    }

    /// The configuration at genesis, as blocks carry it.
    pub fn system_config(&self) -> SystemConfig {
        let bits32 = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        SystemConfig {
            batcher_hash: self.batcher.into_word(),
            scalars: self.scalars,
            gas_limit: self.gas_limit,
            eip1559: Eip1559Params {
                denominator: bits32(self.fees.denominator),
                elasticity: bits32(self.fees.elasticity),
            },
        }
    }

    /// T_ms(n) = genesis + n * block_time_ms, and on development chains the jumps up to n.
    pub fn timestamp_ms(&self, number: u64) -> u64 {
        let regular = self.genesis.l2_time_ms.saturating_add(number.saturating_mul(self.block_time_ms));
        regular.saturating_add(self.development.leaps.before(number))
    }

    /// Versions of the inference engine that models can be activated for in a block at `timestamp_ms`.
    pub fn live_engines(&self, timestamp_ms: u64) -> Vec<u32> {
        self.engines.iter().filter(|engine| engine.from_ms <= timestamp_ms).map(|engine| engine.version).collect()
    }

    /// The specification of this rollup's L2: predeploys, balances and rules.
    pub fn chain_spec(self: &Arc<Self>) -> ChainSpec {
        let params = GenesisParams {
            timelock: self.l1.timelock,
            l1_standard_bridge: self.l1.l1_standard_bridge,
            vaults: self.fee_vaults.into(),
        };
        let mut alloc: BTreeMap<Address, GenesisAccount> = praxis_contracts::predeploys(&params)
            .into_iter()
            .map(|p| {
                let storage = p.storage.iter().copied().collect();

                (p.address, GenesisAccount { nonce: p.nonce, balance: U256::ZERO, code: p.code, storage })
            })
            .collect();
        for (address, balance) in &self.genesis.balances {
            alloc.entry(*address).or_default().balance = *balance;
        }
        ChainSpec {
            chain_id: self.l2_chain_id,
            genesis: GenesisSpec {
                timestamp_ms: self.genesis.l2_time_ms,
                gas_limit: self.gas_limit,
                base_fee: self.fees.initial_base_fee,
                beneficiary: praxis_contracts::addresses::SEQUENCER_FEE_VAULT,
                extras: Default::default(),
                alloc,
            },
            fees: self.fees,
            rules: Rules::Rollup(self.clone()),
        }
    }
}
