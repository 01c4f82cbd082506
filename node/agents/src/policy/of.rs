//! From what the chain holds to a policy file: the inverse of `build`.

use super::{
    AllowanceEntry, AssetEntry, BoundEntry, CaveatEntry, ConditionEntry, ModelEntry, Policy, PolicyFile, RuleEntry,
    Scalar, Stream, arguments::OPERATORS, build::KINDS,
};
use alloy_primitives::{Address, aliases::U24, aliases::U120};
use praxis_contracts::agents::{Allowance, Condition, ParameterType, Rule, Terms};
use std::fmt::Display;

/// Functions that policies often permit, to show them by name. Whatever is not here is shown by its four bytes.
const FUNCTIONS: &[&str] = &[
    "transfer(address,uint256)",
    "transferFrom(address,address,uint256)",
    "deposit()",
    "withdraw(uint256)",
    "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
    "swapTokensForExactTokens(uint256,uint256,address[],address,uint256)",
    "swapExactETHForTokens(uint256,address[],address,uint256)",
    "swapExactTokensForETH(uint256,uint256,address[],address,uint256)",
    "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)",
    "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256)",
];

/// A function by its name, where it is a usual one.
pub fn function_name(selector: [u8; 4]) -> String {
    if selector == [0; 4] {
        return "ether".into();
    }
    let named = FUNCTIONS.iter().find(|name| alloy_primitives::keccak256(name)[..4] == selector);
    named.map_or_else(|| format!("0x{}", alloy_primitives::hex::encode(selector)), |name| (*name).to_owned())
}

fn number(value: impl Display) -> Scalar {
    Scalar(value.to_string())
}

/// `value`, or `max` where it is the largest.
fn capped<T: PartialEq + Display>(value: T, max: T) -> Scalar {
    if value == max { Scalar::from("max") } else { number(value) }
}

fn texts(list: &[Address]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn optional(address: Address) -> Option<String> {
    (address != Address::ZERO).then(|| address.to_string())
}

impl PolicyFile {
    /// The file that [`Self::build`] makes this policy of. Allowances are named after their ids.
    pub fn of(policy: &Policy) -> Self {
        let terms = &policy.terms;
        let name = |position: u8| allowance_name(terms, position);
        Self {
            delay: Some(number(terms.delay)),
            expiry: Some(number(terms.expiry)),
            hours: (terms.hourMask != U24::MAX)
                .then(|| (0..24).filter(|hour| terms.hourMask.bit(usize::from(*hour))).collect()),
            max_actions: Some(terms.maxActions),
            action_gas: Some(number(terms.actionGas)),
            run_gas: Some(number(terms.runGas)),
            drawdown: Some(number(terms.drawdownBps)),
            approval_above: Some(capped(terms.approvalAbove, u128::MAX)),
            rate: name(terms.rateLimit),
            loss: name(terms.lossLimit),
            gas: name(terms.gasLimit),
            royalty: name(terms.royaltyLimit),
            fee: name(terms.feeLimit),
            strategies: texts(&terms.strategies),
            operators: texts(&terms.operators),
            guardians: texts(&terms.guardians),
            keys: texts(&terms.keys),
            allowances: terms.allowances.iter().map(allowance).collect(),
            assets: assets(terms),
            models: models(terms),
            rules: policy.rules.iter().map(rule).collect(),
        }
    }
}

/// The name under which a file has the allowance at a position; none for position 0.
pub fn allowance_name(terms: &Terms, position: u8) -> Option<String> {
    let index = usize::from(position).checked_sub(1)?;
    terms.allowances.get(index).map(|allowance| format!("a{}", allowance.id))
}

fn allowance(allowance: &Allowance) -> AllowanceEntry {
    AllowanceEntry {
        name: format!("a{}", allowance.id),
        id: Some(allowance.id),
        capacity: (allowance.window != 0).then(|| number(allowance.capacity)),
        window: (allowance.window != 0).then(|| number(allowance.window)),
        life: (allowance.life != U120::MAX).then(|| number(allowance.life)),
        stream: (!allowance.start.is_zero()).then(|| Stream {
            initial: number(allowance.initial),
            per_second: number(allowance.perSecond),
            start: number(allowance.start),
        }),
    }
}

fn assets(terms: &Terms) -> Vec<AssetEntry> {
    let entries = terms.assets.iter().map(|asset| AssetEntry {
        token: optional(asset.token).unwrap_or_else(|| "ether".into()),
        valuer: optional(asset.valuer),
        per_action: capped(asset.perAction, u128::MAX),
        allowance: allowance_name(terms, asset.allowance),
    });
    entries.collect()
}

fn models(terms: &Terms) -> Vec<ModelEntry> {
    let entries = terms.models.iter().map(|model| ModelEntry {
        id: model.model.to_string(),
        bounds: model
            .bounds
            .iter()
            .map(|bound| BoundEntry {
                tensor: bound.tensor,
                element: bound.element,
                low: decimal(bound.low),
                high: decimal(bound.high),
            })
            .collect(),
    });
    entries.collect()
}

/// A number with 18 decimals.
fn decimal(value: i128) -> Scalar {
    let (sign, size) = if value < 0 { ("-", value.unsigned_abs()) } else { ("", value.unsigned_abs()) };
    let (whole, rest) = (size / 1_000_000_000_000_000_000, size % 1_000_000_000_000_000_000);
    if rest == 0 {
        return Scalar(format!("{sign}{whole}"));
    }
    Scalar(format!("{sign}{whole}.{}", format!("{rest:018}").trim_end_matches('0')))
}

fn rule(rule: &Rule) -> RuleEntry {
    RuleEntry {
        target: rule.target.to_string(),
        function: function_name(rule.selector.0),
        slippage: (rule.slippageBps != 0).then(|| number(rule.slippageBps)),
        sends_value: rule.sendsValue,
        action_policy: optional(rule.actionPolicy),
        arguments: Vec::new(),
        conditions: rule.conditions.iter().map(condition).collect(),
        caveats: rule
            .caveats
            .iter()
            .map(|caveat| CaveatEntry { enforcer: caveat.enforcer.to_string(), terms: caveat.terms.to_string() })
            .collect(),
    }
}

fn condition(condition: &Condition) -> ConditionEntry {
    let kind = KINDS.iter().find(|(kind, _)| kind == &condition.paramType).map_or("none", |(_, name)| name);
    let operator = OPERATORS.iter().find(|(number, _)| *number == condition.operator);
    debug_assert!(condition.paramType != ParameterType::__Invalid);
    ConditionEntry {
        parent: condition.parent,
        kind: kind.to_owned(),
        operator: operator.map_or_else(|| number(condition.operator), |(_, name)| Scalar::from(*name)),
        value: if condition.compValue.is_empty() { String::new() } else { condition.compValue.to_string() },
    }
}
