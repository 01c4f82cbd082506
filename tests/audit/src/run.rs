//! One run of an agent, and each of its actions.

use crate::{
    abi::{
        ACCOUNT_CODE, ActionExecuted, INFERENCE, PRIVILEGED, RUNNER, RunCompleted, SCHEDULER, Terms, Transfer,
        approveCall, balanceOfCall, decideCall, featuresCall, inferCall, priceCall, runCall,
    },
    account::Booking,
    arguments,
    audit::Auditor,
    outputs,
    record::Frame,
};
use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::{SolCall, SolEvent};
use std::collections::BTreeMap;

const E18: u64 = 1_000_000_000_000_000_000;
/// Values are rounded in several places, each by at most one unit per asset and action.
const PLAY: u64 = 64;

/// A run while it is read.
struct Run {
    account: Address,
    terms: Terms,
    /// Price of each asset of the terms, 18 decimals.
    prices: Vec<U256>,
    actions: Vec<B256>,
    acted: u64,
    declared: U256,
    /// What is left of each approval, by token and spender.
    approved: BTreeMap<(Address, Address), U256>,
}

/// Checks the run that this call of the runner is.
pub(crate) fn check(auditor: &mut Auditor, frame: &Frame) {
    auditor.audited.runs += 1;
    let Ok(call) = runCall::abi_decode(&frame.input) else { return };
    let Some(booking) = auditor.bookings.get(&call.booking).cloned() else {
        return auditor.find("booking", Address::ZERO, format!("booking {} was never made", call.booking));
    };
    let account = booking.account;
    let mut calls = vec![];
    frame.walk(&mut |inner| {
        if inner.is_call() && inner.from == account {
            calls.push(inner);
        }
    });
    nested(auditor, frame, account);
    foreign_code(auditor, frame, account);
    let acted = calls.iter().any(|call| call.to != Some(INFERENCE));
    let Some(terms) = auditor.accounts.get(&account).and_then(|account| account.terms.clone()) else {
        if acted {
            auditor.find("revoked", account, "an action without a policy");
        }
        return;
    };
    start(auditor, frame, &booking, &terms, acted || !calls.is_empty());
    let prices = prices(auditor, frame, &terms, account);
    if prices.iter().zip(&terms.assets).any(|(price, asset)| price.is_zero() && !asset.valuer.is_zero()) {
        if acted {
            auditor.find("price", account, "an action without a price");
        }
        return;
    }
    let executed = frame.all_logs().into_iter().filter_map(|log| ActionExecuted::decode_log(&log.as_alloy()).ok());
    let actions = executed.map(|event| event.action).collect();
    let approved = BTreeMap::new();
    let mut run = Run { account, terms, prices, actions, acted: 0, declared: U256::ZERO, approved };
    withdrawn(auditor, &run);
    for call in calls {
        step(auditor, &mut run, call);
    }
    end(auditor, &run, frame);
}

/// Who started it, and whether it may run now at all.
fn start(auditor: &mut Auditor, frame: &Frame, booking: &Booking, terms: &Terms, did: bool) {
    let (account, now) = (booking.account, auditor.now);
    let known = &auditor.accounts[&account];
    let (owner, epoch, paused_until) = (known.owner, known.epoch, known.paused_until);
    let starter = frame.from;
    if starter != SCHEDULER && starter != owner && starter != account && !terms.operators.contains(&starter) {
        auditor.find("starter", account, format!("{starter} started a run"));
    }
    if !did {
        return;
    }
    if booking.epoch != epoch || booking.cancelled {
        auditor.find("booking", account, "a booking that has ended ran");
    }
    if now < paused_until {
        auditor.find("paused", account, format!("paused until {paused_until}"));
    }
    if now > terms.expiry.to::<u64>() {
        auditor.find("expired", account, format!("expired at {}", terms.expiry));
    }
    if (terms.hourMask.to::<u32>() >> (now / 3_600 % 24)) & 1 == 0 {
        auditor.find("hours", account, format!("hour {} is not among its hours", now / 3_600 % 24));
    }
    if !terms.strategies.contains(&booking.strategy) {
        auditor.find("strategy", account, format!("{} is not listed", booking.strategy));
    }
    let mut wrong = vec![];
    frame.walk(&mut |call| {
        if call.from != RUNNER || call.to.is_none() {
            return;
        }
        let context = match call.selector() {
            featuresCall::SELECTOR => featuresCall::abi_decode(&call.input).map(|call| call.context),
            decideCall::SELECTOR => decideCall::abi_decode(&call.input).map(|call| call.context),
            _ => return,
        };
        if call.to != Some(booking.strategy) {
            wrong.push("another strategy was asked");
        }
        if !context.is_ok_and(|context| booking.contexts.contains(&context)) {
            wrong.push("a context that was not booked");
        }
    });
    for what in wrong {
        auditor.find("context", account, what);
    }
}

/// A second run of the same account inside of the first.
fn nested(auditor: &mut Auditor, frame: &Frame, account: Address) {
    let mut inner = 0;
    frame.walk(&mut |call| {
        let runs = call.is_call() && call.to == Some(RUNNER) && call.selector() == runCall::SELECTOR;
        let same = runs
            && runCall::abi_decode(&call.input).is_ok_and(|call| {
                auditor.bookings.get(&call.booking).is_some_and(|booking| booking.account == account)
            });
        inner += u32::from(same);
    });
    if inner > 1 {
        auditor.find("nested", account, "a run within a run");
    }
}

/// The account runs its own code only.
fn foreign_code(auditor: &mut Auditor, frame: &Frame, account: Address) {
    let mut foreign = vec![];
    frame.walk(&mut |call| {
        if call.kind == "DELEGATECALL" && call.from == account && call.to != Some(ACCOUNT_CODE) {
            foreign.push(call.to.unwrap_or_default());
        }
    });
    for code in foreign {
        auditor.find("delegatecall", account, format!("ran the code of {code}"));
    }
}

/// What the valuers answered in this run; and whether the balances that tokens told are those that their events add up to.
fn prices(auditor: &mut Auditor, frame: &Frame, terms: &Terms, account: Address) -> Vec<U256> {
    let mut answers: BTreeMap<Address, U256> = BTreeMap::new();
    let mut told: BTreeMap<Address, U256> = BTreeMap::new();
    frame.walk(&mut |call| {
        let (Some(to), Some(output)) = (call.to, &call.output) else { return };
        if call.from != RUNNER || output.len() != 32 {
            return;
        }
        let word = U256::from_be_slice(output);
        match call.selector() {
            priceCall::SELECTOR => drop(answers.entry(to).or_insert(word)),
            balanceOfCall::SELECTOR => drop(told.entry(to).or_insert(word)),
            _ => {}
        }
    });
    for (token, balance) in told {
        let counted = auditor.balances.get(&(token, account)).copied().unwrap_or_default();
        if counted != balance {
            auditor.find("balance", account, format!("{token} says {balance}, its events {counted}"));
        }
    }
    terms.assets.iter().map(|asset| answers.get(&asset.valuer).copied().unwrap_or_default()).collect()
}

/// What was taken out since the last run lowers the mark in proportion; what came in is not counted.
fn withdrawn(auditor: &mut Auditor, run: &Run) {
    let balances: Vec<U256> = run
        .terms
        .assets
        .iter()
        .map(|asset| auditor.balances.get(&(asset.token, run.account)).copied().unwrap_or_default())
        .collect();
    let known = auditor.accounts.entry(run.account).or_default();
    let before: U256 = equity(&run.terms, &run.prices, |token| known.counted.get(&token).copied().unwrap_or_default());
    let first = known.mark.is_none() || before.is_zero();
    for (asset, balance) in run.terms.assets.iter().zip(balances) {
        let counted = known.counted.entry(asset.token).or_insert(balance);
        *counted = if first { balance } else { (*counted).min(balance) };
    }
    let after = equity(&run.terms, &run.prices, |token| known.counted.get(&token).copied().unwrap_or_default());
    known.mark = match known.mark {
        Some(mark) if !first => Some(if after < before { mark * after / before } else { mark }),
        _ => Some(after),
    };
}

fn equity(terms: &Terms, prices: &[U256], held: impl Fn(Address) -> U256) -> U256 {
    let worth = terms.assets.iter().zip(prices).map(|(asset, price)| held(asset.token) * price / U256::from(E18));
    worth.sum()
}

/// A call of the account: the inference, an approval, or an action.
fn step(auditor: &mut Auditor, run: &mut Run, call: &Frame) {
    let target = call.to.unwrap_or_default();
    if target == INFERENCE {
        return inference(auditor, run, call);
    }
    let asset = run.terms.assets.iter().any(|asset| asset.token == target);
    if asset
        && call.selector() == approveCall::SELECTOR
        && let Ok(approve) = approveCall::abi_decode(&call.input)
    {
        run.approved.insert((target, approve.spender), approve.amount);
        return;
    }
    run.acted += 1;
    auditor.audited.actions += 1;
    action(auditor, run, target, call);
    flows(auditor, run, target, call);
}

fn inference(auditor: &mut Auditor, run: &Run, call: &Frame) {
    let Ok(asked) = inferCall::abi_decode(&call.input) else {
        return auditor.find("model", run.account, "0xA1 was called with something else");
    };
    let Some(listed) = run.terms.models.iter().find(|listed| listed.model == asked.model) else {
        return auditor.find("model", run.account, format!("{} is not listed", asked.model));
    };
    let answer = call.output.as_ref().and_then(|output| inferCall::abi_decode_returns(output).ok());
    // An answer outside a bound may be given; what must not be is that the agent then acts.
    if let Some(what) = outputs::outside(&listed.bounds, &answer.unwrap_or_default())
        && !run.actions.is_empty()
    {
        auditor.find("output", run.account, what);
    }
}

/// Target, function, arguments, value and gas.
fn action(auditor: &mut Auditor, run: &mut Run, target: Address, call: &Frame) {
    let account = run.account;
    let value = call.value.unwrap_or_default();
    run.declared += call.gas;
    if target == account || PRIVILEGED.contains(&target) {
        auditor.find("privileged", account, format!("{target} was called"));
    }
    if call.gas > U256::from(run.terms.actionGas) {
        auditor.find("actionGas", account, format!("an action with {} gas", call.gas));
    }
    let selector = FixedBytes(call.selector());
    let Some(rule) = auditor.accounts[&account].rules.get(&(target, selector)).cloned() else {
        return auditor.find("target", account, format!("{selector} of {target} is not listed"));
    };
    if !value.is_zero() && !rule.sendsValue {
        auditor.find("value", account, format!("{value} wei went to {target}"));
    }
    let judged = arguments::judge(&rule.conditions, account, value, &call.input);
    if let Some(what) = judged.broken {
        auditor.find("arguments", account, what);
    }
    let foreign = judged.unchecked || !rule.caveats.is_empty() || !rule.actionPolicy.is_zero();
    auditor.audited.unchecked += u64::from(foreign);
    for (position, amount) in judged.spent {
        spend(auditor, account, position, amount, "allowance");
    }
    spend(auditor, account, run.terms.rateLimit.into(), U256::ONE, "rate");
}

fn spend(auditor: &mut Auditor, account: Address, position: usize, amount: U256, rule: &'static str) {
    let now = auditor.now;
    let broken = auditor.accounts.get_mut(&account).and_then(|known| known.spend(position, now, amount));
    if let Some(what) = broken {
        auditor.find(rule, account, what);
    }
}

/// What left and what came in an action, by the tokens' events and by ether sent.
fn flows(auditor: &mut Auditor, run: &Run, target: Address, call: &Frame) {
    let account = run.account;
    let mut moved: BTreeMap<Address, (U256, U256)> = BTreeMap::new();
    moved.entry(Address::ZERO).or_default().0 += call.value.unwrap_or_default();
    for log in call.all_logs() {
        if let Ok(event) = Transfer::decode_log(&log.as_alloy())
            && log.topics.len() == 3
        {
            let entry = moved.entry(log.address).or_default();
            if event.from == account {
                entry.0 += event.value;
            }
            if event.to == account {
                entry.1 += event.value;
            }
        }
    }
    let (mut out, mut incoming) = (U256::ZERO, U256::ZERO);
    for (asset, price) in run.terms.assets.clone().iter().zip(&run.prices) {
        let (left, came) = moved.remove(&asset.token).unwrap_or_default();
        let (net_out, net_in) = (left.saturating_sub(came), came.saturating_sub(left));
        if net_out > U256::from(asset.perAction) {
            auditor.find("perAction", account, format!("{net_out} of {} left at once", asset.token));
        }
        spend(auditor, account, asset.allowance.into(), net_out, "window");
        out += net_out * price / U256::from(E18);
        incoming += net_in * price / U256::from(E18);
        let known = auditor.accounts.entry(account).or_default();
        let counted = known.counted.entry(asset.token).or_default();
        *counted = (*counted + net_in).saturating_sub(net_out);
    }
    for (token, (left, _)) in moved {
        if !left.is_zero() {
            auditor.find("undeclared", account, format!("{left} of {token} left, which is no asset of the policy"));
        }
    }
    let slippage = auditor.accounts[&account]
        .rules
        .get(&(target, FixedBytes(call.selector())))
        .map_or(10_000, |rule| u64::from(rule.slippageBps));
    worth(auditor, run, out, incoming, slippage);
}

/// Price, loss, drawdown and the owner's approval.
fn worth(auditor: &mut Auditor, run: &Run, out: U256, incoming: U256, slippage_bps: u64) {
    let (account, play) = (run.account, U256::from(PLAY));
    let least = out * U256::from(10_000 - slippage_bps.min(10_000)) / U256::from(10_000);
    if incoming + play < least {
        auditor.find("price", account, format!("{out} of value went out, {incoming} came in"));
    }
    // Rounded in the agent's favour: the contract rounds against it.
    let loss = out.saturating_sub(incoming).saturating_sub(play);
    spend(auditor, account, run.terms.lossLimit.into(), loss, "loss");
    let known = &auditor.accounts[&account];
    let equity = equity(&run.terms, &run.prices, |token| known.counted.get(&token).copied().unwrap_or_default());
    let floor =
        known.mark.unwrap_or_default() * U256::from(10_000 - run.terms.drawdownBps.min(10_000)) / U256::from(10_000);
    // The mark is kept per unit with 18 decimals.
    if run.terms.drawdownBps < 10_000 && equity + play + floor / U256::from(1_000_000_000_000u64) < floor {
        auditor.find("drawdown", account, format!("worth {equity}, at least {floor} must be left"));
    }
    if out > U256::from(run.terms.approvalAbove) + play {
        let hash = run.actions.get(run.acted as usize - 1).copied().unwrap_or_default();
        let now = auditor.now;
        let approved = auditor.accounts.get_mut(&account).and_then(|known| known.approvals.remove(&hash));
        if approved.is_none_or(|deadline| deadline < now) {
            auditor.find(
                "ownerApproval",
                account,
                format!("{out} of value went out, the owner approved of no such action"),
            );
        }
    }
}

/// After the last action: numbers, approvals, the mark.
fn end(auditor: &mut Auditor, run: &Run, frame: &Frame) {
    let (account, terms) = (run.account, &run.terms);
    if run.acted > u64::from(terms.maxActions) {
        auditor.find("actions", account, format!("{} actions in one run", run.acted));
    }
    if run.declared > U256::from(terms.runGas) {
        auditor.find("runGas", account, format!("actions with {} gas", run.declared));
    }
    for ((token, spender), rest) in &run.approved {
        if !rest.is_zero() {
            auditor.find("approval", account, format!("{spender} may still take {rest} of {token}"));
        }
    }
    if run.actions.len() as u64 != run.acted {
        auditor.find("log", account, format!("{} actions, {} in the log", run.acted, run.actions.len()));
    }
    let told = frame.all_logs().into_iter().filter_map(|log| RunCompleted::decode_log(&log.as_alloy()).ok());
    let told: Vec<U256> = told.filter(|event| event.account == account).map(|event| event.executed).collect();
    if told != [U256::from(run.acted)] {
        auditor.find("log", account, format!("{} actions, but the run says {told:?}", run.acted));
    }
    let known = auditor.accounts.entry(account).or_default();
    let now = equity(terms, &run.prices, |token| known.counted.get(&token).copied().unwrap_or_default());
    known.mark = known.mark.max(Some(now));
}
