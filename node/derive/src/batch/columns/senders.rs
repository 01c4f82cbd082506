//! What follows from the sender: nonce, kind, fees.
//!
//! A batch does not name senders, their signatures do. So a sender is no more than a sequence of nonces: which of several with
//! the same next nonce goes on is free, and the encoder takes the one whose last kind and fees were the same.

use crate::batch::{
    BatchDecodeError,
    dictionary::SENDERS,
    fields::{Fields, Kind},
    number::{get_u64, get_u128, put_number},
    sections::{Input, Section, Sections},
};
use alloy_primitives::U256;
use std::collections::BTreeMap;

/// How many senders with the same next nonce the encoder looks at.
const MAX_LOOKED_AT: usize = 16;

/// Tag: as the sender's last transaction; of a new sender, as the transaction before.
const AS_PREDICTED: u8 = 0;
/// Tag of fees: as the transaction before.
const AS_BEFORE: u8 = 1;
/// Tag of fees: the highest fee follows, the priority fee is as predicted.
const NEW_MAX: u8 = 2;
/// Tag of fees: both follow.
const NEW_BOTH: u8 = 3;

/// What the encoder compares of a sender's last transaction.
type Profile = (Kind, u128, u128);

fn profile(tx: &Fields) -> Profile {
    (tx.kind, tx.max_fee, tx.priority_fee)
}

/// Senders that wait for their next transaction, by its nonce.
#[derive(Debug, Default)]
struct Waiting(BTreeMap<u64, Vec<(usize, Profile)>>);

impl Waiting {
    fn take(&mut self, tx: &Fields) -> Option<usize> {
        let senders = self.0.get_mut(&tx.nonce)?;
        let like = senders.iter().rev().take(MAX_LOOKED_AT).position(|(_, last)| *last == profile(tx)).unwrap_or(0);
        let at = senders.len().checked_sub(1 + like)?;
        Some(senders.remove(at).0)
    }

    fn put(&mut self, sender: usize, tx: &Fields) {
        self.0.entry(tx.nonce.wrapping_add(1)).or_default().push((sender, profile(tx)));
    }
}

/// Writes each transaction's sender, with a first nonce where it is new. Gives the senders.
pub(super) fn put_senders(out: &mut Sections, transactions: &[Fields]) -> Vec<usize> {
    let mut waiting = Waiting::default();
    let mut count = 0;
    let mut senders = Vec::with_capacity(transactions.len());
    for tx in transactions {
        let known = waiting.take(tx);
        SENDERS.put(out, known);
        let sender = known.unwrap_or_else(|| {
            put_number(out, U256::from(tx.nonce));
            count += 1;
            count - 1
        });
        waiting.put(sender, tx);
        senders.push(sender);
    }
    senders
}

pub(super) fn get_senders(input: &mut Input<'_>, transactions: &mut [Fields]) -> Result<Vec<usize>, BatchDecodeError> {
    let mut next = Vec::new();
    let mut senders = Vec::new();
    for tx in transactions {
        let sender = match SENDERS.get(input, next.len())? {
            Some(sender) => sender,
            None => {
                next.push(get_u64(input, "a nonce")?);
                next.len() - 1
            }
        };
        tx.nonce = next[sender];
        next[sender] = tx.nonce.wrapping_add(1);
        senders.push(sender);
    }
    Ok(senders)
}

/// The last value of each sender, and of the transaction before.
#[derive(Debug)]
struct Last<T> {
    of_sender: Vec<Option<T>>,
    before: T,
}

impl<T: Copy> Last<T> {
    fn new(senders: &[usize], before: T) -> Self {
        let count = senders.iter().max().map_or(0, |last| last + 1);
        Self { of_sender: vec![None; count], before }
    }

    fn predicted(&self, sender: usize) -> T {
        self.of_sender[sender].unwrap_or(self.before)
    }

    fn update(&mut self, sender: usize, value: T) {
        self.of_sender[sender] = Some(value);
        self.before = value;
    }
}

pub(super) fn put_kinds(out: &mut Sections, transactions: &[Fields], senders: &[usize]) {
    let mut last = Last::new(senders, Kind::INITIAL);
    for (tx, &sender) in transactions.iter().zip(senders) {
        let expected = tx.kind == last.predicted(sender);
        out.byte(Section::Tags, if expected { AS_PREDICTED } else { 1 + tx.kind.byte() });
        last.update(sender, tx.kind);
    }
}

pub(super) fn get_kinds(
    input: &mut Input<'_>,
    transactions: &mut [Fields],
    senders: &[usize],
) -> Result<(), BatchDecodeError> {
    let mut last = Last::new(senders, Kind::INITIAL);
    for (tx, &sender) in transactions.iter_mut().zip(senders) {
        tx.kind = match input.byte(Section::Tags)? {
            AS_PREDICTED => last.predicted(sender),
            tag => Kind::of_byte(tag - 1).ok_or(BatchDecodeError::Tag { column: "a transaction's kind", tag })?,
        };
        last.update(sender, tx.kind);
    }
    Ok(())
}

/// The highest fee, and the priority fee. A kind without a priority fee leaves that of the prediction.
type Fees = (u128, u128);

pub(super) fn put_fees(out: &mut Sections, transactions: &[Fields], senders: &[usize]) {
    let mut last = Last::<Fees>::new(senders, (0, 0));
    for (tx, &sender) in transactions.iter().zip(senders) {
        let (predicted, before) = (last.predicted(sender), last.before);
        let priority = if tx.kind.has_priority() { tx.priority_fee } else { predicted.1 };
        let fees = (tx.max_fee, priority);
        let tag = if fees == predicted {
            AS_PREDICTED
        } else if tx.max_fee == before.0 && (!tx.kind.has_priority() || priority == before.1) {
            AS_BEFORE
        } else if priority == predicted.1 {
            NEW_MAX
        } else {
            NEW_BOTH
        };
        out.byte(Section::Tags, tag);
        if tag >= NEW_MAX {
            put_number(out, U256::from(tx.max_fee));
        }
        if tag == NEW_BOTH {
            put_number(out, U256::from(priority));
        }
        last.update(sender, if tag == AS_BEFORE { before } else { fees });
    }
}

pub(super) fn get_fees(
    input: &mut Input<'_>,
    transactions: &mut [Fields],
    senders: &[usize],
) -> Result<(), BatchDecodeError> {
    let mut last = Last::<Fees>::new(senders, (0, 0));
    for (tx, &sender) in transactions.iter_mut().zip(senders) {
        let predicted = last.predicted(sender);
        let fees = match input.byte(Section::Tags)? {
            AS_PREDICTED => predicted,
            AS_BEFORE => last.before,
            NEW_MAX => (get_u128(input, "a fee")?, predicted.1),
            NEW_BOTH => (get_u128(input, "a fee")?, get_u128(input, "a priority fee")?),
            tag => return Err(BatchDecodeError::Tag { column: "a transaction's fees", tag }),
        };
        tx.max_fee = fees.0;
        tx.priority_fee = if tx.kind.has_priority() { fees.1 } else { 0 };
        last.update(sender, fees);
    }
    Ok(())
}
