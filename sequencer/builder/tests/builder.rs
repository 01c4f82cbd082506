//! The builder: which transactions and which L1 origin a block takes, and how it goes back.

use alloy_consensus::{Transaction as _, TxEip1559};
use alloy_primitives::{Address, TxKind, U256};
use praxis_builder::{L1View, Step};
use praxis_harness::{L1Miner, L2_CHAIN_ID, Mine, World, account};
use praxis_primitives::L1BlockInfo;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

const SOMEBODY: Address = Address::repeat_byte(0x5b);

fn with_tip(sender: u8, nonce: u64, tip: u128, gas_limit: u64) -> praxis_primitives::RecoveredTransaction {
    account(sender).sign(TxEip1559 {
        chain_id: L2_CHAIN_ID,
        nonce,
        gas_limit,
        max_fee_per_gas: 1_000_000_000,
        max_priority_fee_per_gas: tip,
        to: TxKind::Call(SOMEBODY),
        value: U256::from(1),
        ..TxEip1559::default()
    })
}

/// (sender, nonce) of the pool's transactions in a block.
fn order(world: &World, imported: &praxis_chain::ImportedBlock) -> Vec<(u8, u64)> {
    let index = |sender: &Address| (0..10).find(|i| account(*i).address == *sender);
    let _ = world;
    let pairs = imported.block.senders().iter().zip(&imported.block.body().transactions);
    pairs.filter_map(|(sender, tx)| Some((index(sender)?, tx.nonce()))).collect()
}

#[test]
fn a_block_takes_the_best_tips_first_and_credits_the_vault() {
    let world = World::default();
    for (sender, nonce, tip) in [(0, 0, 5), (1, 0, 9), (1, 1, 1), (2, 0, 7)] {
        world.sequencer.send(with_tip(sender, nonce, tip, 21_000)).unwrap();
    }
    let built = world.sequencer.build(&world.l1);
    assert_eq!(order(&world, &built), [(1, 0), (2, 0), (0, 0), (1, 1)]);
    assert_eq!(world.sequencer.pool().status().pending, 0);
    let vault = world.sequencer.balance(praxis_contracts::addresses::SEQUENCER_FEE_VAULT);
    assert!(vault >= U256::from(21_000 * (5 + 9 + 1 + 7)), "{vault}");
}

#[test]
fn what_does_not_fit_waits_for_the_next_block_with_its_successors() {
    let world = World::new(|config| config.gas_limit = 1_200_000);
    world.sequencer.send(with_tip(0, 0, 9, 190_000)).unwrap();
    world.sequencer.send(with_tip(1, 0, 5, 1_190_000)).unwrap();
    world.sequencer.send(with_tip(1, 1, 5, 21_000)).unwrap();
    world.sequencer.send(with_tip(2, 0, 3, 21_000)).unwrap();
    let first = world.sequencer.build(&world.l1);
    assert_eq!(order(&world, &first), [(0, 0), (2, 0)], "gas limits count, not what is used in the end");
    assert_eq!(world.sequencer.pool().status().pending, 2);
    world.sequencer.pool().remove(world.sequencer.pool().best(0).next().unwrap().hash());
    assert_eq!(order(&world, &world.sequencer.build(&world.l1)), []);
}

#[test]
fn a_batcher_that_falls_behind_makes_blocks_smaller_until_it_has_caught_up() {
    use alloy_eips::Encodable2718;
    let world = World::default();
    for nonce in 0..6 {
        world.sequencer.send(with_tip(0, nonce, 5, 21_000)).unwrap();
    }
    let size = with_tip(0, 0, 5, 21_000).encode_2718_len() as u64;
    world.sequencer.builder().limit_block_bytes(Some(2 * size + size / 2));
    assert_eq!(order(&world, &world.sequencer.build(&world.l1)), [(0, 0), (0, 1)]);
    world.sequencer.builder().limit_block_bytes(Some(size / 2));
    assert_eq!(order(&world, &world.sequencer.build(&world.l1)), []);
    world.sequencer.builder().limit_block_bytes(None);
    assert_eq!(order(&world, &world.sequencer.build(&world.l1)), [(0, 2), (0, 3), (0, 4), (0, 5)]);
}

#[test]
fn a_transaction_that_turned_invalid_is_dropped_and_the_others_are_taken() {
    let world = World::default();
    // Together they cost more than the sender has; each alone does not. The pool compares what comes with what is executable
    // then, so the last comes first.
    let half = 600_000_000_000_000_000_000u128;
    for nonce in (0..3).rev() {
        let tx = TxEip1559 {
            chain_id: L2_CHAIN_ID,
            nonce,
            gas_limit: 21_000,
            max_fee_per_gas: 1_000_000_000,
            max_priority_fee_per_gas: 9,
            to: TxKind::Call(SOMEBODY),
            value: U256::from(if nonce == 2 { 1 } else { half }),
            ..TxEip1559::default()
        };
        world.sequencer.send(account(0).sign(tx)).unwrap();
    }
    world.sequencer.send(with_tip(1, 0, 1, 21_000)).unwrap();
    let built = world.sequencer.build(&world.l1);
    assert_eq!(order(&world, &built), [(0, 0), (1, 0)]);
    let status = world.sequencer.pool().status();
    assert_eq!((status.pending, status.queued), (0, 0), "what follows the invalid one goes with it");
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(half + 1));
}

#[test]
fn each_origin_is_taken_as_soon_as_the_block_is_not_older_than_it() {
    let mut world = World::default();
    world.l1.mine();
    world.l1.mine();
    let origins: Vec<u64> = (0..9)
        .map(|_| {
            let built = world.sequencer.build(&world.l1);
            world.sequencer.chain().block_info(built.block.number).unwrap().l1_origin.number - 100
        })
        .collect();
    assert_eq!(origins, [0, 0, 0, 1, 1, 1, 1, 2, 2]);
}

#[test]
fn beyond_the_drift_blocks_take_deposits_only_and_then_the_pool_again() {
    let mut world = World::new(|config| config.max_sequencer_drift_ms = 1000);
    let alice = account(0);
    world.transfer(&alice, SOMEBODY, 1);
    // T_ms of block 4 is exactly at the drift, block 5 beyond it.
    (0..4).for_each(|_| drop(world.sequencer.build(&world.l1)));
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(1));
    world.transfer(&alice, SOMEBODY, 1);
    assert_eq!(order(&world, &world.sequencer.build(&world.l1)), []);
    assert_eq!(world.sequencer.pool().status().pending, 1);
    world.l1.mine();
    assert_eq!(order(&world, &world.sequencer.build(&world.l1)), [(0, 1)]);
}

/// Hides L1 from block `from` on, and counts how often it was looked at.
struct Hidden<'a> {
    l1: &'a L1Miner,
    from: u64,
    looks: AtomicUsize,
}

impl<'a> Hidden<'a> {
    fn new(l1: &'a L1Miner, from: u64) -> Self {
        Self { l1, from, looks: AtomicUsize::new(0) }
    }
}

impl L1View for Hidden<'_> {
    fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.l1.block(number).filter(|_| number < self.from)
    }
}

#[test]
fn without_its_origin_the_builder_waits_and_builds_nothing() {
    let world = World::default();
    let step = world.sequencer.builder().step(&Hidden::new(&world.l1, 0)).unwrap();
    assert!(matches!(step, Step::WaitingForL1 { number: 100 }), "{step:?}");
    assert_eq!(world.sequencer.chain().head().number, 0);
}

#[test]
fn an_l1_that_shows_only_the_new_child_is_waited_for() {
    let mut world = World::default();
    world.l1.mine();
    (0..4).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world.l1.mine();
    // Block 101 is another one now, but the view does not show it yet, only what stands on it.
    struct Between(Arc<L1BlockInfo>, Arc<L1BlockInfo>);
    impl L1View for Between {
        fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
            [&self.0, &self.1].into_iter().find(|block| block.number == number).cloned()
        }
    }
    let old = world.l1.at(101).unwrap().clone();
    world.l1.reorg(2);
    world.l1.mine();
    world.l1.mine();
    let view = Between(old, world.l1.at(102).unwrap().clone());
    let step = world.sequencer.builder().step(&view).unwrap();
    assert!(matches!(step, Step::WaitingForL1 { number: 102 }), "{step:?}");
    assert_eq!(world.sequencer.chain().head().number, 4);
}

#[test]
fn a_reorg_of_any_depth_goes_back_exactly_to_the_last_block_that_stands_in_few_looks() {
    for depth in [1, 2, 3, 5, 8, 13, 20] {
        let mut world = World::default();
        for _ in 0..20 {
            world.l1.mine();
            world.sequencer.catch_up(&world.l1);
        }
        let head = world.sequencer.chain().head().number;
        world.l1.reorg(depth);
        world.l1.mine_empty(depth as u64 + 1);
        let view = Hidden::new(&world.l1, u64::MAX);
        let step = world.sequencer.builder().step(&view).unwrap();
        let Step::TookBack { to } = step else { panic!("{depth}: {step:?}") };
        let chain = world.sequencer.chain();
        let stays = chain.block_info(to).unwrap().l1_origin;
        assert!(world.l1.is_canonical(stays), "depth {depth}");
        assert_eq!(stays.number, 120 - depth as u64, "depth {depth}: no block that stands was taken back");
        assert_eq!(to, chain.head().number);
        // The last block of that origin, not one in its middle.
        assert_eq!(to, 4 * (20 - depth as u64) + 3, "depth {depth} of head {head}");
        let looks = view.looks.load(Ordering::Relaxed);
        assert!(looks <= 16, "{looks} looks for depth {depth}");
    }
}

#[test]
fn a_reorg_brings_the_transactions_back_into_the_pool() {
    let mut world = World::default();
    world.l1.mine();
    (0..4).for_each(|_| drop(world.sequencer.build(&world.l1)));
    let alice = account(0);
    let hash = world.transfer(&alice, SOMEBODY, 5);
    world.sequencer.build(&world.l1);
    let waiting = world.transfer(&alice, SOMEBODY, 6);
    world.l1.reorg(1);
    world.l1.mine_with(Mine { seconds: 2, ..Mine::default() });
    assert!(matches!(world.sequencer.step(&world.l1).unwrap(), Step::TookBack { to: 3 }));
    let best: Vec<_> = world.sequencer.pool().best(0).map(|tx| tx.hash()).collect();
    assert_eq!(best, [hash, waiting]);
    world.sequencer.build(&world.l1);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(11));
}

#[test]
fn a_final_block_is_never_taken_back() {
    let mut world = World::default();
    for _ in 0..4 {
        world.l1.mine();
        world.sequencer.catch_up(&world.l1);
    }
    world.sequencer.chain().set_safe(12).unwrap();
    world.sequencer.chain().set_finalized(10).unwrap();
    world.l1.reorg(4);
    world.l1.mine_empty(5);
    let step = world.sequencer.step(&world.l1).unwrap();
    assert!(matches!(step, Step::TookBack { to: 10 }), "{step:?}");
    let step = world.sequencer.step(&world.l1).unwrap();
    assert!(matches!(step, Step::WaitingForL1 { number: 102 }), "no loop without an end: {step:?}");
}
