//! The vocabulary of the chain: transactions, blocks, receipts, the chain specification, the rollup configuration,
//! payload attributes, inference records and the output root.
//!
//! Knows no I/O, no database and no EVM.

mod attributes;
mod block;
mod chain_spec;
mod development;
mod fault;
mod fees;
mod forks;
mod inference;
mod l1;
mod l1_contracts;
mod merkle;
mod output;
mod rollup;
mod state;
mod system_config;
mod transaction;

pub use attributes::{L1_ATTRIBUTES_GAS_LIMIT, L1Attributes, L1AttributesError, PayloadAttributes};
pub use block::{Block, Header, L2BlockInfo, Receipt, RecoveredBlock, SealedBlock, SealedHeader};
pub use chain_spec::{
    ChainSpec, EthereumRules, FeeParams, GenesisAccount, GenesisExtras, GenesisFileError, GenesisSpec, Rules,
};
pub use development::{Development, ForkSource, Leap, LeapError, Leaps, MAX_LEAPS};
pub use fault::Fault;
pub use fees::{
    DEFAULT_BASE_FEE_SCALAR, DEFAULT_BLOB_BASE_FEE_SCALAR, DataFees, DataSize, FeeVaults, PayoutNetwork, fastlz_len,
};
pub use forks::{Fork, ForkPoints, ForkSchedule, MergeBlockUnknown};
pub use inference::{
    INFERENCE_REQUEST_TYPE, InferenceCommitment, InferenceEntry, InferenceRecord, ModelChunk, inference_requests,
};
pub use l1::{BatcherTransaction, L1BlockInfo, blob_base_fee};
pub use l1_contracts::L1Contracts;
pub use merkle::{merkle_branch, merkle_root, verify_merkle_branch};
pub use output::{OUTPUT_ROOT_VERSION, OutputPreimage};
pub use rollup::{
    EngineActivation, MAX_CLAIM_INTERVAL, RollupConfig, RollupConfigError, RollupGenesis, default_tx_gas_cap,
    first_engine,
};
pub use state::{Account, AccountBefore, AccountDiff, StateBefore, StateDiff, StateReader};
pub use system_config::{
    CONFIG_DEPOSIT_GAS_LIMIT, ConfigUpdate, Eip1559Params, FeeScalars, LoggedUpdate, SystemConfig,
};
pub use transaction::{DEPOSIT_TX_TYPE, RecoveredTransaction, Transaction, TxType, scheduled_source};

pub use alloy_eips::BlockNumHash;
pub use op_alloy_consensus::{TxDeposit, UserDepositSource};
