//! What came of a run, counted from blocks, receipts and balances.

use crate::{
    abi::IToken,
    agents::{Kind, PAYEE, STRANGER},
    driver::Driver,
    money::Royalties,
    replay::Replayed,
    run::{Agent, EDGES, Market},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolEvent};
use praxis_contracts::{
    addresses::{AGENT_RUNNER, SCHEDULER},
    agents::IAgentRunner,
    scheduler::IScheduler,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A call is on time within so many blocks.
const ON_TIME_BLOCKS: u64 = 2;
/// Calls that fell due in the last blocks may be made later still.
const TAIL_BLOCKS: u64 = 4;

/// What came of a run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Outcome {
    /// L2 blocks in all, and those in which the market was open.
    pub blocks: u64,
    /// See [`Self::blocks`].
    pub market_blocks: u64,
    /// Agents by kind.
    pub agents: BTreeMap<String, u64>,
    /// How often each window ended.
    pub windows_passed: u64,
    /// Calls that fell due, and those that were made.
    pub due: u64,
    /// See [`Self::due`].
    pub made: u64,
    /// Made more than once.
    pub twice: u64,
    /// Never made.
    pub lost: u64,
    /// Made within 2 blocks.
    pub on_time: u64,
    /// Calls that reverted as a whole, by the booking's agent.
    pub reverted: u64,
    /// Actions executed, by kind of agent.
    pub executed: BTreeMap<String, u64>,
    /// Actions and runs refused, by rule.
    pub refused: BTreeMap<String, u64>,
    /// Actions whose call failed.
    pub failed: u64,
    /// Times that a process was killed.
    pub kills: u64,
    /// How far the price fell from its highest value, in percent.
    pub crash_percent: u64,
    /// Reorgs of L1.
    pub reorgs: u64,
    /// Tokens whose holders' balances do not sum up to their supply, by name.
    pub not_conserved: Vec<String>,
    /// Royalties, counted in three ways.
    pub royalties: Royalties,
    /// Wei of all accounts at genesis, and at the end.
    pub ether_at_first: U256,
    /// See [`Self::ether_at_first`].
    pub ether_at_last: U256,
    /// The same run by the backtest.
    pub replayed: Replayed,
}

impl Outcome {
    /// What does not hold of what must.
    pub fn violations(&self) -> Vec<String> {
        let mut all = vec![];
        let mut check = |holds: bool, what: String| {
            if !holds {
                all.push(what);
            }
        };
        check(self.due > 0, "no call fell due".into());
        check(self.twice == 0, format!("{} scheduled calls were made twice", self.twice));
        check(self.lost == 0, format!("{} of {} scheduled calls were lost", self.lost, self.due));
        check(100 * self.on_time >= 99 * self.due, format!("{} of {} calls were on time", self.on_time, self.due));
        check(self.reverted == 0, format!("{} runs reverted", self.reverted));
        check(self.windows_passed >= EDGES, format!("windows ended {} times only", self.windows_passed));
        check(self.not_conserved.is_empty(), format!("not conserved: {}", self.not_conserved.join(", ")));
        check(self.royalties.agree(), format!("the royalties do not agree: {:?}", self.royalties));
        let (first, last) = (self.ether_at_first, self.ether_at_last);
        check(first == last, format!("{first} wei at genesis have become {last}"));
        let replayed = &self.replayed;
        check(replayed.runs > 0, "the backtest made no run".into());
        check(replayed.differences.is_empty(), format!("the backtest differs: {}", replayed.differences.join("; ")));
        check(self.reorgs > 0, "L1 did not reorganise".into());
        all
    }
}

/// Counts.
pub(crate) fn count(market: &Market) -> Outcome {
    let driver = &market.driver;
    let head = driver.head();
    let time =
        |number| driver.world.sequencer.chain().db().header(number).expect("readable").expect("a block").timestamp;
    let windows_passed = (time(head) - time(market.opened)) / u64::from(market.window);
    let mut outcome =
        Outcome { blocks: head, market_blocks: head - market.opened + 1, windows_passed, ..Outcome::default() };
    let by_account: BTreeMap<Address, Kind> = market.agents.iter().map(|agent| (agent.account, agent.kind)).collect();
    for agent in &market.agents {
        *outcome.agents.entry(format!("{:?}", agent.kind)).or_default() += 1;
    }
    let mut made: BTreeMap<(u64, u64), Vec<u64>> = BTreeMap::new();
    for number in 1..=head {
        let receipts =
            driver.world.sequencer.chain().db().receipts(number).expect("readable").expect("a block's receipts");
        for log in receipts.iter().flat_map(|receipt| &receipt.logs) {
            if log.address == SCHEDULER
                && let Ok(ran) = IScheduler::Ran::decode_log(log)
            {
                made.entry((ran.id, ran.occurrence)).or_default().push(number);
                outcome.reverted += u64::from(!ran.success);
            }
            if log.address == AGENT_RUNNER {
                decide(&mut outcome, &by_account, log);
            }
        }
    }
    punctuality(&mut outcome, &market.agents, &made, head);
    outcome.not_conserved = unconserved(market);
    outcome
}

fn decide(outcome: &mut Outcome, kinds: &BTreeMap<Address, Kind>, log: &alloy_primitives::Log) {
    let name =
        |rule: &alloy_primitives::B256| String::from_utf8_lossy(rule.as_slice()).trim_end_matches('\0').to_owned();
    if let Ok(event) = IAgentRunner::ActionExecuted::decode_log(log) {
        let kind = kinds.get(&event.account).map_or_else(|| "other".into(), |kind| format!("{kind:?}"));
        *outcome.executed.entry(kind).or_default() += 1;
    } else if let Ok(event) = IAgentRunner::ActionRefused::decode_log(log) {
        // The stream is a condition on the payment's amount; nothing else is wrong with a payment to the payee.
        let to_payee = IToken::transferCall::abi_decode(&event.action.data).is_ok_and(|call| call.to == PAYEE);
        let rule = name(&event.rule);
        let rule = if rule == "arguments" && to_payee { "stream".to_owned() } else { rule };
        *outcome.refused.entry(rule).or_default() += 1;
    } else if let Ok(event) = IAgentRunner::RunRefused::decode_log(log) {
        *outcome.refused.entry(format!("run: {}", name(&event.rule))).or_default() += 1;
    } else if IAgentRunner::ActionFailed::decode_log(log).is_ok() {
        outcome.failed += 1;
    }
}

fn punctuality(outcome: &mut Outcome, agents: &[Agent], made: &BTreeMap<(u64, u64), Vec<u64>>, head: u64) {
    for agent in agents {
        let times = (0..).map(|i| (i, agent.first + i * agent.interval));
        for (occurrence, time) in times.take_while(|(_, time)| time + TAIL_BLOCKS <= head) {
            outcome.due += 1;
            match made.get(&(agent.schedule, occurrence)).map(Vec::as_slice) {
                None | Some([]) => outcome.lost += 1,
                Some([block, rest @ ..]) => {
                    outcome.made += 1;
                    outcome.twice += u64::from(!rest.is_empty());
                    outcome.on_time += u64::from(*block <= time + ON_TIME_BLOCKS);
                }
            }
        }
    }
}

/// Every token's supply against the balances of all who could hold it.
fn unconserved(market: &Market) -> Vec<String> {
    let (driver, venue) = (&market.driver, &market.venue);
    let mut holders = vec![
        venue.author.address,
        venue.arbitrageur.address,
        venue.pair,
        venue.router,
        venue.factory,
        PAYEE,
        STRANGER,
        // Uniswap keeps the first liquidity there.
        Address::ZERO,
    ];
    holders.extend(market.agents.iter().map(|agent| agent.account));
    let tokens = [("cash", venue.cash), ("stock", venue.stock), ("liquidity", venue.pair)];
    let wrong = tokens.into_iter().filter(|(_, token)| {
        let held: U256 = holders.iter().map(|holder| balance(driver, *token, *holder)).sum();
        held != driver.view(*token, IToken::totalSupplyCall {})
    });
    wrong.map(|(name, _)| name.to_owned()).collect()
}

fn balance(driver: &Driver, token: Address, of: Address) -> U256 {
    driver.view(token, IToken::balanceOfCall { of })
}
