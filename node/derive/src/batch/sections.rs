//! The byte strings that a batch consists of: one for each kind of thing, so that like stands beside like.

use super::BatchDecodeError;
use crate::varint::{Reader, put};

/// A byte string of a batch. What each holds stands in `SPEC.md`; their order is that of the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Where the batch stands, and how many blocks it has.
    Head,
    /// A bit for each block: whether it takes the next L1 origin.
    Origins,
    /// Of each block with transactions the number of blocks without any before it.
    Gaps,
    /// Of each block with transactions how many.
    Counts,
    /// Which transactions stand in `Bytes` as they are.
    Verbatim,
    /// Choices, column by column: kinds, fees, calls, gas, words.
    Tags,
    /// Lengths and selectors of calls.
    Calls,
    /// Lengths of access lists and authorization lists.
    Lists,
    /// Exponents and lengths of numbers.
    Shapes,
    /// The highest byte of numbers of one byte.
    Top1,
    /// The highest byte of numbers of two bytes.
    Top2,
    /// The highest byte of numbers of three bytes.
    Top3,
    /// The highest byte of longer numbers.
    Top4,
    /// All other bytes of numbers.
    Low,
    /// Pages of references to senders.
    SenderPages,
    /// Places on the first page.
    SenderFirst,
    /// Places on other pages.
    SenderRest,
    /// Pages of references to addresses.
    AddressPages,
    /// Places on the first page.
    AddressFirst,
    /// Places on other pages.
    AddressRest,
    /// Calldata that is no column, and verbatim transactions.
    Bytes,
    /// Words without structure, such as hashes.
    Words,
    /// Addresses where they occur for the first time.
    Addresses,
    /// Signatures.
    Signatures,
}

/// How many sections there are.
pub(crate) const SECTIONS: usize = Section::Signatures as usize + 1;

/// Their names, for messages.
const NAMES: [&str; SECTIONS] = [
    "head",
    "origins",
    "gaps",
    "counts",
    "verbatim",
    "tags",
    "calls",
    "lists",
    "shapes",
    "top 1",
    "top 2",
    "top 3",
    "top 4",
    "low",
    "sender pages",
    "sender first",
    "sender rest",
    "address pages",
    "address first",
    "address rest",
    "bytes",
    "words",
    "addresses",
    "signatures",
];

/// The name of a section by its index.
pub(crate) fn name(index: usize) -> &'static str {
    NAMES.get(index).copied().unwrap_or("unknown")
}

/// An encoded batch before compression.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections(pub(crate) [Vec<u8>; SECTIONS]);

impl Sections {
    /// The bytes of one section.
    pub fn section(&self, section: Section) -> &[u8] {
        &self.0[section as usize]
    }

    /// The same, to change it.
    pub const fn section_mut(&mut self, section: Section) -> &mut Vec<u8> {
        &mut self.0[section as usize]
    }

    /// All sections with their names, in the order of the channel.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        NAMES.into_iter().zip(self.0.iter().map(Vec::as_slice))
    }

    /// All sections in the order of the channel, to change what an honest encoder would not write.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Vec<u8>> {
        self.0.iter_mut()
    }

    /// Bytes of all sections.
    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn byte(&mut self, section: Section, byte: u8) {
        self.0[section as usize].push(byte);
    }

    pub(crate) fn bytes(&mut self, section: Section, bytes: &[u8]) {
        self.0[section as usize].extend_from_slice(bytes);
    }

    pub(crate) fn varint(&mut self, section: Section, value: u64) {
        put(&mut self.0[section as usize], value);
    }
}

/// A cursor in each section.
#[derive(Debug, Clone)]
pub(crate) struct Input<'a>([Reader<'a>; SECTIONS]);

impl<'a> Input<'a> {
    pub(crate) fn new(sections: &'a Sections) -> Self {
        Self(std::array::from_fn(|index| Reader::new(&sections.0[index])))
    }

    pub(crate) const fn remaining(&self, section: Section) -> usize {
        self.0[section as usize].remaining()
    }

    pub(crate) fn byte(&mut self, section: Section) -> Result<u8, BatchDecodeError> {
        self.array::<1>(section).map(|[byte]| byte)
    }

    pub(crate) fn array<const N: usize>(&mut self, section: Section) -> Result<[u8; N], BatchDecodeError> {
        self.0[section as usize].array().map_err(|error| BatchDecodeError::read(section, error))
    }

    pub(crate) fn take(&mut self, section: Section, count: usize) -> Result<&'a [u8], BatchDecodeError> {
        self.0[section as usize].take(count).map_err(|error| BatchDecodeError::read(section, error))
    }

    pub(crate) fn varint(&mut self, section: Section) -> Result<u64, BatchDecodeError> {
        self.0[section as usize].varint().map_err(|error| BatchDecodeError::read(section, error))
    }

    /// Whether everything was read.
    pub(crate) fn finish(&self) -> Result<(), BatchDecodeError> {
        match self.0.iter().position(|reader| reader.remaining() > 0) {
            Some(index) => Err(BatchDecodeError::Trailing { section: name(index), bytes: self.0[index].remaining() }),
            None => Ok(()),
        }
    }
}
