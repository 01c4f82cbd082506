//! What the chain has said of one account so far.

use crate::{
    abi::{Allowance, Rule, Terms},
    budget::Budget,
};
use alloy_primitives::{Address, B256, FixedBytes, U256};
use std::collections::BTreeMap;

/// A booking of the runner.
#[derive(Debug, Clone)]
pub(crate) struct Booking {
    pub(crate) account: Address,
    pub(crate) epoch: u32,
    pub(crate) strategy: Address,
    pub(crate) contexts: Vec<alloy_primitives::Bytes>,
    pub(crate) cancelled: bool,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    pub(crate) owner: Address,
    pub(crate) epoch: u32,
    /// None: nothing is permitted.
    pub(crate) terms: Option<Terms>,
    pub(crate) rules: BTreeMap<(Address, FixedBytes<4>), Rule>,
    pub(crate) paused_until: u64,
    /// By the allowance's id; begins anew with each epoch.
    budgets: BTreeMap<u32, Budget>,
    /// Proposed terms, and from when they may be enacted.
    pub(crate) proposed: Vec<(Terms, u64)>,
    /// Approvals of the owner that were not used: deadline by action.
    pub(crate) approvals: BTreeMap<B256, u64>,
    /// The part of each token's balance that was put in or earned in runs.
    pub(crate) counted: BTreeMap<Address, U256>,
    /// Highest value that `counted` had at the end of a run, less what the owner took out since, in proportion.
    pub(crate) mark: Option<U256>,
}

impl Account {
    /// The allowance at a position counted from 1; none at 0.
    pub(crate) fn limit(&self, position: usize) -> Option<Allowance> {
        self.terms.as_ref()?.allowances.get(position.checked_sub(1)?).cloned()
    }

    /// Notes a spending of the allowance at `position`; says what it breaks.
    pub(crate) fn spend(&mut self, position: usize, now: u64, amount: U256) -> Option<String> {
        if position == 0 || amount.is_zero() {
            return None;
        }
        let Some(limit) = self.limit(position) else { return Some(format!("there is no allowance {position}")) };
        self.budgets.entry(limit.id).or_default().spend(&limit, now, amount)
    }

    /// The policy ends.
    pub(crate) fn revoke(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.terms = None;
        self.rules.clear();
        self.budgets.clear();
        self.proposed.clear();
        self.approvals.clear();
    }

    /// Whether these terms may replace the present ones now: they were proposed long enough ago, or permit nothing more.
    pub(crate) fn may_become(&self, next: &Terms, now: u64) -> bool {
        let Some(old) = &self.terms else { return true };
        let proposed = self.proposed.iter().any(|(terms, ready)| terms == next && *ready <= now);
        proposed || tighter(old, next)
    }
}

/// No field permits more.
fn tighter(old: &Terms, next: &Terms) -> bool {
    let subset = |next: &[Address], old: &[Address]| next.iter().all(|entry| old.contains(entry));
    let allowances = old.allowances.iter().zip(&next.allowances).all(|(a, b)| {
        let bucket = a.window == 0 || (b.window >= a.window && b.capacity <= a.capacity);
        let stream = a.start.is_zero() || (b.start >= a.start && b.initial <= a.initial && b.perSecond <= a.perSecond);
        a.id == b.id && b.life <= a.life && bucket && stream
    });
    let assets = old.assets.iter().zip(&next.assets).all(|(a, b)| {
        a.token == b.token && a.valuer == b.valuer && a.allowance == b.allowance && b.perAction <= a.perAction
    });
    let limits = |terms: &Terms| [terms.rateLimit, terms.lossLimit, terms.gasLimit, terms.royaltyLimit, terms.feeLimit];
    next.delay >= old.delay
        && next.expiry <= old.expiry
        && (next.hourMask & !old.hourMask).is_zero()
        && next.maxActions <= old.maxActions
        && next.actionGas <= old.actionGas
        && next.runGas <= old.runGas
        && next.drawdownBps <= old.drawdownBps
        && next.approvalAbove <= old.approvalAbove
        && limits(next) == limits(old)
        && old.allowances.len() == next.allowances.len()
        && old.assets.len() == next.assets.len()
        && allowances
        && assets
        && next.models.iter().all(|model| old.models.contains(model))
        && subset(&next.strategies, &old.strategies)
        && subset(&next.operators, &old.operators)
        && subset(&next.keys, &old.keys)
        && subset(&old.guardians, &next.guardians)
}
