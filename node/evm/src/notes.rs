//! What each transaction changed: for finding out where two executions part.

use alloy_primitives::{Address, U256};
use praxis_primitives::Account;
use revm::{primitives::KECCAK_EMPTY, state::EvmState};
use std::collections::BTreeMap;

/// An account as a transaction left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNote {
    /// The account; `None` when it is gone or empty.
    pub account: Option<Account>,
    /// The slots that the transaction changed.
    pub storage: BTreeMap<U256, U256>,
}

/// The accounts that one transaction touched.
pub type TxNotes = BTreeMap<Address, AccountNote>;

pub(crate) fn of_changes(changes: &EvmState) -> TxNotes {
    let touched = changes.iter().filter(|(_, account)| account.is_touched());
    let note = |account: &revm::state::Account| {
        let gone = account.is_selfdestructed() || account.info.is_empty();
        let info = &account.info;
        let code_hash = if info.code_hash.is_zero() { KECCAK_EMPTY } else { info.code_hash };
        let changed = account.storage.iter().filter(|(_, slot)| slot.is_changed());
        AccountNote {
            account: (!gone).then_some(Account { nonce: info.nonce, balance: info.balance, code_hash }),
            storage: changed.map(|(key, slot)| (*key, slot.present_value)).collect(),
        }
    };
    touched.map(|(address, account)| (*address, note(account))).collect()
}
