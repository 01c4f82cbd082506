//! Inferences that one transaction completed, in full. The journal holds which of them can still be observed.

use crate::{journal, results::InferenceResult};
use alloy_primitives::{Address, B256, Bytes};
use praxis_primitives::{InferenceEntry, InferenceRecord};
use revm::context::JournalTr;
use std::sync::Arc;

/// A completed inference.
#[derive(Debug)]
pub(crate) struct Completed {
    pub(crate) caller: Address,
    pub(crate) model: B256,
    pub(crate) input_hash: B256,
    /// In canonical encoding.
    pub(crate) inputs: Bytes,
    pub(crate) result: Arc<InferenceResult>,
    /// Whom the model's owner has named, and the gas of the royalty.
    pub(crate) royalty: (Address, u64),
    pub(crate) gas: u64,
    pub(crate) is_static: bool,
    /// An enclosing frame or the transaction reverted. Known once the transaction has ended.
    pub(crate) reverted: bool,
}

/// The completed inferences of one transaction; an entry's index is its call index. Reverted ones stay and keep their
/// index, so an index names one inference whatever reverts around it.
#[derive(Debug, Default)]
pub(crate) struct Records(Vec<Completed>);

impl Records {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Keeps a completed inference and lists it as observable.
    pub(crate) fn push<J: JournalTr>(&mut self, journal: &mut J, completed: Completed) {
        journal::push(journal, self.0.len());
        self.0.push(completed);
    }

    /// The `index`-th observable inference.
    pub(crate) fn observed<J: JournalTr>(&self, journal: &mut J, index: u64) -> Option<&Completed> {
        if index >= journal::observable(journal) {
            return None;
        }
        self.0.get(journal::call_index(journal, index))
    }

    /// Marks what the transaction reverted. The journal must still hold the transient storage of the transaction, with
    /// reverted frames undone.
    pub(crate) fn settle<J: JournalTr>(&mut self, journal: &mut J) {
        for completed in &mut self.0 {
            completed.reverted = true;
        }
        for index in 0..journal::observable(journal) {
            if let Some(completed) = self.0.get_mut(journal::call_index(journal, index)) {
                completed.reverted = false;
            }
        }
    }

    /// Takes all of them out.
    pub(crate) fn take(&mut self, transaction_index: u32) -> Vec<InferenceEntry> {
        (0u32..).zip(self.0.drain(..)).map(|(call_index, c)| entry(transaction_index, call_index, c)).collect()
    }
}

fn entry(transaction_index: u32, call_index: u32, completed: Completed) -> InferenceEntry {
    let record = InferenceRecord {
        transaction_index,
        call_index,
        caller: completed.caller,
        model: completed.model,
        input_hash: completed.input_hash,
        output_hash: completed.result.hash,
        gas: completed.gas,
        is_static: completed.is_static,
        reverted: completed.reverted,
    };
    InferenceEntry { record, inputs: completed.inputs, outputs: completed.result.encoded.clone() }
}
