//! The vectors of outputs of a phase, in order.

use praxis_model::ops::{Geometry, LANES, Phase};

/// Up to 16 neighbouring outputs of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Where the first one's window starts in the padded copy.
    pub(crate) base: usize,
    /// The first one's place among the outputs of a filter.
    pub(crate) output: usize,
    /// How many they are.
    pub(crate) count: usize,
}

/// Walks over the vectors of a phase. In a row of 16 outputs or more the last vector is moved back, so that it is whole: some
/// outputs are computed twice.
#[derive(Clone, Debug)]
pub(crate) struct Spots {
    /// Next depth, row and column.
    at: [usize; 3],
    count: [usize; 3],
    moves: [usize; 2],
    /// Distance of outputs along depth, height and width.
    steps: [usize; 3],
    base: usize,
    output: usize,
}

impl Spots {
    pub(crate) fn new(geometry: &Geometry, phase: &Phase) -> Self {
        let [_, height, width] = geometry.output;
        let [z, y, x] = phase.first;
        let steps = [phase.step[0] * height * width, phase.step[1] * width, phase.step[2]];
        let output = (z * height + y) * width + x;
        Self { at: [0; 3], count: phase.count, moves: phase.moves, steps, base: phase.start, output }
    }

    /// Number of vectors.
    pub(crate) fn len(&self) -> usize {
        self.count[0] * self.count[1] * self.count[2].div_ceil(LANES)
    }

    /// Where the last window starts.
    pub(crate) fn furthest(&self) -> usize {
        let [depth, height, width] = self.count;
        self.base + (depth - 1) * self.moves[0] + (height - 1) * self.moves[1] + width - 1
    }

    #[inline(always)]
    fn spot(&self, x: usize, count: usize) -> Spot {
        let [z, y, _] = self.at;
        Spot {
            base: self.base + z * self.moves[0] + y * self.moves[1] + x,
            output: self.output + z * self.steps[0] + y * self.steps[1] + x * self.steps[2],
            count,
        }
    }

    #[inline(always)]
    fn next_row(&mut self) {
        self.at[2] = 0;
        self.at[1] += 1;
        if self.at[1] == self.count[1] {
            self.at[1] = 0;
            self.at[0] += 1;
        }
    }

    /// The next vector; past the end the places mean nothing.
    #[inline(always)]
    pub(crate) fn vector(&mut self) -> Spot {
        let (x, width) = (self.at[2], self.count[2]);
        let left = width - x;
        if left > LANES {
            self.at[2] = x + LANES;
            return self.spot(x, LANES);
        }
        let spot = if width >= LANES { self.spot(width - LANES, LANES) } else { self.spot(x, left) };
        self.next_row();
        spot
    }

    /// The next single output.
    #[inline(always)]
    pub(crate) fn single(&mut self) -> Spot {
        let spot = self.spot(self.at[2], 1);
        self.at[2] += 1;
        if self.at[2] == self.count[2] {
            self.next_row();
        }
        spot
    }
}
