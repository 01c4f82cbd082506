//! Scheduled calls on a state in memory; `tests/harness` has them in whole systems.

use super::fixture::{ALICE, BOB, CALLER, Chain, affine, infer, run, step};
use crate::{BlockExecutor, ExecuteError, InvalidTransaction, TraceLimits, Tracer};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent};
use praxis_contracts::{
    ICaller::{self, Kind},
    addresses::{BASE_FEE_VAULT, SCHEDULER},
    scheduler::{IScheduler, Plan, Trigger},
};
use praxis_primitives::{RecoveredTransaction, scheduled_source};
use proptest::prelude::*;

const PAYEE: Address = Address::repeat_byte(0x9a);
const FUNDS: u64 = 50_000_000_000_000_000;

fn plan(start: u64, target: Address, data: Bytes) -> Plan {
    Plan {
        trigger: Trigger::Block,
        start,
        interval: 0,
        count: 0,
        ttl: 4,
        jitter: 0,
        gasLimit: 1_000_000,
        maxPrice: 1_000_000_000,
        inForced: false,
        target,
        data,
        asked: Address::ZERO,
        question: Bytes::new(),
        questionGas: 0,
    }
}

fn book(chain: &mut Chain, from: Address, plan: Plan, value: u64) -> RecoveredTransaction {
    chain.tx(from, SCHEDULER.into(), U256::from(value), IScheduler::bookCall { plan }.abi_encode())
}

fn ran(output: &crate::ExecutionOutput) -> Vec<IScheduler::Ran> {
    let logs = output.receipts.iter().flat_map(|receipt| &receipt.logs);
    logs.filter_map(|log| IScheduler::Ran::decode_log(log).ok()).map(|log| log.data).collect()
}

/// A chain with an open schedule, and a booked inference with a royalty that is due in its next block.
fn due() -> (Chain, B256) {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    chain.set_royalty(model, PAYEE, 1_000);
    chain.whole_block(&[]);
    let data = run(&[step(Kind::Call, infer(model, [1.0, 2.0]))]);
    let booked = plan(chain.number + 2, CALLER, data);
    let tx = book(&mut chain, ALICE, booked, FUNDS);
    let (_, output) = chain.whole_block(&[tx]);
    assert!(output.receipts.iter().all(|receipt| receipt.success));
    (chain, model)
}

/// The domain and the packing are consensus.
#[test]
fn source_hashes_are_as_documented() {
    let words = |words: [u64; 2]| words.map(|word| U256::from(word).to_be_bytes::<32>()).concat();
    let inner = keccak256(words([9, 2]));
    let outer = keccak256([U256::from(4).to_be_bytes::<32>(), inner.0].concat());
    assert_eq!(scheduled_source(9, 2), outer);
}

#[test]
fn a_scheduled_call_pays_royalties_from_its_balance() {
    let (mut chain, _) = due();
    let held = chain.balance(SCHEDULER);
    let (block, output) = chain.whole_block(&[]);
    assert_eq!((block.len(), output.inferences.len()), (2, 1));
    let ran = ran(&output);
    let royalty_gas = affine().cost().gas / 10 + affine().cost().cold_gas / 10;
    assert!(ran[0].success);
    assert!(ran[0].royalty.abs_diff(ran[0].price * U256::from(royalty_gas)) <= ran[0].price);
    assert_eq!(chain.balance(PAYEE), ran[0].royalty);
    assert_eq!(chain.balance(SCHEDULER), held - ran[0].royalty);
    let gas = output.gas_used - output.receipts[0].cumulative_gas_used;
    assert_eq!(U256::from(gas), ran[0].gasUsed);
}

/// A tracer sees the call that was made, and leaves the same state.
#[test]
fn a_traced_call_is_the_same_call() {
    let (mut chain, _) = due();
    let (before, context) = (chain.state.clone(), chain.context());
    let (block, output) = chain.whole_block(&[]);
    let access = chain.access();
    let mut executor = BlockExecutor::new(&chain.spec, context, &before, access);
    executor.apply_pre_block().unwrap();
    executor.execute(&block[0]).unwrap();
    let limits = TraceLimits { bytes: 1 << 30, ..TraceLimits::default() };
    let (outcome, _) = executor.trace(&block[1], &Tracer { limits, ..Tracer::default() }).unwrap();
    assert!(outcome.success());
    let traced = executor.finish().unwrap();
    assert_eq!((traced.receipts, traced.diff), (output.receipts, output.diff));
}

#[test]
fn nothing_takes_the_place_of_the_call_that_is_due() {
    let (mut chain, _) = due();
    let context = chain.context();
    let attributes = chain.attributes(&context);
    let (transfer, deposit) = (
        chain.tx(ALICE, BOB.into(), U256::from(1), Bytes::new()),
        super::fixture::deposit(BOB, ALICE.into(), 1, U256::ZERO, 21_000, Bytes::new()),
    );
    let mut executor = BlockExecutor::new(&chain.spec, context, &chain.state, chain.access());
    executor.apply_pre_block().unwrap();
    executor.execute(&attributes).unwrap();
    let reason = |result: Result<_, ExecuteError>| match result {
        Err(ExecuteError::Invalid(reason)) => reason,
        Ok(_) => panic!("it was executed"),
        Err(ExecuteError::Fault(fault)) => panic!("{fault}"),
    };
    let call = executor.scheduled().unwrap().unwrap();
    let missing = InvalidTransaction::ScheduledCallMissing { hash: call.inner().hash() };
    assert_eq!(reason(executor.execute(&transfer)), missing);
    assert_eq!(reason(executor.execute(&deposit)), InvalidTransaction::LateDeposit);
    assert_eq!(executor.scheduled().unwrap().as_ref(), Some(&call), "asked again, the same call");
    let other = praxis_primitives::Transaction::scheduled(B256::ZERO, CALLER, 1_000_000, Bytes::new());
    let other = RecoveredTransaction::new_unchecked(other, SCHEDULER);
    assert_eq!(reason(executor.execute(&other)), missing);
    executor.execute(&call).unwrap();
    assert_eq!(reason(executor.execute(&call)), InvalidTransaction::NotScheduled);
    executor.execute(&transfer).unwrap();
    assert_eq!(reason(executor.execute(&deposit)), InvalidTransaction::LateDeposit);
    executor.finish().unwrap();
}

#[derive(Debug, Clone)]
struct Booking {
    kind: u8,
    value: u64,
    gas: u32,
    max_price: u64,
    interval: u8,
    revert: bool,
}

fn booking() -> impl Strategy<Value = Booking> {
    let value = prop_oneof![Just(0), 0..400_000_000_000u64, Just(FUNDS)];
    (0..6u8, value, 21_000..900_000u32, 1..5_000_000u64, 0..4u8, any::<bool>()).prop_map(
        |(kind, value, gas, max_price, interval, revert)| Booking { kind, value, gas, max_price, interval, revert },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever is booked, no block stops, no wei comes from nowhere, and payees get what the calls' logs say and no more.
    #[test]
    fn bookings_neither_stop_the_chain_nor_make_money(
        bookings in prop::collection::vec(booking(), 1..6),
        bps in 0..3_000u16,
    ) {
        let mut chain = Chain::new();
        let model = chain.install(&affine());
        chain.set_royalty(model, PAYEE, bps);
        chain.whole_block(&[]);
        let total = chain.state.total_balance();
        let kinds = [Kind::Call, Kind::Static, Kind::Delegate, Kind::CallCode, Kind::Nested, Kind::Reverted];
        let mut transactions = Vec::new();
        for booking in &bookings {
            let steps = vec![step(kinds[booking.kind as usize], infer(model, [1.0, 2.0]))];
            let data = if booking.revert { ICaller::runAndRevertCall { steps }.abi_encode().into() } else { run(&steps) };
            let plan = Plan {
                gasLimit: booking.gas,
                maxPrice: booking.max_price.into(),
                interval: booking.interval.into(),
                ..plan(chain.number + 2, CALLER, data)
            };
            transactions.push(book(&mut chain, ALICE, plan, booking.value));
        }
        chain.whole_block(&transactions);
        let mut royalties = U256::ZERO;
        for _ in 0..6 {
            let (block, output) = chain.whole_block(&[]);
            let ran = ran(&output);
            prop_assert_eq!(ran.len(), block.len() - 1);
            royalties += ran.iter().map(|ran| ran.royalty).sum::<U256>();
        }
        prop_assert_eq!(chain.balance(PAYEE), royalties);
        let sweep = chain.call(SCHEDULER, IScheduler::sweepCall {}.abi_encode());
        let vault = chain.balance(BASE_FEE_VAULT);
        chain.whole_block(&[sweep]);
        prop_assert!(chain.balance(BASE_FEE_VAULT) > vault);
        prop_assert_eq!(chain.state.total_balance(), total);
    }
}
