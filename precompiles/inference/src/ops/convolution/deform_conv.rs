use praxis_model::ops::{DeformConv, DeformShape, Ending, LANES};

use super::conv::packed;
use crate::{
    Fault,
    align::{AlignedBytes, elements, elements_mut},
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    conv::{Chunk, Convolution, FilterOrder, Source},
    gemm::flush_f32,
    isa::Job,
};

/// What the reading needs to know.
#[derive(Clone, Debug)]
struct Deform {
    op: DeformConv,
    shape: DeformShape,
}

/// The inputs of a run.
#[derive(Clone, Copy)]
struct Inputs<'a> {
    input: &'a [f32],
    offsets: &'a [f32],
    mask: Option<&'a [f32]>,
}

/// The values of all terms for some outputs.
struct Sample<'a> {
    deform: &'a Deform,
    inputs: Inputs<'a>,
    chunk: Chunk,
    packed: &'a mut [f32],
}

/// `plane` at a place between its elements; 0 outside.
#[inline(always)]
fn bilinear(plane: &[f32], [height, width]: [usize; 2], y: f32, x: f32) -> f32 {
    if !(y > -1.0 && y < height as f32 && x > -1.0 && x < width as f32) {
        return 0.0;
    }
    let (top, left) = (floor(y), floor(x));
    let at = |row: i64, column: i64| {
        let inside = (0..height as i64).contains(&row) && (0..width as i64).contains(&column);
        if inside { plane[row as usize * width + column as usize] } else { 0.0 }
    };
    let (down, right) = (y - top as f32, x - left as f32);
    let (up, before) = (1.0 - down, 1.0 - right);
    let sum = up * before * at(top, left) + up * right * at(top, left + 1);
    let sum = sum + down * before * at(top + 1, left);
    sum + down * right * at(top + 1, left + 1)
}

/// The integer at or below x, which lies within the range of tensors' dimensions.
#[inline(always)]
fn floor(x: f32) -> i64 {
    let towards_zero = x as i64;
    if towards_zero as f32 > x { towards_zero - 1 } else { towards_zero }
}

impl Job for Sample<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Deform { op, shape } = self.deform;
        let geometry = &shape.geometry;
        let (terms, pixels) = (geometry.terms(), geometry.pixels());
        let [kernel_height, kernel_width] = shape.kernel;
        let taps = kernel_height * kernel_width;
        let channels = geometry.groups * terms / taps;
        let per_offset_group = channels / op.offset_groups as usize;
        let (image, group) = (self.chunk.number / geometry.groups, self.chunk.number % geometry.groups);
        let axes = &op.window.axes;
        let place = |axis: usize, output: usize, tap: usize| {
            let axis = axes[axis];
            (output as i64 * i64::from(axis.stride) + tap as i64 * i64::from(axis.dilation) - i64::from(axis.begin))
                as f32
        };
        for term in 0..terms {
            let (channel, tap) = (group * terms / taps + term / taps, term % taps);
            let elements = shape.input[0] * shape.input[1];
            let plane = &self.inputs.input[(image * channels + channel) * elements..][..elements];
            let offset_tap = (image * op.offset_groups as usize + channel / per_offset_group) * taps + tap;
            for index in 0..self.chunk.outputs {
                let output = self.chunk.first + index;
                let (row, column) = (output / shape.output[1], output % shape.output[1]);
                let y = place(0, row, tap / kernel_width) + self.inputs.offsets[offset_tap * 2 * pixels + output];
                let x =
                    place(1, column, tap % kernel_width) + self.inputs.offsets[(offset_tap * 2 + 1) * pixels + output];
                let value = bilinear(plane, shape.input, y, x);
                let value = self.inputs.mask.map_or(value, |mask| value * mask[offset_tap * pixels + output]);
                self.packed[(index / LANES * terms + term) * LANES + index % LANES] = flush_f32(value);
            }
        }
    }
}

fn run(
    call: &mut Call<'_>,
    deform: &Deform,
    convolution: &Convolution,
    filters: Option<&AlignedBytes>,
) -> Result<(), Fault> {
    let (path, weights) = (call.path, call.input::<f32>(1)?);
    let bias = if deform.op.bias { Some(call.input::<f32>(3)?) } else { None };
    let mask = if deform.op.mask { Some(call.input::<f32>(3 + usize::from(deform.op.bias))?) } else { None };
    let inputs = Inputs { input: call.input(0)?, offsets: call.input(2)?, mask };
    let (output, scratch) = call.output_and_scratch::<f32>()?;
    let count = convolution.filter_elements();
    let own = if filters.is_some() { 0 } else { count.next_multiple_of(LANES) };
    let (own, scratch) = elements_mut::<f32>(scratch)?.split_at_mut(own);
    let filters: &[f32] = match filters {
        Some(filters) => &elements(filters.as_slice())?[..count],
        None => {
            convolution.pack(weights, &mut own[..count]);
            &own[..count]
        }
    };
    let source = Source { input: &[], filters, bias };
    convolution.run_packed(path, source, output, scratch, &mut |chunk, packed| {
        path.run(Sample { deform, inputs, chunk, packed });
    });
    Ok(())
}

impl Kernel for DeformConv {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let wrong = |_| Fault::Internal("DeformConv on shapes that it does not take");
        let shape = self.shape(node.inputs).map_err(wrong)?;
        let convolution = Convolution::new(shape.geometry.clone(), FilterOrder::FilterFirst, Ending::Identity);
        let filters = packed(node, &convolution)?;
        let own = if filters.is_some() { 0 } else { convolution.filter_elements().next_multiple_of(LANES) };
        let scratch_bytes = ((own + convolution.scratch_elements()) * size_of::<f32>()).next_multiple_of(64);
        let held_bytes = filters.as_ref().map_or(0, AlignedBytes::len);
        let deform = Deform { op: self.clone(), shape };
        let run = Box::new(move |call: &mut Call<'_>| run(call, &deform, &convolution, filters.as_ref()));
        Ok(Prepared { run, scratch_bytes, held_bytes })
    }
}
