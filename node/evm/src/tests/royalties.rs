//! What a model's inferences bring to whom its owner has named.

use super::fixture::{ALICE, CALLER, Chain, GWEI, PRECOMPILE, affine, affine_with, deposit, infer, run, step};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    ICaller::{self, Kind},
    IInference,
    addresses::BASE_FEE_VAULT,
    layout::{RoyaltyWord, model_royalty_slot},
};
use praxis_model::Plan;

const PAYEE: Address = Address::repeat_byte(0x9a);

/// A tenth of what one cold inference counts.
fn tenth(plan: &Plan) -> u64 {
    (plan.cost().gas + plan.cost().cold_gas) / 10
}

fn licensed(bps: u16) -> (Chain, Plan, B256) {
    let (mut chain, plan) = (Chain::new(), affine());
    let model = chain.install(&plan);
    chain.set_royalty(model, PAYEE, bps);
    (chain, plan, model)
}

fn wei(gas: u64) -> U256 {
    U256::from(gas) * U256::from(GWEI)
}

#[test]
fn it_is_charged_as_gas_and_paid_at_the_base_fee() {
    let (mut free, plan, model) = licensed(0);
    let (mut paid, ..) = licensed(1_000);
    let call = infer(model, [1.0, 2.0]);
    let (tx, same) = (free.call(PRECOMPILE, call.clone()), paid.call(PRECOMPILE, call));
    let ((before, unlicensed), (after, output)) = (free.one(tx), paid.one(same));
    let royalty = tenth(&plan);
    assert!(royalty > 0);
    assert_eq!(after.gas_used - before.gas_used, royalty);
    assert_eq!(output.inferences[0].record.gas - unlicensed.inferences[0].record.gas, royalty);
    assert_eq!(paid.balance(PAYEE), wei(royalty));
    assert_eq!(paid.balance(BASE_FEE_VAULT), free.balance(BASE_FEE_VAULT), "the vault gets what it got without");
    assert_eq!(free.balance(PAYEE), U256::ZERO);
}

#[test]
fn the_quoted_price_has_it() {
    let quote = |bps| {
        let (mut chain, _, model) = licensed(bps);
        let tx = chain.call(PRECOMPILE, IInference::inferenceGasCall { model }.abi_encode());
        U256::from_be_slice(&chain.one(tx).0.output)
    };
    assert_eq!(quote(1_000) - quote(0), U256::from(tenth(&affine())));
}

#[test]
fn frames_and_transactions_that_revert_pay_it_too() {
    let (mut chain, plan, model) = licensed(1_000);
    let steps = vec![step(Kind::Reverted, infer(model, [1.0, 2.0]))];
    let tx = chain.call(CALLER, run(&steps));
    assert!(chain.one(tx).0.success());
    assert_eq!(chain.balance(PAYEE), wei(tenth(&plan)));
    let tx = chain.call(CALLER, ICaller::runAndRevertCall { steps }.abi_encode());
    assert!(!chain.one(tx).0.success());
    assert_eq!(chain.balance(PAYEE), wei(2 * tenth(&plan)));
}

/// Wrong inputs never ran, and who pays nothing for gas pays no royalty: a deposit, a call.
#[test]
fn nothing_is_paid_for_nothing() {
    let (mut chain, _, model) = licensed(1_000);
    let wrong = IInference::inferCall { model, inputs: Vec::new() }.abi_encode();
    let tx = chain.call(PRECOMPILE, wrong);
    assert!(!chain.one(tx).0.success());
    let tx = deposit(ALICE, PRECOMPILE.into(), 0, U256::ZERO, 1_000_000, infer(model, [1.0, 2.0]));
    let (outcome, output) = chain.one(tx);
    assert!(outcome.success() && output.inferences.len() == 1);
    assert_eq!(chain.balance(PAYEE), U256::ZERO);
}

#[test]
fn each_model_pays_its_own_payee() {
    let (mut chain, plan, model) = licensed(1_000);
    let other = chain.install(&affine_with(2.0));
    let friend = Address::repeat_byte(0x9b);
    chain.set_royalty(other, friend, 2_000);
    let steps = [model, other, model].map(|id| step(Kind::Call, infer(id, [1.0, 2.0])));
    let tx = chain.call(CALLER, run(&steps));
    assert!(chain.one(tx).0.success());
    let warm = plan.cost().gas / 10;
    assert_eq!(chain.balance(PAYEE), wei(tenth(&plan) + warm));
    assert_eq!(chain.balance(friend), wei((plan.cost().gas + plan.cost().cold_gas) / 5));
}

#[test]
fn a_higher_one_holds_from_its_time_on() {
    let (mut chain, plan, model) = licensed(0);
    // The fixture's block 10 is in second 1_700_000_002, and 12 in the next.
    let word = RoyaltyWord { payee: PAYEE, bps: 0, next_bps: 1_000, from: 1_700_000_003 };
    chain.state.storage.insert((praxis_contracts::addresses::MODEL_REGISTRY, model_royalty_slot(model)), word.encode());
    for expected in [0, 0, tenth(&plan)] {
        let before = chain.balance(PAYEE);
        let tx = chain.call(PRECOMPILE, infer(model, [1.0, 2.0]));
        chain.one(tx);
        assert_eq!(chain.balance(PAYEE) - before, wei(expected), "block {}", chain.number);
    }
}

/// EIP-3529 refunds at most a fifth of the gas used. With a royalty it is a fifth of the rest: the payee's part is never refunded.
#[test]
fn a_refund_leaves_the_royalty_alone() {
    let clears = Address::repeat_byte(0xc1);
    let used = |bps| {
        let (mut chain, _, model) = licensed(bps);
        let call = infer(model, [1.0, 2.0]);
        // CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY; CALL(gas, 0xA1, 0, 0, size, 0, 0); then PUSH0 PUSH1 i SSTORE for 40 slots.
        let mut code = vec![0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f, 0x5f, 0x60, 0xa1, 0x5a, 0xf1];
        (0..40u8).for_each(|slot| code.extend([0x5f, 0x60, slot, 0x55]));
        chain.state.insert_contract(clears, Bytes::from(code));
        chain.state.storage.extend((0..40u64).map(|slot| ((clears, U256::from(slot)), U256::from(1))));
        let tx = chain.call(clears, call);
        let (outcome, output) = chain.one(tx);
        assert!(outcome.success() && output.inferences.len() == 1);
        (outcome.gas_used, chain.balance(PAYEE))
    };
    let ((free, none), (paid, royalty)) = (used(0), used(2_000));
    assert_eq!(none, U256::ZERO);
    assert_eq!(royalty, wei(paid - free), "all of it is paid on top");
}
