use praxis_model::{DType, ops::RoiAlign};

use super::positions::Positions;
use crate::{
    Fault,
    arith::Canonical,
    call::{Call, Kernel, NodeContext, Prepared},
};

/// One dimension of a region.
#[derive(Clone, Copy, Debug)]
struct Side {
    start: f32,
    /// Length of the part that one output element covers.
    bin: f32,
    length: usize,
}

/// The two elements that a sample lies between along one dimension, and the weight of each.
#[derive(Clone, Copy, Debug)]
struct Between {
    low: usize,
    high: usize,
    low_weight: f32,
    high_weight: f32,
}

impl Side {
    fn new(rule: &RoiAlign, start: f32, end: f32, bins: u32, length: usize) -> Self {
        let shift = if rule.half_pixel { 0.5 } else { 0.0 };
        let (start, end) = (start * rule.scale - shift, end * rule.scale - shift);
        let size = end - start;
        // Without the shift a region is at least one element wide.
        let size = if !rule.half_pixel && size < 1.0 { 1.0 } else { size };
        Self { start, bin: size / bins as f32, length }
    }

    /// The sample of this number in the output element of this number; none outside of the image.
    fn sample(self, element: usize, number: u32, samples: u32) -> Option<Between> {
        let within = (number as f32 + 0.5) * self.bin / samples as f32;
        let at = self.start + element as f32 * self.bin + within;
        if at < -1.0 || at > self.length as f32 {
            return None;
        }
        let at = if at < 0.0 { 0.0 } else { at };
        let last = self.length - 1;
        let low = at as usize;
        if low >= last {
            return Some(Between { low: last, high: last, low_weight: 1.0, high_weight: 0.0 });
        }
        let high_weight = at - low as f32;
        Some(Between { low, high: low + 1, low_weight: 1.0 - high_weight, high_weight })
    }
}

/// The larger one; NaN if either is.
fn larger(a: f32, b: f32) -> f32 {
    if a.is_nan() || a > b || (a == b && b.is_sign_negative()) { a } else { b }
}

/// One output element.
fn element(rule: &RoiAlign, image: &[f32], sides: [Side; 2], at: [usize; 2]) -> f32 {
    let samples = rule.samples;
    let mut joined: Option<f32> = None;
    for row in 0..samples {
        for column in 0..samples {
            let place = sides[0].sample(at[0], row, samples).zip(sides[1].sample(at[1], column, samples));
            let parts = match place {
                None => [0.0; 4],
                Some((y, x)) => {
                    let width = sides[1].length;
                    let pixel = |row: usize, column: usize| image[row * width + column];
                    [
                        y.low_weight * x.low_weight * pixel(y.low, x.low),
                        y.low_weight * x.high_weight * pixel(y.low, x.high),
                        y.high_weight * x.low_weight * pixel(y.high, x.low),
                        y.high_weight * x.high_weight * pixel(y.high, x.high),
                    ]
                }
            };
            let [a, b, c, d] = parts;
            joined = Some(match (joined, rule.max) {
                (None, true) => larger(larger(larger(a, b), c), d),
                (Some(joined), true) => larger(joined, larger(larger(larger(a, b), c), d)),
                (joined, false) => joined.unwrap_or(0.0) + (a + b + c + d),
            });
        }
    }
    let joined = joined.unwrap_or(0.0);
    if rule.max { joined } else { joined / (samples as f32 * samples as f32) }
}

fn run(call: &mut Call<'_>, rule: &RoiAlign, shape: [usize; 4], dtype: DType) -> Result<(), Fault> {
    let [images, channels, height, width] = shape;
    let (input, regions) = (call.input::<f32>(0)?, call.input::<f32>(1)?);
    let places = Positions::of(call, 2, dtype)?;
    let (rows, columns) = (rule.height as usize, rule.width as usize);
    let block = channels * rows * columns;
    let pixels = height * width;
    let regions = regions.as_chunks::<4>().0.iter();
    for (number, (&[x0, y0, x1, y1], output)) in regions.zip(call.output::<f32>()?.chunks_exact_mut(block)).enumerate()
    {
        let sides = [Side::new(rule, y0, y1, rule.height, height), Side::new(rule, x0, x1, rule.width, width)];
        let first = places.clamped(number, images) * channels;
        for (place, to) in output.iter_mut().enumerate() {
            let (channel, within) = (first + place / (rows * columns), place % (rows * columns));
            let image = &input[channel * pixels..(channel + 1) * pixels];
            *to = element(rule, image, sides, [within / columns, within % columns]).canonical();
        }
    }
    Ok(())
}

impl Kernel for RoiAlign {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let [images, channels, height, width] = node.inputs[0].shape[..] else {
            return Err(Fault::Internal("RoiAlign takes images"));
        };
        let shape = [images, channels, height, width].map(|dim| dim as usize);
        let (rule, dtype) = (*self, node.inputs[2].dtype);
        Ok(Prepared::new(move |call| run(call, &rule, shape, dtype)))
    }
}
