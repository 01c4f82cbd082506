//! Scheduled calls: what the state itself puts in a block, after the L1 deposits and before all else.
//!
//! The protocol stands in `contracts/README.md`: the Scheduler's `next` says which call is due, the call is a transaction of its own,
//! `settle` accounts for it. A builder asks [`BlockExecutor::scheduled`] for each and executes it; whoever executes a sealed
//! block finds them there, and [`BlockExecutor`] holds each against what the state demands.

use crate::{BlockExecutor, ExecuteError, InvalidTransaction};
use alloy_consensus::transaction::Recovered;
use alloy_primitives::{Bytes, Log, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    addresses::{SCHEDULER, SYSTEM_ADDRESS},
    scheduler::{
        Due,
        IScheduler::{nextCall, settleCall},
    },
};
use praxis_primitives::{Fault, RecoveredTransaction, Transaction, scheduled_source};

/// Gas of each of the Scheduler's system calls. Its contract bounds what it does by far less.
const SYSTEM_CALL_GAS: u64 = 100_000_000;
/// Scheduled calls may use this part of a block's gas: one in four.
const SHARE: u64 = 4;

/// How far a block is with its scheduled calls.
#[derive(Debug)]
pub(crate) enum Schedule {
    /// This block has none: a chain without a Scheduler, or calls that nobody puts in a block.
    None,
    /// The block has not begun.
    Before,
    /// Deposits may still come.
    Open(Made),
    /// They have been made.
    Closed,
}

/// The scheduled calls of a block so far.
#[derive(Debug, Default)]
pub(crate) struct Made {
    count: u64,
    /// What `next` gave last, until it is executed.
    due: Option<Box<DueCall>>,
}

/// A call that must come next.
#[derive(Debug, Clone)]
pub(crate) struct DueCall {
    tx: Transaction,
    /// Wei per gas.
    price: u128,
}

/// What a transaction is to the schedule.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arrival {
    /// Not a scheduled call.
    Other,
    /// The one that is due, at this price in wei per gas.
    Due(u128),
}

impl BlockExecutor<'_> {
    /// The scheduled call that must be executed now, before any transaction that is no deposit. `None` once there is no more:
    /// from then on the block takes no deposits.
    ///
    /// # Errors
    /// A fault: the Scheduler's own functions never fail.
    pub fn scheduled(&mut self) -> Result<Option<RecoveredTransaction>, Fault> {
        let due = self.due().map_err(ExecuteError::into_fault)?;
        if due.is_none() {
            self.shut();
        }
        Ok(due.map(|due| RecoveredTransaction::new_unchecked(due.tx, SCHEDULER)))
    }

    /// That all scheduled calls of the block have been executed.
    ///
    /// # Errors
    /// [`InvalidTransaction::ScheduledCallMissing`] where one has not; a fault.
    pub fn check_schedule(&mut self) -> Result<(), ExecuteError> {
        if let Some(due) = self.due()? {
            return Err(InvalidTransaction::ScheduledCallMissing { hash: due.tx.hash() }.into());
        }
        self.shut();
        Ok(())
    }

    /// Before the block's first transaction: whether the state has a Scheduler.
    pub(crate) fn open_schedule(&mut self) -> Result<(), Fault> {
        if matches!(self.schedule, Schedule::Before) {
            let there = self.spec().rollup().is_some() && self.evm_mut().has_code(SCHEDULER)?;
            self.schedule = if there { Schedule::Open(Made::default()) } else { Schedule::None };
        }
        Ok(())
    }

    /// What this transaction is to the schedule. Nothing is lost by asking for one that does not belong here.
    pub(crate) fn arrive(&mut self, tx: Recovered<&Transaction>) -> Result<Arrival, ExecuteError> {
        if matches!(self.schedule, Schedule::None | Schedule::Before) {
            return Ok(Arrival::Other);
        }
        if tx.inner().is_scheduled() {
            let hash = tx.inner().hash();
            return match self.due()? {
                Some(due) if due.tx.hash() == hash => Ok(Arrival::Due(due.price)),
                Some(due) => Err(InvalidTransaction::ScheduledCallMissing { hash: due.tx.hash() }.into()),
                None => Err(InvalidTransaction::NotScheduled.into()),
            };
        }
        match (&self.schedule, tx.inner().is_deposit()) {
            (Schedule::Closed, true) => Err(InvalidTransaction::LateDeposit.into()),
            (Schedule::Closed, false) => Ok(Arrival::Other),
            (_, false) => self.check_schedule().map(|()| Arrival::Other),
            (Schedule::Open(made), true) if made.count > 0 || made.due.is_some() => {
                Err(InvalidTransaction::LateDeposit.into())
            }
            (_, true) => Ok(Arrival::Other),
        }
    }

    /// Accounts for the call that was executed last; its log joins the call's receipt, and its royalties are paid.
    pub(crate) fn settle(&mut self, price: u128, success: bool, gas_used: u64) -> Result<(), Fault> {
        let royalties = self.evm_mut().royalties();
        let royalty_gas = royalties.iter().fold(0u64, |sum, (_, gas)| sum.saturating_add(*gas));
        let call = settleCall { success, gasUsed: gas_used, royaltyGas: royalty_gas };
        let (answer, logs) = self.call_scheduler(call.abi_encode().into()).map_err(ExecuteError::into_fault)?;
        let owed = settleCall::abi_decode_returns(&answer)
            .map_err(|error| Fault::new(format!("the Scheduler's answer does not decode: {error}")))?;
        let price = U256::from(price);
        let shares: Vec<_> = royalties.into_iter().map(|(payee, gas)| (payee, price * U256::from(gas))).collect();
        let sum = shares.iter().map(|(_, amount)| *amount).sum::<U256>();
        if sum != owed {
            return Err(Fault::new(format!("the Scheduler owes {owed} wei of royalties, the call's are {sum}")));
        }
        if !sum.is_zero() {
            self.evm_mut().pay(SCHEDULER, &shares)?;
        }
        if let Some(receipt) = self.receipts.last_mut() {
            receipt.logs.extend(logs);
        }
        if let Schedule::Open(made) = &mut self.schedule {
            *made = Made { count: made.count.saturating_add(1), due: None };
        }
        Ok(())
    }

    fn shut(&mut self) {
        if matches!(self.schedule, Schedule::Open(_)) {
            self.schedule = Schedule::Closed;
        }
    }

    /// The call that is due, asked for once.
    fn due(&mut self) -> Result<Option<DueCall>, ExecuteError> {
        self.alive()?;
        let Schedule::Open(made) = &self.schedule else { return Ok(None) };
        if made.due.is_some() {
            return Ok(made.due.as_deref().cloned());
        }
        let count = made.count;
        let budget = self.context().gas_limit / SHARE;
        let (answer, _) = self.call_scheduler(nextCall { budget }.abi_encode().into())?;
        let due = nextCall::abi_decode_returns(&answer)
            .map_err(|error| Fault::new(format!("the Scheduler's answer does not decode: {error}")))?;
        if due.id == 0 {
            return Ok(None);
        }
        let due = self.call_of(due, count)?;
        if let Schedule::Open(made) = &mut self.schedule {
            made.due = Some(Box::new(due.clone()));
        }
        Ok(Some(due))
    }

    /// The transaction of a call that is due.
    fn call_of(&self, due: Due, index: u64) -> Result<DueCall, Fault> {
        let price = u128::try_from(due.price)
            .map_err(|_| Fault::new(format!("the Scheduler's price is {} wei per gas", due.price)))?;
        let source = scheduled_source(self.context().number, index);
        Ok(DueCall { tx: Transaction::scheduled(source, due.target, due.gasLimit, due.data), price })
    }

    fn call_scheduler(&mut self, data: Bytes) -> Result<(Bytes, Vec<Log>), ExecuteError> {
        let called = self.evm_mut().system_call(SYSTEM_ADDRESS, SCHEDULER, data, SYSTEM_CALL_GAS);
        // After half a step of the schedule there is no way on, whatever stopped it.
        called.map_err(|error| self.poison(error.into_fault()).into())
    }
}
