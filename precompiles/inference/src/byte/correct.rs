//! From sums of products to results.

use crate::{arith::Fma, isa::Job};

/// 1.5 * 2^23: a float32 of magnitude below 2^22 added to it is rounded to an integer, ties to even.
const ROUNDER: f32 = 12_582_912.0;

/// `saturate(round(x) + zero point)`; NaN counts as 0. `low` and `high` are the bounds of the type less the zero point.
#[inline(always)]
pub(crate) fn quantise(x: f32, zero_point: i32, low: f32, high: f32) -> i32 {
    let x = if x.is_nan() { 0.0 } else { x };
    // The bounds are integers, so that rounding does not cross them.
    let x = if x > high { high } else { x };
    let x = if x < low { low } else { x };
    ((x + ROUNDER).to_bits() as i32).wrapping_sub(ROUNDER.to_bits() as i32).wrapping_add(zero_point)
}

/// Takes the zero points out of the sums of one row.
pub(crate) struct Correct<'a> {
    /// Sums of products; the corrected ones afterwards.
    pub(crate) products: &'a mut [i32],
    /// Of the right operand's columns.
    pub(crate) column_sums: &'a [i32],
    /// Of the right operand's columns.
    pub(crate) zero_points: &'a [i32],
    /// Of the left operand's row.
    pub(crate) zero_point: i32,
    /// The left operand's row sum.
    pub(crate) row_sum: i32,
    /// Length of the dot product.
    pub(crate) k: i32,
}

impl Job for Correct<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let zero_point = self.zero_point;
        let rest = self.row_sum.wrapping_sub(self.k.wrapping_mul(zero_point));
        let columns = self.column_sums.iter().zip(self.zero_points);
        for (product, (&sum, &column)) in self.products.iter_mut().zip(columns) {
            let corrected = product.wrapping_sub(zero_point.wrapping_mul(sum));
            *product = corrected.wrapping_sub(column.wrapping_mul(rest));
        }
    }
}

/// The type of quantised results.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requantise {
    pub(crate) zero_point: i32,
    pub(crate) low: f32,
    pub(crate) high: f32,
}

impl Requantise {
    /// For the zero point of a uint8 or int8 result.
    pub(crate) const fn new(zero_point: u8, signed: bool) -> Self {
        let (zero_point, low, high) =
            if signed { (zero_point as i8 as i32, -128, 127) } else { (zero_point as i32, 0, 255) };
        Self { zero_point, low: (low - zero_point) as f32, high: (high - zero_point) as f32 }
    }
}

/// Turns the corrected sums of one row into bytes.
pub(crate) struct Finish<'a> {
    pub(crate) products: &'a [i32],
    /// For each column, or none.
    pub(crate) bias: &'a [i32],
    pub(crate) factors: &'a [f32],
    pub(crate) kind: Requantise,
    pub(crate) results: &'a mut [u8],
}

impl Job for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Requantise { zero_point, low, high } = self.kind;
        let rows = self.results.iter_mut().zip(self.products).zip(self.factors);
        if self.bias.is_empty() {
            for ((result, &product), &factor) in rows {
                *result = quantise(product as f32 * factor, zero_point, low, high) as u8;
            }
        } else {
            for (((result, &product), &factor), &bias) in rows.zip(self.bias) {
                *result = quantise(product.wrapping_add(bias) as f32 * factor, zero_point, low, high) as u8;
            }
        }
    }
}

/// `(left * right) / result` for each column, each operation rounded; a single scale on the right serves all.
pub(crate) fn factors(left: f32, right: &[f32], result: f32, factors: &mut [f32]) {
    match right {
        &[right] => factors.fill(left * right / result),
        right => factors.iter_mut().zip(right).for_each(|(factor, right)| *factor = left * right / result),
    }
}
