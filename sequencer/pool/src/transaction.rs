//! A transaction in the pool, and what it is worth.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, U256};
use praxis_primitives::{DataFees, DataSize, RecoveredTransaction};

/// A transaction in the pool.
#[derive(Debug)]
pub struct PooledTransaction {
    /// The transaction with its sender.
    pub tx: RecoveredTransaction,
    /// Length of its EIP-2718 encoding in bytes.
    pub encoded_len: usize,
    /// Its share of a batch on L1.
    pub data_size: Option<DataSize>,
    /// Order of arrival; earlier ones go first among equals.
    pub arrival: u64,
    /// Who signed its EIP-7702 authorizations, as far as they are valid signatures.
    pub authorities: Vec<Address>,
}

impl PooledTransaction {
    /// Its hash.
    pub fn hash(&self) -> B256 {
        self.tx.hash()
    }

    /// Its sender.
    pub fn sender(&self) -> Address {
        self.tx.signer()
    }

    /// What it pays the builder per gas, in wei; `None` when it can't pay the base fee.
    pub fn effective_tip(&self, base_fee: u64) -> Option<u128> {
        self.tx.effective_tip_per_gas(base_fee)
    }

    /// The most that it can take from its sender, in wei: gas at the fee cap, the value, and on a rollup the L1 fee and the
    /// operator's.
    pub fn max_cost(&self, fees: &DataFees) -> U256 {
        let gas_limit = self.tx.gas_limit();
        U256::from(self.tx.max_fee_per_gas())
            .saturating_mul(U256::from(gas_limit))
            .saturating_add(self.tx.value())
            .saturating_add(self.data_size.map_or(U256::ZERO, |size| fees.most(size, gas_limit)))
    }

    /// The tip per gas that it offers; a transaction with a gas price offers all of it.
    pub(crate) fn tip_cap(&self) -> u128 {
        self.tx.max_priority_fee_per_gas().unwrap_or(self.tx.max_fee_per_gas())
    }

    /// Whether it pays enough more than `old` to take its place: both fees at least `percent` higher, rounded down as
    /// geth rounds, and higher in any case.
    pub(crate) fn may_replace(&self, old: &Self, percent: u128) -> bool {
        let raised = |old: u128, new: u128| new > old && new >= old.saturating_mul(100 + percent) / 100;
        raised(old.tx.max_fee_per_gas(), self.tx.max_fee_per_gas()) && raised(old.tip_cap(), self.tip_cap())
    }

    /// What it is worth at a base fee.
    pub(crate) fn price(&self, base_fee: u64) -> Price {
        let tip = self.effective_tip(base_fee);
        Price { payable: tip.is_some(), tip: tip.unwrap_or_default(), fee_cap: self.tx.max_fee_per_gas() }
    }
}

/// What a transaction is worth to the builder, the worse first: those below the base fee by their fee cap, then the others
/// by the tip that is left above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Price {
    payable: bool,
    tip: u128,
    fee_cap: u128,
}
