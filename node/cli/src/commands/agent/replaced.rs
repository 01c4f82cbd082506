//! State that a question to a node assumes: another policy, balances that an account does not have.

use crate::{client::Client, failure::Failure};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use praxis_agents::{abi::IErc20, policy::Policy, slots};
use praxis_contracts::{addresses::AGENT_POLICY, agents::Rule};
use serde_json::{Map, Value, json};

/// How many slots are tried as the one of a token's balances.
const SLOTS_TRIED: u64 = 24;

/// State overrides as JSON-RPC takes them.
#[derive(Debug, Clone, Default)]
pub(super) struct Assumed(Map<String, Value>);

impl Assumed {
    fn account(&mut self, address: Address) -> &mut Value {
        self.0.entry(address.to_string()).or_insert_with(|| json!({}))
    }

    /// As JSON.
    pub(super) fn json(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// That an account has code.
    pub(super) fn code(&mut self, address: Address, code: &Bytes) {
        self.account(address)["code"] = json!(code);
    }

    /// That an account has so much ether.
    pub(super) fn balance(&mut self, address: Address, wei: U256) {
        self.account(address)["balance"] = json!(wei);
    }

    /// That a contract has this word in its storage.
    pub(super) fn slot(&mut self, address: Address, slot: B256, word: B256) {
        self.account(address)["stateDiff"][slot.to_string()] = json!(word);
    }

    /// That this policy is in force instead of `before`, whose terms stand in `blob`.
    pub(super) fn policy(&mut self, account: Address, epoch: u32, blob: Address, before: &[Rule], policy: &Policy) {
        self.code(blob, &policy.terms_blob());
        for rule in before {
            self.slot(AGENT_POLICY, slots::rule(account, epoch, rule.target, rule.selector.0), B256::ZERO);
        }
        for (index, rule) in policy.rules.iter().enumerate() {
            let holder = slots::stand_in(account, index);
            self.code(holder, &Policy::rule_blob(rule));
            let slot = slots::rule(account, epoch, rule.target, rule.selector.0);
            self.slot(AGENT_POLICY, slot, holder.into_word());
        }
    }

    /// That an account holds so much of a token. Where the token keeps its balances is found by trying.
    pub(super) async fn token(
        &mut self,
        client: &Client,
        token: Address,
        account: Address,
        amount: U256,
    ) -> Result<(), Failure> {
        let data = Bytes::from(IErc20::balanceOfCall { account }.abi_encode());
        for index in 0..SLOTS_TRIED {
            let slot = slots::of_mapping(account.into_word(), index);
            let assumed = json!({ token.to_string(): { "stateDiff": { slot.to_string(): B256::from(amount) } } });
            let call = json!([{ "to": token, "input": data }, "latest", assumed]);
            let answer: Result<Bytes, Failure> = client.request("eth_call", call).await;
            if answer.is_ok_and(|bytes| bytes.as_ref() == B256::from(amount).as_slice()) {
                self.slot(token, slot, amount.into());
                return Ok(());
            }
        }
        Err(Failure::failed(format!(
            "{token} keeps its balances in no place that can be found; take an account that holds some"
        )))
    }
}
