//! What a transaction of the rollup pays besides its gas: its share of the batch on L1, and the operator's fee.
//!
//! The L1 fee has the shape that the OP Stack calls Fjord. The transaction's share of the batch is estimated from its own
//! bytes:
//!
//! ```text
//! size  = max(SIZE_FLOOR, SIZE_INTERCEPT + SIZE_PER_FASTLZ_BYTE * (fastlz(unsigned transaction) + SIGNATURE_BYTES))
//! price = 16 * base_fee_scalar * l1_base_fee + blob_base_fee_scalar * blob_base_fee
//! fee   = size * price / 10^12
//! ```
//!
//! with `size` in millionths of a byte and both scalars in millionths. The transaction counts as it is signed, without its
//! signature, which takes the same room in every one: so what wallets ask `GasPriceOracle.getL1Fee` before they sign is
//! what they pay. The operator's fee is Jovian's: `gas * operator_fee_scalar * 100 + operator_fee_constant`.
//!
//! All is integer arithmetic, and `contracts/src/L2/GasPriceOracle.sol` does the same.

mod fastlz;
mod vaults;

use crate::{Fault, L1Attributes, StateReader, Transaction};
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction};
use alloy_primitives::U256;
use praxis_contracts::{addresses::L1_BLOCK, layout};

pub use fastlz::fastlz_len;
pub use vaults::{FeeVaults, PayoutNetwork};

/// A byte of the batch, in the unit of sizes.
const BYTE: u64 = 1_000_000;
/// Bytes that a signature counts: r, s and the parity, with their RLP prefixes.
const SIGNATURE_BYTES: u64 = 68;
/// Millionths of a byte in the batch per byte that FastLZ gives: what data takes that does not compress.
const SIZE_PER_FASTLZ_BYTE: u64 = 970_000;
/// Millionths of a byte that are subtracted: what FastLZ can't see in one transaction alone, because it stands in others of the
/// batch too. Chosen so that an agent's decision, of all common transactions the longest, counts little more than it takes.
const SIZE_OFFSET: u64 = 92_000_000;
/// The least that a transaction counts, in millionths of a byte: what a transfer takes of a channel of a few blobs.
const SIZE_FLOOR: u64 = 77 * BYTE;
/// Gas of a byte of calldata, by which the L1 base fee counts.
const CALLDATA_GAS: u64 = 16;
/// Wei of a unit of gas per unit of the operator fee's scalar.
const OPERATOR_SCALE: u64 = 100;

/// Weight of the L1 base fee in a new rollup, in millionths: what the transaction around a full channel's blobs costs, as
/// `tests/bench fees` finds it.
pub const DEFAULT_BASE_FEE_SCALAR: u32 = 5_000;
/// Weight of the blob base fee in a new rollup, in millionths: what the blobs of a full channel cost, from the same source.
pub const DEFAULT_BLOB_BASE_FEE_SCALAR: u32 = 1_000_000;

/// A transaction's share of the batch, estimated: in millionths of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataSize(u64);

impl DataSize {
    /// The share of a transaction with this signing payload.
    pub fn of_unsigned(payload: &[u8]) -> Self {
        let fastlz = u64::from(fastlz_len(payload)) + SIGNATURE_BYTES;
        Self((fastlz * SIZE_PER_FASTLZ_BYTE).saturating_sub(SIZE_OFFSET).max(SIZE_FLOOR))
    }

    /// The share of a transaction; `None` for a deposit, which comes from L1 and stands in no batch.
    pub fn of(tx: &Transaction) -> Option<Self> {
        let Transaction::Ethereum(tx) = tx else { return None };
        let payload = match tx {
            EthereumTxEnvelope::Legacy(tx) => tx.tx().encoded_for_signing(),
            EthereumTxEnvelope::Eip2930(tx) => tx.tx().encoded_for_signing(),
            EthereumTxEnvelope::Eip1559(tx) => tx.tx().encoded_for_signing(),
            EthereumTxEnvelope::Eip4844(tx) => tx.tx().encoded_for_signing(),
            EthereumTxEnvelope::Eip7702(tx) => tx.tx().encoded_for_signing(),
        };
        Some(Self::of_unsigned(&payload))
    }

    /// Millionths of a byte.
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// The same as gas of calldata: what receipts call `l1GasUsed`.
    pub const fn calldata_gas(self) -> u64 {
        self.0.saturating_mul(CALLDATA_GAS) / BYTE
    }
}

/// The prices of a block beyond the price of gas, as L1Block holds them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DataFees {
    /// Base fee of the L1 origin, in wei.
    pub l1_base_fee: u128,
    /// Price of a blob gas at the L1 origin, in wei.
    pub blob_base_fee: u128,
    /// Weight of the base fee, in millionths.
    pub base_fee_scalar: u32,
    /// Weight of the blob base fee, in millionths.
    pub blob_base_fee_scalar: u32,
    /// Operator fee of a unit of gas, in hundreds of wei.
    pub operator_fee_scalar: u32,
    /// Operator fee of each transaction, in wei.
    pub operator_fee_constant: u64,
}

impl DataFees {
    /// The prices that hold in this state: those of the newest block whose attributes it holds.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn read(state: &(impl StateReader + ?Sized)) -> Result<Self, Fault> {
        Self::from_slots(|slot| state.storage(L1_BLOCK, slot))
    }

    /// The prices that a block's attributes set.
    pub fn of_attributes(attributes: &L1Attributes) -> Self {
        let scalars = attributes.config.scalars;
        Self {
            l1_base_fee: attributes.base_fee.into(),
            blob_base_fee: attributes.blob_base_fee,
            base_fee_scalar: scalars.base_fee,
            blob_base_fee_scalar: scalars.blob_base_fee,
            operator_fee_scalar: scalars.operator_fee,
            operator_fee_constant: scalars.operator_fee_constant,
        }
    }

    /// The prices in L1Block's storage.
    ///
    /// # Errors
    /// Those of `slot`, which reads a slot of it.
    pub fn from_slots<E>(mut slot: impl FnMut(U256) -> Result<U256, E>) -> Result<Self, E> {
        let scalars = layout::FeeScalars::decode(slot(layout::L1_BLOCK_SCALARS_SLOT)?);
        Ok(Self {
            l1_base_fee: slot(layout::L1_BLOCK_BASEFEE_SLOT)?.saturating_to(),
            blob_base_fee: slot(layout::L1_BLOCK_BLOB_BASEFEE_SLOT)?.saturating_to(),
            base_fee_scalar: scalars.base_fee,
            blob_base_fee_scalar: scalars.blob_base_fee,
            operator_fee_scalar: scalars.operator_fee,
            operator_fee_constant: scalars.operator_fee_constant,
        })
    }

    /// The L1 fee of a transaction, in wei.
    pub fn l1_fee(&self, size: DataSize) -> U256 {
        let weighted = |price: u128, scalar: u64| U256::from(price) * U256::from(scalar);
        // Three factors below 2^128, 2^36 and 2^64: no overflow.
        let price = weighted(self.l1_base_fee, CALLDATA_GAS * u64::from(self.base_fee_scalar))
            + weighted(self.blob_base_fee, u64::from(self.blob_base_fee_scalar));
        price * U256::from(size.millionths()) / U256::from(BYTE * BYTE)
    }

    /// The operator's fee of a transaction that uses this much gas, in wei.
    pub fn operator_fee(&self, gas: u64) -> U256 {
        let by_gas = U256::from(gas) * U256::from(u64::from(self.operator_fee_scalar) * OPERATOR_SCALE);
        by_gas + U256::from(self.operator_fee_constant)
    }

    /// The most that a transaction pays besides value and gas, in wei.
    pub fn most(&self, size: DataSize, gas_limit: u64) -> U256 {
        self.l1_fee(size) + self.operator_fee(gas_limit)
    }
}

#[cfg(test)]
mod tests;
