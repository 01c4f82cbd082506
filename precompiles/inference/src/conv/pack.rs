//! The input in the order of the taps: 16 outputs beside each other for each term.

use praxis_model::ops::LANES;

use crate::{arith::Fma, gemm::flush_f32, isa::Job};

use super::Spots;

/// Copies the terms of whole vectors of outputs, which may span rows, from the padded copy.
pub(super) struct PackPlaces<'a> {
    pub(super) padded: &'a [f32],
    /// Where each term stands from the window's start.
    pub(super) places: &'a [u32],
    /// At the first output.
    pub(super) spots: &'a mut Spots,
    pub(super) outputs: usize,
    /// 16 numbers longer than the vectors.
    pub(super) packed: &'a mut [f32],
}

impl Job for PackPlaces<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let terms = self.places.len();
        let furthest = self.places.iter().max().map_or(0, |&place| place as usize);
        for (vector, first) in (0..self.outputs).step_by(LANES).enumerate() {
            let count = (self.outputs - first).min(LANES);
            let target = &mut self.packed[vector * terms * LANES..(vector + 1) * terms * LANES + LANES];
            // Pieces of rows: from where, to which lane.
            let mut pieces = [(0usize, 0usize); LANES];
            let mut number = 0;
            for lane in 0..count {
                let base = self.spots.single().base;
                if lane == 0 || base != pieces[number - 1].0 + (lane - pieces[number - 1].1) {
                    pieces[number] = (base, lane);
                    number += 1;
                }
            }
            let pieces = &pieces[..number];
            let last = pieces.iter().map(|&(base, _)| base).max().unwrap_or(0);
            assert!(last + furthest + LANES <= self.padded.len(), "a convolution packs past its input");
            assert!(target.len() >= terms * LANES + LANES, "a convolution packs into too little memory");
            let mut to = target.as_mut_ptr();
            for &place in self.places {
                // What a piece writes past its end is written again by the next piece or the next term.
                for &(base, lane) in pieces {
                    let from = self.padded.as_ptr().wrapping_add(base).wrapping_add(place as usize);
                    // SAFETY: the furthest place of the last piece was checked; lanes are below 16, and the target has 16 numbers
                    // for each term and 16 more.
                    unsafe {
                        to.wrapping_add(lane)
                            .cast::<[f32; LANES]>()
                            .write_unaligned(from.cast::<[f32; LANES]>().read_unaligned())
                    };
                }
                to = to.wrapping_add(LANES);
            }
        }
    }
}

/// Copies the terms of whole vectors of outputs from a pointwise convolution's input, one channel after the other.
pub(super) struct PackChannels<'a> {
    /// Channels of `pixels` elements.
    pub(super) input: &'a [f32],
    pub(super) pixels: usize,
    pub(super) first: usize,
    pub(super) outputs: usize,
    pub(super) packed: &'a mut [f32],
}

impl Job for PackChannels<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let terms = self.input.len() / self.pixels;
        for (term, channel) in self.input.chunks_exact(self.pixels).enumerate() {
            let (whole, rest) = channel[self.first..self.first + self.outputs].as_chunks::<LANES>();
            for (vector, from) in whole.iter().enumerate() {
                let to = (vector * terms + term) * LANES;
                self.packed[to..to + LANES].iter_mut().zip(from).for_each(|(to, &x)| *to = flush_f32(x));
            }
            let to = (whole.len() * terms + term) * LANES;
            rest.iter().zip(&mut self.packed[to..]).for_each(|(&x, to)| *to = flush_f32(x));
        }
    }
}
