//! Building a block from attributes, with or without a pool.

use crate::{
    Chain, ChainError, PendingBlock, PendingPart,
    execute::{Executed, Purpose},
};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::B256;
use praxis_evm::{BlockContext, ExecuteError};
use praxis_primitives::{Fault, PayloadAttributes, Receipt, RecoveredBlock, RecoveredTransaction, Transaction};

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
        for (index, bytes) in attributes.transactions.iter().enumerate() {
            let tx = match decode(bytes) {
                Ok(tx) => tx,
                Err(reason) => return Ok(Err(BadTransaction { index, reason })),
            };
            match executor.execute(&tx) {
                Ok(_) => included.push(tx),
                Err(ExecuteError::Invalid(reason)) => {
                    return Ok(Err(BadTransaction { index, reason: reason.to_string() }));
                }
                Err(ExecuteError::Fault(fault)) => return Err(ChainError::fault(number, fault)),
            }
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
