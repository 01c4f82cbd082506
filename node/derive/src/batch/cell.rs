//! Words of 32 bytes: a value sent, an argument of a call, a storage key. A column of them is written one after another.

use super::{
    BatchDecodeError,
    dictionary::{AddressReader, AddressWriter},
    number::{Decimal, get_number},
    sections::{Input, Section, Sections},
};
use alloy_primitives::{Address, U256};

/// The word before it in the column.
const SAME: u8 = 0;
/// An address in the low 20 bytes.
const ADDRESS: u8 = 1;
/// A number.
const NUMBER: u8 = 2;
/// A number, subtracted from 2^256.
const NEGATIVE: u8 = 3;
/// A number, added to the word before.
const UP: u8 = 4;
/// A number, subtracted from the word before.
const DOWN: u8 = 5;
/// Bytes at the left, zeros after them.
const LEFT: u8 = 6;
/// Any 32 bytes.
const RAW: u8 = 7;

/// A number of more bytes than this is taken for something else, if it looks like it.
const PLAIN_BYTES: usize = 8;
/// A mantissa of more bytes than this is written as a raw word, so that hashes stand together.
const NUMBER_BYTES: usize = 24;

/// A column while it is written or read. The word before the first is 0.
#[derive(Debug, Default)]
pub(super) struct Column(U256);

impl Column {
    pub(super) fn put(&mut self, out: &mut Sections, addresses: &mut AddressWriter, word: U256) {
        let before = std::mem::replace(&mut self.0, word);
        if word == before {
            return out.byte(Section::Tags, SAME);
        }
        let decimal = Decimal::of(word);
        if let Some(address) = as_address(word)
            && (decimal.len() > PLAIN_BYTES || addresses.knows(&address))
        {
            out.byte(Section::Tags, ADDRESS);
            addresses.put(out, address);
            return;
        }
        let (tag, difference) = if word > before { (UP, word - before) } else { (DOWN, before - word) };
        let difference = Decimal::of(difference);
        if !before.is_zero() && difference.len() + 2 <= decimal.len().min(NUMBER_BYTES) {
            out.byte(Section::Tags, tag);
            return difference.put(out);
        }
        let left = 32 - word.trailing_zeros() / 8;
        if decimal.len() > PLAIN_BYTES && left < decimal.len() && left <= NUMBER_BYTES {
            out.bytes(Section::Tags, &[LEFT, left as u8]);
            return out.bytes(Section::Bytes, &word.to_be_bytes::<32>()[..left]);
        }
        let negative = Decimal::of(word.wrapping_neg());
        if negative.len() < decimal.len() && negative.len() <= NUMBER_BYTES {
            out.byte(Section::Tags, NEGATIVE);
            return negative.put(out);
        }
        if decimal.len() <= NUMBER_BYTES {
            out.byte(Section::Tags, NUMBER);
            return decimal.put(out);
        }
        out.byte(Section::Tags, RAW);
        out.bytes(Section::Words, &word.to_be_bytes::<32>());
    }

    pub(super) fn get(
        &mut self,
        input: &mut Input<'_>,
        addresses: &mut AddressReader,
    ) -> Result<U256, BatchDecodeError> {
        let beyond = BatchDecodeError::Number("a difference");
        self.0 = match input.byte(Section::Tags)? {
            SAME => self.0,
            ADDRESS => addresses.get(input)?.0.into_word().into(),
            NUMBER => get_number(input)?,
            NEGATIVE => get_number(input)?.wrapping_neg(),
            UP => self.0.checked_add(get_number(input)?).ok_or(beyond)?,
            DOWN => self.0.checked_sub(get_number(input)?).ok_or(beyond)?,
            LEFT => {
                let length = input.byte(Section::Tags)?;
                if length > 32 {
                    return Err(BatchDecodeError::Tag { column: "the length of a word", tag: length });
                }
                let mut word = [0; 32];
                word[..usize::from(length)].copy_from_slice(input.take(Section::Bytes, usize::from(length))?);
                U256::from_be_bytes(word)
            }
            RAW => U256::from_be_bytes(input.array::<32>(Section::Words)?),
            tag => return Err(BatchDecodeError::Tag { column: "a word", tag }),
        };
        Ok(self.0)
    }
}

fn as_address(word: U256) -> Option<Address> {
    let bytes = word.to_be_bytes::<32>();
    (bytes[..12] == [0; 12]).then(|| Address::from_slice(&bytes[12..]))
}
