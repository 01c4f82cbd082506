//! The transactions of a batch, column by column. Writing and reading of each column stand side by side.
//!
//! What a column can say in no bytes at all is said by prediction: a sender goes on with the next nonce and the fees of its
//! last transaction, a call of an address is like the one before it. So a column of tags is mostly zeros.

mod calls;
mod lists;
mod senders;

use super::{
    BatchDecodeError,
    dictionary::{AddressReader, AddressWriter},
    fields::{Fields, Kind},
    sections::{Input, Section, Sections},
};
use crate::limits::MAX_BATCH_BYTES;
use alloy_primitives::{Address, Bytes, U256};

/// Bytes of a compact signature.
pub(super) const SIGNATURE_BYTES: usize = 64;

/// Writes all columns.
pub(super) fn put(out: &mut Sections, transactions: &[Fields]) {
    let mut addresses = AddressWriter::default();
    let senders = senders::put_senders(out, transactions);
    senders::put_kinds(out, transactions, &senders);
    senders::put_fees(out, transactions, &senders);
    let contexts = calls::put_recipients(out, transactions, &mut addresses);
    let calls = calls::put_calls(out, transactions, &contexts);
    calls::put_gas(out, transactions, &contexts, &calls);
    calls::put_words(out, transactions, &calls, &mut addresses);
    lists::put(out, transactions, &mut addresses);
    transactions.iter().for_each(|tx| out.bytes(Section::Signatures, &tx.signature));
    let delegations = transactions.iter().flat_map(|tx| &tx.delegations);
    delegations.for_each(|delegation| out.bytes(Section::Signatures, &delegation.signature));
}

/// Reads `count` transactions.
pub(super) fn get(input: &mut Input<'_>, count: usize, budget: &mut Budget) -> Result<Vec<Fields>, BatchDecodeError> {
    let mut addresses = AddressReader::default();
    let mut transactions = vec![empty(); count];
    let senders = senders::get_senders(input, &mut transactions)?;
    senders::get_kinds(input, &mut transactions, &senders)?;
    senders::get_fees(input, &mut transactions, &senders)?;
    let contexts = calls::get_recipients(input, &mut transactions, &mut addresses)?;
    let calls = calls::get_calls(input, &contexts, budget)?;
    calls::get_gas(input, &mut transactions, &contexts, &calls)?;
    calls::get_words(input, &mut transactions, &calls, &mut addresses)?;
    lists::get(input, &mut transactions, &mut addresses, budget)?;
    for tx in &mut transactions {
        tx.signature = input.array::<SIGNATURE_BYTES>(Section::Signatures)?;
    }
    for delegation in transactions.iter_mut().flat_map(|tx| &mut tx.delegations) {
        delegation.signature = input.array::<SIGNATURE_BYTES>(Section::Signatures)?;
    }
    Ok(transactions)
}

fn empty() -> Fields {
    Fields {
        kind: Kind::INITIAL,
        nonce: 0,
        max_fee: 0,
        priority_fee: 0,
        gas_limit: 0,
        to: Address::ZERO,
        value: U256::ZERO,
        input: Bytes::new(),
        access_list: Vec::new(),
        delegations: Vec::new(),
        signature: [0; SIGNATURE_BYTES],
    }
}

/// Bytes that transactions may still take. A tag that repeats a word makes 32 bytes of one that may compress to nothing, so
/// what they take is counted before it is allocated.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(MAX_BATCH_BYTES)
    }

    pub(super) fn take(&mut self, bytes: u64) -> Result<(), BatchDecodeError> {
        let bytes = usize::try_from(bytes).map_err(|_| BatchDecodeError::TooLarge)?;
        self.0 = self.0.checked_sub(bytes).ok_or(BatchDecodeError::TooLarge)?;
        Ok(())
    }
}
