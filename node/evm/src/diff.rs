//! revm's changes as a [`StateDiff`].

use crate::bare_storage::{MARKER, real_code_hash};
use alloy_primitives::{Address, U256};
use praxis_primitives::{Account, AccountDiff, StateDiff};
use revm::{
    database::{
        TransitionState,
        states::{StorageSlot, TransitionAccount},
    },
    primitives::KECCAK_EMPTY,
    state::AccountInfo,
};
use std::collections::BTreeMap;

/// The difference that a block's changes make, sorted, without changes that cancel out.
///
/// Since Spurious Dragon (EIP-161) there are no empty accounts: `empty_accounts` says that the block is older.
///
/// revm's transitions hold all of it; its bundle, made of them, would be one more copy of every account and slot.
pub(crate) fn of_transitions(transitions: TransitionState, empty_accounts: bool) -> StateDiff {
    let mut diff = StateDiff::default();
    let mut accounts = Vec::with_capacity(transitions.transitions.len());
    for (address, changed) in transitions.transitions {
        if let Some((hash, code)) = changed.has_new_contract()
            && hash != KECCAK_EMPTY
            && hash != MARKER
        {
            diff.codes.insert(hash, code.original_bytes());
        }
        accounts.push((address, account_diff(changed, empty_accounts)));
    }
    diff.accounts = sorted(accounts);
    diff
}

/// A map of all accounts at once: it fills its nodes one after another. What is sorted before are small keys, because
/// accounts are long to move.
fn sorted(mut accounts: Vec<(Address, Option<AccountDiff>)>) -> BTreeMap<Address, AccountDiff> {
    let mut order: Vec<(Address, usize)> = accounts.iter().enumerate().map(|(i, (address, _))| (*address, i)).collect();
    order.sort_unstable_by_key(|(address, _)| *address);
    let in_order = order.into_iter().filter_map(|(address, i)| Some((address, accounts.get_mut(i)?.1.take()?)));
    in_order.collect()
}

fn account_diff(changed: TransitionAccount, empty_accounts: bool) -> Option<AccountDiff> {
    // An empty account from before EIP-161 that is touched since is a change, too.
    let before = changed.previous_info.as_ref().map(account);
    let after = changed.info.as_ref().filter(|info| empty_accounts || !info.is_empty()).map(account);
    let destroyed = changed.status.was_destroyed();
    // An account that did not exist has no storage to wipe.
    let storage_wiped = destroyed && before.is_some();
    let present = |slot: &StorageSlot| match destroyed {
        true => !slot.present_value.is_zero(),
        false => slot.is_changed(),
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
