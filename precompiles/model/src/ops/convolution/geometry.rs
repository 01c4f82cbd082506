//! Where a convolution reads and writes: what its kernel, its memory and its counted work have in common.

use super::{MAX_SPATIAL, Window};
use crate::{DType, OpError, TensorType, Work, limits::MAX_TENSOR_BYTES, ops::OpMemory};

/// Outputs that are computed side by side.
pub const LANES: usize = 16;
/// Packed float32 that should stay in a cache of the second level.
const CHUNK_FLOATS: usize = 48 * 1024;
/// Most vectors of [`LANES`] outputs that are packed, or read, before the next filters come.
pub const MAX_CHUNK: usize = 128;
/// Vectors of [`LANES`] outputs that the widest tile computes together.
const TILE_VECTORS: usize = 4;
/// Most phases of a transposed convolution.
const MAX_PHASES: u64 = 4096;
/// Elements that each image and group counts as beside what it copies and writes.
const IMAGE_COST: u64 = 64;

/// Which way a convolution is computed. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Lanes are neighbouring outputs of a row, read from the padded input where they are.
    Direct,
    /// Lanes are neighbouring outputs of all rows, read from a copy in the order of the taps.
    Packed,
    /// Lanes are filters.
    Filters,
}

/// One group of one image of a convolution, with depth, height and width; absent dimensions are 1.
///
/// The input is copied with its padding, in rows that are interleaved by the stride of the width, so that neighbouring outputs
/// always read neighbouring elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Images.
    pub batch: usize,
    /// Groups.
    pub groups: usize,
    /// Input channels of a group.
    pub channels: usize,
    /// Output channels of a group.
    pub filters: usize,
    /// Spatial dimensions of the input.
    pub input: [usize; MAX_SPATIAL],
    /// Spatial dimensions of the output.
    pub output: [usize; MAX_SPATIAL],
    /// Spatial dimensions of the kernel.
    pub kernel: [usize; MAX_SPATIAL],
    /// Input positions per position of the padded copy.
    pub skip: [usize; MAX_SPATIAL],
    /// Positions of the padded copy before the first element; negative where elements are left out.
    pub before: [i64; MAX_SPATIAL],
    /// Positions of the padded copy.
    pub padded: [usize; MAX_SPATIAL],
    /// Runs that a row of the padded copy is cut into: position x is element x / runs of run x % runs.
    pub runs: usize,
    /// Elements of a row of the padded copy.
    pub row: usize,
    /// Elements from one channel of the padded copy to the next.
    pub plane: usize,
    /// The way of computing.
    pub method: Method,
    transposed: bool,
    strides: [usize; MAX_SPATIAL],
    dilations: [usize; MAX_SPATIAL],
    begins: [usize; MAX_SPATIAL],
}

/// Outputs that read through the same taps: all of a convolution; of a transposed one those whose position, counted with the
/// padding, leaves the same rest by the stride.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// For each tap, in kernel order, its number in the kernel and its place in the padded copy.
    pub taps: Vec<(u32, u32)>,
    /// Outputs along each dimension.
    pub count: [usize; MAX_SPATIAL],
    /// First output.
    pub first: [usize; MAX_SPATIAL],
    /// Distance of outputs.
    pub step: [usize; MAX_SPATIAL],
    /// Where the first output's window starts in the padded copy, and how far it moves for the next depth and the next row;
    /// neighbours in a row move by 1.
    pub start: usize,
    /// See `start`.
    pub moves: [usize; 2],
}

fn three(dims: impl DoubleEndedIterator<Item = u32>, fill: usize) -> [usize; MAX_SPATIAL] {
    let mut three = [fill; MAX_SPATIAL];
    three.iter_mut().rev().zip(dims.rev()).for_each(|(to, dim)| *to = dim as usize);
    three
}

fn too_large(found: u64) -> OpError {
    OpError::Limit { what: "padded input in elements", found, limit: MAX_TENSOR_BYTES }
}

impl Geometry {
    /// A convolution of `input` (batch, channels, space) with filters of `weight` to `output`, all of types that passed its
    /// rule; an error where the padded copy would be too large.
    pub fn convolution(
        window: &Window,
        groups: u32,
        input: &[u32],
        weight: &[u32],
        output: &[u32],
    ) -> Result<Self, OpError> {
        let mut geometry = Self::unplaced(window, groups, input, weight, output);
        geometry.channels = weight[1] as usize;
        geometry.filters = weight[0] as usize / geometry.groups;
        for axis in 0..MAX_SPATIAL {
            let (kernel, dilation) = (geometry.kernel[axis], geometry.dilations[axis]);
            geometry.before[axis] = geometry.begins[axis] as i64;
            if kernel == 1 {
                geometry.skip[axis] = core::mem::replace(&mut geometry.strides[axis], 1);
            }
            let span = (kernel as u64 - 1) * dilation as u64 + 1;
            let length = (geometry.output[axis] as u64 - 1) * geometry.strides[axis] as u64 + span;
            geometry.padded[axis] = usize::try_from(length).map_err(|_| too_large(length))?;
        }
        geometry.runs = geometry.strides[MAX_SPATIAL - 1];
        geometry.place()
    }

    /// A transposed convolution; `weight` is (input channels, filters of a group, space).
    pub fn transposed(
        window: &Window,
        groups: u32,
        input: &[u32],
        weight: &[u32],
        output: &[u32],
    ) -> Result<Self, OpError> {
        let mut geometry = Self::unplaced(window, groups, input, weight, output);
        geometry.transposed = true;
        geometry.channels = weight[0] as usize / geometry.groups;
        geometry.filters = weight[1] as usize;
        let mut phases = 1u64;
        for axis in 0..MAX_SPATIAL {
            let (stride, begin) = (geometry.strides[axis], geometry.begins[axis]);
            let reach = geometry.reach(axis);
            let (least, most) = (begin / stride, (geometry.output[axis] - 1 + begin) / stride);
            geometry.before[axis] = reach as i64 - least as i64;
            geometry.padded[axis] = most - least + 1 + reach;
            phases = phases.saturating_mul(stride.min(geometry.output[axis]) as u64);
        }
        if phases > MAX_PHASES {
            let what = "product of the strides of a transposed convolution";
            return Err(OpError::Limit { what, found: phases, limit: MAX_PHASES });
        }
        geometry.place()
    }

    fn unplaced(window: &Window, groups: u32, input: &[u32], weight: &[u32], output: &[u32]) -> Self {
        let axes = || window.axes.iter();
        Self {
            batch: input[0] as usize,
            groups: groups as usize,
            channels: 0,
            filters: 0,
            input: three(input[2..].iter().copied(), 1),
            output: three(output[2..].iter().copied(), 1),
            kernel: three(weight[2..].iter().copied(), 1),
            skip: [1; MAX_SPATIAL],
            before: [0; MAX_SPATIAL],
            padded: [1; MAX_SPATIAL],
            runs: 1,
            row: 0,
            plane: 0,
            method: Method::Direct,
            transposed: false,
            strides: three(axes().map(|axis| axis.stride), 1),
            dilations: three(axes().map(|axis| axis.dilation), 1),
            begins: three(axes().map(|axis| axis.begin), 0),
        }
    }

    /// How far a window of a transposed convolution reaches back.
    fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilations[axis] / self.strides[axis]
    }

    /// Lays out the padded copy and chooses the method.
    fn place(mut self) -> Result<Self, OpError> {
        let [depth, height, width] = self.padded.map(|length| length as u64);
        let row = width.div_ceil(self.runs as u64).saturating_mul(self.runs as u64);
        let lines = depth.saturating_mul(height).saturating_mul(row).div_ceil(LANES as u64);
        // An odd number of cache lines: channels do not fall on the same places of the cache.
        let plane = (lines | 1).saturating_mul(LANES as u64);
        let all = plane.saturating_mul(self.channels as u64);
        if all > MAX_TENSOR_BYTES {
            return Err(too_large(all));
        }
        self.row = row as usize;
        self.plane = plane as usize;
        self.method = self.cheapest();
        Ok(self)
    }

    /// The same with neighbouring outputs of a row as lanes.
    pub(super) fn by_rows(mut self) -> Self {
        self.method = Method::Direct;
        self
    }

    /// The same with packed lanes.
    pub(super) fn packed(mut self) -> Self {
        self.method = Method::Packed;
        self
    }

    /// Outputs of a filter in whole vectors.
    pub(super) fn lanes(&self) -> usize {
        self.vectors() * LANES
    }

    /// Taps of a filter.
    pub fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Length of the dot products; those of a transposed convolution are cut into phases of this length together.
    pub fn terms(&self) -> usize {
        self.channels * self.taps()
    }

    /// Outputs of one filter.
    pub fn pixels(&self) -> usize {
        self.output.iter().product()
    }

    /// Whether each output reads one position, in the order of the input: the input itself can be packed.
    pub fn is_pointwise(&self) -> bool {
        self.taps() == 1 && !self.transposed && self.skip == [1; MAX_SPATIAL] && self.input == self.output
    }

    /// Whether windows of neighbouring rows are neighbours in the padded copy.
    fn is_flat(&self) -> bool {
        self.taps() == 1 && !self.transposed
    }

    /// Vectors of outputs of one filter: rows are cut into vectors apart, phases too.
    fn vectors(&self) -> usize {
        if self.is_flat() {
            return self.pixels().div_ceil(LANES);
        }
        let [depth, height, width] = self.output;
        if !self.transposed {
            return depth * height * width.div_ceil(LANES);
        }
        // The first phases have one output more than the last ones.
        let stride = self.strides[2].min(width);
        let per_row = (0..stride).map(|phase| (width - phase).div_ceil(self.strides[2]).div_ceil(LANES));
        depth * height * per_row.sum::<usize>()
    }

    /// Counted in steps of 16 multiply-adds.
    fn cheapest(&self) -> Method {
        let (terms, filters, pixels) = (self.terms() as u64, self.filters as u64, self.pixels() as u64);
        let direct = (self.vectors() as u64 * terms).saturating_mul(filters);
        let packing = if self.is_pointwise() { 0 } else { 3 };
        let packed = (pixels.div_ceil(LANES as u64) * terms).saturating_mul(filters + packing);
        let by_filters = pixels * filters.div_ceil(LANES as u64) * (terms + 24);
        let can_pack = !self.transposed && self.terms() <= 16 * CHUNK_FLOATS / (TILE_VECTORS * LANES);
        let mut best = (direct, Method::Direct);
        for (cost, method, possible) in [(packed, Method::Packed, can_pack), (by_filters, Method::Filters, true)] {
            if possible && cost < best.0 {
                best = (cost, method);
            }
        }
        best.1
    }

    /// Vectors that are packed, or read, before the next filters come.
    pub fn chunk(&self) -> usize {
        (CHUNK_FLOATS / (self.terms() * LANES)).clamp(TILE_VECTORS, MAX_CHUNK).next_multiple_of(TILE_VECTORS)
    }

    /// Elements of the padded copy of a group, with room for reading a vector at its last position.
    pub fn padded_elements(&self) -> usize {
        if self.method == Method::Packed && self.is_pointwise() { 0 } else { self.channels * self.plane + LANES }
    }

    /// Elements of the packed copy, with room for writing a vector at its last position.
    pub fn packed_elements(&self) -> usize {
        match self.method {
            Method::Packed => self.chunk().min(self.pixels().div_ceil(LANES)) * self.terms() * LANES + LANES,
            _ => 0,
        }
    }

    /// Elements of the packed filters of one group.
    pub fn filter_elements(&self) -> usize {
        let columns = if self.method == Method::Filters { self.filters.next_multiple_of(LANES) } else { self.filters };
        columns * self.terms()
    }

    /// The phases, those of a transposed convolution in row-major order of their first outputs.
    pub fn phases(&self) -> Vec<Phase> {
        let [rows_d, rows_h] = [self.padded[1] * self.row, self.row];
        if !self.transposed {
            let at = |axis: usize, tap: usize| tap * self.dilations[axis];
            let place = |x: usize| x % self.runs * (self.row / self.runs) + x / self.runs;
            let taps = self.each_tap(|[d, h, w]| Some(at(0, d) * rows_d + at(1, h) * rows_h + place(at(2, w))));
            let count = if self.is_flat() { [1, 1, self.pixels()] } else { self.output };
            let moves = [self.strides[0] * rows_d, self.strides[1] * rows_h];
            return vec![Phase { taps, count, first: [0; 3], step: [1; 3], start: 0, moves }];
        }
        let mut phases = Vec::new();
        let lengths: [usize; MAX_SPATIAL] = core::array::from_fn(|axis| self.strides[axis].min(self.output[axis]));
        for d in 0..lengths[0] {
            for h in 0..lengths[1] {
                phases.extend((0..lengths[2]).map(|w| self.transposed_phase([d, h, w])));
            }
        }
        phases
    }

    fn transposed_phase(&self, first: [usize; MAX_SPATIAL]) -> Phase {
        let [rows_d, rows_h] = [self.padded[1] * self.row, self.row];
        let scale = [rows_d, rows_h, 1];
        let back = |axis: usize, tap: usize| {
            let (stride, at) = (self.strides[axis], tap * self.dilations[axis]);
            let rest = (first[axis] + self.begins[axis]) % stride;
            (at % stride == rest).then(|| (self.reach(axis) - (at - rest) / stride) * scale[axis])
        };
        let taps = self.each_tap(|[d, h, w]| Some(back(0, d)? + back(1, h)? + back(2, w)?));
        let start = (0..MAX_SPATIAL).map(|axis| {
            let (stride, begin) = (self.strides[axis], self.begins[axis]);
            ((first[axis] + begin) / stride - begin / stride) * scale[axis]
        });
        let start = start.sum();
        let count = core::array::from_fn(|axis| (self.output[axis] - first[axis]).div_ceil(self.strides[axis]));
        Phase { taps, count, first, step: self.strides, start, moves: [rows_d, rows_h] }
    }

    fn each_tap(&self, place: impl Fn([usize; MAX_SPATIAL]) -> Option<usize>) -> Vec<(u32, u32)> {
        let [depth, height, width] = self.kernel;
        let mut taps = Vec::new();
        for number in 0..depth * height * width {
            let position = [number / (height * width), number / width % height, number % width];
            if let Some(place) = place(position) {
                taps.push((number as u32, place as u32));
            }
        }
        taps
    }

    /// Counted work: multiply-adds in whole vectors, and the elements that are copied and written.
    pub(super) fn work(&self, dtype: DType) -> Work {
        let images = (self.batch * self.groups) as u64;
        let (terms, filters, pixels) = (self.terms() as u64, self.filters as u64, self.pixels() as u64);
        let lanes = LANES as u64;
        let (products, packed) = match self.method {
            Method::Direct => (self.vectors() as u64 * lanes * terms.saturating_mul(filters), 0),
            Method::Packed => {
                let places = pixels.next_multiple_of(lanes) * terms;
                (places.saturating_mul(filters), places)
            }
            Method::Filters => (pixels * filters.next_multiple_of(lanes).saturating_mul(terms), 0),
        };
        let copied = (self.channels * self.plane) as u64 * if self.runs > 1 { 4 } else { 2 };
        let written = pixels * filters * 2;
        let elements = [copied, packed, written, IMAGE_COST].into_iter().fold(0, u64::saturating_add);
        let elements = images.saturating_mul(elements);
        let products = images.saturating_mul(products);
        if dtype == DType::F32 {
            Work { multiply_adds: products, elements, ..Work::default() }
        } else {
            Work { wide_multiply_adds: products, elements, ..Work::default() }
        }
    }

    /// Memory of the kernel: input 1 packed with the places of the taps, and the copies of one group.
    pub(super) fn memory(&self, input: &TensorType) -> OpMemory {
        let size = input.dtype.size() as u64;
        let bytes = |elements: usize| (elements as u64).saturating_mul(size).saturating_add(64);
        let filters = bytes(self.groups.saturating_mul(self.filter_elements()));
        let places = (self.terms() as u64).saturating_mul(16);
        let scratch = bytes(self.padded_elements()).saturating_add(bytes(self.packed_elements()));
        OpMemory { packed: vec![(1, filters.saturating_add(places))], scratch }
    }
}
