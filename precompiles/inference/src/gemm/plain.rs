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

    fn operand(self) -> Self {
        flush_f64(self)
    }

    fn plus(self, other: Self) -> Self {
        self + other
    }

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

            fn operand(self) -> Self {
                self
            }

            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

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
    let right_at = |i: usize, column: usize| match right_layout {
        Layout::Rows => right[i * n + column].operand(),
        Layout::Columns => right[column * k + i].operand(),
    };
    for row in 0..m {
        for column in 0..n {
            let chain = |start: usize| {
                (start..k.min(start + BLOCK))
                    .fold(T::ZERO, |sum, i| sum.plus(left_at(row, i).times(right_at(i, column))))
            };
            let first = chain(0);
            out[row * n + column] = (BLOCK..k).step_by(BLOCK).fold(first, |sum, start| sum.plus(chain(start)));
        }
    }
}
