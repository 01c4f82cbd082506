//! The chain specification: genesis and rules of one chain.

use crate::{
    Account, AccountDiff, Block, Eip1559Params, Fork, ForkSchedule, Header, MergeBlockUnknown, RollupConfig, StateDiff,
};
use alloy_consensus::{BlockBody, EMPTY_OMMER_ROOT_HASH, constants::EMPTY_WITHDRAWALS};
use alloy_eips::{
    eip1559::BaseFeeParams, eip6110::MAINNET_DEPOSIT_CONTRACT_ADDRESS, eip7685::EMPTY_REQUESTS_HASH,
    eip7825::MAX_TX_GAS_LIMIT_OSAKA, eip7840::BlobParams,
};
use alloy_genesis::Genesis;
use alloy_primitives::{Address, B64, B256, Bytes, U256, keccak256};
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
    fn next_base_fee(&self, parent: &Header) -> u64 {
        if parent.gas_limit < self.elasticity {
            // A target of zero: no use of gas is above or below it in any proportion.
            return parent.base_fee_per_gas.unwrap_or(self.initial_base_fee).max(self.min_base_fee);
        }
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
    /// Fields that only a genesis file of Ethereum sets.
    pub extras: GenesisExtras,
    /// The state.
    pub alloc: BTreeMap<Address, GenesisAccount>,
}

/// Fields of a genesis header that are empty unless a genesis file of Ethereum says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GenesisExtras {
    /// Extra data.
    pub extra_data: Bytes,
    /// Difficulty.
    pub difficulty: U256,
    /// Nonce of the proof of work.
    pub nonce: B64,
    /// Mix hash.
    pub mix_hash: B256,
}

/// Rules that the two kinds of chain do not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rules {
    /// The rollup.
    Rollup(Arc<RollupConfig>),
    /// Ethereum: the embedded L1, and chains of a genesis file.
    Ethereum(EthereumRules),
}

/// Rules of an Ethereum chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EthereumRules {
    /// Seconds between blocks, when the builder runs by the clock.
    pub block_time_s: u64,
    /// From where on each fork holds.
    pub forks: Arc<ForkSchedule>,
    /// The contract whose logs are deposits to the beacon chain (EIP-6110).
    pub deposit_contract: Address,
    /// Whether miners are credited for blocks and uncles under proof of work.
    pub rewards: bool,
    /// Whether an account without code and nonce may have storage, as one can before Spurious Dragon and in a genesis file
    /// (EIP-7610).
    pub bare_storage: bool,
}

impl EthereumRules {
    /// Osaka from genesis on.
    pub fn osaka(block_time_s: u64) -> Self {
        Self::always(Fork::Osaka, block_time_s)
    }

    /// `fork` from genesis on, with rewards as that fork has them.
    pub fn always(fork: Fork, block_time_s: u64) -> Self {
        Self {
            block_time_s,
            forks: Arc::new(ForkSchedule::always(fork)),
            deposit_contract: MAINNET_DEPOSIT_CONTRACT_ADDRESS,
            rewards: true,
            bare_storage: fork < Fork::SpuriousDragon,
        }
    }
}

/// A genesis file that is none.
#[derive(Debug, thiserror::Error)]
pub enum GenesisFileError {
    /// Not the JSON of a genesis file.
    #[error("the genesis file is not readable: {0}")]
    Parse(#[from] serde_json::Error),
    /// It does not say when the forks hold.
    #[error(transparent)]
    Forks(#[from] MergeBlockUnknown),
}

/// One chain: its genesis and its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSpec {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Genesis.
    pub genesis: GenesisSpec,
    /// EIP-1559 parameters; on the rollup those of genesis.
    pub fees: FeeParams,
    /// The rest.
    pub rules: Rules,
}

impl ChainSpec {
    /// The Ethereum chain of a genesis file, in the form that go-ethereum reads.
    ///
    /// # Errors
    /// When the file is not the JSON of one, or does not say when the forks hold.
    pub fn from_genesis_file(json: &str) -> Result<Self, GenesisFileError> {
        let file: Genesis = serde_json::from_str(json)?;
        let forks = Arc::new(ForkSchedule::of_config(&file.config)?);
        let account = |account: alloy_genesis::GenesisAccount| GenesisAccount {
            nonce: account.nonce.unwrap_or_default(),
            balance: account.balance,
            code: account.code.unwrap_or_default(),
            storage: account.storage.unwrap_or_default().into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
        };
        let alloc: BTreeMap<_, _> =
            file.alloc.into_iter().map(|(address, genesis)| (address, account(genesis))).collect();
        let bare =
            |genesis: &GenesisAccount| genesis.nonce == 0 && genesis.code.is_empty() && !genesis.storage.is_empty();
        let bare_storage = forks.at(0, file.timestamp) < Fork::SpuriousDragon || alloc.values().any(bare);
        let base_fee = file.base_fee_per_gas.and_then(|fee| u64::try_from(fee).ok());
        Ok(Self {
            chain_id: file.config.chain_id,
            genesis: GenesisSpec {
                timestamp_ms: file.timestamp.saturating_mul(1000),
                gas_limit: file.gas_limit,
                base_fee: base_fee.unwrap_or(FeeParams::ETHEREUM.initial_base_fee),
                beneficiary: file.coinbase,
                extras: GenesisExtras {
                    extra_data: file.extra_data,
                    difficulty: file.difficulty,
                    nonce: file.nonce.to_be_bytes().into(),
                    mix_hash: file.mix_hash,
                },
                alloc,
            },
            fees: FeeParams::ETHEREUM,
            rules: Rules::Ethereum(EthereumRules {
                block_time_s: 1,
                forks,
                deposit_contract: file.config.deposit_contract_address.unwrap_or(MAINNET_DEPOSIT_CONTRACT_ADDRESS),
                rewards: file.config.clique.is_none(),
                bare_storage,
            }),
        })
    }

    /// The fork of Ethereum whose rules hold for block `number` at `timestamp` seconds. The rollup is at Osaka.
    pub fn fork(&self, number: u64, timestamp: u64) -> Fork {
        match &self.rules {
            Rules::Rollup(_) => Fork::Osaka,
            Rules::Ethereum(rules) => rules.forks.at(number, timestamp),
        }
    }

    /// Parameters of blobs under `fork` at `timestamp` seconds.
    pub fn blob_params(&self, fork: Fork, timestamp: u64) -> BlobParams {
        match &self.rules {
            Rules::Rollup(_) => BlobParams::osaka(),
            Rules::Ethereum(rules) => rules.forks.blob_params(fork, timestamp),
        }
    }

    /// The price of a blob gas in the block of this header, in wei (EIP-4844); zero before Cancun.
    pub fn blob_base_fee(&self, header: &Header) -> u128 {
        let params = self.blob_params(self.fork(header.number, header.timestamp), header.timestamp);
        header.excess_blob_gas.map_or(0, |excess| params.calc_blob_fee(excess))
    }

    /// The most gas that a signed transaction may have under `fork` (EIP-7825); `None` for no bound but the block's.
    pub fn tx_gas_cap(&self, fork: Fork) -> Option<u64> {
        match &self.rules {
            Rules::Rollup(config) => Some(config.tx_gas_cap),
            Rules::Ethereum(_) => (fork >= Fork::Osaka).then_some(MAX_TX_GAS_LIMIT_OSAKA),
        }
    }

    /// Base fee of the block after `parent` under `fork`; zero before London, where there is none. On the rollup the
    /// parent's extra data has the parameters.
    pub fn next_base_fee(&self, fork: Fork, parent: &Header) -> u64 {
        if fork < Fork::London {
            return 0;
        }
        let carried = self.rollup().and_then(|_| Eip1559Params::from_extra_data(&parent.extra_data));
        let fees = carried.map_or(self.fees, |Eip1559Params { denominator, elasticity }| FeeParams {
            denominator: denominator.into(),
            elasticity: elasticity.into(),
            ..self.fees
        });
        fees.next_base_fee(parent)
    }

    /// Base fee of the block after `head`, should it come in the same second.
    pub fn base_fee_after(&self, head: &Header) -> u64 {
        self.next_base_fee(self.fork(head.number.saturating_add(1), head.timestamp), head)
    }

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
        let timestamp = self.genesis.timestamp_ms / 1000;
        let fork = self.fork(0, timestamp);
        let GenesisExtras { extra_data, difficulty, nonce, mix_hash } = self.genesis.extras.clone();
        let header = Header {
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: self.genesis.beneficiary,
            state_root,
            gas_limit: self.genesis.gas_limit,
            timestamp,
            extra_data,
            difficulty,
            nonce,
            mix_hash,
            base_fee_per_gas: (fork >= Fork::London).then_some(self.genesis.base_fee),
            withdrawals_root: (fork >= Fork::Shanghai).then_some(withdrawals_root),
            blob_gas_used: (fork >= Fork::Cancun).then_some(0),
            excess_blob_gas: (fork >= Fork::Cancun).then_some(0),
            parent_beacon_block_root: (fork >= Fork::Cancun).then_some(B256::ZERO),
            requests_hash: (fork >= Fork::Prague).then_some(EMPTY_REQUESTS_HASH),
            ..Header::default()
        };
        let withdrawals = (fork >= Fork::Shanghai).then(Default::default);
        Block { header, body: BlockBody { transactions: vec![], ommers: vec![], withdrawals } }
    }
}
