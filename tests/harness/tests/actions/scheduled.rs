//! Calls that the chain makes by itself.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolEvent};
use praxis_chain::replay;
use praxis_contracts::{
    IRebalanceAgent,
    addresses::{L1_BLOCK, SCHEDULER},
    scheduler::{IScheduler, Plan, Reason, Stage, Trigger},
};
use praxis_harness::{MadeCall, TestVerifier, World, account, chain_options, plan, prices};
use praxis_primitives::{L1Attributes, StateReader};

const ETHER: u64 = 1_000_000_000_000_000_000;
/// No code stands there: a call of it succeeds.
const NOTHING: Address = Address::repeat_byte(0x77);

/// A world whose schedule is open: it has a block.
fn open() -> World {
    let world = World::default();
    world.sequencer.build(&world.l1);
    world
}

/// All derive the same, an empty verifier too.
fn settle(world: &mut World) {
    world.ticks(2);
    world.settle(8);
    assert_derived_equals_built(world);
    let mut fresh = TestVerifier::new(world.config.clone(), chain_options());
    fresh.follow(&world.l1).unwrap();
    assert_eq!(fresh.chain().head(), world.verifier.chain().head());
}

/// A contract that does what `code` says when it is called.
fn deploy(world: &World, code: &[u8]) -> Address {
    let alice = account(0);
    let nonce = world.nonce(&alice);
    let length = u8::try_from(code.len()).unwrap();
    // PUSH1 length, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN; then the code.
    let creation = [&[0x60, length, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3], code].concat();
    world.sequencer.send(alice.deploy(nonce, creation.into())).unwrap();
    world.sequencer.build(&world.l1);
    alice.address.create(nonce)
}

fn calls_of(world: &World, id: u64) -> Vec<MadeCall> {
    world.made_calls().into_iter().filter(|made| made.ran.id == id).collect()
}

#[test]
fn a_booked_decision_runs_on_time_once_by_the_real_model() {
    let mut world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    let start = world.time_ahead(6);
    let id = world.book(&alice, plan(Trigger::Time, start, agent, prices(3)), ETHER);
    let nonce = world.sequencer.account(SCHEDULER).nonce;
    settle(&mut world);

    let made = calls_of(&world, id);
    assert_eq!(made.len(), 1);
    let call = &made[0];
    let late = world.config.timestamp_ms(call.block) - start;
    assert!(late <= 250, "in the block of its time or the next: the schedule counts in 128 ms");
    assert_eq!(call.index, 1, "after the attributes, before all else");
    assert!(call.receipt.success && call.ran.success);
    let decided = IRebalanceAgent::Decided::decode_log(&call.receipt.logs[0]).unwrap();
    assert_eq!((decided.address, call.receipt.logs.len()), (agent, 2));
    let chain = world.verifier.chain();
    let records = chain.db().inferences(call.block).unwrap().unwrap();
    assert_eq!((records.len(), records[0].record.transaction_index, records[0].record.caller), (1, 1, agent));
    assert_eq!(world.sequencer.account(SCHEDULER).nonce, nonce + 1);
    let status = world.booking(id);
    assert_eq!((status.stage, status.reason, status.ran), (Stage::Done, Reason::Ran, 1));

    let block = chain.db().block(call.block).unwrap().unwrap();
    let witness = chain.execution_witness(call.block).unwrap();
    let replayed = replay(chain.spec(), &block, &witness, Default::default()).unwrap();
    assert_eq!(Some(replayed.output.receipts), chain.db().receipts(call.block).unwrap());
    let gas: u64 = block.gas_used;
    assert!(U256::from(gas) > call.ran.gasUsed && call.ran.gasUsed > U256::from(21_000), "it counts in the header");
    // What it paid: two looks' and the call's gas, at the share's price.
    let paid = U256::from(ETHER) - status.balance;
    assert_eq!(paid, (call.ran.gasUsed + U256::from(200_000)) * call.ran.price);
    assert_eq!(world.sequencer.balance(SCHEDULER), U256::from(ETHER), "until somebody sweeps it");
}

#[test]
fn intervals_blocks_and_predicates() {
    let mut world = open();
    let (alice, bob) = (account(0), account(1));
    let every =
        |trigger, start, interval, count| Plan { interval, count, ..plan(trigger, start, NOTHING, Bytes::new()) };
    let by_time = world.book(&alice, every(Trigger::Time, world.time_ahead(4), 500, 3), ETHER);
    let start = world.sequencer.chain().head().number + 4;
    let by_block = world.book(&alice, every(Trigger::Block, start, 3, 4), ETHER);
    // Says yes once its balance is not zero: ADDRESS, BALANCE, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
    let asked = deploy(&world, &hex!("30315f5260205ff3"));
    let asks = Plan { asked, questionGas: 50_000, ..every(Trigger::Predicate, world.time_ahead(2), 250, 1) };
    let by_question = world.book(&bob, asks, ETHER);
    world.ticks(3);
    assert_eq!(calls_of(&world, by_question).len(), 0, "the answer was no");
    assert_eq!(world.booking(by_question).reason, Reason::NotYet);
    let pays = alice.call(world.nonce(&alice), asked.into(), 1, 50_000, Bytes::new());
    world.sequencer.send(pays).unwrap();
    world.ticks(1);
    settle(&mut world);

    let at = |id| calls_of(&world, id).iter().map(|made| made.block).collect::<Vec<_>>();
    let times = at(by_time);
    assert_eq!((times.len(), times[1] - times[0], times[2] - times[1]), (3, 2, 2));
    assert_eq!(at(by_block), [start, start + 3, start + 6, start + 9]);
    assert_eq!(at(by_question).len(), 1);
    assert_eq!(world.booking(by_question).stage, Stage::Done);
}

#[test]
fn who_offers_more_goes_first_then_who_booked_first() {
    let mut world = open();
    let alice = account(0);
    let start = world.sequencer.chain().head().number + 6;
    let offers = [5u128, 9, 5, 7]
        .map(|gwei| Plan { maxPrice: gwei * 100_000_000, ..plan(Trigger::Block, start, NOTHING, Bytes::new()) });
    let ids = offers.map(|plan| world.book(&alice, plan, ETHER));
    settle(&mut world);
    let made = world.made_calls();
    assert!(made.iter().all(|call| call.block == start));
    let order: Vec<_> = made.iter().map(|call| call.ran.id).collect();
    assert_eq!(order, [ids[1], ids[3], ids[0], ids[2]]);
    assert_eq!(made.iter().map(|call| call.index).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn a_failed_call_keeps_its_receipt_and_is_not_repeated() {
    let mut world = open();
    let alice = account(0);
    // LOG0 of nothing, then REVERT; and calldata that the gas limit does not pay for.
    let fails = deploy(&world, &hex!("5f5fa05f5ffd"));
    let start = world.sequencer.chain().head().number + 4;
    let reverts = world.book(&alice, plan(Trigger::Block, start, fails, Bytes::new()), ETHER);
    let starved = Plan { gasLimit: 21_000, ..plan(Trigger::Block, start, NOTHING, vec![1; 100].into()) };
    let starved = world.book(&alice, starved, ETHER);
    settle(&mut world);
    for id in [reverts, starved] {
        let made = calls_of(&world, id);
        assert_eq!((made.len(), made[0].block), (1, start));
        assert!(!made[0].receipt.success && !made[0].ran.success);
        assert_eq!(made[0].receipt.logs.len(), 1, "its own logs are gone");
        let status = world.booking(id);
        assert_eq!((status.stage, status.reason, status.failed), (Stage::Done, Reason::Reverted, 1));
    }
    assert_eq!(calls_of(&world, starved)[0].ran.gasUsed, U256::from(21_000));
}

#[test]
fn an_empty_balance_ends_a_booking_and_a_small_one_waits() {
    let mut world = open();
    let alice = account(0);
    let price = 1_000_000u64;
    let every = |start| Plan {
        interval: 2,
        ttl: 8,
        maxPrice: u128::from(price),
        ..plan(Trigger::Block, start, NOTHING, Bytes::new())
    };
    let start = world.sequencer.chain().head().number + 4;
    // Two looks at the least price, no call.
    let poor = world.book(&alice, every(start), 400_000 * price);
    // Three calls of 21,000 gas, but each wants 500,000 set aside.
    let rich = world.book(&alice, every(start), 1_200_000 * price);
    world.ticks(8);
    settle(&mut world);
    assert_eq!(calls_of(&world, poor).len(), 0);
    let status = world.booking(poor);
    assert_eq!((status.stage, status.reason, status.balance), (Stage::Cancelled, Reason::Empty, U256::ZERO));
    assert_eq!(calls_of(&world, rich).len(), 3);
    assert_eq!(world.booking(rich).stage, Stage::Cancelled);
}

#[test]
fn bookings_stand_aside_where_no_batch_covers_the_block() {
    let mut world = open();
    let alice = account(0);
    let every =
        |in_forced| Plan { inForced: in_forced, interval: 1, ttl: 1, ..plan(Trigger::Block, 3, NOTHING, Bytes::new()) };
    let aside = world.book(&alice, every(false), ETHER);
    let always = world.book(&alice, every(true), ETHER);
    world.ticks(2);
    world.settle(8);
    let before = calls_of(&world, aside).len();
    assert!(before > 0);
    // Nobody posts until the window has passed.
    let covered = world.verifier.follower().safe().number;
    for _ in 0..world.config.sequencing_window + 4 {
        world.l1.mine();
        world.sequencer.follow(&world.l1).unwrap();
        world.sequencer.catch_up(&world.l1);
        world.verifier.follow(&world.l1).unwrap();
    }
    let forced: Vec<_> = (covered + 1..=world.verifier.chain().head().number)
        .filter(|number| {
            let block = world.verifier.chain().db().block(*number).unwrap().unwrap();
            L1Attributes::from_transaction(&block.body().transactions[0]).unwrap().forced
        })
        .collect();
    assert!(forced.len() > 4);
    world.ticks(3);
    settle(&mut world);
    let in_forced = |id| calls_of(&world, id).iter().filter(|made| forced.contains(&made.block)).count();
    assert_eq!(in_forced(always), forced.len(), "it runs in each of them");
    assert_eq!(in_forced(aside), 0);
    let last = world.config.timestamp_ms(*forced.last().unwrap());
    let config = world.config.clone();
    let after = |made: &MadeCall| config.timestamp_ms(made.block) > last;
    assert!(calls_of(&world, always).iter().any(after));
    let again = calls_of(&world, aside).into_iter().find(after);
    assert!(again.is_none_or(|made| world.config.timestamp_ms(made.block) >= last + 60_000), "owners act first");
}

/// The bookings are made by transactions of the batches that L1 loses, and made again: each call runs once on the chain that
/// stands.
#[test]
fn a_reorg_of_l1_and_restarts_lose_no_call_and_repeat_none() {
    let mut world = open();
    let alice = account(0);
    let start = world.time_ahead(8);
    let id = world.book(
        &alice,
        Plan { interval: 250, count: 40, ttl: 1_000, ..plan(Trigger::Time, start, NOTHING, Bytes::new()) },
        ETHER,
    );
    world.ticks(3);
    world.l1.reorg(2);
    world.l1.mine_empty(2);
    world.verifier.restart();
    world.ticks(2);
    world.sequencer.restart();
    world.ticks(6);
    settle(&mut world);
    let occurrences: Vec<_> = calls_of(&world, id).iter().map(|made| made.ran.occurrence).collect();
    assert_eq!(occurrences, (0..40).collect::<Vec<_>>());
    assert_eq!(world.booking(id).ran, 40);
}

/// Somebody's deposit is executed before the calls of the same block, and both leave room for the sequencer's transactions.
#[test]
fn deposits_come_first_and_transactions_last() {
    let mut world = open();
    let alice = account(0);
    // Stores whether L1's deposit has reached somebody: PUSH20 somebody, BALANCE, PUSH0, SSTORE.
    let code = [&[0x73][..], SOMEBODY.as_slice(), &hex!("315f55")].concat();
    let watcher = deploy(&world, &code);
    let every = Plan {
        interval: 1,
        ttl: 0,
        ..plan(Trigger::Block, world.sequencer.chain().head().number + 2, watcher, Bytes::new())
    };
    let id = world.book(&alice, every, ETHER);
    world.l1.deposit(crate::properties::deposit(1, 5));
    world.transfer(&alice, Address::repeat_byte(9), 1);
    world.ticks(2);
    settle(&mut world);
    let chain = world.sequencer.chain();
    let first = (1..=chain.head().number)
        .find(|number| {
            let state = chain.state_at(*number).unwrap();
            state.account(SOMEBODY).unwrap().is_some()
        })
        .unwrap();
    assert!(calls_of(&world, id).iter().any(|made| made.block == first && made.index == 2));
    let seen = chain.state_at(first).unwrap().storage(watcher, U256::ZERO).unwrap();
    assert_eq!(seen, U256::from(5), "the call of the deposit's own block saw it");
}

/// A block that leaves a due call out, or makes one that is not due, is none.
#[test]
fn a_block_with_other_calls_than_the_states_is_refused() {
    let mut world = open();
    let alice = account(0);
    let start = world.sequencer.chain().head().number + 3;
    world.book(&alice, plan(Trigger::Block, start, NOTHING, Bytes::new()), ETHER);
    world.transfer(&alice, SOMEBODY, 1);
    world.ticks(1);
    settle(&mut world);
    let (ours, hash_of) = (world.sequencer.chain(), |number| world.sequencer.chain().db().hash_of(number).unwrap());
    let reader = TestVerifier::new(world.config.clone(), chain_options());
    for number in 1..start {
        reader.chain().import(&ours.db().block(number).unwrap().unwrap()).unwrap();
    }
    let right = ours.db().block(start).unwrap().unwrap();
    let (block, senders) = (right.clone_block(), right.senders().to_vec());
    let refused = |change: &dyn Fn(&mut Vec<praxis_primitives::Transaction>, &mut Vec<Address>)| {
        let (mut block, mut senders) = (block.clone(), senders.clone());
        change(&mut block.body.transactions, &mut senders);
        let block = praxis_primitives::RecoveredBlock::new_unhashed(block, senders);
        reader.chain().import(&block).unwrap_err().to_string()
    };
    let missing = refused(&|transactions, senders| drop((transactions.remove(1), senders.remove(1))));
    assert!(missing.contains("must come first"), "{missing}");
    let twice = refused(&|transactions, senders| {
        transactions.insert(1, transactions[1].clone());
        senders.insert(1, SCHEDULER);
    });
    assert!(twice.contains("no scheduled call is due"), "{twice}");
    reader.chain().import(&right).unwrap();
    assert_eq!(reader.chain().head().hash(), hash_of(start).unwrap());
}

/// What the calls of the blocks cost and brought: nobody else's money moved.
#[test]
fn swept_fees_reach_the_vault() {
    let mut world = open();
    let (alice, bob) = (account(0), account(1));
    let start = world.sequencer.chain().head().number + 3;
    let id = world.book(&alice, plan(Trigger::Block, start, NOTHING, Bytes::new()), ETHER);
    world.ticks(2);
    let paid = U256::from(ETHER) - world.booking(id).balance;
    let sweep = bob.scheduler(world.nonce(&bob), 0, IScheduler::sweepCall {}.abi_encode());
    let hash = world.sequencer.send(sweep).unwrap();
    world.ticks(1);
    let (_, receipt) = world.sequencer.receipt(hash).unwrap();
    assert_eq!(IScheduler::Swept::decode_log(&receipt.logs[0]).unwrap().amount, paid);
    assert_eq!(world.sequencer.balance(SCHEDULER), U256::from(ETHER) - paid);
    assert_ne!(world.sequencer.account(L1_BLOCK).nonce, 0);
    settle(&mut world);
}
