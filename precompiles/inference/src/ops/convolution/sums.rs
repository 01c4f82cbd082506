//! Pooling by sums: 16 strided lanes of taps for each output (rule R3), with 16 outputs of a row beside each other.

use core::ops::{Add, Range};

use praxis_model::ops::{Geometry, LANES, Pool};

use super::{planes::Planes, pool::Windows};
use crate::{
    Fault,
    align::Plain,
    arith::Fma,
    call::{Call, Prepared},
    conv::{Lanes, LanesJob, copy_channel, dispatch},
    isa::Job,
};

/// What is summed, and what becomes of a sum. The functions must be `#[inline(always)]`.
pub(super) trait Summed<T>: Copy + Send + Sync + 'static {
    fn element(self, x: T) -> T;
    /// The result, canonical, of a window with this many positions.
    fn finish(self, sum: T, count: u32) -> T;
}

/// Numbers of positions that count, for the windows along each dimension.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    along: [Vec<u32>; 3],
    /// The same for all windows, when it is.
    all: Option<u32>,
}

impl Counts {
    /// `count(axis, output)` positions.
    pub(super) fn new(geometry: &Geometry, count: impl Fn(usize, usize) -> u32) -> Self {
        let along: [Vec<u32>; 3] =
            core::array::from_fn(|axis| (0..geometry.output[axis]).map(|output| count(axis, output)).collect());
        let same = along.iter().all(|counts| counts.iter().all(|&count| count == counts[0]));
        let all = same.then(|| along.iter().map(|counts| counts[0]).product());
        Self { along, all }
    }
}

/// 16 numbers.
trait Vector<T>: Copy {
    /// # Safety
    /// The processor has the instruction set, as for all functions; 16 numbers can be read.
    unsafe fn read(from: *const T) -> Self;
    /// # Safety
    /// See [`Self::read`].
    unsafe fn plus(self, other: Self) -> Self;
    /// # Safety
    /// See [`Self::read`].
    unsafe fn numbers(self) -> [T; LANES];
}

impl<P: Lanes> Vector<f32> for P {
    #[inline(always)]
    unsafe fn read(from: *const f32) -> Self {
        // SAFETY: the caller's promise, as below.
        unsafe { Self::load(from) }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        // SAFETY: see above.
        unsafe { self.add(other) }
    }

    #[inline(always)]
    unsafe fn numbers(self) -> [f32; LANES] {
        // SAFETY: see above.
        unsafe { self.lanes() }
    }
}

/// Lanes of float64.
#[derive(Clone, Copy)]
struct Doubles([f64; LANES]);

impl Vector<f64> for Doubles {
    #[inline(always)]
    unsafe fn read(from: *const f64) -> Self {
        // SAFETY: the caller gives 16 readable numbers.
        Self(unsafe { from.cast::<[f64; LANES]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn plus(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a += b);
        self
    }

    #[inline(always)]
    unsafe fn numbers(self) -> [f64; LANES] {
        self.0
    }
}

/// All channels.
struct Channels<'a, T, S> {
    windows: &'a Windows,
    planes: &'a Planes,
    counts: &'a Counts,
    summed: S,
    input: &'a [T],
    output: &'a mut [T],
    /// The padding in it is -0.
    padded: &'a mut [T],
    row: &'a mut [T],
}

/// The taps of a window as they are joined: lane `l` holds taps l, l + 16, …; then lanes are joined at the distances 8, 4, 2 and
/// 1. Lanes without a tap are left out, as -0 changes no sum.
struct Tree<'a, T> {
    from: *const T,
    taps: &'a [(u32, u32)],
}

macro_rules! joined {
    ($($name:ident $half:ident $distance:literal,)*) => {
        $(
            /// # Safety
            /// As for `lane`.
            #[inline(always)]
            unsafe fn $name<V: Vector<T>>(&self, lane: usize) -> V {
                // SAFETY: the caller's promise.
                unsafe {
                    let sum = self.$half::<V>(lane);
                    if lane + $distance < self.taps.len() {
                        return sum.plus(self.$half::<V>(lane + $distance));
                    }
                    sum
                }
            }
        )*
    };
}

impl<T: Plain> Tree<'_, T> {
    /// # Safety
    /// The processor has V's instruction set, 16 numbers can be read at each tap, and there is a tap for the lane.
    #[inline(always)]
    unsafe fn lane<V: Vector<T>>(&self, lane: usize) -> V {
        let read = |tap: usize| self.from.wrapping_add(self.taps[tap].1 as usize);
        // SAFETY: the caller's promise.
        unsafe {
            let mut sum = V::read(read(lane));
            for tap in (lane + LANES..self.taps.len()).step_by(LANES) {
                sum = sum.plus(V::read(read(tap)));
            }
            sum
        }
    }

    joined! { eighths lane 8, fourths eighths 4, halves fourths 2, all halves 1, }
}

impl<T: Plain + Add<Output = T> + From<f32>, S: Summed<T>> Channels<'_, T, S> {
    /// # Safety
    /// The processor has V's instruction set.
    #[inline(always)]
    unsafe fn pool<V: Vector<T>>(mut self) {
        let pixels = self.windows.geometry.pixels();
        let channels = self.input.chunks_exact(self.windows.channel());
        let outputs = core::mem::take(&mut self.output).chunks_exact_mut(pixels);
        if self.planes.global {
            let count = self.counts.all.unwrap_or(0);
            outputs.zip(channels).for_each(|(output, source)| output[0] = self.strided(source, count));
            return;
        }
        self.padded.fill(T::from(-0.0));
        if self.windows.geometry.kernel == [1, 2, 2] {
            outputs.zip(channels).for_each(|(output, source)| self.squares(source, output));
            return;
        }
        for (output, source) in outputs.zip(channels) {
            // SAFETY: the caller's promise.
            unsafe { self.channel::<V>(source, output) };
        }
    }

    /// One channel of windows of 2 by 2 taps: the lanes of the upper two are joined with those of the lower two, then the left with
    /// the right one. Taps in the padding are -0 and change nothing.
    #[inline(always)]
    fn squares(&mut self, source: &[T], output: &mut [T]) {
        let [depth, height, width] = &self.planes.axes;
        let summed = self.summed;
        for (number, output) in output.chunks_exact_mut(width.output).enumerate() {
            let (z, y) = (number / height.output, number % height.output);
            let (depths, rows) = (depth.taps(z), height.taps(y));
            // A line that is not there is empty.
            let mut lines: [&[T]; 2] = [&[]; 2];
            for (tap, line) in lines.iter_mut().enumerate().take(rows.count * depths.count) {
                let at = (depths.first * depth.skip * height.input + rows.first + tap * rows.step) * width.input;
                *line = &source[at..at + width.input];
            }
            for x in (0..width.whole.start).chain(width.whole.end..width.output) {
                let taps = width.taps(x);
                // Taps in the padding are -0 and change nothing.
                output[x] = (0..taps.count).fold(T::from(-0.0), |sum, tap| {
                    let column = lines.iter().filter_map(|line| line.get(taps.first + tap * taps.step));
                    sum + column.fold(T::from(-0.0), |sum, &x| sum + summed.element(x))
                });
            }
            let Range { start, end } = width.whole;
            if start < end {
                let from = start * width.stride - width.begin;
                let lines = lines.map(|line| line.get(from..).unwrap_or_default());
                squares(lines, (width.stride, width.dilation), summed, &mut output[start..end]);
            }
            self.finish(number, output);
        }
    }

    /// Turns a row of sums into results.
    #[inline(always)]
    fn finish(&self, number: usize, output: &mut [T]) {
        let Self { counts, summed, .. } = self;
        match counts.all {
            Some(all) => output.iter_mut().for_each(|to| *to = summed.finish(*to, all)),
            None => {
                let height = self.windows.phase.count[1];
                let outer = counts.along[0][number / height] * counts.along[1][number % height];
                for (to, &count) in output.iter_mut().zip(&counts.along[2]) {
                    *to = summed.finish(*to, outer * count);
                }
            }
        }
    }

    /// # Safety
    /// The processor has V's instruction set.
    #[inline(always)]
    unsafe fn channel<V: Vector<T>>(&mut self, source: &[T], output: &mut [T]) {
        let Self { windows, summed, .. } = *self;
        copy_channel(&windows.geometry, &windows.inside, source, self.padded, |x| summed.element(x));
        let taps = windows.phase.taps.as_slice();
        let furthest = taps.iter().map(|tap| tap.1 as usize).max().unwrap_or(0);
        let width = self.row.len();
        for (number, (base, at)) in windows.rows().enumerate() {
            assert!(base + width - 1 + furthest + LANES <= self.padded.len(), "pooling reads past its input");
            for x in (0..width).step_by(LANES) {
                // The last vector of a long row is moved back.
                let count = LANES.min(width);
                let x = x.min(width - count);
                let tree = Tree { from: self.padded[base + x..].as_ptr(), taps };
                // SAFETY: the furthest vector was checked; a window has a tap.
                let sums = unsafe { tree.all::<V>(0).numbers() };
                self.row[x..x + count].copy_from_slice(&sums[..count]);
            }
            let output = &mut output[at..at + width];
            output.copy_from_slice(self.row);
            self.finish(number, output);
        }
    }

    /// The result of a window that is all of a channel: the reduction of neighbouring elements, in 16 lanes.
    #[inline(always)]
    fn strided(&self, values: &[T], count: u32) -> T {
        let summed = self.summed;
        let mut lanes = [T::from(-0.0); LANES];
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for lane in 0..LANES {
                lanes[lane] = lanes[lane] + summed.element(chunk[lane]);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane = *lane + summed.element(x);
        }
        for distance in [8, 4, 2, 1] {
            // Lanes past the elements are -0, so that what joins them changes nothing.
            if distance < values.len() {
                for lane in 0..distance {
                    lanes[lane] = lanes[lane] + lanes[lane + distance];
                }
            }
        }
        summed.finish(lanes[0], count)
    }
}

/// The sums of squares of four taps that are all inside the input, or of the two of them that are. `stride` and `dilation` are those of
/// the width.
#[inline(always)]
fn squares<T: Plain + Add<Output = T> + From<f32>, S: Summed<T>>(
    lines: [&[T]; 2],
    (stride, dilation): (usize, usize),
    summed: S,
    output: &mut [T],
) {
    let [upper, lower] = lines;
    let last = (output.len() - 1) * stride + dilation;
    if lower.is_empty() {
        if let Some(upper) = upper.get(..=last) {
            for (x, to) in output.iter_mut().enumerate() {
                *to = summed.element(upper[x * stride]) + summed.element(upper[x * stride + dilation]);
            }
        } else {
            output.fill(T::from(-0.0));
        }
        return;
    }
    let (upper, lower) = (&upper[..=last], &lower[..=last]);
    for (x, to) in output.iter_mut().enumerate() {
        let column = |at: usize| summed.element(upper[at]) + summed.element(lower[at]);
        *to = column(x * stride) + column(x * stride + dilation);
    }
}

impl<S: Summed<f32>> LanesJob for Channels<'_, f32, S> {
    #[inline(always)]
    unsafe fn run<P: Lanes>(self) {
        // SAFETY: the caller's promise.
        unsafe { self.pool::<P>() }
    }
}

impl<S: Summed<f64>> Job for Channels<'_, f64, S> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        // SAFETY: arrays need no instruction set.
        unsafe { self.pool::<Doubles>() }
    }
}

macro_rules! prepare {
    ($($name:ident $kind:ident |$path:ident, $job:ident| $start:expr,)*) => {
        $(
            /// A node that pools its input.
            pub(super) fn $name<S: Summed<$kind>>(pool: &Pool, windows: Windows, counts: Counts, summed: S) -> Prepared {
                let planes = Planes::new(&windows, &pool.window);
                windows.prepare(move |windows: &Windows, call: &mut Call<'_>, input: &[$kind], scratch: &mut [$kind]| {
                    let $path = call.path;
                    let output = call.output::<$kind>()?;
                    let (padded, row) = scratch.split_at_mut(windows.geometry.padded_elements());
                    let (planes, counts) = (&planes, &counts);
                    let $job = Channels { windows, planes, counts, summed, input, output, padded, row };
                    $start;
                    Ok::<(), Fault>(())
                })
            }
        )*
    };
}

prepare! {
    prepare_f32 f32 |path, job| dispatch(path, job),
    prepare_f64 f64 |path, job| path.run(job),
}
