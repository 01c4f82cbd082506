//! `eth_call` and `eth_estimateGas`.

use super::fixture::{ALICE, BOB, CALLER, Chain, ETHER, GWEI, PRECOMPILE, affine, floats, infer, run, signed, step};
use crate::{
    AccountOverride, CallOutcome, CallRequest, CallStatus, EstimateError, InvalidTransaction, SimulateError,
    StateOverrides, estimate_gas, simulate,
};
use alloy_consensus::TxEip1559;
use alloy_primitives::{Address, Bytes, U256};
use praxis_contracts::ICaller::Kind;

fn call(chain: &Chain, request: &CallRequest, overrides: &StateOverrides) -> Result<CallOutcome, SimulateError> {
    simulate(&chain.spec, &chain.context(), &chain.state, chain.access(), request, overrides)
}

fn estimate(chain: &Chain, request: &CallRequest) -> Result<u64, EstimateError> {
    estimate_gas(&chain.spec, &chain.context(), &chain.state, chain.access(), request, &StateOverrides::new())
}

fn request(to: Address, data: impl Into<Bytes>) -> CallRequest {
    CallRequest { from: ALICE, to: to.into(), data: data.into(), ..CallRequest::default() }
}

#[test]
fn a_call_runs_the_real_model_and_changes_nothing() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let before = chain.state.clone();
    let outcome = call(&chain, &request(PRECOMPILE, infer(model, [2.0, 3.0])), &StateOverrides::new()).unwrap();
    assert_eq!(outcome.status, CallStatus::Success);
    assert_eq!(floats(&outcome.output), [5.0, 7.0]);
    assert_eq!(outcome.inferences.len(), 1);
    assert_eq!(chain.state, before);
    // From an account that has nothing, and from a contract.
    for from in [Address::repeat_byte(0x12), CALLER] {
        let request = CallRequest { from, ..request(PRECOMPILE, infer(model, [2.0, 3.0])) };
        assert_eq!(call(&chain, &request, &StateOverrides::new()).unwrap().status, CallStatus::Success);
    }
}

#[test]
fn a_call_and_a_transaction_use_the_same_gas() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let data = run(&[step(Kind::Call, infer(model, [1.0, 1.0])), step(Kind::Reverted, infer(model, [2.0, 1.0]))]);
    let simulated = call(&chain, &request(CALLER, data.clone()), &StateOverrides::new()).unwrap();
    let tx = chain.call(CALLER, data);
    let (outcome, _) = chain.one(tx);
    assert_eq!(simulated.gas_used, outcome.gas_used);
    // What gas is left shows in neither.
    assert_eq!(simulated.output, outcome.output);
}

#[test]
fn a_call_with_value_or_price_needs_the_money() {
    let chain = Chain::new();
    let poor = CallRequest { from: Address::repeat_byte(0x12), value: U256::ONE, ..request(BOB, Bytes::new()) };
    let error = call(&chain, &poor, &StateOverrides::new()).unwrap_err();
    assert!(matches!(error, SimulateError::Invalid(InvalidTransaction::InsufficientFunds { .. })), "{error}");
    let priced = CallRequest { gas_price: 2 * GWEI, value: U256::ZERO, ..poor };
    assert!(matches!(call(&chain, &priced, &StateOverrides::new()), Err(SimulateError::Invalid(_))));
    let cheap = CallRequest { gas_price: GWEI - 1, ..request(BOB, Bytes::new()) };
    let error = call(&chain, &cheap, &StateOverrides::new()).unwrap_err();
    assert!(matches!(error, SimulateError::Invalid(InvalidTransaction::FeeBelowBaseFee { .. })), "{error}");
}

#[test]
fn a_call_gets_no_more_gas_than_the_cap() {
    let chain = Chain::new();
    let spin = Address::repeat_byte(0x55);
    // JUMPDEST, PUSH0, JUMP.
    let code = Bytes::from_static(&[0x5b, 0x5f, 0x56]);
    let overrides = StateOverrides::from([(spin, AccountOverride { code: Some(code), ..Default::default() })]);
    let request = CallRequest { gas: Some(u64::MAX), ..request(spin, Bytes::new()) };
    let outcome = call(&chain, &request, &overrides).unwrap();
    assert!(matches!(outcome.status, CallStatus::Halted(_)));
    assert_eq!(outcome.gas_used, crate::CALL_GAS_CAP);
}

#[test]
fn overrides_are_assumed_and_forgotten() {
    let chain = Chain::new();
    let target = Address::repeat_byte(0x44);
    // Returns SLOAD(0) and SELFBALANCE.
    let code = Bytes::from_static(&[0x5f, 0x54, 0x5f, 0x52, 0x47, 0x60, 0x20, 0x52, 0x60, 0x40, 0x5f, 0xf3]);
    let assumed = AccountOverride {
        code: Some(code),
        balance: Some(U256::from(8)),
        state: Some([(U256::ONE, U256::from(1))].into()),
        state_diff: [(U256::ZERO, U256::from(6))].into(),
        nonce: None,
    };
    let overrides = StateOverrides::from([(target, assumed)]);
    let outcome = call(&chain, &request(target, Bytes::new()), &overrides).unwrap();
    let words: Vec<_> = outcome.output.chunks(32).map(U256::from_be_slice).collect();
    assert_eq!(words, [U256::from(6), U256::from(8)]);
    assert!(call(&chain, &request(target, Bytes::new()), &StateOverrides::new()).unwrap().output.is_empty());
}

#[test]
fn a_transfer_is_estimated_exactly() {
    let chain = Chain::new();
    let request = CallRequest { value: U256::ONE, ..request(BOB, Bytes::new()) };
    assert_eq!(estimate(&chain, &request).unwrap(), 21_000);
}

/// The transaction with the estimated gas does what the call did.
fn estimate_is_enough(chain: &mut Chain, data: Bytes, to: Address, inferences: usize) -> u64 {
    let gas_limit = estimate(chain, &request(to, data.clone())).unwrap();
    let nonce = chain.nonce(ALICE);
    let tx = TxEip1559 {
        chain_id: chain.spec.chain_id,
        nonce,
        gas_limit,
        max_fee_per_gas: 3 * GWEI,
        max_priority_fee_per_gas: GWEI,
        to: to.into(),
        value: U256::ZERO,
        access_list: Default::default(),
        input: data,
    };
    let (outcome, output) = chain.one(signed(tx, ALICE));
    assert!(outcome.success(), "{:?}", outcome.status);
    assert_eq!(output.inferences.iter().filter(|entry| !entry.record.reverted).count(), inferences);
    assert!(gas_limit <= outcome.gas_used + outcome.gas_used / 10 + 3_000, "{gas_limit} for {}", outcome.gas_used);
    gas_limit
}

#[test]
fn an_estimate_lets_caught_calls_succeed_too() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let call = |x: f32| infer(model, [x, x]);
    estimate_is_enough(&mut chain, call(1.0), PRECOMPILE, 1);
    // Caller catches every failure: with too little gas for an inner call it would succeed and do less.
    for kind in [Kind::Call, Kind::Nested, Kind::Static] {
        estimate_is_enough(&mut chain, run(&[step(kind, call(1.0)), step(kind, call(2.0))]), CALLER, 2);
    }
    let mixed = run(&[step(Kind::Reverted, call(1.0)), step(Kind::Nested, call(2.0))]);
    estimate_is_enough(&mut chain, mixed, CALLER, 1);
}

/// An agent that asks a strategy, catches its failure, and writes down what it decided: the strategy's answer, or 9.
fn agent(strategy: Address) -> Bytes {
    let mut code = vec![0x60, 0x20, 0x5f, 0x5f, 0x5f, 0x5f, 0x73]; // out 32 at 0, no input, no value
    code.extend(strategy);
    code.extend([0x5a, 0xf1, 0x60, 44, 0x57]); // CALL with all gas; JUMPI to "answered"
    code.extend([0x60, 9, 0x5f, 0x55, 0x00]); // failed: SSTORE(0, 9)
    code.resize(44, 0xfe);
    code.extend([0x5b, 0x5f, 0x51, 0x5f, 0x55, 0x00]); // answered: SSTORE(0, MLOAD(0))
    code.into()
}

/// A strategy that works through a loop and answers 5.
fn strategy(rounds: u16) -> Bytes {
    let [high, low] = rounds.to_be_bytes();
    let count = [0x61, high, low, 0x5b, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 3, 0x57];
    [&count[..], &[0x60, 5, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]].concat().into()
}

#[test]
fn an_agent_that_catches_failures_decides_with_the_estimated_gas_as_with_all_gas() {
    let (agent_at, strategy_at) = (Address::repeat_byte(0x71), Address::repeat_byte(0x72));
    for rounds in [10, 500, 20_000] {
        let mut chain = Chain::new();
        chain.state.insert_contract(agent_at, agent(strategy_at));
        chain.state.insert_contract(strategy_at, strategy(rounds));
        // The agent succeeds with less, too: it then decides 9, writes the same slot and logs nothing.
        estimate_is_enough(&mut chain, Bytes::new(), agent_at, 0);
        assert_eq!(chain.state.storage[&(agent_at, U256::ZERO)], U256::from(5), "{rounds} rounds");
    }
}

#[test]
fn a_call_that_always_fails_has_no_estimate() {
    let chain = Chain::new();
    let error = estimate(&chain, &request(CALLER, Bytes::from_static(&[1, 2, 3, 4]))).unwrap_err();
    let EstimateError::Failed(outcome) = error else { panic!("{error}") };
    assert_eq!(outcome.revert_data(), Some(&Bytes::new()));
}

#[test]
fn an_estimate_stays_within_what_the_caller_can_pay() {
    let chain = Chain::new();
    let price = 20 * GWEI;
    let affordable = 20_000u64;
    let value = ETHER - U256::from(price) * U256::from(affordable);
    let request = CallRequest { value, gas_price: price, ..request(BOB, Bytes::new()) };
    let error = estimate(&chain, &request).unwrap_err();
    assert!(matches!(error, EstimateError::Invalid(InvalidTransaction::IntrinsicGas { .. })), "{error}");
}
