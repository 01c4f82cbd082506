//! Products of float64 (separate multiply and add, rule R8) and of integers (wrapping).

use super::{BLOCK, Layout, Sizes, flush_f64};
use crate::{align::Plain, arith::Canonical};

/// A number of a product that is not float32.
pub(crate) trait Number: Plain + Canonical {
    const ZERO: Self;
    /// The operand as it counts (rule R10).
    fn operand(self) -> Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// A factor of Gemm; integers accept only 1.
    fn factor(value: f32) -> Self;
}

impl Number for f64 {
    const ZERO: Self = 0.0;

    #[inline(always)]
    fn operand(self) -> Self {
        flush_f64(self)
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self * other
    }

    fn factor(value: f32) -> Self {
        Self::from(value)
    }
}

macro_rules! integers {
    ($($kind:ty)*) => {
        $(impl Number for $kind {
            const ZERO: Self = 0;

            #[inline(always)]
            fn operand(self) -> Self {
                self
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }

            fn factor(_value: f32) -> Self {
                1
            }
        })*
    };
}

integers!(i32 i64 u32 u64);

/// out = left * right, before NaN is made canonical; chains in blocks of 256 as for float32.
pub(crate) fn multiply_plain<T: Number>(
    sizes: Sizes,
    left: &[T],
    left_layout: Layout,
    right: &[T],
    right_layout: Layout,
    out: &mut [T],
) {
    let Sizes { m, k, n } = sizes;
    let left_at = |row: usize, i: usize| match left_layout {
        Layout::Rows => left[row * k + i].operand(),
        Layout::Columns => left[i * m + row].operand(),
    };
    for row in 0..m {
        for column in (0..n).step_by(TILE) {
            let width = TILE.min(n - column);
            let mut sums = [T::ZERO; TILE];
            for start in (0..k).step_by(BLOCK) {
                let mut chains = [T::ZERO; TILE];
                for i in start..k.min(start + BLOCK) {
                    let a = left_at(row, i);
                    let line = line(right, right_layout, (k, n), i, column, width);
                    for (chain, b) in chains.iter_mut().zip(line) {
                        *chain = chain.plus(a.times(b.operand()));
                    }
                }
                for (sum, chain) in sums.iter_mut().zip(chains) {
                    *sum = if start == 0 { chain } else { sum.plus(chain) };
                }
            }
            out[row * n + column..row * n + column + width].copy_from_slice(&sums[..width]);
        }
    }
}

/// Columns that are computed side by side.
const TILE: usize = 16;

/// Row `i` of the right operand from `column` on; 0 past its end.
#[inline(always)]
fn line<T: Number>(
    right: &[T],
    layout: Layout,
    (k, n): (usize, usize),
    i: usize,
    column: usize,
    width: usize,
) -> [T; TILE] {
    let mut line = [T::ZERO; TILE];
    match layout {
        Layout::Rows => {
            let from = &right[i * n + column..i * n + column + width];
            match <&[T; TILE]>::try_from(from) {
                Ok(whole) => line = *whole,
                Err(_) => line[..width].copy_from_slice(from),
            }
        }
        Layout::Columns => {
            for (j, to) in line[..width].iter_mut().enumerate() {
                *to = right[(column + j) * k + i];
            }
        }
    }
    line
}
