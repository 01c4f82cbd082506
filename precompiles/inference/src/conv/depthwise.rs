//! Convolutions of single channels by small square kernels: lanes are neighbouring outputs of a row, and an input vector that is
//! read once serves all rows of outputs in reach.

use praxis_model::ops::{Ending, Geometry, LANES, Method, Phase};

use super::{
    Inside, copy_channel,
    lanes::{Lanes, LanesJob},
    plan::Source,
};
use crate::gemm::flush_f32;

/// All channels of a convolution that [`fits`].
pub(super) struct Depthwise<'a> {
    pub(super) geometry: &'a Geometry,
    pub(super) inside: &'a Inside,
    pub(super) phase: &'a Phase,
    pub(super) ending: Ending,
    pub(super) source: Source<'a>,
    pub(super) output: &'a mut [f32],
    /// The padding in it is +0.
    pub(super) padded: &'a mut [f32],
}

/// Whether each group is one channel and one filter of 3 by 3 or 5 by 5 taps, without distances between its rows.
pub(super) fn fits(geometry: &Geometry, phase: &Phase) -> bool {
    let [depth, height, width] = geometry.kernel;
    let alone = geometry.channels == 1 && geometry.filters == 1 && geometry.method == Method::Direct;
    let square = depth == 1 && height == width && (height == 3 || height == 5) && phase.taps.len() == height * width;
    let rows = phase.moves[1] / geometry.row.max(1);
    let dense = || (0..height).all(|row| phase.taps[row * width].1 as usize == row * geometry.row);
    alone && square && geometry.output[0] == 1 && (rows == 1 || rows == 2) && phase.step == [1; 3] && dense()
}

impl LanesJob for Depthwise<'_> {
    #[inline(always)]
    unsafe fn run<P: Lanes>(mut self) {
        let stride = self.phase.moves[1] / self.geometry.row;
        // SAFETY: the caller's promise; the heights of tiles fit the registers.
        unsafe {
            match (self.geometry.kernel[1], stride) {
                (3, 1) => self.channels::<P, 3, 1, 4>(),
                (3, _) => self.channels::<P, 3, 2, 2>(),
                (_, 1) => self.channels::<P, 5, 1, 2>(),
                _ => self.channels::<P, 5, 2, 2>(),
            }
        }
    }
}

impl Depthwise<'_> {
    /// # Safety
    /// The processor runs `P`.
    #[inline(always)]
    unsafe fn channels<P: Lanes, const K: usize, const S: usize, const R: usize>(&mut self) {
        let geometry = self.geometry;
        let elements: usize = geometry.input.iter().product();
        let pixels = geometry.pixels();
        let [_, height, width] = geometry.output;
        let furthest = (height - 1) * S * geometry.row + width - 1 + self.phase.taps[K * K - 1].1 as usize;
        assert!(furthest + LANES <= self.padded.len(), "a convolution reads past its input");
        let columns: [usize; K] = core::array::from_fn(|column| self.phase.taps[column].1 as usize);
        let output = core::mem::take(&mut self.output);
        for (number, (input, plane)) in
            self.source.input.chunks_exact(elements).zip(output.chunks_exact_mut(pixels)).enumerate()
        {
            copy_channel(geometry, self.inside, input, self.padded, flush_f32);
            let group = number % geometry.groups;
            let weights: &[f32] = &self.source.filters[group * K * K..(group + 1) * K * K];
            let channel = Channel {
                padded: self.padded,
                row: geometry.row,
                columns,
                weights,
                bias: self.source.bias.map(|bias| bias[group]),
                ending: self.ending,
                width,
            };
            let mut x = 0;
            while x < width {
                let count = LANES.min(width);
                let from = x.min(width - count);
                let mut y = 0;
                // SAFETY: rows and columns are in the output; the furthest read was checked.
                unsafe {
                    while height - y >= R {
                        channel.tile::<P, K, S, R>(y, from, count, plane);
                        y += R;
                    }
                    while y < height {
                        channel.tile::<P, K, S, 1>(y, from, count, plane);
                        y += 1;
                    }
                }
                x += LANES;
            }
        }
    }
}

/// What a tile of one channel reads.
struct Channel<'a, const K: usize> {
    padded: &'a [f32],
    row: usize,
    columns: [usize; K],
    weights: &'a [f32],
    bias: Option<f32>,
    ending: Ending,
    width: usize,
}

impl<const K: usize> Channel<'_, K> {
    /// `R` rows of `count` outputs from row `y` and column `x` on. The taps of each output come in their order: rows of the input
    /// ascend, and columns in each row.
    ///
    /// # Safety
    /// The processor runs `P`; the outputs are in the plane, and vectors at their windows in the padded copy.
    #[inline(always)]
    unsafe fn tile<P: Lanes, const KERNEL: usize, const S: usize, const R: usize>(
        &self,
        y: usize,
        x: usize,
        count: usize,
        plane: &mut [f32],
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [P::zero(); R];
            for line in 0..(R - 1) * S + KERNEL {
                let from = self.padded.as_ptr().wrapping_add((y * S + line) * self.row + x);
                for (column, &place) in self.columns.iter().enumerate() {
                    let values = P::load(from.wrapping_add(place));
                    for (r, sum) in sums.iter_mut().enumerate() {
                        if line >= r * S && line - r * S < KERNEL {
                            *sum = sum.fma(self.weights[(line - r * S) * KERNEL + column], values);
                        }
                    }
                }
            }
            for (r, sum) in sums.into_iter().enumerate() {
                let sum = match self.bias {
                    Some(bias) => sum.add(P::splat(bias)),
                    None => sum,
                };
                let at = (y + r) * self.width + x;
                let to = plane[at..at + count].as_mut_ptr();
                if count == LANES {
                    sum.finish(self.ending).store(to);
                } else {
                    sum.finish(self.ending).store_first(to, count);
                }
            }
        }
    }
}
