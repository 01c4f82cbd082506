use praxis_model::ops::{ByteConv, ConvInteger, MAX_SPATIAL, QLinearConv};

use super::{
    Operands,
    depthwise::{self, Results, Windows},
    operands::{Output, Scales, one, right},
};
use crate::{
    Fault,
    align::{AlignedBytes, elements_mut},
    byte::{Chunk, Columns, Packed, Sizes, multiply, pack},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Path,
};

/// Where a convolution reads and writes, with depth, height and width; absent dimensions are 1.
#[derive(Clone, Debug)]
struct Convolution {
    sizes: Sizes,
    operands: Operands,
    quantised: bool,
    batch: usize,
    groups: usize,
    channels: usize,
    kernel: [usize; MAX_SPATIAL],
    input: [usize; MAX_SPATIAL],
    output: [usize; MAX_SPATIAL],
    padded: [usize; MAX_SPATIAL],
    strides: [usize; MAX_SPATIAL],
    dilations: [usize; MAX_SPATIAL],
    begins: [usize; MAX_SPATIAL],
    image_bytes: usize,
}

/// A channel with its filter.
struct Plane<'a> {
    image: &'a [u8],
    /// The byte that stands for 0 in it.
    zero: u8,
    filter: &'a [u8],
}

fn three(dims: impl DoubleEndedIterator<Item = usize>, fill: usize) -> [usize; MAX_SPATIAL] {
    let mut three = [fill; MAX_SPATIAL];
    three.iter_mut().rev().zip(dims.rev()).for_each(|(to, dim)| *to = dim);
    three
}

impl Convolution {
    fn new(conv: &ByteConv, node: &NodeContext<'_>, operands: Operands, quantised: bool) -> Result<Self, Fault> {
        let (x, w, y) = (&node.inputs[0], &node.inputs[operands.right], &node.outputs[0].shape);
        let wrong = |_| Fault::Internal("a convolution on shapes that it does not take");
        let (product, _) = conv.product(x, w).map_err(wrong)?;
        let dims = |shape: &[u32]| three(shape[2..].iter().map(|&dim| dim as usize), 1);
        let axes = || conv.window.axes.iter();
        Ok(Self {
            sizes: Sizes::new(product),
            operands,
            quantised,
            batch: x.shape[0] as usize,
            groups: conv.groups as usize,
            channels: w.shape[1] as usize,
            kernel: dims(&w.shape),
            input: dims(&x.shape),
            output: dims(y),
            padded: three(conv.padded(&w.shape, y).into_iter().map(|dim| dim as usize), 1),
            strides: three(axes().map(|axis| axis.stride as usize), 1),
            dilations: three(axes().map(|axis| axis.dilation as usize), 1),
            begins: three(axes().map(|axis| axis.begin as usize), 0),
            image_bytes: conv.padded_bytes(&w.shape, y) as usize,
        })
    }

    fn packed_bytes(&self) -> usize {
        self.sizes.product.packed_bytes() as usize
    }

    /// Packs the filters of all groups. Terms are ordered by tap, then by channel: the channels of a position stand together.
    fn pack(&self, source: &[u8], packed: &mut [u8]) -> Result<(), Fault> {
        let (k, channels, flip) = (self.sizes.k, self.channels, self.operands.right_flip);
        let taps = k / channels;
        let groups = source.chunks_exact(k * self.sizes.n).zip(packed.chunks_exact_mut(self.packed_bytes()));
        groups.into_iter().try_for_each(|(from, to)| {
            let place = |term: usize, filter: usize| filter * k + term % channels * taps + term / channels;
            pack(&self.sizes, to, |term, filter| from[place(term, filter)] ^ flip)
        })
    }

    /// Copies a group of channels with its padding, the channels of a position together.
    fn pad(&self, source: &[u8], zero: u8, image: &mut [u8]) {
        image.fill(zero);
        let ([depth, height, width], flip) = (self.input, self.operands.left_flip);
        let reached = |axis: usize, position: usize| {
            let place = position + self.begins[axis];
            (place < self.padded[axis]).then_some(place)
        };
        for (channel, plane) in source.chunks_exact(depth * height * width).enumerate() {
            for (row, values) in plane.chunks_exact(width).enumerate() {
                let Some(z) = reached(0, row / height) else { continue };
                let Some(y) = reached(1, row % height) else { continue };
                let length = width.min(self.padded[2].saturating_sub(self.begins[2]));
                let start = ((z * self.padded[1] + y) * self.padded[2] + self.begins[2]) * self.channels + channel;
                let places = image.get_mut(start..).unwrap_or_default().iter_mut().step_by(self.channels);
                places.zip(&values[..length]).for_each(|(to, &from)| *to = from ^ flip);
            }
        }
    }

    /// Copies the windows of `count` outputs from `first` on to rows.
    fn gather(&self, image: &[u8], (first, count): (usize, usize), rows: &mut [u8]) {
        let [_, height, width] = self.output;
        let [_, padded_height, padded_width] = self.padded;
        let [depth_taps, height_taps, width_taps] = self.kernel;
        // Taps that stand together in the image.
        let (run, steps) = if self.dilations[2] == 1 { (width_taps, 1) } else { (1, width_taps) };
        let run = run * self.channels;
        for (output, row) in (first..first + count).zip(rows.chunks_exact_mut(self.sizes.terms)) {
            let (line, x) = (output / width, output % width);
            let (z, y) = (line / height * self.strides[0], line % height * self.strides[1]);
            let x = x * self.strides[2];
            let (taps, rest) = row.split_at_mut(self.sizes.k);
            rest.fill(0);
            let mut taps = taps.chunks_exact_mut(run);
            for dz in 0..depth_taps {
                for dy in 0..height_taps {
                    let line = (z + dz * self.dilations[0]) * padded_height + y + dy * self.dilations[1];
                    for dx in 0..steps {
                        let at = (line * padded_width + x + dx * self.dilations[2]) * self.channels;
                        if let Some(target) = taps.next() {
                            copy(target, &image[at..at + run]);
                        }
                    }
                }
            }
        }
    }

    fn run(&self, call: &mut Call<'_>, weights: Option<&AlignedBytes>) -> Result<(), Fault> {
        let (input, source) = (call.input_bytes(0)?, call.input_bytes(self.operands.right)?);
        let results = self.operands.output(call)?;
        let path = call.path;
        let (output, mut scratch) = call.output_and_scratch::<u8>()?;
        let scratch = &mut scratch;
        let bytes = self.packed_bytes();
        let packed = right(weights, bytes * self.groups, scratch, |own| self.pack(source, own))?;
        let mut chunk = Chunk::new(&self.sizes, scratch)?;
        let mut columns = Columns::new(&self.sizes, scratch)?;
        let image = &mut scratch[..self.image_bytes];
        let zero = results.left_zero()?;
        let plane = self.input.iter().product::<usize>() * self.channels;
        let element = if self.quantised { 1 } else { size_of::<i32>() };
        let inputs = input.chunks_exact(plane);
        let outputs = output.chunks_exact_mut(self.sizes.m * self.sizes.n * element);
        for (index, (input, output)) in inputs.zip(outputs).enumerate() {
            let group = index % self.groups;
            let results: Output<'_> = results.group(group, self.sizes.n);
            let right = Packed::new(&self.sizes, &packed[group * bytes..(group + 1) * bytes])?;
            results.columns(&mut columns);
            self.pad(input, zero, image);
            if self.channels == 1 && self.sizes.n == 1 {
                let filter = &source[group * self.sizes.k..(group + 1) * self.sizes.k];
                self.run_plane(path, Plane { image, zero, filter }, &columns, results, output)?;
                continue;
            }
            let mut first = 0;
            while first < self.sizes.m {
                let rows = self.sizes.chunk_rows().min(self.sizes.m - first);
                self.gather(image, (first, rows), chunk.bytes);
                multiply(path, &self.sizes, rows, &mut chunk, right);
                results.finish(path, &self.sizes, (0, rows), &mut chunk, &mut columns, right);
                self.write(output, (first, rows), &chunk)?;
                first += rows;
            }
        }
        Ok(())
    }

    /// A group of one channel and one filter.
    fn run_plane(
        &self,
        path: Path,
        plane: Plane<'_>,
        columns: &Columns<'_>,
        results: Output<'_>,
        output: &mut [u8],
    ) -> Result<(), Fault> {
        let Self { kernel, strides, dilations, padded, output: space, .. } = *self;
        let windows = Windows { kernel, strides, dilations, padded, output: space };
        let Plane { image, zero, filter } = plane;
        let (flip, filter_zero) = (self.operands.right_flip, columns.zero_points[0]);
        let results = match results.scales {
            None => Results::Sums(elements_mut(output)?),
            Some(Scales { kind, .. }) => {
                let bias = results.bias.first().copied().unwrap_or(0);
                Results::Bytes { results: output, bias, factor: columns.factors[0], kind }
            }
        };
        path.run(depthwise::Plane { windows, image, zero, filter, flip, filter_zero, results });
        Ok(())
    }

    /// Writes rows of the product as columns of the output.
    fn write(&self, output: &mut [u8], (first, rows): (usize, usize), chunk: &Chunk<'_>) -> Result<(), Fault> {
        let Sizes { m, n, columns, .. } = self.sizes;
        if self.quantised {
            transpose(&chunk.results[..rows * n], n, output, (m, first));
        } else {
            transpose(&chunk.products[..rows * columns], columns, elements_mut::<i32>(output)?, (m, first));
        }
        Ok(())
    }

    fn prepare(self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        debug_assert_eq!(
            self.batch * self.groups * self.channels,
            (node.inputs[0].shape[0] * node.inputs[0].shape[1]) as usize
        );
        let bytes = self.packed_bytes() * self.groups;
        let weights = self.operands.packed(node, bytes, |source, packed| self.pack(source, packed))?;
        let own = if weights.is_some() { 0 } else { bytes };
        let product = &self.sizes.product;
        let scratch = (product.chunk_bytes() + product.column_bytes()) as usize;
        let scratch_bytes = (own + scratch + self.image_bytes).next_multiple_of(64);
        let held_bytes = weights.as_ref().map_or(0, AlignedBytes::len);
        let run = Box::new(move |call: &mut Call<'_>| self.run(call, weights.as_ref()));
        Ok(Prepared { run, scratch_bytes, held_bytes })
    }
}

impl<'a> Output<'a> {
    /// The inputs for the columns of one group.
    fn group(self, group: usize, columns: usize) -> Self {
        fn part<T>(list: &[T], group: usize, columns: usize) -> &[T] {
            if list.len() > 1 { &list[group * columns..(group + 1) * columns] } else { list }
        }
        // A bias has one element for each column, also where there is one column.
        let bias = if self.bias.is_empty() { self.bias } else { &self.bias[group * columns..(group + 1) * columns] };
        let scales = self.scales.map(|scales| Scales { right: part(scales.right, group, columns), ..scales });
        Self { right_zeros: part(self.right_zeros, group, columns), scales, bias, ..self }
    }

    /// The byte that stands for 0 on the left, as uint8.
    fn left_zero(&self) -> Result<u8, Fault> {
        Ok(one(self.left_zeros)? ^ self.operands.left_flip)
    }
}

/// A short copy.
#[inline(always)]
fn copy(target: &mut [u8], source: &[u8]) {
    if target.len() < 8 {
        target.iter_mut().zip(source).for_each(|(to, &from)| *to = from);
    } else {
        target.copy_from_slice(source);
    }
}

/// Writes rows of `width` elements as columns of a matrix of rows of `length`, from column `first` on.
fn transpose<T: Copy>(rows: &[T], width: usize, target: &mut [T], (length, first): (usize, usize)) {
    let count = rows.len() / width;
    for (column, line) in target.chunks_exact_mut(length).enumerate() {
        for (row, to) in line[first..first + count].iter_mut().enumerate() {
            *to = rows[row * width + column];
        }
    }
}

impl Kernel for ConvInteger {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Convolution::new(&self.conv, node, Operands::integer(node), false)?.prepare(node)
    }
}

impl Kernel for QLinearConv {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Convolution::new(&self.conv, node, Operands::quantised(node), true)?.prepare(node)
    }
}
