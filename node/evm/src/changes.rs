//! One transaction's changes as a [`StateDiff`].

use praxis_primitives::{Account, AccountDiff, StateDiff};
use revm::{primitives::KECCAK_EMPTY, state::EvmState};

/// What a transaction changes, sorted. Unlike a block's difference it may name accounts that were only touched.
pub(crate) fn of_state(changes: &EvmState) -> StateDiff {
    let mut diff = StateDiff::default();
    for (address, changed) in changes.iter().filter(|(_, account)| account.is_touched()) {
        let info = &changed.info;
        let gone = changed.is_selfdestructed() || info.is_empty();
        if gone {
            let gone = AccountDiff { account: None, storage_wiped: true, ..AccountDiff::default() };
            diff.accounts.insert(*address, gone);
            continue;
        }
        if let Some(code) = info.code.as_ref().filter(|_| info.code_hash != KECCAK_EMPTY) {
            diff.codes.insert(info.code_hash, code.original_bytes());
        }
        let account = Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash };
        let storage = changed.changed_storage_slots().map(|(slot, value)| (*slot, value.present_value)).collect();
        let changed = AccountDiff { account: Some(account), storage_wiped: changed.is_created(), storage };
        diff.accounts.insert(*address, changed);
    }
    diff
}
