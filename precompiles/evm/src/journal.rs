//! What the precompile keeps in its transient storage, through the journal, so that a reverted frame undoes it and the
//! end of the transaction clears it.
//!
//! | slot | holds |
//! |---|---|
//! | 0 | the number of observable inferences |
//! | 1 + i | the call index of the i-th of them |
//! | a model's id | 1 when the model is warm |
//!
//! An id is a hash, so it never is a small number.

use alloy_primitives::{B256, U256};
use praxis_contracts::addresses::INFERENCE;
use revm::context::JournalTr;

fn entry(index: u64) -> U256 {
    U256::from(index).saturating_add(U256::ONE)
}

/// How many inferences can be observed.
pub(crate) fn observable<J: JournalTr>(journal: &mut J) -> u64 {
    journal.tload(INFERENCE, U256::ZERO).saturating_to()
}

/// The call index of the `index`-th of them.
pub(crate) fn call_index<J: JournalTr>(journal: &mut J, index: u64) -> usize {
    journal.tload(INFERENCE, entry(index)).saturating_to()
}

/// Adds an inference to the list.
pub(crate) fn push<J: JournalTr>(journal: &mut J, call_index: usize) {
    let count = observable(journal);
    journal.tstore(INFERENCE, entry(count), U256::from(call_index));
    journal.tstore(INFERENCE, U256::ZERO, U256::from(count).saturating_add(U256::ONE));
}

/// Marks the model as warm; whether it was so already.
pub(crate) fn warm<J: JournalTr>(journal: &mut J, model: B256) -> bool {
    let slot = U256::from_be_bytes(model.0);
    let was_warm = !journal.tload(INFERENCE, slot).is_zero();
    if !was_warm {
        journal.tstore(INFERENCE, slot, U256::ONE);
    }
    was_warm
}
