//! Convolutions of float64, whose products and sums are rounded apart (rule R8).

use praxis_model::ops::{Geometry, LANES, Phase};

use super::{FilterOrder, Inside, Pad, Spots, gather};
use crate::{
    arith::Fma,
    gemm::{BLOCK, Number},
    isa::{Job, Path},
};

/// The operands of a run.
pub(crate) struct PlainTask<'a, T> {
    pub(crate) geometry: &'a Geometry,
    pub(crate) phases: &'a [Phase],
    pub(crate) order: FilterOrder,
    pub(crate) input: &'a [T],
    pub(crate) weights: &'a [T],
    pub(crate) bias: Option<&'a [T]>,
}

/// Computes all outputs. `scratch` has the elements of the padded copy.
pub(crate) fn run_plain<T: Number>(path: Path, task: &PlainTask<'_, T>, output: &mut [T], scratch: &mut [T]) {
    let geometry = task.geometry;
    let inputs = geometry.channels * geometry.input.iter().product::<usize>();
    let outputs = geometry.filters * geometry.pixels();
    let inside = &Inside::of(geometry);
    scratch.fill(T::ZERO);
    for (number, (input, output)) in task.input.chunks_exact(inputs).zip(output.chunks_exact_mut(outputs)).enumerate() {
        path.run(Pad { geometry, inside, source: input, target: scratch, map: T::operand });
        let group = number % geometry.groups;
        for (filter, plane) in output.chunks_exact_mut(geometry.pixels()).enumerate() {
            let bias = task.bias.map(|bias| bias[group * geometry.filters + filter]);
            for phase in task.phases {
                path.run(Plane { task, phase, place: [group, filter], padded: scratch, bias, plane });
            }
        }
    }
}

/// One phase of one filter.
struct Plane<'a, T> {
    task: &'a PlainTask<'a, T>,
    phase: &'a Phase,
    /// Group and filter.
    place: [usize; 2],
    padded: &'a [T],
    bias: Option<T>,
    plane: &'a mut [T],
}

impl<T: Number> Job for Plane<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let (geometry, phase) = (self.task.geometry, self.phase);
        let mut spots = Spots::new(geometry, phase);
        for _ in 0..spots.len() {
            let spot = spots.vector();
            let line = gather(geometry, phase, self.task.order, self.place, self.task.weights);
            let places = (0..geometry.channels).flat_map(|channel| {
                phase.taps.iter().map(move |&(_, place)| channel * geometry.plane + place as usize)
            });
            let (mut sums, mut chains) = ([T::ZERO; LANES], [T::ZERO; LANES]);
            for (term, (weight, place)) in line.zip(places).enumerate() {
                if term > 0 && term.is_multiple_of(BLOCK) {
                    join(&mut sums, &mut chains, term == BLOCK);
                }
                let weight = weight.operand();
                let from = &self.padded[spot.base + place..][..LANES];
                for (chain, &x) in chains.iter_mut().zip(from) {
                    *chain = chain.plus(x.times(weight));
                }
            }
            join(&mut sums, &mut chains, geometry.channels * phase.taps.len() <= BLOCK);
            for (lane, sum) in sums.into_iter().take(spot.count).enumerate() {
                let sum = self.bias.map_or(sum, |bias| sum.plus(bias));
                self.plane[spot.output + lane * phase.step[2]] = sum.canonical();
            }
        }
    }
}

/// Adds the block's chains to the sums; those of the first block are the sums.
#[inline(always)]
fn join<T: Number>(sums: &mut [T; LANES], chains: &mut [T; LANES], first: bool) {
    for (sum, chain) in sums.iter_mut().zip(chains) {
        *sum = if first { *chain } else { sum.plus(*chain) };
        *chain = T::ZERO;
    }
}
