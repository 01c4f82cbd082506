//! From a policy file to what the chain takes.

use super::{
    AllowanceEntry, AssetEntry, ConditionEntry, ModelEntry, Policy, PolicyFile, RuleEntry, Scalar,
    arguments::{self, OPERATORS},
};
use alloy_primitives::{
    Address, B256, Bytes, FixedBytes,
    aliases::{U24, U40, U96, U120},
    keccak256,
};
use praxis_contracts::agents::{
    Allowance, AssetTerms, Caveat, Condition, ModelTerms, OutputBound, ParameterType, Rule, Terms,
};
use std::fmt::Display;

/// A field of a policy file that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy file, {at}: {reason}")]
pub struct BuildError {
    at: String,
    reason: String,
}

/// Where in the file something stands.
#[derive(Debug, Clone)]
pub(super) struct At(String);

impl At {
    pub(super) fn field(&self, name: impl Display) -> Self {
        if self.0.is_empty() { Self(name.to_string()) } else { Self(format!("{}, {name}", self.0)) }
    }

    pub(super) fn error(&self, reason: impl Display) -> BuildError {
        BuildError { at: self.0.clone(), reason: reason.to_string() }
    }
}

/// Names of the allowances, in order.
pub(super) struct Names<'a>(Vec<&'a str>);

impl Names<'_> {
    /// Position from 1.
    pub(super) fn position(&self, name: &str, at: &At) -> Result<u8, BuildError> {
        let index = self.0.iter().position(|known| *known == name);
        let position = index.and_then(|index| u8::try_from(index + 1).ok());
        position.ok_or_else(|| at.error(format!("no allowance is named {name:?}")))
    }

    fn optional(&self, name: Option<&String>, at: &At) -> Result<u8, BuildError> {
        name.map_or(Ok(0), |name| self.position(name, at))
    }
}

impl PolicyFile {
    /// What the chain takes. `AgentPolicy` checks ranges itself.
    ///
    /// # Errors
    /// The first field that makes no sense.
    pub fn build(&self) -> Result<Policy, BuildError> {
        let at = At(String::new());
        let names = Names(self.allowances.iter().map(|entry| entry.name.as_str()).collect());
        for (index, name) in names.0.iter().enumerate() {
            if names.0[..index].contains(name) {
                return Err(at.field("allowance").error(format!("two are named {name:?}")));
            }
        }
        Ok(Policy { terms: self.terms(&names, &at)?, rules: self.rules(&names)? })
    }

    fn terms(&self, names: &Names<'_>, at: &At) -> Result<Terms, BuildError> {
        let limit = |name: Option<&String>, field: &str| names.optional(name, &at.field(field));
        let or = |given: &Option<Scalar>, usual: &str| given.clone().unwrap_or_else(|| Scalar::from(usual));
        let delay = seconds32(&or(&self.delay, "1h"), &at.field("delay"))?;
        Ok(Terms {
            delay,
            expiry: time(&or(&self.expiry, "never"), &at.field("expiry"))?,
            hourMask: hour_mask(self.hours.as_deref(), &at.field("hours"))?,
            maxActions: self.max_actions.unwrap_or(8),
            actionGas: narrow(&or(&self.action_gas, "500_000"), u32::MAX, &at.field("action_gas"))?,
            runGas: narrow(&or(&self.run_gas, "2_000_000"), u64::MAX, &at.field("run_gas"))?,
            drawdownBps: or(&self.drawdown, "100%").bps().map_err(|e| at.field("drawdown").error(e))?,
            approvalAbove: narrow(&or(&self.approval_above, "max"), u128::MAX, &at.field("approval_above"))?,
            rateLimit: limit(self.rate.as_ref(), "rate")?,
            lossLimit: limit(self.loss.as_ref(), "loss")?,
            gasLimit: limit(self.gas.as_ref(), "gas")?,
            royaltyLimit: limit(self.royalty.as_ref(), "royalty")?,
            feeLimit: limit(self.fee.as_ref(), "fee")?,
            allowances: each(&self.allowances, "allowance", allowance)?,
            assets: each(&self.assets, "asset", |entry, _, at| asset(entry, names, at))?,
            models: each(&self.models, "model", |entry, _, at| model(entry, at))?,
            strategies: addresses(&self.strategies, &at.field("strategies"))?,
            operators: addresses(&self.operators, &at.field("operators"))?,
            guardians: addresses(&self.guardians, &at.field("guardians"))?,
            keys: addresses(&self.keys, &at.field("keys"))?,
        })
    }

    fn rules(&self, names: &Names<'_>) -> Result<Vec<Rule>, BuildError> {
        each(&self.rules, "rule", |entry, _, at| rule(entry, names, at))
    }
}

fn each<E, T>(
    entries: &[E],
    what: &str,
    build: impl Fn(&E, usize, &At) -> Result<T, BuildError>,
) -> Result<Vec<T>, BuildError> {
    let numbered = entries.iter().enumerate();
    numbered.map(|(index, entry)| build(entry, index, &At(format!("{what} {}", index + 1)))).collect()
}

fn narrow<T: TryFrom<alloy_primitives::U256>>(scalar: &Scalar, max: T, at: &At) -> Result<T, BuildError> {
    scalar.narrow(max).map_err(|error| at.error(error))
}

fn bits96(scalar: &Scalar, at: &At) -> Result<U96, BuildError> {
    let largest: u128 = (1 << 96) - 1;
    let value = narrow(scalar, largest, at)?;
    U96::try_from(value).map_err(|_| at.error(format!("{value} is more than {largest}")))
}

fn bits120(scalar: &Scalar, at: &At) -> Result<U120, BuildError> {
    let largest: u128 = (1 << 120) - 1;
    let value = narrow(scalar, largest, at)?;
    U120::try_from(value).map_err(|_| at.error(format!("{value} is more than {largest}")))
}

fn seconds32(scalar: &Scalar, at: &At) -> Result<u32, BuildError> {
    let seconds = scalar.seconds().map_err(|error| at.error(error))?;
    u32::try_from(seconds).map_err(|_| at.error(format!("{seconds} seconds are more than 136 years")))
}

fn time(scalar: &Scalar, at: &At) -> Result<U40, BuildError> {
    let seconds = scalar.time().map_err(|error| at.error(error))?;
    U40::try_from(seconds).map_err(|_| at.error(format!("{seconds} is more than 34,000 years away")))
}

fn hour_mask(hours: Option<&[u8]>, at: &At) -> Result<U24, BuildError> {
    let Some(hours) = hours else { return Ok(U24::MAX) };
    let mut mask = 0u32;
    for hour in hours {
        if *hour > 23 {
            return Err(at.error(format!("{hour} is no hour of the day: 0 to 23")));
        }
        mask |= 1 << hour;
    }
    Ok(U24::from(mask))
}

pub(super) fn address(text: &str, at: &At) -> Result<Address, BuildError> {
    text.trim().parse().map_err(|_| at.error(format!("{text:?} is no address")))
}

fn addresses(list: &[String], at: &At) -> Result<Vec<Address>, BuildError> {
    list.iter().map(|text| address(text, at)).collect()
}

fn bytes(text: &str, at: &At) -> Result<Bytes, BuildError> {
    text.trim().parse().map_err(|_| at.error(format!("{text:?} is not hexadecimal")))
}

fn allowance(entry: &AllowanceEntry, index: usize, at: &At) -> Result<Allowance, BuildError> {
    let zero = Scalar::from("0");
    let window = entry.window.as_ref().map_or(Ok(0), |window| seconds32(window, &at.field("window")))?;
    if window == 0 && entry.capacity.is_some() {
        return Err(at.error("a capacity needs a window in which it refills"));
    }
    let stream = entry.stream.as_ref();
    let field = |scalar: Option<&Scalar>, name: &str| (scalar.unwrap_or(&zero).clone(), at.field(name));
    let (capacity, capacity_at) = field(entry.capacity.as_ref(), "capacity");
    let (initial, initial_at) = field(stream.map(|s| &s.initial), "stream, initial");
    let (per_second, rate_at) = field(stream.map(|s| &s.per_second), "stream, per_second");
    let (start, start_at) = field(stream.map(|s| &s.start), "stream, start");
    let own = u32::try_from(index + 1).map_err(|_| at.error("too many allowances"))?;
    Ok(Allowance {
        id: entry.id.unwrap_or(own),
        capacity: bits96(&capacity, &capacity_at)?,
        window,
        life: entry.life.as_ref().map_or(Ok(U120::MAX), |life| bits120(life, &at.field("life")))?,
        initial: bits120(&initial, &initial_at)?,
        perSecond: bits96(&per_second, &rate_at)?,
        start: time(&start, &start_at)?,
    })
}

fn asset(entry: &AssetEntry, names: &Names<'_>, at: &At) -> Result<AssetTerms, BuildError> {
    let token = match entry.token.as_str() {
        "ether" => Address::ZERO,
        token => address(token, &at.field("token"))?,
    };
    Ok(AssetTerms {
        token,
        valuer: entry.valuer.as_deref().map_or(Ok(Address::ZERO), |v| address(v, &at.field("valuer")))?,
        perAction: narrow(&entry.per_action, u128::MAX, &at.field("per_action"))?,
        allowance: names.optional(entry.allowance.as_ref(), &at.field("allowance"))?,
    })
}

fn model(entry: &ModelEntry, at: &At) -> Result<ModelTerms, BuildError> {
    let id: B256 = entry.id.trim().parse().map_err(|_| at.error(format!("{:?} is no model id", entry.id)))?;
    let bound = |scalar: &Scalar| scalar.decimal().map_err(|error| at.field("bounds").error(error));
    let bounds = entry
        .bounds
        .iter()
        .map(|b| Ok(OutputBound { tensor: b.tensor, element: b.element, low: bound(&b.low)?, high: bound(&b.high)? }));
    Ok(ModelTerms { model: id, bounds: bounds.collect::<Result<_, BuildError>>()? })
}

fn rule(entry: &RuleEntry, names: &Names<'_>, at: &At) -> Result<Rule, BuildError> {
    if !entry.arguments.is_empty() && !entry.conditions.is_empty() {
        return Err(at.error("give `arguments` or `conditions`, not both"));
    }
    let conditions = match entry.conditions.is_empty() {
        true => arguments::tree(&entry.function, &entry.arguments, names, at)?,
        false => entry.conditions.iter().map(|c| condition(c, &at.field("conditions"))).collect::<Result<_, _>>()?,
    };
    let caveats = entry.caveats.iter().map(|caveat| {
        let at = at.field("caveats");
        Ok(Caveat { enforcer: address(&caveat.enforcer, &at)?, terms: bytes(&caveat.terms, &at)? })
    });
    let slippage = entry.slippage.clone().unwrap_or_else(|| Scalar::from("0"));
    Ok(Rule {
        target: address(&entry.target, &at.field("target"))?,
        selector: selector(&entry.function, &at.field("function"))?,
        slippageBps: slippage.bps().map_err(|error| at.field("slippage").error(error))?,
        sendsValue: entry.sends_value || entry.function == "ether",
        actionPolicy: entry
            .action_policy
            .as_deref()
            .map_or(Ok(Address::ZERO), |policy| address(policy, &at.field("action_policy")))?,
        conditions,
        caveats: caveats.collect::<Result<_, BuildError>>()?,
    })
}

fn selector(function: &str, at: &At) -> Result<FixedBytes<4>, BuildError> {
    if function == "ether" {
        return Ok(FixedBytes::ZERO);
    }
    if let Ok(selector) = function.parse::<FixedBytes<4>>() {
        return Ok(selector);
    }
    let well_formed = function.contains('(') && function.ends_with(')') && !function.contains(char::is_whitespace);
    if !well_formed {
        return Err(at.error(format!(
            "{function:?} is no function: write transfer(address,uint256) without spaces and names, 0xa9059cbb, or ether"
        )));
    }
    Ok(FixedBytes::from_slice(&keccak256(function)[..4]))
}

/// Names of `ParameterType`, in its order.
pub(super) const KINDS: [(ParameterType, &str); 7] = [
    (ParameterType::None, "none"),
    (ParameterType::Static, "static"),
    (ParameterType::Dynamic, "dynamic"),
    (ParameterType::Tuple, "tuple"),
    (ParameterType::Array, "array"),
    (ParameterType::Calldata, "calldata"),
    (ParameterType::AbiEncoded, "abi-encoded"),
];

fn condition(entry: &ConditionEntry, at: &At) -> Result<Condition, BuildError> {
    let kind = KINDS.iter().find(|(_, name)| *name == entry.kind);
    let (kind, _) = kind.ok_or_else(|| at.error(format!("{:?} is no kind of parameter", entry.kind)))?;
    let text = entry.operator.0.as_str();
    let known = OPERATORS.iter().find(|(number, name)| *name == text || number.to_string() == text);
    let (operator, _) = known.ok_or_else(|| at.error(format!("{text:?} is no operator")))?;
    Ok(Condition {
        parent: entry.parent,
        paramType: *kind,
        operator: *operator,
        compValue: if entry.value.is_empty() { Bytes::new() } else { bytes(&entry.value, at)? },
    })
}
