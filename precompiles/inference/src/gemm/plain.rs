//! Products of float64 (separate multiply and add, rule R8) and of integers (wrapping).

use super::{BLOCK, Layout, Sizes, flush_f64};
use crate::{
    align::Plain,
    arith::{Canonical, Fma},
    isa::{Job, Path},
};

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

/// The operands of a product.
#[derive(Clone, Copy)]
struct Task<'a, T> {
    sizes: Sizes,
    left: &'a [T],
    left_layout: Layout,
    right: &'a [T],
    right_layout: Layout,
}

/// out = left * right, before NaN is made canonical; chains in blocks of 256 as for float32.
pub(crate) fn multiply_plain<T: Number>(
    path: Path,
    sizes: Sizes,
    (left, left_layout): (&[T], Layout),
    (right, right_layout): (&[T], Layout),
    out: &mut [T],
) {
    path.run(Product { task: Task { sizes, left, left_layout, right, right_layout }, out });
}

struct Product<'a, T> {
    task: Task<'a, T>,
    out: &'a mut [T],
}

impl<T: Number> Job for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let n = self.task.sizes.n;
        for (row, out) in self.out.chunks_exact_mut(n).enumerate() {
            for (number, out) in out.chunks_mut(TILE).enumerate() {
                self.task.tile(row, number * TILE, out);
            }
        }
    }
}

/// Columns that are computed side by side.
const TILE: usize = 64;

impl<T: Number> Task<'_, T> {
    /// One row from `column` on.
    #[inline(always)]
    fn tile(self, row: usize, column: usize, out: &mut [T]) {
        let k = self.sizes.k;
        for start in (0..k).step_by(BLOCK) {
            let mut chains = [T::ZERO; TILE];
            let chains = &mut chains[..out.len()];
            for i in start..k.min(start + BLOCK) {
                let a = self.left_at(row, i);
                self.step(i, column, a, chains);
            }
            for (sum, &chain) in out.iter_mut().zip(&*chains) {
                *sum = if start == 0 { chain } else { sum.plus(chain) };
            }
        }
    }

    #[inline(always)]
    fn left_at(self, row: usize, i: usize) -> T {
        match self.left_layout {
            Layout::Rows => self.left[row * self.sizes.k + i].operand(),
            Layout::Columns => self.left[i * self.sizes.m + row].operand(),
        }
    }

    /// Adds `a` times row `i` of the right operand from `column` on.
    #[inline(always)]
    fn step(self, i: usize, column: usize, a: T, chains: &mut [T]) {
        let Sizes { k, n, .. } = self.sizes;
        match self.right_layout {
            Layout::Rows => {
                for (chain, &b) in chains.iter_mut().zip(&self.right[i * n + column..]) {
                    *chain = chain.plus(a.times(b.operand()));
                }
            }
            Layout::Columns => {
                for (chain, &b) in chains.iter_mut().zip(self.right[column * k + i..].iter().step_by(k)) {
                    *chain = chain.plus(a.times(b.operand()));
                }
            }
        }
    }
}
