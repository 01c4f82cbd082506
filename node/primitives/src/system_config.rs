//! What L1's `SystemConfig` decides, as the L2 carries it.
//!
//! What every block needs is in each block's L1 attributes ([`SystemConfig`]), so a block's configuration follows from its
//! parent and the updates of its L1 origin. The rest becomes a deposit to L1Block and is state there.

use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_sol_types::SolCall;
use op_alloy_consensus::TxDeposit;
use praxis_contracts::{
    IL1Block,
    addresses::{DEPOSITOR, L1_BLOCK},
};
use serde::{Deserialize, Serialize};

/// Gas limit of the deposit that carries an update to L1Block.
pub const CONFIG_DEPOSIT_GAS_LIMIT: u64 = 200_000;

/// Domain of such deposits' source hashes. The OP Stack uses 0 to 3.
const CONFIG_DEPOSIT_DOMAIN: u64 = 0x1000;

/// Version byte of the EIP-1559 parameters in a header's extra data.
const EXTRA_DATA_VERSION: u8 = 0;

/// What a transaction pays beside its L2 gas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeeScalars {
    /// Weight of the L1 base fee, millionths.
    pub base_fee: u32,
    /// Weight of the blob base fee, millionths.
    pub blob_base_fee: u32,
    /// Operator fee of a unit of gas, in hundreds of wei.
    pub operator_fee: u32,
    /// Constant part of the operator fee, wei per transaction.
    pub operator_fee_constant: u64,
}

/// How the base fee of the next block follows from a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eip1559Params {
    /// Bounds the change of the base fee per block; at least 1.
    pub denominator: u32,
    /// Gas limit over gas target; at least 1.
    pub elasticity: u32,
}

impl Eip1559Params {
    /// As they stand in a header's extra data: a version byte of 0, denominator, elasticity; big-endian.
    pub fn extra_data(&self) -> Bytes {
        let mut out = vec![EXTRA_DATA_VERSION];
        out.extend_from_slice(&self.denominator.to_be_bytes());
        out.extend_from_slice(&self.elasticity.to_be_bytes());
        out.into()
    }

    /// Reads them out of a header's extra data; `None` where that holds something else, as at genesis.
    pub fn from_extra_data(data: &[u8]) -> Option<Self> {
        let [EXTRA_DATA_VERSION, a, b, c, d, e, f, g, h] = *data else { return None };
        let (denominator, elasticity) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        (denominator > 0 && elasticity > 0).then_some(Self { denominator, elasticity })
    }
}

/// The part of the configuration that every block carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemConfig {
    /// The batcher's address, left-padded to a word.
    pub batcher_hash: B256,
    /// Fees beside the L2 gas.
    pub scalars: FeeScalars,
    /// Gas limit of a block. A header may have more, see [`crate::PayloadAttributes::gas_limit`].
    pub gas_limit: u64,
    /// The base fee's rule.
    pub eip1559: Eip1559Params,
}

impl SystemConfig {
    /// Whether inbox transactions of `sender` count.
    pub fn is_batcher(&self, sender: Address) -> bool {
        self.batcher_hash == sender.into_word()
    }

    /// The configuration after an update. What L1Block holds as state changes nothing here.
    pub const fn apply(&mut self, update: &ConfigUpdate) {
        match *update {
            ConfigUpdate::Batcher(hash) => self.batcher_hash = hash,
            ConfigUpdate::FeeScalars { base_fee, blob_base_fee } => {
                self.scalars.base_fee = base_fee;
                self.scalars.blob_base_fee = blob_base_fee;
            }
            ConfigUpdate::GasLimit(gas_limit) => self.gas_limit = gas_limit,
            ConfigUpdate::Eip1559(params) => self.eip1559 = params,
            ConfigUpdate::OperatorFee { scalar, constant } => {
                self.scalars.operator_fee = scalar;
                self.scalars.operator_fee_constant = constant;
            }
            ConfigUpdate::UnsafeBlockSigner(_)
            | ConfigUpdate::Engine { .. }
            | ConfigUpdate::InferencePause { .. }
            | ConfigUpdate::Feature { .. } => {}
        }
    }
}

/// One change of the configuration on L1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigUpdate {
    /// The batcher's address, left-padded.
    Batcher(B256),
    /// Weights of the L1 fee, millionths.
    FeeScalars {
        /// Of the L1 base fee.
        base_fee: u32,
        /// Of the blob base fee.
        blob_base_fee: u32,
    },
    /// Gas limit of an L2 block.
    GasLimit(u64),
    /// Whose signature unsafe blocks carry.
    UnsafeBlockSigner(Address),
    /// The base fee's rule.
    Eip1559(Eip1559Params),
    /// The operator's fee.
    OperatorFee {
        /// Fee of a unit of gas, in hundreds of wei.
        scalar: u32,
        /// Wei per transaction.
        constant: u64,
    },
    /// A version of the inference engine is live from an L2 time on.
    Engine {
        /// The version.
        version: u32,
        /// T_ms.
        timestamp_ms: u64,
    },
    /// In blocks before this time no model runs.
    InferencePause {
        /// T_ms.
        until_ms: u64,
    },
    /// A rule switches at an L2 time.
    Feature {
        /// Its name.
        name: B256,
        /// Whether it is on from then on.
        enabled: bool,
        /// T_ms.
        timestamp_ms: u64,
    },
}

impl ConfigUpdate {
    /// The call of L1Block that makes this update state; `None` for what each block's attributes carry.
    pub fn calldata(&self) -> Option<Bytes> {
        let data = match *self {
            Self::UnsafeBlockSigner(signer) => IL1Block::setUnsafeBlockSignerCall { signer }.abi_encode(),
            Self::Engine { version, timestamp_ms } => {
                IL1Block::setEngineCall { engine: version, timestampMs: timestamp_ms }.abi_encode()
            }
            Self::InferencePause { until_ms } => IL1Block::setInferencePauseCall { untilMs: until_ms }.abi_encode(),
            Self::Feature { name, enabled, timestamp_ms } => {
                IL1Block::setFeatureCall { name, enabled, timestampMs: timestamp_ms }.abi_encode()
            }
            Self::Batcher(_)
            | Self::FeeScalars { .. }
            | Self::GasLimit(_)
            | Self::Eip1559(_)
            | Self::OperatorFee { .. } => return None,
        };
        Some(data.into())
    }
}

/// An update and the log that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedUpdate {
    /// Index of the log in its L1 block.
    pub log_index: u64,
    /// The update.
    pub update: ConfigUpdate,
}

impl LoggedUpdate {
    /// The deposit that makes the update state in the first L2 block of `origin`; `None` for what attributes carry.
    pub fn deposit(&self, origin: BlockNumHash) -> Option<TxDeposit> {
        Some(TxDeposit {
            source_hash: source_hash(origin.hash, self.log_index),
            from: DEPOSITOR,
            to: TxKind::Call(L1_BLOCK),
            mint: 0,
            value: U256::ZERO,
            gas_limit: CONFIG_DEPOSIT_GAS_LIMIT,
            is_system_transaction: false,
            input: self.update.calldata()?,
        })
    }
}

/// keccak256(domain ‖ keccak256(L1 block hash ‖ log index)), each a word: as user deposits have it, in a domain of its own.
fn source_hash(l1: B256, log_index: u64) -> B256 {
    let inner = keccak256([l1.0, U256::from(log_index).to_be_bytes()].concat());
    keccak256([U256::from(CONFIG_DEPOSIT_DOMAIN).to_be_bytes(), inner.0].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_data_reads_back_and_anything_else_is_none() {
        let params = Eip1559Params { denominator: 1000, elasticity: 2 };
        let data = params.extra_data();
        assert_eq!(Eip1559Params::from_extra_data(&data), Some(params));
        assert_eq!(Eip1559Params::from_extra_data(&data[..8]), None);
        assert_eq!(Eip1559Params::from_extra_data(&[1, 0, 0, 0, 1, 0, 0, 0, 1]), None);
        assert_eq!(Eip1559Params::from_extra_data(&[0, 0, 0, 0, 0, 0, 0, 0, 1]), None);
        assert_eq!(Eip1559Params::from_extra_data(&[]), None);
    }

    #[test]
    fn deposits_of_two_logs_or_two_blocks_differ() {
        let update = ConfigUpdate::InferencePause { until_ms: 7 };
        let hash = |block: u8, log_index| {
            let deposit = LoggedUpdate { log_index, update }.deposit(BlockNumHash::new(1, B256::repeat_byte(block)));
            deposit.unwrap().source_hash
        };
        assert_ne!(hash(1, 0), hash(1, 1));
        assert_ne!(hash(1, 0), hash(2, 0));
        let batcher = LoggedUpdate { log_index: 0, update: ConfigUpdate::Batcher(B256::ZERO) };
        assert_eq!(batcher.deposit(BlockNumHash::default()), None);
    }
}
