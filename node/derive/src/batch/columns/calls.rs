//! What follows from the recipient: the call's shape, its gas, its arguments.

use super::Budget;
use crate::batch::{
    BatchDecodeError,
    cell::Column,
    dictionary::{AddressReader, AddressWriter},
    fields::Fields,
    number::{get_u64, put_number},
    sections::{Input, Section, Sections},
};
use alloy_primitives::{Bytes, U256};
use std::collections::BTreeMap;

/// Context of contract creations.
const CREATION: usize = 0;
/// Context of recipients that are named for the first time.
const FRESH: usize = 1;
/// Context of the first address; the others follow.
const FIRST_ADDRESS: usize = 2;

/// Tag of a call: like the one before in its context.
const CALL_AS_BEFORE: u8 = 0;
/// Tag of a call: a new one, described in `Calls`.
const CALL_NEW: u8 = 1;
/// Tag of the first call; tags up to [`CALL_FAR`] name the others.
const CALL_FIRST: u8 = 2;
/// Tag of a call whose index follows in `Calls`.
const CALL_FAR: u8 = 255;

/// Tags of gas: the last limit in this context, the one before it, the last of this call, and one that follows.
const GAS_LAST: u8 = 0;
const GAS_EARLIER: u8 = 1;
const GAS_OF_CALL: u8 = 2;
const GAS_NEW: u8 = 3;
/// What is taken for the gas limits before the first transaction.
const GAS_INITIAL: u64 = 21_000;

/// Calldata of more words than this, and code of a contract to create, is taken for one long string after so many words.
const MAX_WORDS: usize = 64;
const WORDS_OF_LONG: usize = 6;

/// Where a transaction's prediction comes from, and where it is remembered besides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    from: usize,
    also: usize,
}

impl Context {
    const fn of_address(index: usize, new: bool) -> Self {
        let own = FIRST_ADDRESS + index;
        Self { from: if new { FRESH } else { own }, also: own }
    }

    const CREATION: Self = Self { from: CREATION, also: CREATION };
}

/// What is remembered of each context.
#[derive(Debug)]
struct Memory<T>(Vec<T>);

impl<T: Copy> Memory<T> {
    fn new(contexts: &[Context], initial: T) -> Self {
        let last = contexts.iter().map(|context| context.also).max().unwrap_or_default().max(FRESH);
        Self(vec![initial; last + 1])
    }

    fn get(&self, context: Context) -> T {
        self.0[context.from]
    }

    fn set(&mut self, context: Context, value: T) {
        self.0[context.from] = value;
        self.0[context.also] = value;
    }
}

/// The shape of calldata: a selector, words in columns, and a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    length: usize,
    words: usize,
    /// Zero if the calldata is shorter.
    selector: [u8; 4],
}

impl Shape {
    fn of(tx: &Fields) -> Self {
        let length = tx.input.len();
        let Some((selector, rest)) = tx.input.split_first_chunk::<4>() else {
            return Self { length, words: 0, selector: [0; 4] };
        };
        let words = rest.len() / 32;
        let is_long = words > MAX_WORDS || tx.kind.creates();
        Self { length, words: if is_long { words.min(WORDS_OF_LONG) } else { words }, selector: *selector }
    }

    fn put(&self, out: &mut Sections) {
        out.varint(Section::Calls, self.length as u64);
        if self.length >= 4 {
            out.varint(Section::Calls, self.words as u64);
            out.bytes(Section::Calls, &self.selector);
        }
    }

    fn get(input: &mut Input<'_>) -> Result<Self, BatchDecodeError> {
        let length = input.varint(Section::Calls)?;
        if length < 4 {
            return Ok(Self { length: length as usize, words: 0, selector: [0; 4] });
        }
        let columns = input.varint(Section::Calls)?;
        if columns > (length - 4) / 32 {
            return Err(BatchDecodeError::Columns { length, columns });
        }
        let selector = input.array::<4>(Section::Calls)?;
        let length = usize::try_from(length).map_err(|_| BatchDecodeError::TooLarge)?;
        Ok(Self { length, words: columns as usize, selector })
    }

    /// Where the rest begins.
    const fn rest(&self) -> usize {
        if self.length < 4 { 0 } else { 4 + 32 * self.words }
    }
}

/// The shapes, and the transactions of each.
#[derive(Debug, Default)]
pub(super) struct Calls {
    shapes: Vec<Shape>,
    /// Of each transaction the index of its shape.
    of: Vec<usize>,
}

impl Calls {
    /// Of each shape its transactions, in order.
    fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.shapes.len()];
        self.of.iter().enumerate().for_each(|(tx, &shape)| members[shape].push(tx));
        members
    }
}

pub(super) fn put_recipients(
    out: &mut Sections,
    transactions: &[Fields],
    addresses: &mut AddressWriter,
) -> Vec<Context> {
    let context = |tx: &Fields| {
        if tx.kind.creates() {
            return Context::CREATION;
        }
        let (index, new) = addresses.put(out, tx.to);
        Context::of_address(index, new)
    };
    transactions.iter().map(context).collect()
}

pub(super) fn get_recipients(
    input: &mut Input<'_>,
    transactions: &mut [Fields],
    addresses: &mut AddressReader,
) -> Result<Vec<Context>, BatchDecodeError> {
    let mut contexts = Vec::new();
    for tx in transactions {
        if tx.kind.creates() {
            contexts.push(Context::CREATION);
            continue;
        }
        let (address, index, new) = addresses.get(input)?;
        tx.to = address;
        contexts.push(Context::of_address(index, new));
    }
    Ok(contexts)
}

pub(super) fn put_calls(out: &mut Sections, transactions: &[Fields], contexts: &[Context]) -> Calls {
    let mut memory = Memory::new(contexts, None);
    let mut calls = Calls::default();
    let mut known = BTreeMap::new();
    for (tx, &context) in transactions.iter().zip(contexts) {
        let shape = Shape::of(tx);
        let index = known.get(&shape).copied();
        match index {
            Some(_) if index == memory.get(context) => out.byte(Section::Tags, CALL_AS_BEFORE),
            Some(index) if index < usize::from(CALL_FAR - CALL_FIRST) => {
                out.byte(Section::Tags, CALL_FIRST + index as u8);
            }
            Some(index) => {
                out.byte(Section::Tags, CALL_FAR);
                out.varint(Section::Calls, index as u64);
            }
            None => {
                out.byte(Section::Tags, CALL_NEW);
                shape.put(out);
                known.insert(shape, calls.shapes.len());
                calls.shapes.push(shape);
            }
        }
        let index = index.unwrap_or(calls.shapes.len() - 1);
        memory.set(context, Some(index));
        calls.of.push(index);
    }
    calls
}

pub(super) fn get_calls(
    input: &mut Input<'_>,
    contexts: &[Context],
    budget: &mut Budget,
) -> Result<Calls, BatchDecodeError> {
    let mut memory = Memory::new(contexts, None);
    let mut calls = Calls::default();
    for &context in contexts {
        let tag = input.byte(Section::Tags)?;
        let known = calls.shapes.len();
        let index = match tag {
            CALL_AS_BEFORE => memory.get(context).ok_or(BatchDecodeError::Tag { column: "a call", tag })? as u64,
            CALL_NEW => {
                calls.shapes.push(Shape::get(input)?);
                known as u64
            }
            CALL_FAR => input.varint(Section::Calls)?,
            near => u64::from(near - CALL_FIRST),
        };
        let shape = usize::try_from(index).ok().and_then(|index| calls.shapes.get(index));
        let shape = shape.ok_or(BatchDecodeError::Reference { what: "call", index, known })?;
        budget.take(shape.length as u64)?;
        memory.set(context, Some(index as usize));
        calls.of.push(index as usize);
    }
    Ok(calls)
}

pub(super) fn put_gas(out: &mut Sections, transactions: &[Fields], contexts: &[Context], calls: &Calls) {
    let mut memory = Memory::new(contexts, [GAS_INITIAL; 2]);
    let mut of_call = vec![GAS_INITIAL; calls.shapes.len()];
    for ((tx, &context), &call) in transactions.iter().zip(contexts).zip(&calls.of) {
        let [last, earlier] = memory.get(context);
        let tag = match tx.gas_limit {
            gas if gas == last => GAS_LAST,
            gas if gas == earlier => GAS_EARLIER,
            gas if gas == of_call[call] => GAS_OF_CALL,
            _ => GAS_NEW,
        };
        out.byte(Section::Tags, tag);
        if tag == GAS_NEW {
            put_number(out, U256::from(tx.gas_limit));
        }
        if tag != GAS_LAST {
            memory.set(context, [tx.gas_limit, last]);
        } else {
            memory.set(context, [last, earlier]);
        }
        of_call[call] = tx.gas_limit;
    }
}

pub(super) fn get_gas(
    input: &mut Input<'_>,
    transactions: &mut [Fields],
    contexts: &[Context],
    calls: &Calls,
) -> Result<(), BatchDecodeError> {
    let mut memory = Memory::new(contexts, [GAS_INITIAL; 2]);
    let mut of_call = vec![GAS_INITIAL; calls.shapes.len()];
    for ((tx, &context), &call) in transactions.iter_mut().zip(contexts).zip(&calls.of) {
        let [last, earlier] = memory.get(context);
        tx.gas_limit = match input.byte(Section::Tags)? {
            GAS_LAST => last,
            GAS_EARLIER => earlier,
            GAS_OF_CALL => of_call[call],
            GAS_NEW => get_u64(input, "a gas limit")?,
            tag => return Err(BatchDecodeError::Tag { column: "a gas limit", tag }),
        };
        memory.set(context, if tx.gas_limit == last { [last, earlier] } else { [tx.gas_limit, last] });
        of_call[call] = tx.gas_limit;
    }
    Ok(())
}

/// Writes values and calldata, shape by shape and word by word.
pub(super) fn put_words(out: &mut Sections, transactions: &[Fields], calls: &Calls, addresses: &mut AddressWriter) {
    for (shape, members) in calls.shapes.iter().zip(calls.members()) {
        let mut values = Column::default();
        members.iter().for_each(|&tx| values.put(out, addresses, transactions[tx].value));
        for word in 0..shape.words {
            let mut column = Column::default();
            let at = 4 + 32 * word;
            for &tx in &members {
                column.put(out, addresses, U256::from_be_slice(&transactions[tx].input[at..at + 32]));
            }
        }
        members.iter().for_each(|&tx| out.bytes(Section::Bytes, &transactions[tx].input[shape.rest()..]));
    }
}

pub(super) fn get_words(
    input: &mut Input<'_>,
    transactions: &mut [Fields],
    calls: &Calls,
    addresses: &mut AddressReader,
) -> Result<(), BatchDecodeError> {
    for (shape, members) in calls.shapes.iter().zip(calls.members()) {
        let mut values = Column::default();
        for &tx in &members {
            transactions[tx].value = values.get(input, addresses)?;
        }
        // Their lengths were taken from the budget.
        let mut inputs = vec![vec![0; shape.length]; members.len()];
        if shape.length >= 4 {
            inputs.iter_mut().for_each(|calldata| calldata[..4].copy_from_slice(&shape.selector));
        }
        for word in 0..shape.words {
            let mut column = Column::default();
            let at = 4 + 32 * word;
            for calldata in &mut inputs {
                let word = column.get(input, addresses)?.to_be_bytes::<32>();
                calldata[at..at + 32].copy_from_slice(&word);
            }
        }
        for (calldata, tx) in inputs.into_iter().zip(members) {
            let mut calldata = calldata;
            let rest = shape.length - shape.rest();
            calldata[shape.rest()..].copy_from_slice(input.take(Section::Bytes, rest)?);
            transactions[tx].input = Bytes::from(calldata);
        }
    }
    Ok(())
}
