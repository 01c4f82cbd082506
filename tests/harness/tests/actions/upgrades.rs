//! What changes the rules: predeploys by the L1 timelock, rules of the node at their time.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256, hex, keccak256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    IProxyAdmin,
    addresses::{GAS_PRICE_ORACLE, PROXY_ADMIN, alias},
};
use praxis_derive::logs::{DEPOSIT_TOPIC, LogSources, read_logs};
use praxis_harness::{World, account, demo_model};
use praxis_primitives::{ConfigUpdate, TxDeposit};

const TIMELOCK: Address = Address::repeat_byte(0x71);
const PORTAL: Address = Address::repeat_byte(0x70);
/// Creates a contract that answers 42 to everything.
const ANSWERS_42: [u8; 19] = hex!("69602a60005260206000f3600052600a6016f3");

/// What derivation makes of the portal's log when `from` on L1 calls `to` on L2.
fn logged_deposit(world: &World, from: Address, to: Address, data: &[u8]) -> TxDeposit {
    let mut opaque = [[0; 64].as_slice(), &500_000u64.to_be_bytes(), &[0], data].concat();
    let length = opaque.len();
    opaque.resize(length.next_multiple_of(32), 0);
    let word = |number: usize| B256::from(U256::from(number));
    let data = [word(32).as_slice(), word(length).as_slice(), &opaque].concat();
    let topics = vec![DEPOSIT_TOPIC, from.into_word(), to.into_word(), B256::ZERO];
    let log = Log::new(PORTAL, topics, data.into()).unwrap();
    let read = read_logs(LogSources::of(&world.config), keccak256(world.l1.head().hash), [&log]);
    read.deposits.into_iter().next().expect("the log is a deposit")
}

fn upgrade(implementation: Address) -> Vec<u8> {
    let call = IProxyAdmin::upgradeAndCallCall { proxy: GAS_PRICE_ORACLE, implementation, data: Bytes::new() };
    call.abi_encode()
}

fn is_fjord(world: &World) -> U256 {
    let selector = Bytes::copy_from_slice(&keccak256("isFjord()")[..4]);
    U256::from_be_slice(&world.sequencer.call(GAS_PRICE_ORACLE, selector).expect("it answers"))
}

#[test]
fn the_l1_timelock_upgrades_a_predeploy_and_nobody_else_does() {
    let mut world = World::new(|config| (config.l1.timelock, config.l1.portal) = (TIMELOCK, PORTAL));
    let alice = account(0);
    world.ticks(2);
    let nonce = world.nonce(&alice);
    world.sequencer.send(alice.deploy(nonce, Bytes::from_static(&ANSWERS_42))).unwrap();
    let data = upgrade(alice.address.create(nonce));
    world.ticks(2);
    // Who has the timelock's address on L2 is not the timelock, and other contracts of L1 have aliases too.
    for from in [TIMELOCK, alias(SOMEBODY), alice.address] {
        let deposit = logged_deposit(&world, from, PROXY_ADMIN, &data);
        world.l1.deposit(deposit);
        world.tick();
    }
    let nonce = world.nonce(&alice);
    world.sequencer.send(alice.call(nonce, TxKind::Call(PROXY_ADMIN), 0, 500_000, data.clone().into())).unwrap();
    // Nor does the proxy itself listen.
    let deposit = logged_deposit(&world, alias(TIMELOCK), GAS_PRICE_ORACLE, &data);
    world.l1.deposit(deposit);
    world.ticks(2);
    assert_eq!(is_fjord(&world), U256::ONE);

    let deposit = logged_deposit(&world, alias(TIMELOCK), PROXY_ADMIN, &data);
    world.l1.deposit(deposit.clone());
    world.ticks(2);
    assert_eq!(is_fjord(&world), U256::from(42));
    // L1 takes the upgrade back, and has it again later.
    world.l1.reorg(2);
    world.l1.mine_empty(2);
    world.ticks(3);
    assert_eq!(is_fjord(&world), U256::ONE);
    world.l1.deposit(deposit);
    world.ticks(3);
    assert_eq!(is_fjord(&world), U256::from(42));
    world.settle(8);
    assert_derived_equals_built(&world);
}

/// The node's rule which engine versions a model may be activated for, to the block.
#[test]
fn a_rule_of_the_node_switches_at_its_time() {
    let mut world = World::new(|config| config.engines = vec![]);
    let (alice, model) = (account(0), demo_model());
    let nonce = world.nonce(&alice);
    world.sequencer.send(model.begin(&alice, nonce)).unwrap();
    for index in 0..model.chunks() {
        world.sequencer.send(model.put_chunk(&alice, nonce + 1 + u64::from(index), index, |_| {})).unwrap();
    }
    while world.nonce(&alice) > world.sequencer.account(alice.address).nonce {
        world.sequencer.build(&world.l1);
    }
    let time_of = |world: &World, number: u64| world.config.genesis.l2_time_ms + number * world.config.block_time_ms;
    let head = world.sequencer.chain().head().number;
    // Not on a multiple of a block's time: the first block after it is the first with the rule.
    let timestamp_ms = time_of(&world, head) + 3_100;
    world.l1.configure(ConfigUpdate::Engine { version: 1, timestamp_ms });
    world.l1.mine_empty(3 + (time_of(&world, head) / 1000).saturating_sub(world.l1.head().timestamp) + 4);
    for _ in 0..40 {
        let hash = world.sequencer.send(model.activate(&alice, world.nonce(&alice))).unwrap();
        world.sequencer.build(&world.l1);
        let (number, receipt) = world.sequencer.receipt(hash).expect("it is in the block");
        assert_eq!(receipt.success, time_of(&world, number) >= timestamp_ms, "block {number}");
        if receipt.success {
            assert!(time_of(&world, number) - timestamp_ms < world.config.block_time_ms);
            world.ticks(2);
            world.settle(8);
            assert_derived_equals_built(&world);
            return;
        }
    }
    panic!("no model was ever activated");
}
