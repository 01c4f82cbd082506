//! A float32 convolution that is ready to run.

use praxis_model::ops::{Ending, Geometry, LANES, MAX_CHUNK, Method, Phase};

use super::{
    FilterOrder, Inside, Pad, Spot, Spots,
    depthwise::{self, Depthwise},
    dispatch,
    pack::{PackChannels, PackPlaces},
    pack_filters,
    tile::{Outputs, Task},
};
use crate::{gemm::flush_f32, isa::Path};

/// A convolution with the places of its terms.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    pub(crate) geometry: Geometry,
    phases: Vec<Phase>,
    /// For each phase, where its terms stand in the padded copy from a window's start.
    places: Vec<Vec<u32>>,
    /// Where the terms stand in the packed copy.
    packed_places: Vec<u32>,
    inside: Inside,
    order: FilterOrder,
    ending: Ending,
}

/// What a run reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) input: &'a [f32],
    /// Packed.
    pub(crate) filters: &'a [f32],
    pub(crate) bias: Option<&'a [f32]>,
}

/// Some outputs of one group of one image, to be packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    /// image * groups + group.
    pub(crate) number: usize,
    pub(crate) first: usize,
    pub(crate) outputs: usize,
}

impl Convolution {
    pub(crate) fn new(geometry: Geometry, order: FilterOrder, ending: Ending) -> Self {
        let phases = geometry.phases();
        let plane = geometry.plane as u32;
        let terms = |phase: &Phase| {
            let channels = 0..geometry.channels as u32;
            channels.flat_map(|channel| phase.taps.iter().map(move |&(_, place)| channel * plane + place)).collect()
        };
        let packed = if geometry.method == Method::Packed { geometry.terms() } else { 0 };
        Self {
            places: phases.iter().map(terms).collect(),
            packed_places: (0..packed).map(|term| (term * LANES) as u32).collect(),
            inside: Inside::of(&geometry),
            phases,
            geometry,
            order,
            ending,
        }
    }

    /// Elements of all packed filters.
    pub(crate) fn filter_elements(&self) -> usize {
        self.geometry.groups * self.geometry.filter_elements()
    }

    /// Elements of scratch memory.
    pub(crate) fn scratch_elements(&self) -> usize {
        self.padded_elements() + self.geometry.packed_elements()
    }

    /// The packed copy starts at a cache line.
    fn padded_elements(&self) -> usize {
        self.geometry.padded_elements().next_multiple_of(LANES)
    }

    /// Packs the filters; operands that are too small count as 0 (rule R10).
    pub(crate) fn pack(&self, weights: &[f32], packed: &mut [f32]) {
        pack_filters(&self.geometry, &self.phases, self.order, weights, flush_f32, packed);
    }

    /// Computes all outputs.
    pub(crate) fn run(&self, path: Path, source: Source<'_>, output: &mut [f32], scratch: &mut [f32]) {
        let geometry = &self.geometry;
        let inputs = geometry.channels * geometry.input.iter().product::<usize>();
        let input = |number: usize| &source.input[number * inputs..(number + 1) * inputs];
        let (padded, packed) = scratch.split_at_mut(self.padded_elements());
        if geometry.method == Method::Packed && geometry.is_pointwise() {
            let pixels = geometry.pixels();
            self.run_packed(path, source, output, packed, &mut |Chunk { number, first, outputs }, packed| {
                path.run(PackChannels { input: input(number), pixels, first, outputs, packed });
            });
            return;
        }
        let inside = &self.inside;
        padded.fill(0.0);
        if depthwise::fits(geometry, &self.phases[0]) {
            let (phase, ending) = (&self.phases[0], self.ending);
            dispatch(path, Depthwise { geometry, inside, phase, ending, source, output, padded });
            return;
        }
        for number in 0..geometry.batch * geometry.groups {
            path.run(Pad { geometry, inside, source: input(number), target: padded, map: flush_f32 });
            match geometry.method {
                Method::Packed => {
                    let mut spots = Spots::new(geometry, &self.phases[0]);
                    self.run_group(path, source, number, output, packed, &mut |Chunk { outputs, .. }, packed| {
                        let places = &self.places[0];
                        path.run(PackPlaces { padded, places, spots: &mut spots, outputs, packed });
                    });
                }
                _ => self.run_padded(path, source, number, output, padded),
            }
        }
    }

    /// Computes all outputs from what `pack` gives for each chunk of them.
    pub(crate) fn run_packed(
        &self,
        path: Path,
        source: Source<'_>,
        output: &mut [f32],
        packed: &mut [f32],
        pack: &mut dyn FnMut(Chunk, &mut [f32]),
    ) {
        for number in 0..self.geometry.batch * self.geometry.groups {
            self.run_group(path, source, number, output, packed, pack);
        }
    }

    fn run_group(
        &self,
        path: Path,
        source: Source<'_>,
        number: usize,
        output: &mut [f32],
        packed: &mut [f32],
        pack: &mut dyn FnMut(Chunk, &mut [f32]),
    ) {
        let (pixels, terms) = (self.geometry.pixels(), self.geometry.terms());
        let chunk = self.geometry.chunk() * LANES;
        let mut spots = [Spot::default(); MAX_CHUNK];
        for first in (0..pixels).step_by(chunk) {
            let outputs = chunk.min(pixels - first);
            pack(Chunk { number, first, outputs }, packed);
            let vectors = outputs.div_ceil(LANES);
            for (vector, spot) in spots[..vectors].iter_mut().enumerate() {
                let done = vector * LANES;
                *spot = Spot { base: done * terms, output: first + done, count: LANES.min(outputs - done) };
            }
            let task = self.task(source, number, 0, packed, &self.packed_places, output);
            task.run(path, Outputs::Vectors(&spots[..vectors]));
        }
    }

    fn run_padded(&self, path: Path, source: Source<'_>, number: usize, output: &mut [f32], padded: &[f32]) {
        let chunk = self.geometry.chunk();
        let mut spots = [Spot::default(); MAX_CHUNK];
        for (index, phase) in self.phases.iter().enumerate() {
            let mut walk = Spots::new(&self.geometry, phase);
            if self.geometry.method == Method::Filters {
                let task = self.task(source, number, index, padded, &self.places[index], output);
                task.run(path, Outputs::Singles(walk, phase.count.iter().product()));
                continue;
            }
            let vectors = walk.len();
            for first in (0..vectors).step_by(chunk) {
                let spots = &mut spots[..chunk.min(vectors - first)];
                spots.fill_with(|| walk.vector());
                let task = self.task(source, number, index, padded, &self.places[index], output);
                task.run(path, Outputs::Vectors(spots));
            }
        }
    }

    /// The task of one phase, with its part of the filters, the bias and the output.
    fn task<'a>(
        &'a self,
        source: Source<'a>,
        number: usize,
        phase: usize,
        data: &'a [f32],
        places: &'a [u32],
        output: &'a mut [f32],
    ) -> Task<'a> {
        let geometry = &self.geometry;
        let (group, count, pixels) = (number % geometry.groups, geometry.filters, geometry.pixels());
        let columns = geometry.filter_elements() / geometry.terms();
        let before: usize = self.places[..phase].iter().map(Vec::len).sum();
        let at = group * geometry.filter_elements() + before * columns;
        Task {
            data,
            places,
            filters: &source.filters[at..at + places.len() * columns],
            bias: source.bias.map(|bias| &bias[group * count..(group + 1) * count]),
            count,
            ending: self.ending,
            pixels,
            step: self.phases[phase].step[2],
            output: &mut output[number * count * pixels..(number + 1) * count * pixels],
        }
    }
}
