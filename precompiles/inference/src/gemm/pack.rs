//! Operands as the kernels read them. Rule R10 is applied here: operands below 2^-40 become +0, so that every product is a
//! multiple of 2^-126 and no chain meets a subnormal number.

use super::{PANEL, Sizes};
use crate::{
    arith::{Exact, Fma},
    isa::{Job, Path},
};

/// 2^-40.
const LEAST_F32: f32 = f32::from_bits(0x2B80_0000);
/// 2^-459: products of larger float64 are multiples of 2^-1022.
const LEAST_F64: f64 = f64::from_bits((1023 - 459) << 52);

/// A float32 operand of a dot product as it counts: +0 when |x| < 2^-40, else itself (NaN too).
#[inline(always)]
pub fn flush_f32(x: f32) -> f32 {
    if x.abs() < LEAST_F32 { 0.0 } else { x }
}

/// A float64 operand of a dot product as it counts: +0 when |x| < 2^-459, else itself (NaN too).
#[inline(always)]
pub fn flush_f64(x: f64) -> f64 {
    if x.abs() < LEAST_F64 { 0.0 } else { x }
}

/// How a matrix stands in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Row by row.
    Rows,
    /// Column by column: the transpose is given.
    Columns,
}

/// Packs a k by n matrix in panels of 16 columns, or in groups of panels: group, then row, then column; missing columns are 0.
/// `packed` has the product's [`Sizes::packed`] elements.
pub(crate) fn pack_right(source: &[f32], layout: Layout, sizes: Sizes, packed: &mut [f32]) {
    PackRight { source, layout, sizes, packed }.run::<Exact>();
}

/// [`pack_right`] with the instructions of the path, for operands that are packed in each run.
pub(crate) fn pack_right_on(path: Path, source: &[f32], layout: Layout, sizes: Sizes, packed: &mut [f32]) {
    path.run(PackRight { source, layout, sizes, packed });
}

struct PackRight<'a> {
    source: &'a [f32],
    layout: Layout,
    sizes: Sizes,
    packed: &'a mut [f32],
}

impl Job for PackRight<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Self { source, layout, sizes: Sizes { k, n, group, .. }, packed } = self;
        let mut first = 0;
        for target in packed.chunks_mut(group * k * PANEL) {
            let width = target.len() / k;
            for (row, line) in target.chunks_exact_mut(width).enumerate() {
                for (panel, line) in line.as_chunks_mut::<PANEL>().0.iter_mut().enumerate() {
                    let column = first + panel * PANEL;
                    match layout {
                        Layout::Rows => pack_line(line, &source[row * n + column..(row + 1) * n]),
                        Layout::Columns => {
                            *line = [0.0; PANEL];
                            for (to, column) in line.iter_mut().zip(column..n) {
                                *to = flush_f32(source[column * k + row]);
                            }
                        }
                    }
                }
            }
            first += width;
        }
    }
}

/// The first 16 of the numbers, or all where they are fewer.
#[inline(always)]
fn pack_line(line: &mut [f32; PANEL], numbers: &[f32]) {
    if let Some(numbers) = numbers.first_chunk::<PANEL>() {
        for (to, &x) in line.iter_mut().zip(numbers) {
            *to = flush_f32(x);
        }
    } else {
        *line = [0.0; PANEL];
        line.iter_mut().zip(numbers).for_each(|(to, &x)| *to = flush_f32(x));
    }
}

struct Flush<'a> {
    source: &'a [f32],
    target: &'a mut [f32],
}

impl Job for Flush<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (to, &x) in self.target.iter_mut().zip(self.source) {
            *to = flush_f32(x);
        }
    }
}

/// Copies an m by k matrix row by row.
pub(super) fn pack_left(path: Path, source: &[f32], layout: Layout, m: usize, k: usize, target: &mut [f32]) {
    match layout {
        Layout::Rows => path.run(Flush { source, target }),
        Layout::Columns => {
            for (row, line) in target.chunks_exact_mut(k).enumerate() {
                for (column, to) in line.iter_mut().enumerate() {
                    *to = flush_f32(source[column * m + row]);
                }
            }
        }
    }
}
