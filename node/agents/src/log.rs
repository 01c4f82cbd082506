//! What an agent did and what its policy refused, out of the logs of runner and policy.

use crate::policy::function_name;
use alloy_primitives::{Address, B256, Bytes, Keccak256, Log, U256};
use alloy_sol_types::SolEvent;
use praxis_contracts::{
    addresses::{AGENT_POLICY, AGENT_RUNNER},
    agents::{Action, IAgentPolicy, IAgentRunner},
};
use serde::{Deserialize, Serialize};

/// An action of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionView {
    /// The contract that it calls.
    pub target: Address,
    /// The function, by name where it is a usual one.
    pub function: String,
    /// Wei that go along.
    pub value: U256,
    /// Gas that it declares.
    pub gas: U256,
    /// Calldata.
    pub data: Bytes,
    /// Approvals: token and amount.
    pub approvals: Vec<(Address, U256)>,
}

impl From<Action> for ActionView {
    fn from(action: Action) -> Self {
        let selector = action.data.first_chunk::<4>().copied().unwrap_or_default();
        Self {
            target: action.target,
            function: function_name(selector),
            value: action.value,
            gas: action.gas,
            data: action.data,
            approvals: action.approvals.into_iter().map(|a| (a.token, a.amount)).collect(),
        }
    }
}

/// One log of runner or policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "the fields are the events' own, documented in Solidity")]
pub enum Happened {
    /// A strategy was booked.
    Booked { booking: U256, strategy: Address, contexts: Vec<Bytes> },
    /// A booking was cancelled.
    BookingCancelled { booking: U256 },
    /// A model answered.
    Inferred { booking: U256, model: B256 },
    /// An action was performed.
    ActionExecuted { booking: U256, index: U256, target: Address, action: B256 },
    /// The policy refused an action.
    ActionRefused { booking: U256, index: U256, rule: String, margin: U256, action: ActionView },
    /// An action's own call failed.
    ActionFailed { booking: U256, index: U256, reason: Bytes, action: ActionView },
    /// A run ended before its actions.
    RunRefused { booking: U256, rule: String, margin: U256 },
    /// A run ended.
    RunCompleted { booking: U256, executed: U256, refused: U256 },
    /// The owner counted what is there as put in.
    Settled { units: U256, mark: U256 },
    /// Gas, royalties or fees were charged to an allowance.
    Charged { what: String, amount: U256 },
    /// The account got its first policy.
    Installed { owner: Address },
    /// A change was proposed.
    ChangeProposed { change: B256, ready_at: U256 },
    /// A proposed change was forgotten.
    ChangeCancelled { change: B256 },
    /// Terms came into force.
    TermsSet { epoch: u32, blob: Address },
    /// A function was permitted.
    RuleSet { target: Address, function: String, blob: Address },
    /// A function is no longer permitted.
    RuleRemoved { target: Address, function: String },
    /// The agent was paused.
    Paused { guardian: Address, until: U256 },
    /// The policy was ended.
    Revoked { epoch: u32 },
    /// The owner approved an action.
    ActionApproved { action: B256, deadline: U256 },
}

/// A short text in 32 bytes, as rules are named.
pub fn rule_name(rule: B256) -> String {
    let end = rule.iter().position(|byte| *byte == 0).unwrap_or(32);
    match std::str::from_utf8(&rule[..end]) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => text.to_owned(),
        _ => rule.to_string(),
    }
}

/// Contracts whose logs tell of agents; their first topic after the signature is the account.
pub const SOURCES: [Address; 2] = [AGENT_RUNNER, AGENT_POLICY];

/// What a log says, and of which account; `None` where it is no log of runner or policy.
pub fn read(log: &Log) -> Option<(Address, Happened)> {
    match log.address {
        AGENT_RUNNER => of_runner(log).or_else(|| of_runs(log)),
        AGENT_POLICY => of_policy(log),
        _ => None,
    }
}

fn decode<E: SolEvent>(log: &Log) -> Option<E> {
    (log.topics().first() == Some(&E::SIGNATURE_HASH)).then(|| E::decode_log_data(&log.data).ok()).flatten()
}

fn of_runs(log: &Log) -> Option<(Address, Happened)> {
    if let Some(e) = decode::<IAgentRunner::Inferred>(log) {
        return Some((e.account, Happened::Inferred { booking: e.booking, model: e.model }));
    }
    if let Some(e) = decode::<IAgentRunner::ActionExecuted>(log) {
        let happened =
            Happened::ActionExecuted { booking: e.booking, index: e.index, target: e.target, action: e.action };
        return Some((e.account, happened));
    }
    if let Some(e) = decode::<IAgentRunner::ActionRefused>(log) {
        let (rule, action) = (rule_name(e.rule), e.action.into());
        let (booking, index, margin) = (e.booking, e.index, e.margin);
        return Some((e.account, Happened::ActionRefused { booking, index, rule, margin, action }));
    }
    if let Some(e) = decode::<IAgentRunner::ActionFailed>(log) {
        let (booking, index, reason) = (e.booking, e.index, e.reason);
        return Some((e.account, Happened::ActionFailed { booking, index, reason, action: e.action.into() }));
    }
    if let Some(e) = decode::<IAgentRunner::RunRefused>(log) {
        let rule = rule_name(e.rule);
        return Some((e.account, Happened::RunRefused { booking: e.booking, rule, margin: e.margin }));
    }
    let e = decode::<IAgentRunner::RunCompleted>(log)?;
    Some((e.account, Happened::RunCompleted { booking: e.booking, executed: e.executed, refused: e.refused }))
}

fn of_runner(log: &Log) -> Option<(Address, Happened)> {
    if let Some(e) = decode::<IAgentRunner::Booked>(log) {
        let (booking, strategy, contexts) = (e.booking, e.strategy, e.contexts);
        return Some((e.account, Happened::Booked { booking, strategy, contexts }));
    }
    if let Some(e) = decode::<IAgentRunner::BookingCancelled>(log) {
        return Some((e.account, Happened::BookingCancelled { booking: e.booking }));
    }
    if let Some(e) = decode::<IAgentRunner::Settled>(log) {
        return Some((e.account, Happened::Settled { units: e.units, mark: e.mark }));
    }
    let e = decode::<IAgentRunner::Charged>(log)?;
    Some((e.account, Happened::Charged { what: rule_name(e.what), amount: e.amount }))
}

fn of_policy(log: &Log) -> Option<(Address, Happened)> {
    if let Some(e) = decode::<IAgentPolicy::Installed>(log) {
        return Some((e.account, Happened::Installed { owner: e.owner }));
    }
    if let Some(e) = decode::<IAgentPolicy::ChangeProposed>(log) {
        return Some((e.account, Happened::ChangeProposed { change: e.change, ready_at: e.readyAt }));
    }
    if let Some(e) = decode::<IAgentPolicy::ChangeCancelled>(log) {
        return Some((e.account, Happened::ChangeCancelled { change: e.change }));
    }
    if let Some(e) = decode::<IAgentPolicy::TermsSet>(log) {
        return Some((e.account, Happened::TermsSet { epoch: e.epoch, blob: e.blob }));
    }
    if let Some(e) = decode::<IAgentPolicy::RuleSet>(log) {
        let function = function_name(e.selector.0);
        return Some((e.account, Happened::RuleSet { target: e.target, function, blob: e.blob }));
    }
    if let Some(e) = decode::<IAgentPolicy::RuleRemoved>(log) {
        return Some((e.account, Happened::RuleRemoved { target: e.target, function: function_name(e.selector.0) }));
    }
    if let Some(e) = decode::<IAgentPolicy::Paused>(log) {
        return Some((e.account, Happened::Paused { guardian: e.guardian, until: e.until }));
    }
    if let Some(e) = decode::<IAgentPolicy::Revoked>(log) {
        return Some((e.account, Happened::Revoked { epoch: e.epoch }));
    }
    let e = decode::<IAgentPolicy::ActionApproved>(log)?;
    Some((e.account, Happened::ActionApproved { action: e.action, deadline: e.deadline }))
}

/// Whether a log belongs to a run, as opposed to what owners do.
pub fn is_of_run(log: &Log) -> bool {
    log.address == AGENT_RUNNER && of_runs(log).is_some()
}

/// A digest of an account's decisions: of every log of its runs, in order. Two histories with the same digest have the same
/// inferences, actions, refusals and margins, bit for bit.
#[derive(Clone, Default)]
pub struct DecisionDigest {
    hasher: Keccak256,
    logs: u64,
}

impl std::fmt::Debug for DecisionDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecisionDigest").field("logs", &self.logs).finish_non_exhaustive()
    }
}

impl DecisionDigest {
    /// Takes in a log; others than those of the account's runs are left out.
    pub fn add(&mut self, account: Address, log: &Log) {
        if log.address != AGENT_RUNNER || log.topics().get(1) != Some(&account.into_word()) || !is_of_run(log) {
            return;
        }
        for topic in log.topics() {
            self.hasher.update(topic);
        }
        self.hasher.update(U256::from(log.data.data.len()).to_be_bytes::<32>());
        self.hasher.update(&log.data.data);
        self.logs += 1;
    }

    /// The digest of all so far.
    pub fn finish(&self) -> B256 {
        self.hasher.clone().finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emitted(address: Address, event: &impl SolEvent) -> Log {
        Log { address, data: event.encode_log_data() }
    }

    fn refused(margin: u64) -> IAgentRunner::ActionRefused {
        let mut rule = B256::ZERO;
        rule[..6].copy_from_slice(b"window");
        let action =
            Action { target: Address::repeat_byte(2), data: [0xa9, 0x05, 0x9c, 0xbb].into(), ..Action::default() };
        let account = Address::repeat_byte(1);
        let (booking, index) = (U256::from(7), U256::ZERO);
        IAgentRunner::ActionRefused { account, booking, index, rule, margin: U256::from(margin), action }
    }

    #[test]
    fn a_refusal_names_its_rule_and_function() {
        let (account, happened) = read(&emitted(AGENT_RUNNER, &refused(5))).unwrap();
        assert_eq!(account, Address::repeat_byte(1));
        let Happened::ActionRefused { rule, margin, action, .. } = &happened else { panic!("{happened:?}") };
        assert_eq!((rule.as_str(), *margin), ("window", U256::from(5)));
        assert_eq!(action.function, "transfer(address,uint256)");
        let json = serde_json::to_value(&happened).unwrap();
        assert_eq!((json["event"].as_str(), json["margin"].as_str()), (Some("actionRefused"), Some("0x5")));
        assert_eq!(serde_json::from_value::<Happened>(json).unwrap(), happened);
    }

    #[test]
    fn others_logs_are_none() {
        assert_eq!(read(&emitted(Address::ZERO, &refused(5))), None);
        let mut cut = emitted(AGENT_RUNNER, &refused(5));
        cut.data.data = cut.data.data.slice(..40);
        assert_eq!(read(&cut), None);
    }

    #[test]
    fn the_digest_tells_margins_and_order_apart_and_leaves_others_out() {
        let digest = |logs: &[Log]| {
            let mut digest = DecisionDigest::default();
            logs.iter().for_each(|log| digest.add(Address::repeat_byte(1), log));
            digest.finish()
        };
        let (a, b) = (emitted(AGENT_RUNNER, &refused(5)), emitted(AGENT_RUNNER, &refused(6)));
        assert_ne!(digest(&[a.clone(), b.clone()]), digest(&[b.clone(), a.clone()]));
        let mut other = b.clone();
        other.data = IAgentRunner::ActionRefused { account: Address::repeat_byte(9), ..refused(6) }.encode_log_data();
        assert_eq!(digest(&[a.clone(), other]), digest(std::slice::from_ref(&a)));
        let settled = IAgentRunner::Settled { account: Address::repeat_byte(1), units: U256::ZERO, mark: U256::ZERO };
        assert_eq!(digest(&[a.clone(), emitted(AGENT_RUNNER, &settled)]), digest(&[a]));
    }
}
