//! What one policy permits more or less than another.

use super::{Policy, PolicyFile, Scalar, of::function_name};
use alloy_primitives::{U256, keccak256};
use alloy_sol_types::SolValue;
use praxis_contracts::agents::{Allowance, Rule, Terms};
use serde::Serialize;
use std::collections::BTreeMap;

/// Which way a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It permits less: it can act at once.
    Tighter,
    /// It permits more, or something else: it must be proposed and wait.
    Looser,
}

/// A field in which two policies differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which field: a name of the policy file.
    pub field: String,
    /// Before; empty where there was nothing.
    pub before: String,
    /// After; empty where there will be nothing.
    pub after: String,
    /// Which way it goes.
    pub direction: Direction,
}

/// All differences, terms first. The directions are `TermsCheck.tighter`'s: where all differences of the terms are tighter and no
/// rule is added or changed, `tighten` and `removeRule` do it at once.
pub fn differences(before: &Policy, after: &Policy) -> Vec<Difference> {
    let mut found = Vec::new();
    numbers(&before.terms, &after.terms, &mut found);
    allowances(&before.terms, &after.terms, &mut found);
    lists(before, after, &mut found);
    rules(&before.rules, &after.rules, &mut found);
    found
}

fn push(found: &mut Vec<Difference>, field: impl Into<String>, before: String, after: String, tighter: bool) {
    let direction = if tighter { Direction::Tighter } else { Direction::Looser };
    found.push(Difference { field: field.into(), before, after, direction });
}

fn numbers(old: &Terms, new: &Terms, found: &mut Vec<Difference>) {
    let fields: [(&str, U256, U256, bool); 7] = [
        ("delay", U256::from(new.delay), U256::from(old.delay), true),
        ("expiry", U256::from(old.expiry), U256::from(new.expiry), false),
        ("max_actions", U256::from(old.maxActions), U256::from(new.maxActions), false),
        ("action_gas", U256::from(old.actionGas), U256::from(new.actionGas), false),
        ("run_gas", U256::from(old.runGas), U256::from(new.runGas), false),
        ("drawdown", U256::from(old.drawdownBps), U256::from(new.drawdownBps), false),
        ("approval_above", U256::from(old.approvalAbove), U256::from(new.approvalAbove), false),
    ];
    for (field, most, given, swapped) in fields {
        if most != given {
            let (before, after) = if swapped { (given, most) } else { (most, given) };
            push(found, field, before.to_string(), after.to_string(), given < most);
        }
    }
    if old.hourMask != new.hourMask {
        let added = new.hourMask & !old.hourMask;
        push(found, "hours", format!("{:#08x}", old.hourMask), format!("{:#08x}", new.hourMask), added.is_zero());
    }
    let limits = |t: &Terms| [t.rateLimit, t.lossLimit, t.gasLimit, t.royaltyLimit, t.feeLimit];
    for ((field, a), b) in ["rate", "loss", "gas", "royalty", "fee"].into_iter().zip(limits(old)).zip(limits(new)) {
        if a != b {
            let name = |position: u8| if position == 0 { "none".to_owned() } else { format!("allowance {position}") };
            push(found, field, name(a), name(b), false);
        }
    }
}

fn allowances(old: &Terms, new: &Terms, found: &mut Vec<Difference>) {
    for index in 0..old.allowances.len().max(new.allowances.len()) {
        let (a, b) = (old.allowances.get(index), new.allowances.get(index));
        if a == b {
            continue;
        }
        let tighter = a.zip(b).is_some_and(|(a, b)| allowance_tighter(a, b));
        let shown = |one: Option<&Allowance>| one.map_or_else(String::new, show_allowance);
        push(found, format!("allowance {}", index + 1), shown(a), shown(b), tighter);
    }
    for index in 0..old.assets.len().max(new.assets.len()) {
        let (a, b) = (old.assets.get(index), new.assets.get(index));
        if a == b {
            continue;
        }
        let tighter = a.zip(b).is_some_and(|(a, b)| {
            (a.token, a.valuer, a.allowance) == (b.token, b.valuer, b.allowance) && b.perAction <= a.perAction
        });
        let shown = |one: Option<&praxis_contracts::agents::AssetTerms>| {
            one.map_or_else(String::new, |a| {
                format!(
                    "{} at most {} per action, valuer {}, allowance {}",
                    a.token, a.perAction, a.valuer, a.allowance
                )
            })
        };
        push(found, format!("asset {}", index + 1), shown(a), shown(b), tighter);
    }
}

fn allowance_tighter(a: &Allowance, b: &Allowance) -> bool {
    let bucket = a.window == 0 || (b.window >= a.window && b.capacity <= a.capacity);
    let stream = a.start.is_zero() || (b.start >= a.start && b.initial <= a.initial && b.perSecond <= a.perSecond);
    a.id == b.id && b.life <= a.life && bucket && stream
}

fn show_allowance(a: &Allowance) -> String {
    let mut text = format!("id {}", a.id);
    if a.window != 0 {
        text += &format!(", {} per {} s", a.capacity, a.window);
    }
    if a.life != alloy_primitives::aliases::U120::MAX {
        text += &format!(", {} for life", a.life);
    }
    if !a.start.is_zero() {
        text += &format!(", {} and {} per second from {}", a.initial, a.perSecond, a.start);
    }
    text
}

fn lists(before: &Policy, after: &Policy, found: &mut Vec<Difference>) {
    let (old, new) = (&before.terms, &after.terms);
    let named = [
        ("strategies", &old.strategies, &new.strategies, false),
        ("operators", &old.operators, &new.operators, false),
        ("guardians", &old.guardians, &new.guardians, true),
        ("keys", &old.keys, &new.keys, false),
    ];
    for (field, a, b, stops) in named {
        let text = |list: &[alloy_primitives::Address]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        // A guardian only stops the agent: none may be lost.
        let tighter = if stops { is_part(b, a) } else { is_part(a, b) };
        if a != b {
            push(found, field, text(a).join(", "), text(b).join(", "), tighter);
        }
    }
    if old.models != new.models {
        let shown = |policy: &Policy| {
            let models = PolicyFile::of(policy).models;
            let text = models.iter().map(|m| {
                let bounds = m.bounds.iter().map(|b| {
                    let (Scalar(low), Scalar(high)) = (&b.low, &b.high);
                    format!(" [{}.{}: {low} to {high}]", b.tensor, b.element)
                });
                format!("{}{}", m.id, bounds.collect::<String>())
            });
            text.collect::<Vec<_>>().join(", ")
        };
        push(found, "models", shown(before), shown(after), is_part(&old.models, &new.models));
    }
}

/// Whether `new` is `old` with entries left out.
fn is_part<T: PartialEq>(old: &[T], new: &[T]) -> bool {
    let mut rest = old.iter();
    new.iter().all(|wanted| rest.any(|one| one == wanted))
}

fn rules(old: &[Rule], new: &[Rule], found: &mut Vec<Difference>) {
    let key = |rule: &Rule| (rule.target, rule.selector);
    let by_key = |rules: &[Rule]| rules.iter().map(|rule| (key(rule), rule.clone())).collect::<BTreeMap<_, _>>();
    let (old, new) = (by_key(old), by_key(new));
    let shown = |rule: &Rule| {
        let hash = keccak256(rule.abi_encode());
        let conditions = rule.conditions.len();
        format!("slippage {} bps, {conditions} conditions, {} caveats, {hash:.8}", rule.slippageBps, rule.caveats.len())
    };
    for (at, rule) in &old {
        let field = format!("rule {} {}", at.0, function_name(at.1.0));
        match new.get(at) {
            None => push(found, field, shown(rule), String::new(), true),
            Some(other) if other != rule => push(found, field, shown(rule), shown(other), false),
            Some(_) => {}
        }
    }
    for (at, rule) in new.iter().filter(|(at, _)| !old.contains_key(*at)) {
        push(found, format!("rule {} {}", at.0, function_name(at.1.0)), String::new(), shown(rule), false);
    }
}
