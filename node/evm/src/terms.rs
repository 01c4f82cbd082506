//! What a transaction pays besides value and gas.

use alloy_primitives::U256;
use praxis_contracts::addresses::{L1_FEE_VAULT, OPERATOR_FEE_VAULT};
use praxis_primitives::{DataFees, DataSize};
use revm::{
    context::{JournalTr, journaled_state::account::JournaledAccountTr},
    database_interface::Database,
};

/// On which terms a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terms {
    /// It pays for its gas alone: Ethereum's transactions, and calls.
    Gas,
    /// A signed transaction of the rollup: it pays for its gas, for its share of the batch, and the operator.
    Rollup(DataSize),
    /// A deposit: it mints, in wei, and pays nothing.
    Deposit(u128),
}

impl Terms {
    /// What a deposit mints; `None` for all else.
    pub(crate) const fn mint(self) -> Option<u128> {
        match self {
            Self::Deposit(mint) => Some(mint),
            Self::Gas | Self::Rollup(_) => None,
        }
    }
}

/// The fees of one transaction besides its gas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExtraFees {
    l1: U256,
    prices: DataFees,
}

impl ExtraFees {
    pub(crate) fn new(prices: DataFees, size: DataSize) -> Self {
        Self { l1: prices.l1_fee(size), prices }
    }

    /// What the sender must have, and is taken at first.
    pub(crate) fn advance(&self, gas_limit: u64) -> U256 {
        self.l1.saturating_add(self.prices.operator_fee(gas_limit))
    }

    /// What the sender gets back of it.
    pub(crate) fn refund(&self, gas_limit: u64, gas_used: u64) -> U256 {
        self.prices.operator_fee(gas_limit).saturating_sub(self.prices.operator_fee(gas_used))
    }

    /// Credits the rest to the vaults.
    pub(crate) fn collect<J: JournalTr>(
        &self,
        journal: &mut J,
        gas_used: u64,
    ) -> Result<(), <J::Database as Database>::Error> {
        for (vault, amount) in [(L1_FEE_VAULT, self.l1), (OPERATOR_FEE_VAULT, self.prices.operator_fee(gas_used))] {
            if !amount.is_zero() {
                journal.load_account_mut(vault)?.data.incr_balance(amount);
            }
        }
        Ok(())
    }
}
