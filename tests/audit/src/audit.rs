//! Through the chain, transaction by transaction.

use crate::{
    abi::{
        self, ActionApproved, Booked, BookingCancelled, ChangeProposed, Charged, Installed, POLICY, Paused, RUNNER,
        Ran, Revoked, Rule, RuleRemoved, RuleSet, SCHEDULER, Terms, TermsSet, Transfer,
    },
    account::{Account, Booking},
    record::{Block, Frame, Log, Transaction},
    run,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something that a policy forbids and that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule, in one word.
    pub rule: &'static str,
    /// Where.
    pub block: u64,
    /// Where.
    pub transaction: B256,
    /// Whose agent.
    pub account: Address,
    /// What happened.
    pub what: String,
}

/// What an audit came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Audited {
    /// Blocks read.
    pub blocks: u64,
    /// Accounts with a policy.
    pub accounts: u64,
    /// Runs seen.
    pub runs: u64,
    /// Actions that took effect.
    pub actions: u64,
    /// Conditions, caveats and action policies that this program does not understand, by how many actions met them.
    pub unchecked: u64,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// The state of an audit.
#[derive(Default)]
pub(crate) struct Auditor {
    pub(crate) audited: Audited,
    pub(crate) accounts: BTreeMap<Address, Account>,
    pub(crate) bookings: BTreeMap<U256, Booking>,
    /// Balances by token and holder, from `Transfer` events alone.
    pub(crate) balances: BTreeMap<(Address, Address), U256>,
    blobs: BTreeMap<Address, Bytes>,
    ran: BTreeSet<(u64, u64)>,
    block: u64,
    pub(crate) now: u64,
    transaction: B256,
    /// Who sent the transaction, and whether it went through EntryPoint, which checks the owner's signature.
    sender: Address,
    by_entry_point: bool,
}

/// Audits a chain, from its first block on.
pub fn audit(blocks: &[Block]) -> Audited {
    let mut auditor = Auditor::default();
    for block in blocks {
        (auditor.block, auditor.now) = (block.number, block.timestamp);
        auditor.audited.blocks += 1;
        for transaction in &block.transactions {
            auditor.transaction(transaction);
        }
        auditor.transaction = B256::ZERO;
        block.scheduled.iter().for_each(|log| auditor.scheduled(log));
    }
    auditor.audited.accounts = auditor.accounts.len() as u64;
    auditor.audited
}

impl Auditor {
    pub(crate) fn find(&mut self, rule: &'static str, account: Address, what: impl Into<String>) {
        let (block, transaction) = (self.block, self.transaction);
        self.audited.findings.push(Finding { rule, block, transaction, account, what: what.into() });
    }

    fn transaction(&mut self, transaction: &Transaction) {
        self.transaction = transaction.tx_hash;
        self.sender = transaction.result.from;
        self.by_entry_point = transaction.result.to == Some(abi::ENTRY_POINT);
        self.frame(&transaction.result);
    }

    /// One call and all below it. A run is handed over whole.
    fn frame(&mut self, frame: &Frame) {
        if !frame.stands() {
            return;
        }
        if frame.kind.starts_with("CREATE")
            && let (Some(at), Some(code)) = (frame.to, &frame.output)
        {
            self.blobs.insert(at, code.clone());
        }
        if frame.is_call() && frame.to == Some(RUNNER) && frame.selector() == abi::runCall::SELECTOR {
            run::check(self, frame);
            // What else was said in it: charges, approvals that were used.
            self.after_run(frame);
            return;
        }
        // A call's own logs come before or after those of its calls; for what is read from them that is the same.
        frame.calls.iter().for_each(|call| self.frame(call));
        for log in &frame.logs {
            self.log(log, true);
        }
    }

    fn after_run(&mut self, frame: &Frame) {
        for log in frame.all_logs() {
            self.log(log, false);
        }
    }

    /// `outside`: of any run.
    fn log(&mut self, log: &Log, outside: bool) {
        let decoded = log.as_alloy();
        if let Ok(event) = Transfer::decode_log(&decoded)
            && log.topics.len() == 3
        {
            self.transferred(log.address, &event, outside);
        } else if log.address == POLICY {
            self.policy(&decoded);
        } else if log.address == RUNNER {
            self.runner(&decoded);
        }
    }

    /// Each occurrence of a booking runs once.
    fn scheduled(&mut self, log: &Log) {
        if log.address == SCHEDULER
            && let Ok(event) = Ran::decode_log(&log.as_alloy())
            && !self.ran.insert((event.id, event.occurrence))
        {
            self.find(
                "twice",
                Address::ZERO,
                format!("occurrence {} of booking {} ran again", event.occurrence, event.id),
            );
        }
    }

    /// A balance moves. Tokens leave an account in a run, or by its owner; nobody else takes them.
    fn transferred(&mut self, token: Address, event: &Transfer, outside: bool) {
        if !event.from.is_zero() {
            let from = self.balances.entry((token, event.from)).or_default();
            let (rest, short) = from.overflowing_sub(event.value);
            *from = if short { U256::ZERO } else { rest };
            if short {
                self.find("balance", event.from, format!("{} of {token} left that were not there", event.value));
            }
        }
        if !event.to.is_zero() {
            *self.balances.entry((token, event.to)).or_default() += event.value;
        }
        let owner = self.accounts.get(&event.from).map(|account| account.owner);
        if outside && owner.is_some_and(|owner| owner != self.sender && !self.by_entry_point) {
            self.find("outside", event.from, format!("{} of {token} left outside of any run", event.value));
        }
    }

    fn blob<T: SolValue + From<<T::SolType as alloy_sol_types::SolType>::RustType>>(&self, at: Address) -> Option<T> {
        // The first byte of such code is STOP.
        T::abi_decode(self.blobs.get(&at)?.get(1..)?).ok()
    }

    fn policy(&mut self, log: &alloy_primitives::Log) {
        if let Ok(event) = Installed::decode_log(log) {
            self.accounts.entry(event.account).or_default().owner = event.owner;
        } else if let Ok(event) = TermsSet::decode_log(log) {
            let Some(terms) = self.blob::<Terms>(event.blob) else {
                return self.find("terms", event.account, "the terms are nowhere to be read");
            };
            let now = self.now;
            let account = self.accounts.entry(event.account).or_default();
            let permitted = account.may_become(&terms, now);
            account.terms = Some(terms);
            account.epoch = event.epoch;
            if !permitted {
                self.find("delay", event.account, "terms that permit more took effect without their delay");
            }
        } else if let Ok(event) = RuleSet::decode_log(log) {
            let Some(rule) = self.blob::<Rule>(event.blob) else {
                return self.find("terms", event.account, "a rule is nowhere to be read");
            };
            let account = self.accounts.entry(event.account).or_default();
            account.rules.insert((event.target, event.selector), rule);
        } else {
            self.policy_change(log);
        }
    }

    fn policy_change(&mut self, log: &alloy_primitives::Log) {
        if let Ok(event) = RuleRemoved::decode_log(log) {
            self.accounts.entry(event.account).or_default().rules.remove(&(event.target, event.selector));
        } else if let Ok(event) = Paused::decode_log(log) {
            self.accounts.entry(event.account).or_default().paused_until = event.until.saturating_to();
        } else if let Ok(event) = Revoked::decode_log(log) {
            self.accounts.entry(event.account).or_default().revoke(event.epoch);
        } else if let Ok(event) = ChangeProposed::decode_log(log) {
            let ready = event.readyAt.saturating_to();
            let account = self.accounts.entry(event.account).or_default();
            // The delay is the policy's own, and never below an hour.
            let least = self.now + account.terms.as_ref().map_or(3_600, |terms| u64::from(terms.delay).max(3_600));
            account.proposed.push((event.terms.clone(), ready));
            if ready < least {
                self.find("delay", event.account, "a change is ready before its delay");
            }
        } else if let Ok(event) = ActionApproved::decode_log(log) {
            let account = self.accounts.entry(event.account).or_default();
            account.approvals.insert(event.action, event.deadline.saturating_to());
        }
    }

    fn runner(&mut self, log: &alloy_primitives::Log) {
        if let Ok(event) = Booked::decode_log(log) {
            let epoch = self.accounts.get(&event.account).map_or(0, |account| account.epoch);
            let (account, strategy) = (event.account, event.strategy);
            let contexts = event.contexts.clone();
            self.bookings.insert(event.booking, Booking { account, epoch, strategy, contexts, cancelled: false });
        } else if let Ok(event) = BookingCancelled::decode_log(log) {
            if let Some(booking) = self.bookings.get_mut(&event.booking) {
                booking.cancelled = true;
            }
        } else if let Ok(event) = Charged::decode_log(log) {
            let now = self.now;
            let Some(account) = self.accounts.get_mut(&event.account) else { return };
            let name = event.what.as_slice();
            let position = account.terms.as_ref().map_or(0, |terms| {
                if name.starts_with(b"gas") {
                    terms.gasLimit
                } else if name.starts_with(b"royalty") {
                    terms.royaltyLimit
                } else {
                    terms.feeLimit
                }
            });
            let broken = match position {
                0 => Some("no allowance permits it".to_owned()),
                _ => account.spend(position.into(), now, event.amount),
            };
            if let Some(what) = broken {
                self.find("charge", event.account, what);
            }
        }
    }
}
