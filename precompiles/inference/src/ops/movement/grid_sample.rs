use praxis_model::{
    DType,
    ops::{GridMode, GridPadding, GridSample},
};

use super::{positions::product, real::Real};
use crate::{
    Fault,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// What is read along one dimension, and with which weights. One tap has no weight.
#[derive(Clone, Copy, Debug)]
struct Taps<T> {
    count: usize,
    /// Where each stands; none outside of the input.
    places: [Option<usize>; 4],
    weights: [T; 4],
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    /// Spatial dimensions; the first is 1 where there are two.
    dims: [usize; 3],
    spatial: usize,
    channels: usize,
    /// Points of the grid of one image.
    points: usize,
}

struct All<'a, T> {
    rule: GridSample,
    shape: Shape,
    input: &'a [T],
    grid: &'a [T],
    output: &'a mut [T],
}

/// Mirrors at `low` and `high`, in float64.
#[inline(always)]
fn reflect(x: f64, low: f64, high: f64) -> f64 {
    let range = high - low;
    if range == 0.0 {
        return low;
    }
    let outside = if x < low { low - x } else { x - high };
    let turns = (outside / range) as i64;
    let rest = outside - turns as f64 * range;
    // An even number of turns ends at the border that was crossed.
    if (turns % 2 == 0) == (x < low) { low + rest } else { high - rest }
}

/// Coefficients of cubic convolution with a = -0.75 for a fraction of 0 to 1.
#[inline(always)]
fn cubic<T: Real>(x: T) -> [T; 4] {
    let c = |value| T::of(value);
    let a = c(-0.75);
    let far = |x: T| ((a * x - c(5.0) * a) * x + c(8.0) * a) * x - c(4.0) * a;
    let near = |x: T| ((a + c(2.0)) * x - (a + c(3.0))) * x * x + c(1.0);
    [far(x + c(1.0)), near(x), near(c(1.0) - x), far(c(2.0) - x)]
}

impl<T: Real> All<'_, T> {
    #[inline(always)]
    fn taps(&self, position: T, length: usize) -> Taps<T> {
        let size = T::of(length as f64);
        let (one, two) = (T::of(1.0), T::of(2.0));
        let x = match self.rule.align_corners {
            true => (position + one) / two * (size - one),
            false => ((position + one) * size - one) / two,
        };
        let x = if self.rule.mode == GridMode::Nearest { nearest(x) } else { x };
        let last = length as f64 - 1.0;
        let (low, high) = if self.rule.align_corners { (0.0, last) } else { (-0.5, last + 0.5) };
        let x = match self.rule.padding {
            _ if !(x.wide() < low || x.wide() > high) => x,
            GridPadding::Zeros => x,
            GridPadding::Border => {
                if x.wide() < 0.0 {
                    T::default()
                } else {
                    T::of(last)
                }
            }
            GridPadding::Reflection => T::of(reflect(x.wide(), low, high)),
        };
        let below = if self.rule.mode == GridMode::Nearest { x } else { x.below() };
        let fraction = x - below;
        let (first, weights) = match self.rule.mode {
            GridMode::Nearest => (below.whole(), [one; 4]),
            GridMode::Linear => (below.whole(), [one - fraction, fraction, one, one]),
            GridMode::Cubic => (below.whole().saturating_sub(1), cubic(fraction)),
        };
        let places = core::array::from_fn(|tap| self.place(first.saturating_add(tap as i64), length as i64));
        Taps { count: self.rule.mode.taps(), places, weights }
    }

    #[inline(always)]
    fn place(&self, at: i64, length: i64) -> Option<usize> {
        let place = match self.rule.padding {
            GridPadding::Zeros => at,
            GridPadding::Border => at.clamp(0, length - 1),
            GridPadding::Reflection if self.rule.align_corners => {
                let period = 2 * (length - 1);
                let within = if period == 0 { 0 } else { at.rem_euclid(period) };
                if within >= length { period - within } else { within }
            }
            GridPadding::Reflection => {
                let within = at.rem_euclid(2 * length);
                if within >= length { 2 * length - 1 - within } else { within }
            }
        };
        (0..length).contains(&place).then_some(place as usize)
    }

    /// The value of one channel: rows along the last dimension first.
    #[inline(always)]
    fn value<F: Fma>(&self, channel: &[T], taps: &[Taps<T>; 3]) -> T {
        let [_, height, width] = self.shape.dims;
        join::<T, F>(&taps[0], |plane| {
            join::<T, F>(&taps[1], |row| {
                let start = plane.zip(row).map(|(plane, row)| (plane * height + row) * width);
                join::<T, F>(&taps[2], |column| {
                    start
                        .zip(column)
                        .and_then(|(start, column)| channel.get(start + column).copied())
                        .unwrap_or_default()
                })
            })
        })
    }
}

/// The sum of weighted values: the first product, then each next one added.
#[inline(always)]
fn join<T: Real, F: Fma>(taps: &Taps<T>, value: impl Fn(Option<usize>) -> T) -> T {
    if taps.count == 1 {
        return value(taps.places[0]);
    }
    let mut sum = taps.weights[0] * value(taps.places[0]);
    for tap in 1..taps.count {
        sum = T::multiply_add::<F>(taps.weights[tap], value(taps.places[tap]), sum);
    }
    sum
}

/// The nearest whole number, ties to even.
#[inline(always)]
fn nearest<T: Real>(x: T) -> T {
    let below = x.below();
    let (fraction, half) = (x - below, T::of(0.5));
    let up = fraction > half || (fraction == half && below.whole() % 2 != 0);
    if up { below + T::of(1.0) } else { below }
}

impl<T: Real> Job for All<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(mut self) {
        let Shape { dims, spatial, channels, points } = self.shape;
        let output = core::mem::take(&mut self.output);
        let pixels = dims.iter().product::<usize>();
        let whole = Taps { count: 1, places: [Some(0); 4], weights: [T::default(); 4] };
        for (number, coordinates) in self.grid.chunks_exact(spatial).enumerate() {
            let (image, point) = (number / points, number % points);
            let mut taps = [whole; 3];
            // Coordinates stand from the last dimension to the first.
            for (axis, &position) in (0..3).rev().zip(coordinates) {
                taps[axis] = self.taps(position, dims[axis]);
            }
            for channel in image * channels..(image + 1) * channels {
                let data = &self.input[channel * pixels..(channel + 1) * pixels];
                let value = self.value::<F>(data, &taps);
                output[channel * points + point] =
                    if self.rule.mode == GridMode::Nearest { value } else { value.canonical() };
            }
        }
    }
}

fn run<T: Real>(call: &mut Call<'_>, rule: GridSample, shape: Shape) -> Result<(), Fault> {
    let (path, input, grid) = (call.path, call.input::<T>(0)?, call.input::<T>(1)?);
    path.run(All { rule, shape, input, grid, output: call.output::<T>()? });
    Ok(())
}

impl Kernel for GridSample {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let (input, output, rule) = (&node.inputs[0].shape, &node.outputs[0].shape, *self);
        let spatial = input.len() - 2;
        let mut dims = [1; 3];
        for (to, &dim) in dims[3 - spatial..].iter_mut().zip(&input[2..]) {
            *to = dim as usize;
        }
        let shape = Shape { dims, spatial, channels: input[1] as usize, points: product(&output[2..]) };
        Ok(match node.inputs[0].dtype {
            DType::F32 => Prepared::new(move |call| run::<f32>(call, rule, shape)),
            _ => Prepared::new(move |call| run::<f64>(call, rule, shape)),
        })
    }
}
