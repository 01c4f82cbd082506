//! The chain specification: genesis and rules of one chain.

use crate::{Account, AccountDiff, Block, Header, RollupConfig, StateDiff};
use alloy_consensus::{BlockBody, EMPTY_OMMER_ROOT_HASH, constants::EMPTY_WITHDRAWALS};
use alloy_eips::{eip1559::BaseFeeParams, eip7685::EMPTY_REQUESTS_HASH};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// EIP-1559 parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeParams {
    /// Bounds the change of the base fee per block.
    pub denominator: u64,
    /// Gas limit over gas target.
    pub elasticity: u64,
    /// Base fee of the genesis block in wei.
    pub initial_base_fee: u64,
    /// The base fee never falls below this, in wei.
    pub min_base_fee: u64,
}

impl FeeParams {
    /// Ethereum's own, for the embedded L1.
    pub const ETHEREUM: Self = Self { denominator: 8, elasticity: 2, initial_base_fee: 1_000_000_000, min_base_fee: 0 };

    /// Base fee of the block after `parent`.
    pub fn next_base_fee(&self, parent: &Header) -> u64 {
        let params = BaseFeeParams::new(u128::from(self.denominator), u128::from(self.elasticity));
        parent.next_block_base_fee(params).unwrap_or(self.initial_base_fee).max(self.min_base_fee)
    }
}

/// An account at genesis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GenesisAccount {
    /// Nonce.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// Runtime code; empty for none.
    pub code: Bytes,
    /// Storage.
    pub storage: BTreeMap<U256, U256>,
}

/// The genesis block before its state root is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenesisSpec {
    /// T_ms of the block.
    pub timestamp_ms: u64,
    /// Gas limit of it and of the blocks after it.
    pub gas_limit: u64,
    /// Base fee in wei.
    pub base_fee: u64,
    /// Who is credited the priority fees.
    pub beneficiary: Address,
    /// The state.
    pub alloc: BTreeMap<Address, GenesisAccount>,
}

/// Rules that the two kinds of chain do not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rules {
    /// The rollup.
    Rollup(Arc<RollupConfig>),
    /// Ethereum at Osaka, for the embedded L1.
    Ethereum(EthereumRules),
}

/// Rules of a development Ethereum chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EthereumRules {
    /// Seconds between blocks, when the builder runs by the clock.
    pub block_time_s: u64,
}

/// One chain: its genesis and its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSpec {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Genesis.
    pub genesis: GenesisSpec,
    /// EIP-1559 parameters.
    pub fees: FeeParams,
    /// The rest.
    pub rules: Rules,
}

impl ChainSpec {
    /// The rollup configuration, if this is a rollup.
    pub const fn rollup(&self) -> Option<&Arc<RollupConfig>> {
        match &self.rules {
            Rules::Rollup(config) => Some(config),
            Rules::Ethereum(_) => None,
        }
    }

    /// The genesis state as a difference from nothing.
    pub fn genesis_state(&self) -> StateDiff {
        let mut diff = StateDiff::default();
        for (address, genesis) in &self.genesis.alloc {
            let code_hash = keccak256(&genesis.code);
            if !genesis.code.is_empty() {
                diff.codes.insert(code_hash, genesis.code.clone());
            }
            let account = Account { nonce: genesis.nonce, balance: genesis.balance, code_hash };
            let storage = genesis.storage.iter().filter(|(_, v)| !v.is_zero()).map(|(k, v)| (*k, *v)).collect();
            diff.accounts.insert(*address, AccountDiff { account: Some(account), storage_wiped: false, storage });
        }
        diff
    }

    /// The genesis block, given the root of [`Self::genesis_state`] and the message passer's storage root in it.
    pub fn genesis_block(&self, state_root: B256, message_passer_storage_root: B256) -> Block {
        let withdrawals_root = match self.rules {
            Rules::Rollup(_) => message_passer_storage_root,
            Rules::Ethereum(_) => EMPTY_WITHDRAWALS,
        };
        let header = Header {
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: self.genesis.beneficiary,
            state_root,
            gas_limit: self.genesis.gas_limit,
            timestamp: self.genesis.timestamp_ms / 1000,
            base_fee_per_gas: Some(self.genesis.base_fee),
            withdrawals_root: Some(withdrawals_root),
            blob_gas_used: Some(0),
            excess_blob_gas: Some(0),
            parent_beacon_block_root: Some(B256::ZERO),
            requests_hash: Some(EMPTY_REQUESTS_HASH),
            ..Header::default()
        };
        Block {
            header,
            body: BlockBody { transactions: vec![], ommers: vec![], withdrawals: Some(Default::default()) },
        }
    }
}
