//! One sender's account and transactions.

use crate::{PoolError, PooledTransaction, transaction::Price};
use alloy_consensus::constants::KECCAK_EMPTY;
use alloy_primitives::{Address, U256};
use praxis_primitives::{Account, DataFees, Fault, StateReader};
use std::{collections::BTreeMap, sync::Arc};

/// What code an EIP-7702 delegation begins with.
const DELEGATION: [u8; 3] = [0xef, 0x01, 0x00];

/// What the pool knows of an account at the head.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AccountView {
    pub(crate) account: Account,
    pub(crate) code: Code,
}

/// What stands at the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Code {
    #[default]
    None,
    /// An EIP-7702 delegation.
    Delegation,
    /// A contract.
    Contract,
}

impl AccountView {
    pub(crate) fn read(state: &dyn StateReader, address: Address) -> Result<Self, Fault> {
        let account = state.account(address)?.unwrap_or_default();
        let code = if account.code_hash == KECCAK_EMPTY {
            Code::None
        } else if state.code(account.code_hash)?.starts_with(&DELEGATION) {
            Code::Delegation
        } else {
            Code::Contract
        };
        Ok(Self { account, code })
    }

    /// What can be said of a transaction by its sender's account alone, at these fees.
    pub(crate) fn check(&self, tx: &PooledTransaction, fees: &DataFees) -> Result<(), PoolError> {
        use alloy_consensus::Transaction as _;
        let (expected, given) = (self.account.nonce, tx.tx.nonce());
        if given == u64::MAX {
            return Err(PoolError::NonceMax(given));
        }
        if given < expected {
            return Err(PoolError::NonceTooLow { expected, given });
        }
        if self.code == Code::Contract {
            return Err(PoolError::SenderHasCode);
        }
        let (balance, cost) = (self.account.balance, tx.max_cost(fees));
        if balance < cost {
            return Err(PoolError::InsufficientFunds { balance, cost });
        }
        Ok(())
    }
}

/// A sender with at least one transaction.
#[derive(Debug, Default)]
pub(crate) struct Sender {
    pub(crate) view: AccountView,
    pub(crate) transactions: BTreeMap<u64, Arc<PooledTransaction>>,
    /// Encoded length of all of them.
    pub(crate) bytes: usize,
}

impl Sender {
    /// The transactions that can follow each other from the account's nonce on.
    pub(crate) fn executable(&self) -> impl Iterator<Item = &Arc<PooledTransaction>> {
        let nonces = self.view.account.nonce..;
        self.transactions.iter().zip(nonces).take_while(|((nonce, _), next)| *nonce == next).map(|((_, tx), _)| tx)
    }

    /// Those that the account can't send at these fees.
    pub(crate) fn refused(&self, view: &AccountView, fees: &DataFees) -> Vec<Arc<PooledTransaction>> {
        self.transactions.values().filter(|tx| view.check(tx, fees).is_err()).cloned().collect()
    }

    /// What the executable ones may cost, in wei, without the one of `nonce`.
    pub(crate) fn executable_cost_without(&self, nonce: u64, fees: &DataFees) -> U256 {
        use alloy_consensus::Transaction as _;
        let others = self.executable().filter(|tx| tx.tx.nonce() != nonce);
        others.fold(U256::ZERO, |sum, tx| sum.saturating_add(tx.max_cost(fees)))
    }

    /// The one that has nothing after it, so that it can go without leaving a gap.
    pub(crate) fn tail(&self) -> Option<&Arc<PooledTransaction>> {
        self.transactions.last_key_value().map(|(_, tx)| tx)
    }

    /// What the tail is worth: it can't be executed before those that it follows, so not more than the least of them.
    pub(crate) fn tail_rank(&self, base_fee: u64) -> Option<Rank> {
        let price = self.transactions.values().map(|tx| tx.price(base_fee)).min()?;
        let executable = self.executable().count() == self.transactions.len();
        Some(Rank { executable, price })
    }
}

/// How little a transaction would be missed. What waits behind a gap goes before anything that can be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    executable: bool,
    price: Price,
}
