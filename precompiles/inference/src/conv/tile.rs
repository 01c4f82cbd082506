//! The float32 kernel: registers hold a tile of outputs, and each output is one chain of multiply-adds over its terms in blocks
//! of 256, whatever the tile.

use praxis_model::ops::{Ending, LANES};

use super::{
    Spot, Spots,
    filters::Tiles,
    lanes::{Lanes, LanesJob, dispatch},
};
use crate::{gemm::BLOCK, isa::Path};

/// One phase of one group of one image.
pub(super) struct Task<'a> {
    /// What the places point into: the padded or the packed copy.
    pub(super) data: &'a [f32],
    /// Where each term stands from the start of a window.
    pub(super) places: &'a [u32],
    /// The filters of the phase, packed.
    pub(super) filters: &'a [f32],
    pub(super) bias: Option<&'a [f32]>,
    pub(super) count: usize,
    pub(super) ending: Ending,
    /// Outputs of a filter, and the distance of neighbours.
    pub(super) pixels: usize,
    pub(super) step: usize,
    /// All outputs of the group.
    pub(super) output: &'a mut [f32],
}

/// Which outputs are computed.
pub(super) enum Outputs<'a> {
    /// These vectors; lanes are outputs.
    Vectors(&'a [Spot]),
    /// All outputs one by one; lanes are filters.
    Singles(Spots, usize),
}

/// A task whose operands have the sizes that it needs.
struct Checked<'a, 'b> {
    task: Task<'a>,
    outputs: Outputs<'b>,
}

impl LanesJob for Checked<'_, '_> {
    #[inline(always)]
    unsafe fn run<P: Lanes>(self) {
        // SAFETY: the sizes were checked, and the caller's promise.
        unsafe { self.task.compute::<P>(self.outputs) }
    }
}

impl Task<'_> {
    /// Computes the outputs on the registers of the path.
    ///
    /// # Panics
    /// When the operands do not have the sizes that the places, the outputs and the filters ask for.
    pub(super) fn run(self, path: Path, outputs: Outputs<'_>) {
        self.check(&outputs);
        dispatch(path, Checked { task: self, outputs });
    }

    fn check(&self, outputs: &Outputs<'_>) {
        let furthest = self.places.iter().max().map_or(0, |&place| place as usize);
        let terms = self.places.len();
        let (read, columns) = match outputs {
            Outputs::Vectors(spots) => {
                let last = |spot: &Spot| spot.output + (spot.count - 1) * self.step;
                assert!(spots.iter().all(|spot| (1..=LANES).contains(&spot.count) && last(spot) < self.pixels));
                (spots.iter().map(|spot| spot.base).max().map_or(0, |base| base + LANES), self.count)
            }
            Outputs::Singles(spots, _) => (spots.furthest() + 1, self.count.next_multiple_of(LANES)),
        };
        assert!(terms == 0 || furthest + read <= self.data.len(), "a convolution reads past its input");
        assert!(self.filters.len() == columns * terms, "the filters of a convolution have another size");
        assert!(self.output.len() == self.count * self.pixels, "the outputs of a convolution have another size");
        assert!(self.bias.is_none_or(|bias| bias.len() == self.count), "a convolution's bias has another size");
    }

    /// # Safety
    /// The task passed [`Self::check`], and the processor runs `P`.
    #[inline(always)]
    unsafe fn compute<P: Lanes>(self, outputs: Outputs<'_>) {
        // SAFETY: the caller's promise.
        unsafe {
            match outputs {
                Outputs::Vectors(spots) => self.vectors::<P>(spots),
                Outputs::Singles(spots, count) => self.singles::<P>(spots, count),
            }
        }
    }

    /// # Safety
    /// As for `compute`.
    #[inline(always)]
    unsafe fn vectors<P: Lanes>(mut self, spots: &[Spot]) {
        for (first, height) in Tiles::new(self.count).each() {
            // SAFETY: the tiles cover the filters.
            unsafe {
                match height {
                    _ if !P::TILES => {
                        for filter in first..first + height {
                            let weights =
                                self.filters.as_ptr().wrapping_add(first * self.places.len() + filter - first);
                            self.row_of_tiles::<P, 1, 1>(weights, height, filter, spots);
                        }
                    }
                    1 => self.rows::<P, 1, 4>(first, spots),
                    2 => self.rows::<P, 2, 2>(first, spots),
                    3 => self.rows::<P, 3, 2>(first, spots),
                    4 => self.rows::<P, 4, 1>(first, spots),
                    5 => self.rows::<P, 5, 1>(first, spots),
                    _ => self.rows::<P, 6, 1>(first, spots),
                }
            }
        }
    }

    /// One tile of `R` filters, `C` vectors at a time, or four on registers that are twice as many.
    ///
    /// # Safety
    /// As for `compute`; the filters from `first` on are a tile of `R`.
    #[inline(always)]
    unsafe fn rows<P: Lanes, const R: usize, const C: usize>(&mut self, first: usize, spots: &[Spot]) {
        let weights = self.filters.as_ptr().wrapping_add(first * self.places.len());
        // SAFETY: the caller's promise.
        unsafe {
            if P::WIDE {
                self.row_of_tiles::<P, R, 4>(weights, R, first, spots);
            } else {
                self.row_of_tiles::<P, R, C>(weights, R, first, spots);
            }
        }
    }

    /// # Safety
    /// As for `compute`; `weights` has `R` numbers for each term, `stride` apart.
    #[inline(always)]
    unsafe fn row_of_tiles<P: Lanes, const R: usize, const C: usize>(
        &mut self,
        weights: *const f32,
        stride: usize,
        first: usize,
        spots: &[Spot],
    ) {
        let (groups, rest) = spots.as_chunks::<C>();
        // SAFETY: the caller's promise.
        unsafe {
            for group in groups {
                self.tile::<P, R, C>(weights, stride, first, group);
            }
            for spot in rest {
                self.tile::<P, R, 1>(weights, stride, first, &[*spot]);
            }
        }
    }

    /// # Safety
    /// As for `row_of_tiles`.
    #[inline(always)]
    unsafe fn tile<P: Lanes, const R: usize, const C: usize>(
        &mut self,
        weights: *const f32,
        stride: usize,
        first: usize,
        spots: &[Spot; C],
    ) {
        let bases: [*const f32; C] = core::array::from_fn(|c| self.data.as_ptr().wrapping_add(spots[c].base));
        let (block, rest) = self.places.split_at(BLOCK.min(self.places.len()));
        // SAFETY: the places stay in the data from each base on, with 16 numbers there; each term has its weights.
        let totals = unsafe {
            let mut totals = chains::<P, R, C>(block, bases, weights, stride);
            let mut weights = weights.wrapping_add(block.len() * stride);
            for block in rest.chunks(BLOCK) {
                totals = add(totals, chains::<P, R, C>(block, bases, weights, stride));
                weights = weights.wrapping_add(block.len() * stride);
            }
            totals
        };
        let planes = &mut self.output[first * self.pixels..(first + R) * self.pixels];
        // Indices, not iterators: those would take the totals through memory.
        for r in 0..R {
            for c in 0..C {
                let Spot { output, count, .. } = spots[c];
                // SAFETY: the processor runs `P`; the outputs of the spot are in the plane.
                unsafe {
                    let total = match self.bias {
                        Some(bias) => totals[r][c].add(P::splat(bias[first + r])),
                        None => totals[r][c],
                    };
                    let total = total.finish(self.ending);
                    let to = planes.as_mut_ptr().wrapping_add(r * self.pixels + output);
                    match (self.step, count) {
                        (1, LANES) => total.store(to),
                        (1, count) => total.store_first(to, count),
                        (step, count) => {
                            for (lane, &x) in total.lanes()[..count].iter().enumerate() {
                                to.wrapping_add(lane * step).write(x);
                            }
                        }
                    }
                }
            }
        }
    }

    /// # Safety
    /// As for `compute`.
    #[inline(always)]
    unsafe fn singles<P: Lanes>(mut self, spots: Spots, count: usize) {
        let panels = self.count.div_ceil(LANES);
        let wide = if P::WIDE { 4 } else { 1 };
        let mut panel = 0;
        while panel < panels {
            let taken = if panels - panel >= wide { wide } else { 1 };
            let mut spots = spots.clone();
            for (_, height) in Tiles::new(count).each() {
                let mut tile = [Spot::default(); super::filters::TILE_FILTERS];
                tile[..height].fill_with(|| spots.single());
                // SAFETY: the panels are below their number; the caller's promise.
                unsafe {
                    match height {
                        _ if !P::TILES => {
                            tile[..height].iter().for_each(|&spot| self.columns::<P, 1>(panel, 1, [spot]))
                        }
                        1 => self.columns::<P, 1>(panel, taken, [tile[0]]),
                        2 => self.columns::<P, 2>(panel, taken, [tile[0], tile[1]]),
                        3 => self.columns::<P, 3>(panel, taken, [tile[0], tile[1], tile[2]]),
                        4 => self.columns::<P, 4>(panel, taken, [tile[0], tile[1], tile[2], tile[3]]),
                        5 => self.columns::<P, 5>(panel, taken, [tile[0], tile[1], tile[2], tile[3], tile[4]]),
                        _ => self.columns::<P, 6>(panel, taken, tile),
                    }
                }
            }
            panel += taken;
        }
    }

    /// # Safety
    /// As for `compute`; the panels are there.
    #[inline(always)]
    unsafe fn columns<P: Lanes, const R: usize>(&mut self, panel: usize, taken: usize, spots: [Spot; R]) {
        // SAFETY: the caller's promise.
        unsafe {
            if P::WIDE && taken == 4 {
                self.turned::<P, R, 4>(panel, spots);
            } else {
                self.turned::<P, R, 1>(panel, spots);
            }
        }
    }

    /// `R` outputs of `C` panels of filters.
    ///
    /// # Safety
    /// As for `columns`.
    #[inline(always)]
    unsafe fn turned<P: Lanes, const R: usize, const C: usize>(&mut self, panel: usize, spots: [Spot; R]) {
        let length = self.places.len() * LANES;
        let bases: [*const f32; R] = core::array::from_fn(|r| self.data.as_ptr().wrapping_add(spots[r].base));
        let panels: [*const f32; C] =
            core::array::from_fn(|c| self.filters.as_ptr().wrapping_add((panel + c) * length));
        // SAFETY: the places stay in the data from each base on; each panel has 16 numbers for each term.
        let totals = unsafe {
            let mut totals = [[P::zero(); C]; R];
            let mut at = 0;
            for (number, block) in self.places.chunks(BLOCK).enumerate() {
                let mut sums = [[P::zero(); C]; R];
                for &place in block {
                    let columns: [P; C] = core::array::from_fn(|c| P::load(panels[c].wrapping_add(at)));
                    for r in 0..R {
                        let x = *bases[r].wrapping_add(place as usize);
                        for c in 0..C {
                            sums[r][c] = sums[r][c].fma(x, columns[c]);
                        }
                    }
                    at += LANES;
                }
                totals = if number == 0 { sums } else { add(totals, sums) };
            }
            totals
        };
        for c in 0..C {
            let first = (panel + c) * LANES;
            let filters = LANES.min(self.count - first);
            let mut bias = [0.0; LANES];
            if let Some(given) = self.bias {
                bias[..filters].copy_from_slice(&given[first..first + filters]);
            }
            for (totals, spot) in totals.iter().zip(&spots) {
                // SAFETY: the processor runs `P`.
                let lanes = unsafe {
                    let total = if self.bias.is_some() { totals[c].add(P::load(bias.as_ptr())) } else { totals[c] };
                    total.finish(self.ending).lanes()
                };
                for (filter, &x) in lanes[..filters].iter().enumerate() {
                    self.output[(first + filter) * self.pixels + spot.output] = x;
                }
            }
        }
    }
}

/// The chains of one block of terms, for `R` filters whose weights stand beside each other, `stride` from one term to the next, and
/// the windows that start at `bases`.
///
/// # Safety
/// The places stay in the data from each base on, with 16 numbers there; each term has its weights; the processor runs `P`.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "iterators would take the sums through memory")]
unsafe fn chains<P: Lanes, const R: usize, const C: usize>(
    places: &[u32],
    bases: [*const f32; C],
    mut weights: *const f32,
    stride: usize,
) -> [[P; C]; R] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[P::zero(); C]; R];
        for &place in places {
            let mut columns = [P::zero(); C];
            for c in 0..C {
                columns[c] = P::load(bases[c].wrapping_add(place as usize));
            }
            for r in 0..R {
                let weight = *weights.wrapping_add(r);
                for c in 0..C {
                    sums[r][c] = sums[r][c].fma(weight, columns[c]);
                }
            }
            weights = weights.wrapping_add(stride);
        }
        sums
    }
}

/// # Safety
/// The processor runs `P`.
#[inline(always)]
unsafe fn add<P: Lanes, const R: usize, const C: usize>(mut totals: [[P; C]; R], sums: [[P; C]; R]) -> [[P; C]; R] {
    for r in 0..R {
        for c in 0..C {
            // SAFETY: the caller's promise.
            totals[r][c] = unsafe { totals[r][c].add(sums[r][c]) };
        }
    }
    totals
}
