//! Transactions that are shown before their block is sealed: when, where, and that their order holds.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::{B256, U256};
use praxis_harness::{World, account};
use praxis_primitives::{Receipt, RecoveredTransaction, StateReader};

fn hashes(preconfirmed: &[(RecoveredTransaction, Receipt)]) -> Vec<B256> {
    preconfirmed.iter().map(|(tx, _)| tx.hash()).collect()
}

/// Hashes of the newest block's transactions behind the attributes deposit.
fn in_block(world: &World) -> Vec<B256> {
    let chain = world.sequencer.chain();
    let block = chain.db().block(chain.head().number).unwrap().unwrap();
    block.body().transactions.iter().skip(1).map(|tx| tx.hash()).collect()
}

/// Three transfers whose order the pool would choose by tip, arriving so that it can't.
fn send_out_of_order(world: &World) -> Vec<B256> {
    let mut order = Vec::new();
    for from in [1, 0, 2] {
        world.transfer(&account(from), SOMEBODY, 1);
        order.extend(hashes(&world.sequencer.preconfirm(&world.l1)).last());
    }
    order
}

#[test]
fn a_receipt_is_shown_before_the_block_and_is_the_one_of_the_block() {
    let world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    world.sequencer.build(&world.l1);
    let hash = world.sequencer.send(alice.decide(world.nonce(&alice), agent, 3)).unwrap();
    world.transfer(&alice, SOMEBODY, 5);
    let head = world.sequencer.chain().head();
    let shown = world.sequencer.preconfirm(&world.l1);
    assert_eq!((shown.len(), shown[0].0.hash()), (2, hash));
    assert_eq!(world.sequencer.chain().head(), head, "nothing is sealed");
    assert!(world.sequencer.receipt(hash).is_none(), "nothing but the pending tag shows it");

    let built = world.sequencer.build(&world.l1);
    assert_eq!(in_block(&world), hashes(&shown));
    let receipts: Vec<_> = shown.into_iter().map(|(_, receipt)| receipt).collect();
    assert_eq!(built.receipts[1..], receipts);
    assert_eq!(built.inferences.len(), 1);
}

#[test]
fn state_within_the_open_block_is_the_state_after_it() {
    let world = World::default();
    let alice = account(0);
    world.transfer(&alice, SOMEBODY, 7);
    let agent = world.publish(&alice);
    world.sequencer.build(&world.l1);
    world.sequencer.send(alice.decide(world.nonce(&alice), agent, 3)).unwrap();
    world.transfer(&account(1), SOMEBODY, 9);
    world.sequencer.preconfirm(&world.l1);
    let chain = world.sequencer.chain();
    let open = chain.pending().expect("the open block is shown");
    assert_eq!((open.opening().context.number, open.len()), (chain.head().number + 1, 3));
    let within = open.state();
    assert_eq!(within.account(SOMEBODY).unwrap().unwrap().balance, U256::from(16));
    let before = chain.state_at(chain.head().number).unwrap();
    assert_eq!(before.account(SOMEBODY).unwrap().unwrap().balance, U256::from(7));

    let built = world.sequencer.build(&world.l1);
    assert_eq!(open.gas_used(), built.block.gas_used);
    let after = chain.state_at(built.block.number).unwrap();
    for address in built.changed.iter().copied().chain([agent, alice.address, SOMEBODY]) {
        assert_eq!(within.account(address).unwrap(), after.account(address).unwrap(), "{address}");
        for slot in (0..8).map(U256::from) {
            assert_eq!(
                within.storage(address, slot).unwrap(),
                after.storage(address, slot).unwrap(),
                "{address} {slot}"
            );
        }
    }
    assert!(chain.pending().is_none(), "the block that was open is sealed");
}

#[test]
fn the_order_holds_over_a_kill() {
    let mut world = World::default();
    world.sequencer.build(&world.l1);
    let order = send_out_of_order(&world);
    assert_eq!(order.len(), 3);
    world.sequencer.restart();
    // Somebody who pays more comes before the block.
    let rich = account(3).call(0, alloy_primitives::TxKind::Call(SOMEBODY), 1, 100_000, Default::default());
    let later = world.sequencer.send(rich).unwrap();
    world.sequencer.build(&world.l1);
    assert_eq!(in_block(&world), [&order[..], &[later]].concat());
    world.sequencer.restart();
    world.sequencer.build(&world.l1);
    assert!(in_block(&world).is_empty(), "what a block holds is not promised any more");
    world.settle(8);
    assert_derived_equals_built(&world);
}

#[test]
fn the_order_is_enough_when_the_pool_is_lost() {
    let mut world = World::default();
    let order = send_out_of_order(&world);
    std::fs::write(world.sequencer.pool_file(), []).unwrap();
    world.sequencer.restart();
    assert_eq!(world.sequencer.pool().status().pending, 0);
    world.sequencer.build(&world.l1);
    assert_eq!(in_block(&world), order);
}

#[test]
fn a_torn_end_of_the_order_loses_only_what_nobody_was_told() {
    let mut world = World::default();
    let order = send_out_of_order(&world);
    let bytes = std::fs::read(world.sequencer.order_file()).unwrap();
    std::fs::write(world.sequencer.pool_file(), []).unwrap();
    std::fs::write(world.sequencer.order_file(), &bytes[..bytes.len() - 1]).unwrap();
    world.sequencer.restart();
    world.sequencer.build(&world.l1);
    assert_eq!(in_block(&world), order[..2]);
}

#[test]
fn the_order_holds_when_l1_takes_the_parent_away() {
    let mut world = World::default();
    world.ticks(3);
    let order = send_out_of_order(&world);
    let before = world.sequencer.chain().head().number;
    world.l1.reorg(2);
    world.l1.mine_empty(4);
    world.sequencer.build(&world.l1);
    assert!(world.sequencer.chain().head().number <= before, "blocks were taken back");
    assert_eq!(in_block(&world)[..3], order);
}

#[test]
fn a_promise_that_can_not_be_kept_is_dropped_and_the_chain_goes_on() {
    let mut world = World::default();
    let poor = account(1);
    let everything = world.sequencer.balance(poor.address);
    world.transfer(&poor, SOMEBODY, 1);
    world.sequencer.preconfirm(&world.l1);
    // The file is put beside a chain where the sender has spent its nonce otherwise.
    let order = std::fs::read(world.sequencer.order_file()).unwrap();
    let other = World::default();
    other.sequencer.send(poor.transfer(0, SOMEBODY, 2)).unwrap();
    other.sequencer.build(&other.l1);
    world = other;
    std::fs::write(world.sequencer.order_file(), order).unwrap();
    world.sequencer.restart();
    world.transfer(&account(2), SOMEBODY, 3);
    world.sequencer.build(&world.l1);
    assert_eq!(in_block(&world).len(), 1);
    assert!(world.sequencer.balance(poor.address) < everything);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(5));
}

#[test]
fn orphaned_transactions_and_waiting_ones_survive_a_restart() {
    let mut world = World::default();
    let alice = account(0);
    let queued = world.sequencer.send(alice.transfer(5, SOMEBODY, 1)).unwrap();
    let pending = world.sequencer.send(alice.transfer(0, SOMEBODY, 1)).unwrap();
    world.sequencer.restart();
    assert!([queued, pending].iter().all(|hash| world.sequencer.pool().get(*hash).is_some()));
    world.sequencer.build(&world.l1);
    assert_eq!(in_block(&world), [pending]);
    assert_eq!(world.sequencer.pool().status().queued, 1);
}
