//! References to what was named before: a page of 256 entries, and the place on it.
//!
//! What is referred to often was mostly named early, so the first page is a column of its own: its places are unevenly
//! distributed and compress, those of other pages hardly do.

use super::{
    BatchDecodeError,
    sections::{Input, Section, Sections},
};
use alloy_primitives::Address;
use std::collections::BTreeMap;

/// Page byte of something new.
const NEW: u8 = 0;
/// Page byte that a varint follows; it counts from page [`FAR_PAGE`].
const FAR: u8 = 255;
const FAR_PAGE: u64 = 254;

/// The columns of one kind of reference.
#[derive(Debug, Clone, Copy)]
pub(super) struct References {
    what: &'static str,
    pages: Section,
    first: Section,
    rest: Section,
}

/// References to senders.
pub(super) const SENDERS: References =
    References { what: "sender", pages: Section::SenderPages, first: Section::SenderFirst, rest: Section::SenderRest };

/// References to addresses.
const ADDRESSES: References = References {
    what: "address",
    pages: Section::AddressPages,
    first: Section::AddressFirst,
    rest: Section::AddressRest,
};

impl References {
    /// Refers to an entry by its index, or says with `None` that a new one follows.
    pub(super) fn put(&self, out: &mut Sections, index: Option<usize>) {
        let Some(index) = index else { return out.byte(self.pages, NEW) };
        let page = index as u64 / 256;
        if page < FAR_PAGE {
            out.byte(self.pages, page as u8 + 1);
        } else {
            out.byte(self.pages, FAR);
            out.varint(self.pages, page - FAR_PAGE);
        }
        out.byte(if page == 0 { self.first } else { self.rest }, index as u8);
    }

    /// Reads a reference to one of `known` entries, `None` for a new one.
    pub(super) fn get(&self, input: &mut Input<'_>, known: usize) -> Result<Option<usize>, BatchDecodeError> {
        let page = match input.byte(self.pages)? {
            NEW => return Ok(None),
            FAR => input.varint(self.pages)?.saturating_add(FAR_PAGE),
            near => u64::from(near) - 1,
        };
        let place = input.byte(if page == 0 { self.first } else { self.rest })?;
        let index = page.saturating_mul(256).saturating_add(u64::from(place));
        if index >= known as u64 {
            return Err(BatchDecodeError::Reference { what: self.what, index, known });
        }
        Ok(Some(index as usize))
    }
}

/// The addresses that the encoder named so far.
#[derive(Debug, Default)]
pub(super) struct AddressWriter(BTreeMap<Address, usize>);

impl AddressWriter {
    pub(super) fn knows(&self, address: &Address) -> bool {
        self.0.contains_key(address)
    }

    /// Gives its index, and whether it is new.
    pub(super) fn put(&mut self, out: &mut Sections, address: Address) -> (usize, bool) {
        let known = self.0.get(&address).copied();
        ADDRESSES.put(out, known);
        match known {
            Some(index) => (index, false),
            None => {
                out.bytes(Section::Addresses, address.as_slice());
                let index = self.0.len();
                self.0.insert(address, index);
                (index, true)
            }
        }
    }
}

/// The addresses that the decoder read so far. Each new one took 20 bytes, so there are no more than the input has room for.
#[derive(Debug, Default)]
pub(super) struct AddressReader(Vec<Address>);

impl AddressReader {
    /// Gives the address, its index, and whether it is new.
    pub(super) fn get(&mut self, input: &mut Input<'_>) -> Result<(Address, usize, bool), BatchDecodeError> {
        match ADDRESSES.get(input, self.0.len())? {
            Some(index) => Ok((self.0[index], index, false)),
            None => {
                let address = Address::from(input.array::<20>(Section::Addresses)?);
                self.0.push(address);
                Ok((address, self.0.len() - 1, true))
            }
        }
    }
}
