//! revm's changes as a [`StateDiff`].

use crate::bare_storage::{MARKER, real_code_hash};
use alloy_primitives::U256;
use praxis_primitives::{Account, AccountDiff, StateDiff};
use revm::{
    database::{BundleAccount, BundleState, states::StorageSlot},
    primitives::KECCAK_EMPTY,
    state::AccountInfo,
};
use std::collections::BTreeMap;

/// The difference that a block's changes make, sorted, without changes that cancel out.
///
/// Since Spurious Dragon (EIP-161) there are no empty accounts: `empty_accounts` says that the block is older.
pub(crate) fn of_bundle(bundle: BundleState, empty_accounts: bool) -> StateDiff {
    let mut diff = StateDiff::default();
    for (address, account) in bundle.state {
        let account = account_diff(account, empty_accounts);
        if let Some(account) = account {
            diff.accounts.insert(address, account);
        }
    }
    for (hash, code) in bundle.contracts {
        if hash != KECCAK_EMPTY && hash != MARKER {
            diff.codes.insert(hash, code.original_bytes());
        }
    }
    diff
}

fn account_diff(changed: BundleAccount, empty_accounts: bool) -> Option<AccountDiff> {
    // An empty account from before EIP-161 that is touched since is a change, too.
    let before = changed.original_info.as_ref().map(account);
    let after = changed.info.as_ref().filter(|info| empty_accounts || !info.is_empty()).map(account);
    let destroyed = changed.status.was_destroyed();
    // An account that did not exist has no storage to wipe.
    let storage_wiped = destroyed && before.is_some();
    let present = |slot: &StorageSlot| match destroyed {
        true => !slot.present_value.is_zero(),
        false => slot.present_value != slot.previous_or_original_value,
    };
    let storage: BTreeMap<U256, U256> = match after {
        Some(_) => changed.storage.iter().filter(|(_, s)| present(s)).map(|(k, s)| (*k, s.present_value)).collect(),
        None => BTreeMap::new(),
    };
    if before == after && !storage_wiped && storage.is_empty() {
        return None;
    }
    Some(AccountDiff { account: after, storage_wiped, storage })
}

fn account(info: &AccountInfo) -> Account {
    Account { nonce: info.nonce, balance: info.balance, code_hash: real_code_hash(info.code_hash) }
}
