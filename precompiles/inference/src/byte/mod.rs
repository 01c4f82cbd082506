//! Products of 8-bit matrices, exact in wrapping int32: every order of the sums gives the same bits, so each instruction set
//! has the order that suits it.
//!
//! The left operand is taken as uint8 and the right one as int8; an operand of the other type is moved by 128, and its zero
//! point with it. The sums of such products are put right afterwards:
//! `sum (a - za)(b - zb) = sum a b - za sum b - zb (sum a - k za)`.

mod chunk;
mod correct;
mod kernel;
mod pack;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use chunk::{Chunk, Columns};
pub(crate) use correct::{Correct, Finish, Requantise, factors, quantise};
pub(crate) use kernel::multiply;
pub(crate) use pack::{Packed, pack};

use praxis_model::{DType, ops::ByteProduct};

/// Sizes of a product in elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    /// Terms of a dot product in whole quads.
    pub(crate) terms: usize,
    /// Columns in whole panels.
    pub(crate) columns: usize,
    pub(crate) product: ByteProduct,
}

impl Sizes {
    pub(crate) const fn new(product: ByteProduct) -> Self {
        let (m, k, n) = (product.m as usize, product.k as usize, product.n as usize);
        Self { m, k, n, terms: product.terms() as usize, columns: product.columns() as usize, product }
    }

    /// Rows that are multiplied together.
    pub(crate) const fn chunk_rows(&self) -> usize {
        let most = praxis_model::ops::CHUNK_ROWS as usize;
        if self.m < most { self.m } else { most }
    }
}

/// What turns bytes of a left operand into uint8.
pub(crate) const fn left_flip(dtype: DType) -> u8 {
    match dtype {
        DType::I8 => 0x80,
        _ => 0,
    }
}

/// What turns bytes of a right operand into int8.
pub(crate) const fn right_flip(dtype: DType) -> u8 {
    match dtype {
        DType::I8 => 0,
        _ => 0x80,
    }
}

/// A byte of a left operand, or its zero point, as a number.
#[inline(always)]
pub(crate) const fn left_value(byte: u8, flip: u8) -> i32 {
    (byte ^ flip) as i32
}

/// A byte of a right operand, or its zero point, as a number.
#[inline(always)]
pub(crate) const fn right_value(byte: u8, flip: u8) -> i32 {
    (byte ^ flip) as i8 as i32
}
