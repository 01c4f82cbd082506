//! Pooling by sums: 16 strided lanes of taps for each output (rule R3), with 16 outputs of a row beside each other.

use praxis_model::ops::{Geometry, LANES};

use super::pool::Windows;
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

/// One channel.
struct Channel<'a, T, S> {
    windows: &'a Windows,
    counts: &'a Counts,
    summed: S,
    source: &'a [T],
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

impl<T: Plain + core::ops::Add<Output = T> + From<f32>, S: Summed<T>> Channel<'_, T, S> {
    /// # Safety
    /// The processor has V's instruction set.
    #[inline(always)]
    unsafe fn pool<V: Vector<T>>(self) {
        let Self { windows, counts, summed, source, output, padded, row } = self;
        copy_channel(&windows.geometry, source, padded, |x| summed.element(x));
        if windows.is_global() {
            let sum = strided(&padded[..source.len()]);
            output[0] = summed.finish(sum, counts.all.unwrap_or(0));
            return;
        }
        let taps = windows.phase.taps.as_slice();
        let furthest = taps.iter().map(|tap| tap.1 as usize).max().unwrap_or(0);
        let width = row.len();
        for (number, (base, at)) in windows.rows().enumerate() {
            assert!(base + width - 1 + furthest + LANES <= padded.len(), "pooling reads past its input");
            for x in (0..width).step_by(LANES) {
                // The last vector of a long row is moved back.
                let count = LANES.min(width);
                let x = x.min(width - count);
                let tree = Tree { from: padded[base + x..].as_ptr(), taps };
                // SAFETY: the furthest vector was checked; a window has a tap.
                let sums = unsafe { tree.all::<V>(0).numbers() };
                row[x..x + count].copy_from_slice(&sums[..count]);
            }
            let output = &mut output[at..at + width];
            match counts.all {
                Some(all) => {
                    for (to, &sum) in output.iter_mut().zip(&*row) {
                        *to = summed.finish(sum, all);
                    }
                }
                None => {
                    let height = windows.phase.count[1];
                    let outer = counts.along[0][number / height] * counts.along[1][number % height];
                    for ((to, &sum), &count) in output.iter_mut().zip(&*row).zip(&counts.along[2]) {
                        *to = summed.finish(sum, outer * count);
                    }
                }
            }
        }
    }
}

/// The reduction of neighbouring elements, in 16 lanes.
#[inline(always)]
fn strided<T: Plain + core::ops::Add<Output = T> + From<f32>>(values: &[T]) -> T {
    let mut lanes = [T::from(-0.0); LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = lanes[lane] + chunk[lane];
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = *lane + x;
    }
    for distance in [8, 4, 2, 1] {
        for lane in 0..distance {
            lanes[lane] = lanes[lane] + lanes[lane + distance];
        }
    }
    lanes[0]
}

impl<S: Summed<f32>> LanesJob for Channel<'_, f32, S> {
    #[inline(always)]
    unsafe fn run<P: Lanes>(self) {
        // SAFETY: the caller's promise.
        unsafe { self.pool::<P>() }
    }
}

impl<S: Summed<f64>> Job for Channel<'_, f64, S> {
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
            pub(super) fn $name<S: Summed<$kind>>(windows: Windows, counts: Counts, summed: S) -> Prepared {
                windows.prepare(move |windows: &Windows, call: &mut Call<'_>, input: &[$kind], scratch: &mut [$kind]| {
                    let $path = call.path;
                    let output = call.output::<$kind>()?;
                    let (padded, row) = scratch.split_at_mut(windows.geometry.padded_elements());
                    padded.fill(-0.0);
                    let outputs = output.chunks_exact_mut(windows.geometry.pixels());
                    for (source, output) in input.chunks_exact(windows.channel()).zip(outputs) {
                        let $job = Channel { windows, counts: &counts, summed, source, output, padded, row };
                        $start;
                    }
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
