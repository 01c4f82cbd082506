//! Random runs: whatever the sequencer builds, derivation gives back.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use praxis_chain::{Chain, ChainOptions};
use praxis_contracts::addresses::{INFERENCE, L2_TO_L1_MESSAGE_PASSER, MODEL_REGISTRY};
use praxis_evm::ModelCache;
use praxis_harness::{Mine, TestBatcher, World, account, chain_options, prices};
use praxis_primitives::TxDeposit;
use proptest::prelude::*;
use std::sync::Arc;

/// A deposit of `mint` wei to somebody; `seed` makes it another one.
pub(crate) fn deposit(seed: u64, mint: u128) -> TxDeposit {
    TxDeposit {
        source_hash: keccak256(seed.to_be_bytes()),
        from: Address::repeat_byte(0x42),
        to: TxKind::Call(SOMEBODY),
        mint,
        value: U256::from(mint),
        gas_limit: 50_000,
        is_system_transaction: false,
        input: Bytes::new(),
    }
}

/// What happens in one second.
#[derive(Debug, Clone)]
struct Second {
    /// (sender, kind of transaction, seed)
    transactions: Vec<(u8, u8, u64)>,
    /// Seconds between the L1 blocks.
    l1_seconds: u64,
    deposits: Vec<u128>,
    /// The batcher closes its channel.
    flush: bool,
    /// How many frames L1 takes.
    frames: usize,
}

fn second() -> impl Strategy<Value = Second> {
    let transactions = prop::collection::vec((0..3u8, 0..8u8, any::<u64>()), 0..6);
    let deposits = prop::collection::vec(0..1_000_000u128, 0..3);
    (transactions, 1..4u64, deposits, any::<bool>(), 1..6usize).prop_map(
        |(transactions, l1_seconds, deposits, flush, frames)| Second {
            transactions,
            l1_seconds,
            deposits,
            flush,
            frames,
        },
    )
}

fn send(world: &World, agent: Address, (sender, kind, seed): (u8, u8, u64)) {
    let from = account(sender);
    let nonce = world.nonce(&from);
    let noise = Bytes::from(keccak256(seed.to_be_bytes()).repeat(1 + seed as usize % 9));
    let tx = match kind {
        0 => from.transfer(nonce, SOMEBODY, seed % 1000),
        1 => from.transfer(nonce, account((seed % 3) as u8).address, seed % 1000),
        2 => from.call(nonce, TxKind::Call(agent), 0, 3_000_000, prices(seed)),
        3 => from.call(nonce, TxKind::Create, seed % 3, 400_000, noise),
        // Reverts or halts, each in its way.
        4 => from.call(nonce, TxKind::Call(INFERENCE), 0, 200_000, noise),
        5 => from.call(nonce, TxKind::Call(MODEL_REGISTRY), 0, 200_000, noise),
        6 => from.call(nonce, TxKind::Call(agent), 0, 60_000, prices(seed)),
        // The message passer's storage root is part of the header.
        _ => from.call(nonce, TxKind::Call(L2_TO_L1_MESSAGE_PASSER), 0, 300_000, withdraw(seed)),
    };
    world.sequencer.send(tx).expect("the pool takes it");
}

fn withdraw(seed: u64) -> Bytes {
    use alloy_sol_types::SolCall;
    praxis_contracts::IL2ToL1MessagePasser::initiateWithdrawalCall {
        target: SOMEBODY,
        gasLimit: U256::from(seed % 100_000),
        data: Bytes::from(seed.to_be_bytes()),
    }
    .abi_encode()
    .into()
}

fn run(seconds: &[Second], submission_bytes: usize) -> World {
    // An L1 block may take three seconds, and be late with a batch's frames.
    let mut world = World::new(|config| {
        config.sequencing_window = 40;
        config.channel_timeout = 30;
        config.max_sequencer_drift_ms = 60_000;
    });
    world.batcher = TestBatcher::new(world.config.clone(), 3, |config| config.max_submission_bytes = submission_bytes);
    let agent = world.publish(&account(0));
    for (place, second) in seconds.iter().enumerate() {
        second.transactions.iter().for_each(|tx| send(&world, agent, *tx));
        for (index, mint) in second.deposits.iter().enumerate() {
            world.l1.deposit(deposit((place * 10 + index) as u64, *mint));
        }
        world.l1.mine_with(Mine { seconds: second.l1_seconds, transactions: second.frames });
        world.batcher.eager = second.flush;
        world.run_sequencer();
        world.verifier.follow(&world.l1).expect("the verifier follows");
    }
    world.batcher.eager = true;
    world.ticks(3);
    world.settle(20);
    world
}

/// The same cases each time: a failure is found again by running the test again.
fn seeded(cases: u32) -> ProptestConfig {
    let rng_seed = proptest::test_runner::RngSeed::Fixed(0x9a_71c5);
    ProptestConfig { cases, rng_seed, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(seeded(10))]

    #[test]
    fn what_is_built_is_derived_and_executing_it_gives_the_same_blocks(
        seconds in prop::collection::vec(second(), 1..12),
        submission_bytes in 400..4_000usize,
    ) {
        let world = run(&seconds, submission_bytes);
        assert_derived_equals_built(&world);
        prop_assert!(world.verifier.judge().right() > 0);
        let dropped = world.verifier.dropped();
        prop_assert!(dropped.is_empty(), "{:#?}", dropped);
        state_does_not_depend_on_the_model_cache(&world);
    }
}

/// Imports the sequencer's blocks on nodes whose caches hold everything, or nothing ever.
fn state_does_not_depend_on_the_model_cache(world: &World) {
    let warm = Arc::new(ModelCache::default());
    let never = Arc::new(ModelCache::new(0));
    // The second node of the warm cache holds the model before its chain knows of it.
    for (name, cache) in [("cold", warm.clone()), ("warm from the start", warm.clone()), ("never", never.clone())] {
        let directory = praxis_harness::temporary_directory();
        let options = ChainOptions { models: cache, ..chain_options() };
        let chain = Chain::open(directory.path(), world.config.chain_spec(), options).unwrap();
        for number in 1..=world.sequencer.chain().head().number {
            let block = world.sequencer.chain().db().block(number).unwrap().unwrap();
            let imported = chain.import(&block).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(imported.block.hash(), block.hash(), "{name}");
        }
    }
    assert_eq!(never.held_bytes(), 0);
}

#[test]
fn a_model_that_the_cache_holds_is_not_callable_before_its_chain_says_so() {
    let world = World::default();
    let alice = account(0);
    let models = Arc::new(ModelCache::default());
    let options = || ChainOptions { models: models.clone(), ..chain_options() };
    let first = World::with_sequencer_options(|_| {}, options());
    let agent = first.publish(&alice);
    first.sequencer.send(alice.decide(first.nonce(&alice), agent, 1)).unwrap();
    assert_eq!(first.sequencer.build(&first.l1).inferences.len(), 1);
    assert!(models.held_bytes() > 0);

    let second = World::with_sequencer_options(|_| {}, options());
    for world in [&world, &second] {
        let call = alice.call(0, TxKind::Call(INFERENCE), 0, 500_000, fixed_call());
        world.sequencer.send(call).unwrap();
        let built = world.sequencer.build(&world.l1);
        assert!(built.inferences.is_empty() && !built.receipts[1].success);
    }
    let hash = |world: &World| world.sequencer.chain().head().hash();
    assert_eq!(hash(&world), hash(&second));
    assert_ne!(hash(&world), B256::ZERO);
}

fn fixed_call() -> Bytes {
    use alloy_primitives::I256;
    use alloy_sol_types::SolCall;
    let model = praxis_harness::demo_model().id;
    praxis_contracts::IInference::inferFixedCall {
        model,
        outputIndex: U256::ZERO,
        input: vec![I256::ZERO; 40],
        decimals: 18,
    }
    .abi_encode()
    .into()
}
