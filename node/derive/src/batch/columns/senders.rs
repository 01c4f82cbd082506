//! What follows from the sender: nonce, kind, fees.
//!
//! A batch does not name senders, their signatures do. So a sender is no more than a sequence of nonces: which of several with
//! the same next nonce goes on is free, and the encoder takes the one whose last kind and fees were the same, or nearly so.
//!
//! Most wallets offer a multiple of the base fee and their priority fee on top. So what the highest fee has above the
//! priority fee, the *margin*, is alike in transactions that follow each other, whoever sends them.

use crate::batch::{
    BatchDecodeError,
    dictionary::SENDERS,
    fields::{Fields, Kind},
    number::{Decimal, get_u64, get_u128, put_number},
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
/// Tags of fees: the predicted priority fee, with the margin of the transaction before, or with that and the next number more or
/// less.
const MARGIN: u8 = 4;
const MARGIN_UP: u8 = 5;
const MARGIN_DOWN: u8 = 6;

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
        let newest = || senders.iter().rev().take(MAX_LOOKED_AT);
        let (kind, _, priority) = profile(tx);
        let same = newest().position(|(_, last)| *last == profile(tx));
        let like = same.or_else(|| newest().position(|(_, last)| last.0 == kind && last.2 == priority)).unwrap_or(0);
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

/// The highest fee, and the priority fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fees {
    max: u128,
    priority: u128,
}

impl Fees {
    const ZERO: Self = Self { max: 0, priority: 0 };

    /// As a transaction of this kind has them: without a priority fee that is 0.
    const fn of(self, kind: Kind) -> Self {
        if kind.has_priority() { self } else { Self { priority: 0, ..self } }
    }

    const fn margin(self) -> u128 {
        self.max.saturating_sub(self.priority)
    }

    /// How the encoder says these fees: a tag, and the numbers that follow it.
    fn said(self, kind: Kind, predicted: Self, before: Self) -> (u8, [Option<u128>; 2]) {
        let (margin, old) = (self.margin(), before.margin());
        if self == predicted {
            return (AS_PREDICTED, [None; 2]);
        }
        if self == before.of(kind) {
            return (AS_BEFORE, [None; 2]);
        }
        if self.priority != predicted.priority {
            return (NEW_BOTH, [Some(self.max), Some(self.priority)]);
        }
        // A margin is cut at zero, and then does not give the fee back.
        if self.max < self.priority {
            return (NEW_MAX, [Some(self.max), None]);
        }
        let change = Decimal::of(U256::from(margin.abs_diff(old)));
        if margin == old {
            (MARGIN, [None; 2])
        } else if change.len() >= Decimal::of(U256::from(self.max)).len() {
            (NEW_MAX, [Some(self.max), None])
        } else {
            (if margin > old { MARGIN_UP } else { MARGIN_DOWN }, [Some(margin.abs_diff(old)), None])
        }
    }
}

pub(super) fn put_fees(out: &mut Sections, transactions: &[Fields], senders: &[usize]) {
    let mut last = Last::new(senders, Fees::ZERO);
    for (tx, &sender) in transactions.iter().zip(senders) {
        let predicted = last.predicted(sender).of(tx.kind);
        let fees = Fees { max: tx.max_fee, priority: tx.priority_fee };
        let (tag, numbers) = fees.said(tx.kind, predicted, last.before);
        out.byte(Section::Tags, tag);
        numbers.into_iter().flatten().for_each(|number| put_number(out, U256::from(number)));
        last.update(sender, fees);
    }
}

pub(super) fn get_fees(
    input: &mut Input<'_>,
    transactions: &mut [Fields],
    senders: &[usize],
) -> Result<(), BatchDecodeError> {
    let mut last = Last::new(senders, Fees::ZERO);
    for (tx, &sender) in transactions.iter_mut().zip(senders) {
        let (predicted, before) = (last.predicted(sender).of(tx.kind), last.before);
        let priority = predicted.priority;
        let with_margin = |margin: Option<u128>| {
            let max = margin.and_then(|margin| margin.checked_add(priority));
            Ok(Fees { max: max.ok_or(BatchDecodeError::Number("a fee"))?, priority })
        };
        let fees = match input.byte(Section::Tags)? {
            AS_PREDICTED => predicted,
            AS_BEFORE => before,
            NEW_MAX => Fees { max: get_u128(input, "a fee")?, priority },
            NEW_BOTH => Fees { max: get_u128(input, "a fee")?, priority: get_u128(input, "a priority fee")? },
            MARGIN => with_margin(Some(before.margin()))?,
            MARGIN_UP => with_margin(before.margin().checked_add(get_u128(input, "a fee")?))?,
            MARGIN_DOWN => with_margin(before.margin().checked_sub(get_u128(input, "a fee")?))?,
            tag => return Err(BatchDecodeError::Tag { column: "a transaction's fees", tag }),
        };
        let fees = fees.of(tx.kind);
        (tx.max_fee, tx.priority_fee) = (fees.max, fees.priority);
        last.update(sender, fees);
    }
    Ok(())
}
