//! Scratch memory: the rows that are multiplied together, and what is known of each column.

use super::Sizes;
use crate::{
    Fault,
    align::{LINE, elements_mut},
    arith::Fma,
    isa::{Job, Path},
};

/// Rows of the left operand with their products.
pub(crate) struct Chunk<'a> {
    /// Rows of `terms` bytes, filled by the caller with uint8.
    pub(crate) bytes: &'a mut [u8],
    /// The same as int16.
    pub(super) wide: &'a mut [i16],
    /// The sum of each row.
    pub(crate) sums: &'a mut [i32],
    /// Rows of `columns` sums of products.
    pub(crate) products: &'a mut [i32],
    /// Rows of `n` results.
    pub(crate) results: &'a mut [u8],
}

/// The factor and the zero point of each column.
pub(crate) struct Columns<'a> {
    pub(crate) factors: &'a mut [f32],
    pub(crate) zero_points: &'a mut [i32],
}

fn take<'a>(memory: &mut &'a mut [u8], bytes: usize) -> Result<&'a mut [u8], Fault> {
    let whole = bytes.next_multiple_of(LINE);
    let (part, rest) =
        core::mem::take(memory).split_at_mut_checked(whole).ok_or(Fault::Internal("scratch too small"))?;
    *memory = rest;
    Ok(&mut part[..bytes])
}

impl<'a> Chunk<'a> {
    /// Cuts the memory of a chunk off `scratch`.
    pub(crate) fn new(sizes: &Sizes, scratch: &mut &'a mut [u8]) -> Result<Self, Fault> {
        let rows = sizes.chunk_rows();
        Ok(Self {
            bytes: take(scratch, rows * sizes.terms)?,
            wide: elements_mut(take(scratch, rows * sizes.terms * 2)?)?,
            sums: elements_mut(take(scratch, rows * 4)?)?,
            products: elements_mut(take(scratch, rows * sizes.columns * 4)?)?,
            results: take(scratch, rows * sizes.n)?,
        })
    }

    /// Copies rows of a matrix, moved to uint8.
    pub(crate) fn fill(&mut self, path: Path, sizes: &Sizes, source: &[u8], flip: u8) {
        path.run(Fill { target: self.bytes, source, terms: sizes.terms, k: sizes.k, flip });
    }

    /// Adds up each of the first `rows` rows, and widens them where the path needs it.
    pub(super) fn finish_rows(&mut self, path: Path, sizes: &Sizes, rows: usize, widen: bool) {
        let bytes = &self.bytes[..rows * sizes.terms];
        path.run(Sums { bytes, sums: self.sums, terms: sizes.terms });
        if widen {
            path.run(Widen { bytes, wide: self.wide });
        }
    }
}

impl<'a> Columns<'a> {
    /// Cuts the memory of columns off `scratch`.
    pub(crate) fn new(sizes: &Sizes, scratch: &mut &'a mut [u8]) -> Result<Self, Fault> {
        Ok(Self {
            factors: elements_mut(take(scratch, sizes.columns * 4)?)?,
            zero_points: elements_mut(take(scratch, sizes.columns * 4)?)?,
        })
    }
}

struct Fill<'a> {
    target: &'a mut [u8],
    source: &'a [u8],
    terms: usize,
    k: usize,
    flip: u8,
}

impl Job for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (target, source) in self.target.chunks_exact_mut(self.terms).zip(self.source.chunks_exact(self.k)) {
            let (row, rest) = target.split_at_mut(self.k);
            for (to, &from) in row.iter_mut().zip(source) {
                *to = from ^ self.flip;
            }
            rest.fill(0);
        }
    }
}

struct Sums<'a> {
    bytes: &'a [u8],
    sums: &'a mut [i32],
    terms: usize,
}

impl Job for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (sum, row) in self.sums.iter_mut().zip(self.bytes.chunks_exact(self.terms)) {
            *sum = row.iter().fold(0i32, |sum, &byte| sum.wrapping_add(i32::from(byte)));
        }
    }
}

struct Widen<'a> {
    bytes: &'a [u8],
    wide: &'a mut [i16],
}

impl Job for Widen<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (to, &byte) in self.wide.iter_mut().zip(self.bytes) {
            *to = i16::from(byte);
        }
    }
}
