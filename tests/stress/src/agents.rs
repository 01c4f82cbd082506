//! The agents: what each is, what its policy permits, what it attempts.

use crate::{
    abi::{IRouter, IToken},
    venue::{E18, Venue},
};
use alloy_primitives::{
    Address, B256, Bytes, FixedBytes, U256, address,
    aliases::{U24, U40, U96, U120},
};
use alloy_sol_types::{SolCall, SolValue};
use praxis_contracts::{
    addresses::{AGENT_POLICY, SCHEDULER},
    agents::{
        Action, Allowance, Approval, AssetTerms, Condition, IAgentPolicy, ModelTerms, OutputBound, ParameterType, Rule,
        Terms,
    },
};

/// Who is paid by the agents that pay somebody.
pub(crate) const PAYEE: Address = address!("0x00000000000000000000000000000000beef0001");
/// Whom no policy permits to be paid.
pub(crate) const STRANGER: Address = address!("0x00000000000000000000000000000000beef0002");

/// Operators of conditions.
const PASS: u8 = 0;
const MATCHES: u8 = 5;
const EQUAL_TO_AVATAR: u8 = 15;
const EQUAL_TO: u8 = 16;
const WITHIN_ALLOWANCE: u8 = 28;
/// Position of the stream that payments draw on.
const STREAM: u8 = 7;

/// What an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// By the demo's model.
    Rebalancer,
    /// By gradient-boosted trees.
    TrendFollower,
    /// Gives and takes liquidity.
    MarketMaker,
    /// Attempts what it may not do, at every run.
    Prober,
}

impl Kind {
    /// Of the agent with this number: 35 % rebalancers, 30 % trend followers, 20 % market makers, 15 % probers.
    pub(crate) fn of(place: usize) -> Self {
        match place * 7 % 20 {
            0..7 => Self::Rebalancer,
            7..13 => Self::TrendFollower,
            13..17 => Self::MarketMaker,
            _ => Self::Prober,
        }
    }

    /// Name of its strategy's contract.
    pub(crate) const fn contract(self) -> &'static str {
        match self {
            Self::Rebalancer => "Rebalancer",
            Self::TrendFollower => "TrendFollower",
            Self::MarketMaker => "MarketMaker",
            Self::Prober => "Prober",
        }
    }
}

/// A strategy on the chain and its model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strategy {
    pub(crate) address: Address,
    pub(crate) model: B256,
}

fn bucket(id: u32, capacity: u128, window: u32) -> Allowance {
    Allowance { id, capacity: U96::from(capacity), window, life: U120::MAX, ..Allowance::default() }
}

/// Whether agent `place` may lose so little that the payments of one run use it up.
fn is_spendthrift(place: usize) -> bool {
    Kind::of(place) == Kind::Prober && place / 20 % 10 == 7 && place % 20 != 11
}

/// Whether agent `place` pays more than its stream gives: the rate must not stop it before.
fn draws_on_stream(place: usize) -> bool {
    Kind::of(place) == Kind::Prober && place / 20 % 10 == 1
}

/// The policy of agent `place`: windows of `window` seconds from `now` on.
pub(crate) fn terms(venue: &Venue, place: usize, strategy: Strategy, window: u32, now: u64) -> Terms {
    let mut loss = bucket(4, if is_spendthrift(place) { 3 * E18 } else { 250 * E18 }, window);
    loss.life = U120::from(6_000 * E18);
    let stream = Allowance {
        id: STREAM.into(),
        life: U120::from(4_000 * E18),
        initial: U120::from(100 * E18),
        perSecond: U96::from(E18 / 10),
        start: U40::from(now),
        ..Allowance::default()
    };
    let mut royalty = bucket(6, 0, 0);
    royalty.life = U120::from(E18);
    // One agent in eight works in the present hour of the day only.
    let hours = if place % 8 == 5 { U24::from(1u32 << (now / 3_600 % 24)) } else { U24::MAX };
    Terms {
        delay: 3_600,
        expiry: U40::from(now + 365 * 86_400),
        hourMask: hours,
        maxActions: 8,
        actionGas: 400_000,
        runGas: 2_000_000,
        // Half of them stop soon below their best, half late.
        drawdownBps: if place.is_multiple_of(2) { 1_500 } else { 6_000 },
        approvalAbove: 1_400 * E18,
        rateLimit: 3,
        lossLimit: 4,
        gasLimit: 5,
        royaltyLimit: 6,
        feeLimit: 0,
        allowances: vec![
            bucket(1, 2_000 * E18, window),
            bucket(2, 12 * E18, window),
            bucket(3, if draws_on_stream(place) { 60 } else { 6 }, window),
            loss,
            bucket(5, E18, window),
            royalty,
            stream,
        ],
        assets: vec![
            AssetTerms { token: venue.cash, valuer: venue.cash_valuer, perAction: 1_500 * E18, allowance: 1 },
            AssetTerms { token: venue.stock, valuer: venue.stock_valuer, perAction: 10 * E18, allowance: 2 },
            AssetTerms { token: venue.pair, valuer: venue.pair_valuer, perAction: 100 * E18, allowance: 0 },
        ],
        models: vec![ModelTerms {
            model: strategy.model,
            bounds: vec![OutputBound { tensor: 0, element: 0, low: -(E18 as i128), high: E18 as i128 }],
        }],
        strategies: vec![strategy.address],
        operators: vec![],
        guardians: vec![],
        keys: vec![],
    }
}

fn node(parent: u8, kind: ParameterType, operator: u8, value: Vec<u8>) -> Condition {
    Condition { parent, paramType: kind, operator, compValue: value.into() }
}

fn any() -> Condition {
    node(0, ParameterType::Static, PASS, vec![])
}

fn equal(word: impl SolValue) -> Condition {
    node(0, ParameterType::Static, EQUAL_TO, word.abi_encode())
}

fn own() -> Condition {
    node(0, ParameterType::Static, EQUAL_TO_AVATAR, vec![])
}

fn rule(target: Address, selector: [u8; 4], slippage: u16, parameters: Vec<Condition>) -> Rule {
    let mut conditions = vec![node(0, ParameterType::Calldata, MATCHES, vec![])];
    conditions.extend(parameters);
    Rule { target, selector: FixedBytes(selector), slippageBps: slippage, conditions, ..Rule::default() }
}

/// The functions that every agent may call: trades at 3 % slippage to itself, payments out of a stream to one payee.
pub(crate) fn rules(venue: &Venue) -> Vec<Rule> {
    let path = node(0, ParameterType::Array, PASS, vec![]);
    let both = || vec![equal(venue.stock), equal(venue.cash), any(), any(), any()];
    let amount = node(0, ParameterType::Static, WITHIN_ALLOWANCE, U256::from(STREAM).abi_encode());
    vec![
        rule(venue.router, IRouter::swapExactTokensForTokensCall::SELECTOR, 300, vec![any(), any(), path, own()]),
        rule(venue.router, IRouter::addLiquidityCall::SELECTOR, 300, [both(), vec![any(), own()]].concat()),
        rule(venue.router, IRouter::removeLiquidityCall::SELECTOR, 300, [both(), vec![own()]].concat()),
        rule(venue.cash, IToken::transferCall::SELECTOR, 10_000, vec![equal(PAYEE), amount]),
    ]
}

/// What the owner books for agent `place`.
pub(crate) fn context(venue: &Venue, place: usize, account: Address) -> Bytes {
    match Kind::of(place) {
        Kind::Prober => attempts(venue, place, account).abi_encode().into(),
        // Of the distance to the model's weights a third; of stock or cash 1 to 12 percent. Some stay below every limit, some don't.
        Kind::Rebalancer => (account, U256::from(E18 / 3)).abi_encode_params().into(),
        _ => (account, U256::from((1 + place as u128 * 5 % 12) * E18 / 100)).abi_encode_params().into(),
    }
}

fn act(target: Address, data: impl SolCall, approvals: Vec<Approval>) -> Action {
    Action { target, value: U256::ZERO, gas: U256::from(250_000), data: data.abi_encode().into(), approvals }
}

fn pay(venue: &Venue, to: Address, amount: u128) -> Action {
    act(venue.cash, IToken::transferCall { to, amount: U256::from(amount) }, vec![])
}

fn buy(venue: &Venue, to: Address, amount: u128) -> Action {
    let swap = IRouter::swapExactTokensForTokensCall {
        amountIn: U256::from(amount),
        amountOutMin: U256::ZERO,
        path: vec![venue.cash, venue.stock],
        to,
        deadline: U256::MAX,
    };
    act(venue.router, swap, vec![Approval { token: venue.cash, amount: U256::from(amount) }])
}

/// A legal payment, and beside it one of ten things that no policy here permits, or only so often.
fn attempts(venue: &Venue, place: usize, account: Address) -> Vec<Action> {
    let mut actions = vec![pay(venue, PAYEE, E18)];
    match place / 20 % 10 {
        // Windows and the stream, from below and from above.
        0 => actions.extend([
            buy(venue, account, 900 * E18),
            buy(venue, account, 900 * E18),
            buy(venue, account, 900 * E18),
        ]),
        1 => actions.extend([pay(venue, PAYEE, 40 * E18), pay(venue, PAYEE, 40 * E18), pay(venue, PAYEE, 400 * E18)]),
        // To somebody else.
        2 => actions.extend([pay(venue, STRANGER, E18), buy(venue, STRANGER, 50 * E18)]),
        // More than an action may move, and more than needs no approval of the owner.
        3 => actions.extend([buy(venue, account, 1_501 * E18), buy(venue, account, 1_450 * E18)]),
        // What is privileged: the policy, the Scheduler, the account itself, an approval.
        4 => actions.extend([
            act(AGENT_POLICY, IAgentPolicy::revokeCall { account }, vec![]),
            act(SCHEDULER, praxis_contracts::scheduler::IScheduler::sweepCall {}, vec![]),
            act(account, IToken::balanceOfCall { of: account }, vec![]),
            act(venue.cash, IToken::approveCall { spender: STRANGER, amount: U256::MAX }, vec![]),
        ]),
        // More actions than a run may have: the whole run is refused.
        5 if place % 20 == 11 => actions.extend((0..8).map(|_| pay(venue, PAYEE, E18))),
        // The rate: six actions per window.
        5 => actions.extend((0..7).map(|_| pay(venue, PAYEE, E18 / 10))),
        // More gas than an action may declare.
        6 => {
            let mut greedy = pay(venue, PAYEE, E18);
            greedy.gas = U256::from(500_000);
            actions.push(greedy);
        }
        // Payments are losses: two more are permitted, the others are not.
        7 if is_spendthrift(place) => actions.extend((0..4).map(|_| pay(venue, PAYEE, E18))),
        // An approval that the call does not use up is taken back.
        7 => {
            let mut action = buy(venue, account, 100 * E18);
            action.approvals[0].amount = U256::MAX;
            actions.push(action);
        }
        // A function that is not listed, and a transfer of another's money.
        8 => {
            let taking = IToken::transferFromCall { from: venue.author.address, to: account, amount: U256::ONE };
            actions.push(act(venue.cash, taking, vec![]));
            actions.push(act(
                venue.feed,
                crate::abi::IFeed::pushCall { answer: alloy_primitives::aliases::I192::ONE },
                vec![],
            ));
        }
        // A trade along a path that gives nothing back: cash to cash.
        _ => {
            let mut action = buy(venue, account, 10 * E18);
            action.approvals.push(Approval { token: STRANGER, amount: U256::ONE });
            actions.push(action);
        }
    }
    actions
}
