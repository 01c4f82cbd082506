//! A made-up account, for simulations before anybody is hired.

use super::{common::read_policy, replaced::Assumed};
use crate::{args::SimulateArgs, client::Client, failure::Failure};
use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    addresses::{AGENT_ACCOUNT_FACTORY, AGENT_RUNNER},
    agents::{IAgentAccountFactory, IAgentRunner},
};
use serde_json::{Value, json};

/// Who owns what is made for a simulation alone. Nobody has its key.
const NOBODY: Address = address!("0x000000000000000000000000000000005eeded01");

/// The calls that lead to a run, and what is assumed for them.
pub(super) struct Prepared {
    pub(super) account: Address,
    pub(super) booking: U256,
    pub(super) calls: Vec<Value>,
    pub(super) assumed: Assumed,
}

/// A call as `eth_simulateV1` takes it.
fn call(from: Address, to: Address, data: Vec<u8>) -> Value {
    json!({ "from": from, "to": to, "input": Bytes::from(data) })
}

/// The run of a booking that is there.
pub(super) fn of_booking(account: Address, owner: Address, booking: U256) -> Prepared {
    let calls = vec![call(owner, AGENT_RUNNER, IAgentRunner::runCall { booking }.abi_encode())];
    Prepared { account, booking, calls, assumed: Assumed::default() }
}

/// The run of a strategy in an account that is made before it.
pub(super) async fn made_up(client: &Client, args: &SimulateArgs) -> Result<Prepared, Failure> {
    let (Some(strategy), Some(path)) = (args.strategy, &args.policy) else {
        return Err(Failure::usage("give --account and --booking, or --strategy and --policy"));
    };
    let known = [("STRATEGY", strategy.to_string()), ("OWNER", NOBODY.to_string())];
    let policy = read_policy(path, &args.set, &known)?;
    let (owner, salt) = (NOBODY, B256::ZERO);
    let (terms, rules) = (policy.terms, policy.rules);
    let address = IAgentAccountFactory::addressOfCall { owner, salt, terms: terms.clone(), rules: rules.clone() };
    let account = client.call(AGENT_ACCOUNT_FACTORY, address).await?;
    // The same number in every block that is looked at, and nobody else's.
    let booking = U256::from(u64::MAX);
    let contexts = if args.contexts.is_empty() { vec![Bytes::new()] } else { args.contexts.clone() };
    let create = IAgentAccountFactory::createAccountCall { owner, salt, terms, rules };
    let calls = vec![
        call(owner, AGENT_ACCOUNT_FACTORY, create.abi_encode()),
        call(owner, AGENT_RUNNER, IAgentRunner::bookCall { account, strategy, contexts }.abi_encode()),
        call(owner, AGENT_RUNNER, IAgentRunner::runCall { booking }.abi_encode()),
    ];
    let mut assumed = Assumed::default();
    for (token, amount) in &args.holds {
        let amount = crate::args::amount(amount).map_err(Failure::usage)?;
        match token.as_str() {
            "ether" => assumed.balance(account, amount),
            token => {
                let token = token.parse().map_err(|_| Failure::usage(format!("--holds: {token} is no address")))?;
                assumed.token(client, token, account, amount).await?;
            }
        }
    }
    assumed.slot(AGENT_RUNNER, praxis_agents::slots::BOOKING_COUNT, B256::from(booking - U256::from(1)));
    Ok(Prepared { account, booking, calls, assumed })
}
