//! Byte convolutions of single channels: lanes are neighbouring outputs of a row. The zero points are taken off the operands, so
//! that nothing has to be put right in the sums.

use praxis_model::ops::MAX_SPATIAL;

use crate::{
    arith::Fma,
    byte::{Requantise, quantise, right_value},
    isa::Job,
};

/// Where the windows of a plane stand; depth, height and width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    pub(super) kernel: [usize; MAX_SPATIAL],
    pub(super) strides: [usize; MAX_SPATIAL],
    pub(super) dilations: [usize; MAX_SPATIAL],
    /// Of the padded image.
    pub(super) padded: [usize; MAX_SPATIAL],
    pub(super) output: [usize; MAX_SPATIAL],
}

/// What becomes of the sums.
pub(super) enum Results<'a> {
    /// They are the results.
    Sums(&'a mut [i32]),
    /// They are scaled and quantised.
    Bytes { results: &'a mut [u8], bias: i32, factor: f32, kind: Requantise },
}

/// One channel with one filter.
pub(super) struct Plane<'a> {
    pub(super) windows: Windows,
    /// The padded image as uint8.
    pub(super) image: &'a [u8],
    /// The byte that stands for 0 in it.
    pub(super) zero: u8,
    /// The filter as it is given, and what turns it into int8.
    pub(super) filter: &'a [u8],
    pub(super) flip: u8,
    /// Zero point of the filter as int8.
    pub(super) filter_zero: i32,
    pub(super) results: Results<'a>,
}

impl Job for Plane<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(mut self) {
        match (self.windows.output[2], self.windows.strides[2]) {
            (16.., 1) => self.rows::<16, 1>(),
            (16.., 2) => self.rows::<16, 2>(),
            (8.., 1) => self.rows::<8, 1>(),
            (8.., 2) => self.rows::<8, 2>(),
            (4.., 1) => self.rows::<4, 1>(),
            (4.., 2) => self.rows::<4, 2>(),
            _ => self.rows::<1, 1>(),
        }
    }
}

impl Plane<'_> {
    /// All rows, `N` outputs at a time, `S` positions apart.
    #[inline(always)]
    fn rows<const N: usize, const S: usize>(&mut self) {
        let Windows { strides, output: [depth, height, width], .. } = self.windows;
        for z in 0..depth {
            for y in 0..height {
                for x in (0..width).step_by(N) {
                    // The last ones are moved back.
                    let x = x.min(width - N);
                    let sums = self.sums::<N, S>([z * strides[0], y * strides[1], x * strides[2]]);
                    self.write((z * height + y) * width + x, sums);
                }
            }
        }
    }

    /// The sums of `N` windows; the first starts at a position of the image.
    #[inline(always)]
    fn sums<const N: usize, const S: usize>(&self, [z, y, x]: [usize; MAX_SPATIAL]) -> [i32; N] {
        let Windows { kernel: [depth, height, width], dilations, padded, .. } = self.windows;
        let zero = i32::from(self.zero);
        let mut sums = [0i32; N];
        let mut taps = self.filter.chunks_exact(width);
        for dz in 0..depth {
            for dy in 0..height {
                let line = (z + dz * dilations[0]) * padded[1] + y + dy * dilations[1];
                let line = &self.image[line * padded[2]..(line + 1) * padded[2]];
                for (dx, &tap) in taps.next().unwrap_or_default().iter().enumerate() {
                    let weight = right_value(tap, self.flip).wrapping_sub(self.filter_zero);
                    let values = &line[x + dx * dilations[2]..][..(N - 1) * S + 1];
                    for lane in 0..N {
                        let value = i32::from(values[lane * S]).wrapping_sub(zero);
                        sums[lane] = sums[lane].wrapping_add(weight.wrapping_mul(value));
                    }
                }
            }
        }
        sums
    }

    #[inline(always)]
    fn write<const N: usize>(&mut self, at: usize, sums: [i32; N]) {
        match &mut self.results {
            Results::Sums(results) => results[at..at + N].copy_from_slice(&sums),
            Results::Bytes { results, bias, factor, kind: Requantise { zero_point, low, high } } => {
                for (to, sum) in results[at..at + N].iter_mut().zip(sums) {
                    *to = quantise(sum.wrapping_add(*bias) as f32 * *factor, *zero_point, *low, *high) as u8;
                }
            }
        }
    }
}
