//! `SystemConfig` on L1 changes what the L2 does.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_consensus::BlockHeader;
use alloy_primitives::{Address, B256, Bytes, I256, TxKind, U256};
use alloy_sol_types::{SolCall, SolError};
use praxis_contracts::{
    IInference, IL1Block,
    addresses::{INFERENCE, L1_BLOCK},
};
use praxis_harness::{Account, TestBatcher, World, account, demo_model, rewrite_batch};
use praxis_primitives::{ConfigUpdate, Eip1559Params, FeeScalars, L1Attributes, TxDeposit};

const SECOND: Address = Address::repeat_byte(0xB2);

/// The first L2 block whose origin is L1 block `l1`.
fn first_of(world: &World, l1: u64) -> u64 {
    let chain = world.sequencer.chain();
    let has = |number: &u64| chain.block_info(*number).unwrap().l1_origin.number == l1;
    (1..=chain.head().number).find(has).unwrap_or_else(|| panic!("no block has L1 origin {l1}"))
}

fn now_ms(world: &World) -> u64 {
    world.l1.head().timestamp * 1000
}

#[test]
fn limits_and_fees_change_with_the_blocks_of_their_origin() {
    let mut world = World::default();
    let alice = account(0);
    world.ticks(3);
    let eip1559 = Eip1559Params { denominator: 4, elasticity: 3 };
    world.l1.configure(ConfigUpdate::GasLimit(12_000_000));
    world.l1.configure(ConfigUpdate::Eip1559(eip1559));
    world.l1.configure(ConfigUpdate::FeeScalars { base_fee: 1_000_000, blob_base_fee: 500_000 });
    world.l1.configure(ConfigUpdate::OperatorFee { scalar: 1, constant: 77 });
    for _ in 0..4 {
        world.transfer(&alice, SOMEBODY, 1);
        world.tick();
    }
    world.settle(6);
    assert_derived_equals_built(&world);
    let (first, chain) = (first_of(&world, 104), world.verifier.chain());
    for number in 1..=chain.head().number {
        let block = chain.db().block(number).unwrap().unwrap();
        let carried = L1Attributes::from_transaction(&block.body().transactions[0]).unwrap().config;
        if number < first {
            assert_eq!((carried, block.gas_limit()), (world.config.system_config(), 30_000_000), "block {number}");
            continue;
        }
        let scalars =
            FeeScalars { base_fee: 1_000_000, blob_base_fee: 500_000, operator_fee: 1, operator_fee_constant: 77 };
        assert_eq!((carried.gas_limit, carried.eip1559, carried.scalars), (12_000_000, eip1559, scalars));
        assert_eq!((block.gas_limit(), block.extra_data()), (12_000_000, &eip1559.extra_data()), "block {number}");
    }
    // Nearly empty blocks: with a denominator of 4 the fee falls by a quarter at once, with 1000 it hardly moves.
    let base_fee = |number| chain.db().header(number).unwrap().unwrap().base_fee_per_gas.unwrap();
    let fell = |number: u64| 100 * (base_fee(number) - base_fee(number + 1)) / base_fee(number);
    assert_eq!((fell(first - 1), fell(first)), (0, 24), "the parent's parameters hold");
}

#[test]
fn the_batchers_key_rotates() {
    let mut world = World::default();
    let alice = account(0);
    world.ticks(3);
    world.l1.configure(ConfigUpdate::Batcher(SECOND.into_word()));
    world.tick();
    world.transfer(&alice, SOMEBODY, 5);
    let safe = world.verifier.follower().safe().number;
    world.ticks(4);
    assert_eq!(world.verifier.follower().safe().number, safe, "the old key's batches do not count any more");
    assert!(world.verifier.dropped().iter().any(|event| event.contains("who is not the batcher")));
    world.batcher = TestBatcher::new(world.config.clone(), 2, |_| {});
    world.batcher.address = SECOND;
    world.ticks(2);
    world.settle(6);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(5));
    // A node that restarts, and one that begins, know the key from the chain.
    world.verifier.restart();
    world.ticks(3);
    world.settle(6);
    let mut fresh = praxis_harness::TestVerifier::new(world.config.clone(), praxis_harness::chain_options());
    fresh.follow(&world.l1).unwrap();
    assert_eq!(fresh.chain().head(), world.verifier.chain().head());
}

#[test]
fn a_rotation_that_l1_takes_back_never_happened() {
    let mut world = World::default();
    world.ticks(3);
    world.l1.configure(ConfigUpdate::Batcher(SECOND.into_word()));
    world.ticks(2);
    world.l1.reorg(2);
    world.l1.mine_empty(3);
    world.ticks(4);
    world.settle(8);
    assert_derived_equals_built(&world);
}

fn infer() -> Bytes {
    let (model, input) = (demo_model().id, vec![I256::ZERO; 40]);
    IInference::inferFixedCall { model, outputIndex: U256::ZERO, input, decimals: 18 }.abi_encode().into()
}

fn decided(world: &mut World, alice: &Account, agent: Address) -> bool {
    let nonce = world.nonce(alice);
    let hash = world.sequencer.send(alice.decide(nonce, agent, 3)).unwrap();
    world.tick();
    world.sequencer.receipt(hash).expect("it is in a block").1.success
}

#[test]
fn inference_alone_pauses_and_goes_on() {
    let mut world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    world.ticks(10);
    assert!(decided(&mut world, &alice, agent));
    let until_ms = now_ms(&world) + 5_000;
    world.l1.configure(ConfigUpdate::InferencePause { until_ms });
    world.ticks(2);
    assert!(!decided(&mut world, &alice, agent), "no model runs");
    let paused = IInference::InferencePaused { untilMs: until_ms };
    assert_eq!(world.sequencer.call(INFERENCE, infer()), Err(paused.abi_encode().into()));
    let gas = IInference::inferenceGasCall { model: demo_model().id }.abi_encode();
    assert!(world.sequencer.call(INFERENCE, gas.into()).is_ok(), "what runs no model goes on");
    world.transfer(&alice, SOMEBODY, 4);
    world.ticks(4);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(4));
    assert!(decided(&mut world, &alice, agent), "the pause ends by itself");

    world.l1.configure(ConfigUpdate::InferencePause { until_ms: u64::MAX });
    world.ticks(2);
    assert!(!decided(&mut world, &alice, agent));
    world.l1.configure(ConfigUpdate::InferencePause { until_ms: 0 });
    world.ticks(2);
    assert!(decided(&mut world, &alice, agent), "or by the guardian");
    world.settle(6);
    assert_derived_equals_built(&world);
}

#[test]
fn an_engine_goes_live_by_l1_and_a_feature_switches_at_its_time() {
    let mut world = World::new(|config| config.engines = vec![]);
    let name = B256::repeat_byte(0xFE);
    world.ticks(2);
    let timestamp_ms = now_ms(&world) + 3_000;
    world.l1.configure(ConfigUpdate::Engine { version: 1, timestamp_ms });
    world.l1.configure(ConfigUpdate::Feature { name, enabled: true, timestamp_ms });
    world.l1.configure(ConfigUpdate::UnsafeBlockSigner(SECOND));
    world.ticks(2);
    let enabled = |world: &World| {
        let answer = world.sequencer.call(L1_BLOCK, IL1Block::isFeatureEnabledCall { name }.abi_encode().into());
        IL1Block::isFeatureEnabledCall::abi_decode_returns(&answer.unwrap()).unwrap()
    };
    assert!(!enabled(&world));
    world.ticks(3);
    assert!(enabled(&world));
    let signer = world.sequencer.call(L1_BLOCK, IL1Block::unsafeBlockSignerCall {}.abi_encode().into()).unwrap();
    assert_eq!(IL1Block::unsafeBlockSignerCall::abi_decode_returns(&signer).unwrap(), SECOND);
    // Activation succeeds: without the update it fails for want of a live engine.
    world.publish(&account(0));
    world.ticks(12);
    world.settle(6);
    assert_derived_equals_built(&world);
}

/// Two processes with the same key, each sure to be the only one.
#[test]
fn two_batchers_post_and_each_block_counts_once() {
    let mut world = World::default();
    let alice = account(0);
    let mut second = TestBatcher::new(world.config.clone(), 9, |config| config.max_submission_bytes = 300);
    for _ in 0..10 {
        world.transfer(&alice, SOMEBODY, 1);
        second.step(&world.sequencer, &mut world.l1);
        world.tick();
    }
    world.ticks(2);
    world.settle(8);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(10));
    assert!(second.posted > 5 && !world.verifier.dropped().is_empty(), "they were in each other's way");
}

#[test]
fn beyond_the_drift_the_sequencer_waits_with_transactions() {
    let mut world = World::new(|config| config.max_sequencer_drift_ms = 2_000);
    let alice = account(0);
    (0..8).for_each(|_| drop(world.sequencer.build(&world.l1)));
    let hash = world.transfer(&alice, SOMEBODY, 3);
    let built = world.sequencer.build(&world.l1);
    assert_eq!(built.block.body().transactions.len(), 1, "2250 ms after its origin");
    world.l1.mine();
    world.sequencer.build(&world.l1);
    assert_eq!(world.sequencer.receipt(hash).unwrap().0, 10, "a new origin, a new drift");
    world.ticks(3);
    world.settle(6);
    assert_derived_equals_built(&world);
}

/// Its batches never take a new L1 origin, so no deposit would ever come in.
#[test]
fn a_censoring_sequencer_cannot_keep_a_deposit_out() {
    let mut world = World::default();
    let origin = world.l1.head().id();
    world.batcher.alter = Some(Box::new(move |data| {
        Some(rewrite_batch(&data, |batch| {
            batch.first_origin = origin.number;
            batch.origin_check.copy_from_slice(&origin.hash[..20]);
            batch.blocks.iter_mut().for_each(|block| block.advances_origin = false);
        }))
    }));
    let deposit = TxDeposit { gas_limit: 50_000, ..crate::properties::deposit(1, 5) };
    world.l1.deposit(deposit);
    world.l1.mine();
    let made_at = world.l1.head().number;
    let balance = |world: &World| {
        use praxis_primitives::StateReader;
        let chain = world.verifier.chain();
        let state = chain.state_at(chain.head().number).unwrap();
        state.account(SOMEBODY).unwrap().map_or(U256::ZERO, |account| account.balance)
    };
    while balance(&world).is_zero() {
        world.sequencer.follow(&world.l1).unwrap();
        world.sequencer.build(&world.l1);
        world.batcher.step(&world.sequencer, &mut world.l1);
        world.l1.mine();
        world.verifier.follow(&world.l1).unwrap();
        assert!(world.l1.head().number <= made_at + world.config.sequencing_window, "the window has passed");
    }
    assert!(world.verifier.dropped().iter().any(|event| event.contains("it is forced")));
}

/// A deposit that fails keeps its mint; one that would not fit a lowered gas limit is in all the same.
#[test]
fn deposits_are_never_left_out() {
    let mut world = World::default();
    world.ticks(2);
    let call = crate::properties::deposit(1, 7);
    world.l1.configure(ConfigUpdate::GasLimit(2_000_000));
    world.l1.deposit(TxDeposit { gas_limit: 7_000_000, ..call.clone() });
    let poor = TxDeposit { source_hash: B256::repeat_byte(2), value: U256::from(1_000), ..call.clone() };
    world.l1.deposit(poor);
    let creation = TxDeposit { source_hash: B256::repeat_byte(3), to: TxKind::Create, gas_limit: 21_000, ..call };
    world.l1.deposit(creation);
    world.ticks(3);
    world.settle(6);
    assert_derived_equals_built(&world);
    let block = world.verifier.chain().db().block(first_of(&world, 103)).unwrap().unwrap();
    // Three quarters are what the deposits and the attributes may use, the fourth is the scheduled calls'.
    assert_eq!((block.body().transactions.len(), block.gas_limit()), (4, 8_071_000 + 8_071_000u64.div_ceil(3)));
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(7));
    assert_eq!(world.sequencer.balance(Address::repeat_byte(0x42)), U256::from(14), "two failed and kept their mint");
}
