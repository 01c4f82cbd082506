//! A node that can't compute stops; it does not take its trouble for an outcome.

use crate::everything;
use alloy_primitives::{B256, I256, TxKind, U256};
use alloy_sol_types::SolCall;
use praxis_builder::BuilderError;
use praxis_chain::{ChainError, ChainOptions};
use praxis_contracts::{
    IInference,
    addresses::{INFERENCE, MODEL_REGISTRY},
    layout::{ModelWord, model_slot},
};
use praxis_harness::{World, account, chain_options};
use praxis_primitives::Account;
use std::sync::Arc;

/// In the state the model is active, in storage it has no bytes: as after a loss of data.
const LOST: B256 = B256::repeat_byte(0x10);

fn world_that_lost_a_model() -> World {
    let hook = |number: u64, diff: &mut praxis_primitives::StateDiff| {
        if number == 1 {
            let word = ModelWord { activation_block: 1, warm_gas: 10, cold_gas: 10, engine: 1, length: 1000 };
            let registry = praxis_contracts::predeploys(&Default::default())
                .into_iter()
                .find(|p| p.address == MODEL_REGISTRY)
                .unwrap();
            let code_hash = alloy_primitives::keccak256(&registry.code);
            let entry = diff.accounts.entry(MODEL_REGISTRY).or_default();
            entry.account.get_or_insert(Account { nonce: registry.nonce, balance: U256::ZERO, code_hash });
            entry.storage.insert(model_slot(LOST), word.encode());
        }
    };
    let options = ChainOptions { diff_hook: Some(Arc::new(hook)), ..chain_options() };
    let world = World::with_sequencer_options(|_| {}, options);
    world.sequencer.build(&world.l1);
    world
}

fn call_of(model: B256) -> Vec<u8> {
    IInference::inferFixedCall { model, outputIndex: U256::ZERO, input: vec![I256::ZERO], decimals: 18 }.abi_encode()
}

#[test]
fn missing_weights_stop_the_node_and_are_no_revert() {
    let world = world_that_lost_a_model();
    let alice = account(0);
    let before = everything(world.sequencer.chain());
    let call = alice.call(0, TxKind::Call(INFERENCE), 0, 1_000_000, call_of(LOST).into());
    world.sequencer.send(call).unwrap();
    for _ in 0..2 {
        let error = world.sequencer.step(&world.l1).unwrap_err();
        let BuilderError::Chain(error) = error else { panic!("{error}") };
        assert!(matches!(error, ChainError::Fault { number: 2, .. }), "{error}");
        assert!(error.is_fault());
        assert_eq!(everything(world.sequencer.chain()), before);
    }
    assert_eq!(world.sequencer.pool().status().pending, 1, "the transaction is not to blame");
}

#[test]
fn a_model_that_nobody_published_is_an_outcome() {
    let world = world_that_lost_a_model();
    let alice = account(0);
    let call = alice.call(0, TxKind::Call(INFERENCE), 0, 1_000_000, call_of(B256::repeat_byte(0x11)).into());
    let hash = world.sequencer.send(call).unwrap();
    world.sequencer.build(&world.l1);
    let (number, receipt) = world.sequencer.receipt(hash).unwrap();
    assert!(number == 2 && !receipt.success);
    assert_eq!(world.sequencer.chain().db().inferences(2).unwrap().unwrap_or_default(), []);
}
