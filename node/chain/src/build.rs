//! Building a block from attributes, with or without a pool.

use crate::{
    Chain, ChainError, PendingBlock, PendingPart,
    execute::{Executed, Purpose},
};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{B256, Bytes};
use praxis_evm::{BlockContext, BlockExecutor, ExecuteError};
use praxis_primitives::{Fault, PayloadAttributes, Receipt, RecoveredBlock, RecoveredTransaction, Transaction};
use std::{num::NonZero, sync::OnceLock, thread};

/// Fewer transactions than these are decoded by one thread: starting another costs about as much as they do.
const MIN_IN_PARALLEL: usize = 16;
/// Most threads that decode.
const MAX_THREADS: usize = 8;

/// Where a builder takes transactions from, one by one. It may wait for the next one: then the block stays open.
pub trait TransactionSource {
    /// The next transaction to try, given the gas that is left in the block; `None` closes the block.
    fn next(&mut self, gas_left: u64) -> Option<RecoveredTransaction>;
    /// The last transaction can't stand in this block.
    fn rejected(&mut self, hash: B256, reason: &str);

    /// Whether the source wants to be told of the block as it grows, by the two methods below.
    fn follows(&self) -> bool {
        false
    }

    /// The block with the attributes' transactions.
    ///
    /// # Errors
    /// A fault of the source stops the block.
    fn opened(&mut self, _: PendingBlock) -> Result<(), Fault> {
        Ok(())
    }

    /// The last transaction, executed.
    ///
    /// # Errors
    /// A fault of the source stops the block.
    fn executed(&mut self, _: PendingPart) -> Result<(), Fault> {
        Ok(())
    }
}

/// No pool: the attributes' transactions alone.
pub struct NoTransactions;

impl TransactionSource for NoTransactions {
    fn next(&mut self, _: u64) -> Option<RecoveredTransaction> {
        None
    }
    fn rejected(&mut self, _: B256, _: &str) {}
}

/// A sealed block that is not on disk yet.
#[derive(Debug, Clone)]
pub struct BuiltBlock {
    /// The block.
    pub block: RecoveredBlock,
    /// Its receipts.
    pub receipts: Vec<Receipt>,
}

/// An attributes' transaction that can't be executed.
pub(crate) struct BadTransaction {
    pub(crate) index: usize,
    pub(crate) reason: String,
}

pub(crate) fn decode(bytes: &[u8]) -> Result<RecoveredTransaction, String> {
    let mut rest = bytes;
    let tx = Transaction::decode_2718(&mut rest).map_err(|e| format!("it does not decode: {e}"))?;
    if !rest.is_empty() {
        return Err(format!("{} bytes follow it", rest.len()));
    }
    let signer = tx.recover_signer().map_err(|_| "its signature has no signer".to_string())?;
    Ok(RecoveredTransaction::new_unchecked(tx, signer))
}

/// The same of many, by several threads: recovering a sender takes longer than executing a transfer.
fn decode_all(transactions: &[Bytes]) -> Vec<Result<RecoveredTransaction, String>> {
    let each = |part: &[Bytes]| part.iter().map(|bytes| decode(bytes)).collect::<Vec<_>>();
    if transactions.len() < MIN_IN_PARALLEL {
        return each(transactions);
    }
    let share = transactions.len().div_ceil(threads());
    thread::scope(|scope| {
        let mut parts = transactions.chunks(share);
        let first = parts.next().unwrap_or_default();
        let others: Vec<_> = parts.map(|part| scope.spawn(move || each(part))).collect();
        let mut all = each(first);
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}

/// Makes the scheduled calls of a block. One that can't be executed is a fault: the state demands it.
fn make_scheduled(
    number: u64,
    executor: &mut BlockExecutor<'_>,
    included: &mut Vec<RecoveredTransaction>,
) -> Result<(), ChainError> {
    let fault = |fault| ChainError::fault(number, fault);
    while let Some(tx) = executor.scheduled().map_err(fault)? {
        executor.execute(&tx).map_err(|error| match error {
            ExecuteError::Invalid(reason) => fault(Fault::new(format!("scheduled call {}: {reason}", tx.hash()))),
            ExecuteError::Fault(reason) => fault(reason),
        })?;
        included.push(tx);
    }
    Ok(())
}

fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS))
}

impl Chain {
    /// Builds the block of `attributes` on the head, filled up from `source`. Nothing is written.
    ///
    /// # Errors
    /// When the attributes do not follow the head, one of their transactions is invalid, or the node has a fault.
    pub fn build(
        &self,
        attributes: &PayloadAttributes,
        source: &mut dyn TransactionSource,
    ) -> Result<BuiltBlock, ChainError> {
        let executed = self.execute_attributes(attributes, source, Purpose::Propose)?.map_err(|bad| {
            ChainError::InvalidTransaction { number: attributes.number, index: bad.index, reason: bad.reason }
        })?;
        Ok(BuiltBlock { block: executed.block, receipts: executed.output.receipts })
    }

    pub(crate) fn execute_attributes(
        &self,
        attributes: &PayloadAttributes,
        source: &mut dyn TransactionSource,
        purpose: Purpose,
    ) -> Result<Result<Executed, BadTransaction>, ChainError> {
        let number = attributes.number;
        let parent = self.require_head(number, attributes.parent_hash)?;
        let state = self.db.state_at(parent.number)?;
        let context = BlockContext::from_attributes(&self.spec, &parent, attributes);
        let follows = source.follows();
        let mut executor = self.executor(&context, &state, purpose, follows)?;
        let mut included = Vec::with_capacity(attributes.transactions.len());
        let mut deposits = true;
        for (index, decoded) in decode_all(&attributes.transactions).into_iter().enumerate() {
            let tx = match decoded {
                Ok(tx) => tx,
                Err(reason) => return Ok(Err(BadTransaction { index, reason })),
            };
            if deposits && !tx.inner().is_deposit() {
                deposits = false;
                make_scheduled(number, &mut executor, &mut included)?;
            }
            match executor.execute(&tx) {
                Ok(_) => included.push(tx),
                Err(ExecuteError::Invalid(reason)) => {
                    return Ok(Err(BadTransaction { index, reason: reason.to_string() }));
                }
                Err(ExecuteError::Fault(fault)) => return Err(ChainError::fault(number, fault)),
            }
        }
        if deposits {
            make_scheduled(number, &mut executor, &mut included)?;
        }
        let fault = |fault| ChainError::fault(number, fault);
        if follows {
            let receipts = executor.receipts().to_vec();
            let part = PendingPart { transactions: included.clone(), receipts, changes: executor.take_changes() };
            source.opened(PendingBlock::new(context.clone(), parent.clone(), state.clone(), part)).map_err(fault)?;
        }
        while let Some(tx) = source.next(executor.gas_left()) {
            match executor.execute(&tx) {
                Ok(_) => {
                    if follows {
                        let receipts = executor.last_receipt().cloned().into_iter().collect();
                        let transactions = vec![tx.clone()];
                        let part = PendingPart { transactions, receipts, changes: executor.take_changes() };
                        source.executed(part).map_err(fault)?;
                    }
                    included.push(tx);
                }
                Err(ExecuteError::Invalid(reason)) => source.rejected(tx.hash(), &reason.to_string()),
                Err(ExecuteError::Fault(fault)) => return Err(ChainError::fault(number, fault)),
            }
        }
        let output = executor.finish().map_err(|fault| ChainError::fault(number, fault))?;
        self.base(&parent, &state).close(&context, included, output).map(Ok)
    }
}
