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
            for (term, &place) in self.places.iter().enumerate() {
                // What a piece writes past its end is written again by the next piece or the next term.
                for &(base, lane) in &pieces[..number] {
                    let from = base + place as usize;
                    let to = term * LANES + lane;
                    target[to..to + LANES].copy_from_slice(&self.padded[from..from + LANES]);
                }
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
