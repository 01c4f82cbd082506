//! Reductions by rule R3: element i of a row goes to lane i mod 16, ascending; lanes are joined at distances 8, 4, 2, 1. A lane
//! without elements holds the neutral element of its fold, with which a join changes nothing.

mod float;
mod fold;

pub(crate) use float::{Element, Float};
pub(crate) use fold::{Absolutes, Deviations, Extreme, Fold, Maximum, Minimum, Product, Squares, Sum};

use crate::arith::Fma;

/// Lanes of a reduction.
pub(crate) const LANES: usize = 16;
/// Columns that are reduced together: their accumulators stay in registers.
pub(crate) const COLUMNS: usize = 32;

/// Reduces neighbouring elements.
#[inline(always)]
pub(crate) fn row<T: Copy, R: Fold<T>, F: Fma>(fold: R, values: &[T]) -> T {
    let mut lanes = [R::NEUTRAL; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = fold.add::<F>(*lane, x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = fold.add::<F>(*lane, x);
    }
    R::finish(tree::<T, R>(lanes))
}

/// Joins the lanes of one row. Each step has its own array, so that the lanes stay in registers.
#[inline(always)]
pub(crate) fn tree<T, R: Fold<T>>(lanes: [R::Lane; LANES]) -> R::Lane {
    let eight: [R::Lane; 8] = core::array::from_fn(|lane| R::join(lanes[lane], lanes[lane + 8]));
    let four: [R::Lane; 4] = core::array::from_fn(|lane| R::join(eight[lane], eight[lane + 4]));
    let two: [R::Lane; 2] = core::array::from_fn(|lane| R::join(four[lane], four[lane + 2]));
    R::join(two[0], two[1])
}

/// Columns of a matrix: `values` starts at the first column, `stride` elements lie between rows.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) stride: usize,
    pub(crate) rows: usize,
}

/// Reduces each of `width` columns, at most [`COLUMNS`], to one of the results.
#[inline(always)]
pub(crate) fn columns<T: Copy, R: Fold<T>, F: Fma>(fold: R, matrix: Columns<'_, T>, width: usize) -> [T; COLUMNS] {
    let mut lanes = [[R::NEUTRAL; COLUMNS]; LANES];
    let used = matrix.rows.min(LANES);
    for (first, lane) in lanes.iter_mut().enumerate().take(used) {
        let mut sums = [R::NEUTRAL; COLUMNS];
        for number in (first..matrix.rows).step_by(LANES) {
            let from = number * matrix.stride;
            for (sum, &x) in sums.iter_mut().zip(&matrix.values[from..from + width]) {
                *sum = fold.add::<F>(*sum, x);
            }
        }
        *lane = sums;
    }
    join::<T, R>(&mut lanes, used)
}

/// Reduces each of at most [`COLUMNS`] rows of at most [`LANES`] elements: then every element is a lane, and the rows are worked
/// on side by side.
#[inline(always)]
pub(crate) fn short_rows<T: Copy, R: Fold<T>, F: Fma>(fold: R, values: &[T], length: usize) -> [T; COLUMNS] {
    let mut lanes = [[R::NEUTRAL; COLUMNS]; LANES];
    for (row, values) in values.chunks_exact(length).take(COLUMNS).enumerate() {
        for (lane, &x) in lanes.iter_mut().zip(values) {
            lane[row] = fold.add::<F>(R::NEUTRAL, x);
        }
    }
    join::<T, R>(&mut lanes, length)
}

/// Joins the first `used` lanes of each column; the others are absent and would change nothing.
#[inline(always)]
fn join<T: Copy, R: Fold<T>>(lanes: &mut [[R::Lane; COLUMNS]; LANES], used: usize) -> [T; COLUMNS] {
    for distance in [8, 4, 2, 1] {
        let (low, high) = lanes.split_at_mut(distance);
        for (low, high) in low.iter_mut().zip(high).take(used.saturating_sub(distance)) {
            for (low, &high) in low.iter_mut().zip(high.iter()) {
                *low = R::join(*low, high);
            }
        }
    }
    lanes[0].map(R::finish)
}

#[cfg(test)]
mod tests;
