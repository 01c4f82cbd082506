//! Calls that the chain makes by itself.

use crate::{Account, World};
use alloy_primitives::{Address, B256, Bytes, TxKind};
use alloy_sol_types::{SolCall, SolEvent};
use praxis_contracts::{
    addresses::SCHEDULER,
    scheduler::{IScheduler, Plan, Status, Trigger},
};
use praxis_primitives::{Receipt, RecoveredTransaction};

/// A scheduled call as it stands in a block.
#[derive(Debug, Clone)]
pub struct MadeCall {
    /// Number of the block.
    pub block: u64,
    /// Position in the block.
    pub index: usize,
    /// The transaction's hash.
    pub hash: B256,
    /// Its receipt.
    pub receipt: Receipt,
    /// What the Scheduler says of it.
    pub ran: IScheduler::Ran,
}

/// One call of `target` with `data` at `start`, in units of `trigger`: 500,000 gas at 1 gwei at most, within 2 seconds or 8
/// blocks.
pub fn plan(trigger: Trigger, start: u64, target: Address, data: Bytes) -> Plan {
    Plan {
        trigger,
        start,
        interval: 0,
        count: 0,
        ttl: if trigger == Trigger::Block { 8 } else { 2_000 },
        jitter: 0,
        gasLimit: 500_000,
        maxPrice: 1_000_000_000,
        inForced: false,
        target,
        data,
        asked: Address::ZERO,
        question: Bytes::new(),
        questionGas: 0,
    }
}

impl Account {
    /// Books a call with `value` wei in advance.
    pub fn book(&self, nonce: u64, plan: Plan, value: u64) -> RecoveredTransaction {
        self.scheduler(nonce, value, IScheduler::bookCall { plan }.abi_encode())
    }

    /// Any call of the Scheduler.
    pub fn scheduler(&self, nonce: u64, value: u64, input: Vec<u8>) -> RecoveredTransaction {
        self.call(nonce, TxKind::Call(SCHEDULER), value, 3_000_000, input.into())
    }
}

impl World {
    /// Books a call in the next block, which it builds; gives the booking's id.
    pub fn book(&self, from: &Account, plan: Plan, value: u64) -> u64 {
        let hash = self.sequencer.send(from.book(self.nonce(from), plan, value)).expect("the pool takes a booking");
        self.sequencer.build(&self.l1);
        let (_, receipt) = self.sequencer.receipt(hash).expect("it stands in the block");
        assert!(receipt.success, "the Scheduler takes the booking");
        receipt.logs.iter().find_map(|log| IScheduler::Booked::decode_log(log).ok()).expect("it says so").id
    }

    /// Where a booking stands at the sequencer's head.
    pub fn booking(&self, id: u64) -> Status {
        let answer = self.sequencer.call(SCHEDULER, IScheduler::statusCall { id }.abi_encode().into());
        IScheduler::statusCall::abi_decode_returns(&answer.expect("status never fails")).expect("a status")
    }

    /// T_ms of the block `ahead` of the sequencer's head.
    pub fn time_ahead(&self, ahead: u64) -> u64 {
        self.config.timestamp_ms(self.sequencer.chain().head().number + ahead)
    }

    /// All scheduled calls on the sequencer's chain, in order.
    pub fn made_calls(&self) -> Vec<MadeCall> {
        let db = self.sequencer.chain().db();
        let mut made = Vec::new();
        for number in 1..=self.sequencer.chain().head().number {
            let block = db.block(number).expect("readable").expect("below the head");
            let receipts = db.receipts(number).expect("readable").expect("below the head");
            for (index, (tx, receipt)) in block.body().transactions.iter().zip(receipts).enumerate() {
                if !tx.is_scheduled() {
                    continue;
                }
                let mut settled = receipt.logs.iter().filter(|log| log.address == SCHEDULER);
                let ran = settled.find_map(|log| IScheduler::Ran::decode_log(log).ok());
                let ran = ran.expect("a scheduled call's receipt says what it cost").data;
                made.push(MadeCall { block: number, index, hash: tx.hash(), receipt, ran });
            }
        }
        made
    }
}
