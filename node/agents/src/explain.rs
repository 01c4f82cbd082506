//! How far from each rule an action was, out of the call in which the runner has it checked and made.

use crate::abi::IRunnerInside;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use praxis_contracts::agents::{IAgentRunner, Rule, Terms};
use serde::Serialize;

/// 18 decimals of prices.
const SCALE: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
const WHOLE_BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);

/// What one rule left an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Margin {
    /// The rule, and of which asset where there are several.
    pub rule: String,
    /// What the action took of it.
    pub used: U256,
    /// The limit.
    pub limit: U256,
    /// What was left; for a refused action, by how much it was too much.
    pub margin: U256,
    /// Whether the rule holds.
    pub holds: bool,
}

/// One action as the runner judged it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// Whose.
    pub account: Address,
    /// What it calls.
    pub target: Address,
    /// The function, by name where it is a usual one.
    pub function: String,
    /// `executed`, or the rule that refused it, or `failed`.
    pub outcome: String,
    /// Rule by rule, as far as the runner came.
    pub margins: Vec<Margin>,
}

/// A runner's call of `IRuleChecks.act`: input, what it gave, and whether it gave it by a revert.
#[derive(Debug, Clone)]
pub struct ActCall<'a> {
    /// Calldata.
    pub input: &'a [u8],
    /// What it returned or reverted with.
    pub output: &'a [u8],
    /// Whether it reverted.
    pub reverted: bool,
}

/// Under what an action was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Under {
    /// Whose.
    pub account: Address,
    /// The policy's.
    pub epoch: u32,
    /// Contract that holds the terms.
    pub terms: Address,
    /// Contract that holds the rule of the action's target and function.
    pub rule: Address,
}

/// Under what such a call was made; `None` for any other call.
pub fn under(input: &[u8]) -> Option<Under> {
    let IRunnerInside::Frame { account, epoch, terms, rule, .. } =
        IRunnerInside::actCall::abi_decode(input).ok()?.frame;
    Some(Under { account, epoch, terms, rule })
}

/// Judges a call by the terms and the rule that it was made under.
pub fn judge(call: &ActCall<'_>, terms: &Terms, rule: &Rule) -> Option<Judged> {
    let asked = IRunnerInside::actCall::abi_decode(call.input).ok()?;
    let (frame, action) = (asked.frame, asked.action);
    let selector = action.data.first_chunk::<4>().copied().unwrap_or_default();
    let mut judged = Judged {
        account: frame.account,
        target: action.target,
        function: crate::policy::function_name(selector),
        outcome: "executed".into(),
        margins: vec![limit("actionGas", action.gas, U256::from(terms.actionGas))],
    };
    if call.reverted {
        match IAgentRunner::Refused::abi_decode(call.output) {
            Ok(refused) => {
                judged.outcome = crate::log::rule_name(refused.rule);
                let rule = judged.outcome.clone();
                let (used, limit) = (U256::ZERO, U256::ZERO);
                judged.margins.push(Margin { rule, used, limit, margin: refused.margin, holds: false });
            }
            Err(_) => judged.outcome = "failed".into(),
        }
        return Some(judged);
    }
    let after = IRunnerInside::actCall::abi_decode_returns(call.output).ok()?;
    let (mut value_out, mut value_in) = (U256::ZERO, U256::ZERO);
    for (index, asset) in terms.assets.iter().enumerate() {
        let (before, now) = (*frame.balances.get(index)?, *after.balances.get(index)?);
        let price = *frame.prices.get(index)?;
        let out = before.saturating_sub(now).max(decoded_out(frame.account, asset.token, &action));
        judged.margins.push(limit(&format!("perAction {}", asset.token), out, U256::from(asset.perAction)));
        value_out = value_out.saturating_add(out.saturating_mul(price).div_ceil(SCALE));
        value_in = value_in.saturating_add(now.saturating_sub(before).saturating_mul(price) / SCALE);
    }
    let share = WHOLE_BPS.saturating_sub(U256::from(rule.slippageBps));
    let least = value_out.saturating_mul(share).div_ceil(WHOLE_BPS);
    judged.margins.push(floor("price", value_in, least));
    judged.margins.push(limit("ownerApproval", value_out, U256::from(terms.approvalAbove)));
    if terms.drawdownBps < 10_000 {
        let equity =
            after.counted.iter().zip(&frame.prices).map(|(amount, price)| amount.saturating_mul(*price) / SCALE);
        let equity = equity.fold(U256::ZERO, U256::saturating_add);
        judged.margins.push(floor("drawdown", equity, frame.floor));
    }
    Some(judged)
}

/// A rule that holds up to a limit.
fn limit(rule: &str, used: U256, limit: U256) -> Margin {
    let (margin, holds) = (used.abs_diff(limit), used <= limit);
    Margin { rule: rule.to_owned(), used, limit, margin, holds }
}

/// A rule that holds from a limit on.
fn floor(rule: &str, used: U256, limit: U256) -> Margin {
    let (margin, holds) = (used.abs_diff(limit), used >= limit);
    Margin { rule: rule.to_owned(), used, limit, margin, holds }
}

/// What the action itself says that it sends of an asset: `Valuation.decodedOut`.
fn decoded_out(account: Address, token: Address, action: &IRunnerInside::Action) -> U256 {
    if token == Address::ZERO {
        return action.value;
    }
    if token != action.target {
        return U256::ZERO;
    }
    let word = |index: usize| {
        let start = 4 + 32 * index;
        action.data.get(start..start + 32).map_or(U256::ZERO, U256::from_be_slice)
    };
    match action.data.first_chunk::<4>() {
        Some([0xa9, 0x05, 0x9c, 0xbb]) if action.data.len() >= 68 => word(1),
        Some([0x23, 0xb8, 0x72, 0xdd]) if action.data.len() >= 100 => {
            if Address::from_word(word(0).into()) == account {
                word(2)
            } else {
                U256::ZERO
            }
        }
        _ => U256::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, Bytes, FixedBytes};
    use praxis_contracts::agents::AssetTerms;

    const ACCOUNT: Address = Address::repeat_byte(1);
    const TOKEN: Address = Address::repeat_byte(2);

    fn terms() -> Terms {
        let asset = AssetTerms { token: TOKEN, perAction: 150, ..AssetTerms::default() };
        Terms { actionGas: 500, drawdownBps: 1_000, approvalAbove: 1_000, assets: vec![asset], ..Terms::default() }
    }

    fn input() -> Vec<u8> {
        let data: Bytes = [&[0xa9, 0x05, 0x9c, 0xbb][..], &[0; 63], &[120]].concat().into();
        let frame = IRunnerInside::Frame {
            account: ACCOUNT,
            epoch: 0,
            terms: Address::ZERO,
            rule: Address::ZERO,
            floor: U256::from(900),
            prices: vec![SCALE],
            balances: vec![U256::from(1_000)],
            counted: vec![U256::from(1_000)],
        };
        let (value, gas) = (U256::ZERO, U256::from(400));
        let action = IRunnerInside::Action { target: TOKEN, value, gas, data, approvals: vec![] };
        IRunnerInside::actCall { frame, outputs: Bytes::new(), action }.abi_encode()
    }

    fn margin(judged: &Judged, rule: &str) -> (u64, bool) {
        let found = judged.margins.iter().find(|margin| margin.rule.starts_with(rule)).unwrap();
        (found.margin.to(), found.holds)
    }

    #[test]
    fn margins_are_the_runners() {
        let output = IRunnerInside::actCall::abi_encode_returns(&IRunnerInside::actReturn {
            balances: vec![U256::from(900)],
            counted: vec![U256::from(900)],
        });
        let call = ActCall { input: &input(), output: &output, reverted: false };
        let rule = Rule {
            target: TOKEN,
            selector: FixedBytes([0xa9, 0x05, 0x9c, 0xbb]),
            slippageBps: 10_000,
            ..Rule::default()
        };
        let judged = judge(&call, &terms(), &rule).unwrap();
        assert_eq!(judged.outcome, "executed");
        assert_eq!(margin(&judged, "actionGas"), (100, true));
        // The action says 120, though only 100 left.
        assert_eq!(margin(&judged, "perAction"), (30, true));
        assert_eq!(margin(&judged, "price"), (0, true));
        assert_eq!(margin(&judged, "ownerApproval"), (880, true));
        assert_eq!(margin(&judged, "drawdown"), (0, true));
        let any = Terms { drawdownBps: 10_000, ..terms() };
        assert!(judge(&call, &any, &rule).unwrap().margins.iter().all(|margin| margin.rule != "drawdown"));
        assert_eq!(margin(&judge(&call, &terms(), &Rule::default()).unwrap(), "price"), (120, false));
        assert_eq!(under(&input()).unwrap().account, ACCOUNT);
    }

    #[test]
    fn a_refusal_gives_its_rule() {
        let mut rule = B256::ZERO;
        rule[..4].copy_from_slice(b"loss");
        let output = IAgentRunner::Refused { rule, margin: U256::from(9) }.abi_encode();
        let judged =
            judge(&ActCall { input: &input(), output: &output, reverted: true }, &terms(), &Rule::default()).unwrap();
        assert_eq!((judged.outcome.as_str(), margin(&judged, "loss")), ("loss", (9, false)));
        assert_eq!(judge(&ActCall { input: &[1], output: &[], reverted: true }, &terms(), &Rule::default()), None);
    }
}
