//! The run again, by the backtest that agents' owners use.

use crate::run::Agent;
use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use praxis_agents::{
    abi::{IErc20, IValuer},
    backtest::{Backtest, Report},
    log::DecisionDigest,
};
use praxis_chain::Chain;
use praxis_contracts::{
    addresses::{AGENT_POLICY, AGENT_RUNNER},
    agents::{AssetTerms, IAgentPolicy},
};
use praxis_evm::{BlockContext, CallRequest, CallStatus, StateOverrides, simulate};
use serde::Serialize;
use std::collections::BTreeMap;

/// 18 decimals.
const ONE: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// What the backtest has in common with the run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Replayed {
    /// Accounts whose runs were made again.
    pub accounts: u64,
    /// Runs of theirs.
    pub runs: u64,
    /// What is not equal, bit for bit or to the wei.
    pub differences: Vec<String>,
}

/// Executes the blocks from `first` on again and compares, agent by agent, decisions with the receipts and profit with what the
/// chain's contracts say of balances and prices.
pub(crate) fn replay(chain: &Chain, agents: &[Agent], first: u64) -> Replayed {
    let Some((one, rest)) = agents.split_first() else { return Replayed::default() };
    let head = chain.head().number;
    let (base, last) = (chain.state_at(first - 1).expect("a state"), chain.state_at(head).expect("a state"));
    let mut backtest = Backtest::new(chain.spec(), &base, chain.models(&last), one.account);
    for agent in rest {
        backtest = backtest.beside(agent.account);
    }
    let mut decided: BTreeMap<Address, DecisionDigest> = BTreeMap::new();
    for number in first..=head {
        backtest.block(&chain.db().block(number).expect("readable").expect("a block")).expect("the block runs again");
        let receipts = chain.db().receipts(number).expect("readable").expect("a block's receipts");
        let logs = receipts.iter().flat_map(|receipt| &receipt.logs);
        for log in logs.filter(|log| log.address == AGENT_RUNNER) {
            let Some(account) = log.topics().get(1).map(|word| Address::from_word(*word)) else { continue };
            decided.entry(account).or_default().add(account, log);
        }
    }
    let mut replayed = Replayed::default();
    for report in backtest.reports() {
        let account = report.account;
        let digest = decided.get(&account).map_or_else(|| DecisionDigest::default().finish(), DecisionDigest::finish);
        replayed.compare(chain, &report, digest);
    }
    replayed
}

impl Replayed {
    fn compare(&mut self, chain: &Chain, report: &Report, decisions: B256) {
        self.accounts += 1;
        self.runs += report.runs;
        let mut check = |same: bool, what: String| {
            if !same {
                self.differences.push(format!("{}: {what}", report.account));
            }
        };
        check(report.decisions == decisions, format!("decisions {}, the receipts have {decisions}", report.decisions));
        let (Some(first), Some(last)) = (report.steps.first(), report.steps.last()) else { return };
        let (before, after) = (worth(chain, report.account, first.block), worth(chain, report.account, last.block));
        let profit = |change: [U256; 2]| I256::from_raw(change[1].wrapping_sub(change[0]));
        let expected = profit([before[0], after[1]]);
        check(report.profit == expected, format!("a profit of {}, the chain has {expected}", report.profit));
        check(report.put_in == I256::ZERO, format!("{} was put in, by nobody", report.put_in));
    }
}

/// What an account's assets are worth before and after a block, both at the prices before it, in its time.
fn worth(chain: &Chain, account: Address, block: u64) -> [U256; 2] {
    let header = chain.db().header(block).expect("readable").expect("a block's header");
    let context = BlockContext::at_header(chain.spec(), &header);
    let terms = ask(chain, &context, block - 1, AGENT_POLICY, IAgentPolicy::termsOfCall { account });
    let mut sums = [U256::ZERO; 2];
    for AssetTerms { token, valuer, .. } in terms.assets {
        let price = ask(chain, &context, block - 1, valuer, IValuer::priceCall {});
        for (sum, state) in sums.iter_mut().zip([block - 1, block]) {
            *sum += ask(chain, &context, state, token, IErc20::balanceOfCall { account }) * price / ONE;
        }
    }
    sums
}

/// `eth_call` on the state after a block.
fn ask<C: SolCall>(chain: &Chain, context: &BlockContext, block: u64, to: Address, call: C) -> C::Return {
    let state = chain.state_at(block).expect("a state");
    let request = CallRequest { to: to.into(), data: call.abi_encode().into(), ..CallRequest::default() };
    let none = StateOverrides::default();
    let outcome = simulate(chain.spec(), context, &state, chain.models(&state), &request, &none).expect("it runs");
    assert_eq!(outcome.status, CallStatus::Success, "{} of {to} at block {block}", C::SIGNATURE);
    C::abi_decode_returns(&outcome.output).expect("the contract answers as its ABI says")
}
