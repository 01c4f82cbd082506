//! An agent's runs, and the same again by a backtest.

use crate::SOMEBODY;
use alloy_primitives::{Address, B256, Bytes, I256, TxKind, U256};
use alloy_sol_types::{SolCall, SolEvent};
use praxis_agents::{
    backtest::{Backtest, Report, page},
    log::DecisionDigest,
    policy::{Policy, PolicyFile},
};
use praxis_contracts::{
    addresses::{AGENT_ACCOUNT_FACTORY, AGENT_POLICY, AGENT_RUNNER, STRATEGY_REGISTRY},
    agents::{Action, IAgentAccountFactory, IAgentPolicy, IAgentRunner, IStrategy, IStrategyRegistry, Tensor},
};
use praxis_evm::{AccountOverride, StateOverrides};
use praxis_harness::{Account, World, account, demo_model};
use praxis_model::Plan;
use praxis_primitives::Receipt;
use std::collections::BTreeMap;

/// What each run sends away, in wei.
const SENT: u64 = 100;

/// Code that returns these bytes.
fn returning(data: &[u8]) -> Vec<u8> {
    let mut code = Vec::new();
    for (index, chunk) in data.chunks(32).enumerate() {
        let mut word = [0; 32];
        word[..chunk.len()].copy_from_slice(chunk);
        code.push(0x7f); // PUSH32
        code.extend(word);
        code.push(0x61); // PUSH2
        code.extend((32 * index as u16).to_be_bytes());
        code.push(0x52); // MSTORE
    }
    code.push(0x61);
    code.extend((data.len() as u16).to_be_bytes());
    code.extend([0x5f, 0xf3]); // RETURN from 0
    code
}

/// Creation code of a contract with this code.
fn creation(runtime: &[u8]) -> Bytes {
    let mut code = vec![0x61];
    code.extend((runtime.len() as u16).to_be_bytes());
    code.extend([0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3]); // copy all after these 10 bytes, return it
    code.extend(runtime);
    code.into()
}

/// A strategy that asks the demo's model the same thing each time and sends `SENT` wei to somebody, whatever it answers.
fn strategy() -> Bytes {
    let plan = Plan::decode(&demo_model().bytes).unwrap();
    let inputs = plan.inputs.iter().map(|input| {
        let count: u32 = input.shape.iter().product();
        let data: Vec<u8> = (0..count).flat_map(|_| 0.01f32.to_le_bytes()).collect();
        Tensor { dtype: input.dtype.code(), shape: input.shape.clone(), data: data.into() }
    });
    let features = IStrategy::featuresReturn { model: demo_model().id, inputs: inputs.collect() };
    let action = Action { target: SOMEBODY, value: U256::from(SENT), gas: U256::from(300_000), ..Action::default() };
    let features = returning(&IStrategy::featuresCall::abi_encode_returns(&features));
    let decide = returning(&IStrategy::decideCall::abi_encode_returns(&vec![action]));
    let mut code = vec![0x5f, 0x35, 0x60, 0xe0, 0x1c, 0x63]; // the selector, PUSH4
    code.extend(IStrategy::featuresCall::SELECTOR);
    code.extend([0x14, 0x61]); // EQ, PUSH2
    code.extend((code.len() as u16 + 3 + decide.len() as u16).to_be_bytes());
    code.push(0x57); // JUMPI
    code.extend(decide);
    code.push(0x5b);
    code.extend(features);
    creation(&code)
}

fn policy(strategy: Address, valuer: Address) -> Policy {
    let text = format!(
        r#"
        delay = "1h"
        strategies = ["{strategy}"]
        [[asset]]
        token = "ether"
        valuer = "{valuer}"
        per_action = 1000
        [[model]]
        id = "{}"
        [[rule]]
        target = "{SOMEBODY}"
        function = "ether"
        slippage = "100%"
        "#,
        demo_model().id
    );
    PolicyFile::parse(&text, &BTreeMap::new()).unwrap().build().unwrap()
}

/// A chain on which an agent ran three times.
struct Ran {
    world: World,
    account: Address,
    policy: Policy,
    /// The block before the first run.
    first: u64,
}

fn send(world: &World, alice: &Account, to: TxKind, value: u64, input: Vec<u8>) -> Receipt {
    let hash = world.sequencer.send(alice.call(world.nonce(alice), to, value, 8_000_000, input.into())).unwrap();
    world.sequencer.build(&world.l1);
    let receipt = world.sequencer.receipt(hash).unwrap().1;
    assert!(receipt.success, "{to:?} reverted");
    receipt
}

fn deploy(world: &World, alice: &Account, code: Bytes) -> Address {
    let address = alice.address.create(world.nonce(alice));
    send(world, alice, TxKind::Create, 0, code.to_vec());
    address
}

fn event<E: SolEvent>(receipt: &Receipt) -> E {
    receipt.logs.iter().find_map(|log| E::decode_log(log).ok()).expect("the event is there").data
}

fn ran() -> Ran {
    let (world, alice) = (World::default(), account(0));
    world.publish(&alice);
    let strategy = deploy(&world, &alice, strategy());
    // One wei is worth two.
    let price = U256::from(2_000_000_000_000_000_000u64);
    let valuer = deploy(&world, &alice, creation(&returning(&price.to_be_bytes::<32>())));
    let policy = policy(strategy, valuer);
    let to = |address: Address| TxKind::Call(address);
    send(
        &world,
        &alice,
        to(STRATEGY_REGISTRY),
        0,
        IStrategyRegistry::registerCall { strategy, reads: vec![] }.abi_encode(),
    );
    let create = IAgentAccountFactory::createAccountCall {
        owner: alice.address,
        salt: B256::ZERO,
        terms: policy.terms.clone(),
        rules: policy.rules.clone(),
    };
    let receipt = send(&world, &alice, to(AGENT_ACCOUNT_FACTORY), 0, create.abi_encode());
    let account = event::<IAgentAccountFactory::AccountCreated>(&receipt).account;
    send(&world, &alice, to(account), 10_000, vec![]);
    let book = IAgentRunner::bookCall { account, strategy, contexts: vec![Bytes::new()] };
    let booking = event::<IAgentRunner::Booked>(&send(&world, &alice, to(AGENT_RUNNER), 0, book.abi_encode())).booking;
    let first = world.sequencer.chain().head().number;
    for round in 0..3 {
        if round == 1 {
            send(&world, &alice, to(account), 500, vec![]);
        }
        let receipt = send(&world, &alice, to(AGENT_RUNNER), 0, IAgentRunner::runCall { booking }.abi_encode());
        let completed = event::<IAgentRunner::RunCompleted>(&receipt);
        assert_eq!((completed.executed, completed.refused), (U256::from(1), U256::ZERO), "{receipt:?}");
    }
    Ran { world, account, policy, first }
}

impl Ran {
    fn backtest(&self, assumed: Option<StateOverrides>) -> Report {
        let chain = self.world.sequencer.chain();
        let (base, head) = (chain.state_at(self.first).unwrap(), chain.state_at(chain.head().number).unwrap());
        let mut backtest = Backtest::new(chain.spec(), &base, chain.models(&head), self.account);
        if let Some(assumed) = assumed {
            backtest.assume(&assumed).unwrap();
        }
        for number in self.first + 1..=chain.head().number {
            backtest.block(&chain.db().block(number).unwrap().unwrap()).unwrap();
        }
        backtest.report()
    }

    /// Digest of what the chain itself has in its receipts.
    fn decisions(&self) -> B256 {
        let chain = self.world.sequencer.chain();
        let mut digest = DecisionDigest::default();
        for number in self.first + 1..=chain.head().number {
            let receipts = chain.db().receipts(number).unwrap().unwrap();
            receipts.iter().flat_map(|receipt| &receipt.logs).for_each(|log| digest.add(self.account, log));
        }
        digest.finish()
    }
}

#[test]
fn a_backtest_gives_the_runs_decisions_bit_for_bit_and_their_profit_to_the_wei() {
    let ran = ran();
    let report = ran.backtest(None);
    assert_eq!((report.runs, report.executed, report.assumed), (3, 3, false));
    assert_eq!(report.decisions, ran.decisions());
    let balance = ran.world.sequencer.balance(ran.account);
    assert_eq!(report.equity_after, balance * U256::from(2));
    assert_eq!(report.put_in, I256::try_from(1_000).unwrap());
    assert_eq!(report.profit, I256::try_from(-(3 * 2 * SENT as i64)).unwrap());
    assert!(page(&report).contains(&report.decisions.to_string()));
}

#[test]
fn under_another_policy_the_same_past_refuses() {
    let ran = ran();
    let call = IAgentPolicy::stateOfCall { account: ran.account }.abi_encode();
    let state = ran.world.sequencer.call(AGENT_POLICY, call.into()).unwrap();
    let state = IAgentPolicy::stateOfCall::abi_decode_returns(&state).unwrap();
    let mut policy = ran.policy.clone();
    policy.terms.assets[0].perAction = SENT as u128 - 1;
    let assumed = AccountOverride { code: Some(policy.terms_blob()), ..AccountOverride::default() };
    let report = ran.backtest(Some([(state.terms, assumed)].into()));
    assert_eq!((report.runs, report.executed, report.assumed), (3, 0, true));
    assert_eq!(report.refused, BTreeMap::from([("perAction".to_owned(), 3)]));
    assert_eq!(report.profit, I256::ZERO);
    assert_ne!(report.decisions, ran.decisions());
}

#[test]
fn a_wrong_base_is_noticed() {
    let ran = ran();
    let chain = ran.world.sequencer.chain();
    // One block too early: the first run's booking is there, the block before it is not.
    let base = chain.state_at(ran.first - 1).unwrap();
    let mut backtest = Backtest::new(chain.spec(), &base, chain.models(&base), ran.account);
    let block = chain.db().block(ran.first + 1).unwrap().unwrap();
    assert!(backtest.block(&block).is_err());
}
