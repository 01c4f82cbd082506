//! The maxima of windows. A maximum does not depend on the order of its operands, so that a window's rows are joined before its
//! columns, and no padded copy is needed.

use super::planes::{Axis, Planes, Taps};
use crate::{
    align::Plain,
    arith::{CANONICAL_NAN_F32, CANONICAL_NAN_F64, Canonical, Fma},
    isa::Job,
};

/// A number as an integer with the order of IEEE 754-2019 `maximum`: -0 is below +0, and NaN, made canonical, above all.
pub(super) trait Key: Plain {
    type Number: Plain;
    /// Below all numbers: -infinity or the least integer.
    const LEAST: Self;
    fn of(x: Self::Number) -> Self;
    fn number(self) -> Self::Number;
    /// The key in the bits of a number, and back: so keys stand in an output until all are turned into numbers.
    fn as_number(self) -> Self::Number;
    fn raw(bits: Self::Number) -> Self;
    fn greater(self, than: Self) -> bool;
}

macro_rules! float_keys {
    ($($key:ident $number:ident $nan:ident,)*) => {
        $(impl Key for $key {
            type Number = $number;
            const LEAST: Self = !($number::INFINITY.to_bits() as $key);

            #[inline(always)]
            fn of(x: $number) -> Self {
                // Negative numbers: the greater the magnitude, the lower.
                let bits = x.canonical().to_bits() as $key;
                bits ^ ((bits >> ($key::BITS - 1)) & $key::MAX)
            }

            #[inline(always)]
            fn number(self) -> $number {
                $number::from_bits((self ^ ((self >> ($key::BITS - 1)) & $key::MAX)) as _)
            }

            #[inline(always)]
            fn as_number(self) -> $number {
                $number::from_bits(self as _)
            }

            #[inline(always)]
            fn raw(bits: $number) -> Self {
                bits.to_bits() as _
            }

            #[inline(always)]
            fn greater(self, than: Self) -> bool {
                self > than
            }
        }

        const _: () = assert!($nan as $key > 0);)*
    };
}

macro_rules! byte_keys {
    ($($key:ident)*) => {
        $(impl Key for $key {
            type Number = $key;
            const LEAST: Self = $key::MIN;

            #[inline(always)]
            fn of(x: $key) -> Self {
                x
            }

            #[inline(always)]
            fn number(self) -> $key {
                self
            }

            #[inline(always)]
            fn as_number(self) -> $key {
                self
            }

            #[inline(always)]
            fn raw(bits: $key) -> Self {
                bits
            }

            #[inline(always)]
            fn greater(self, than: Self) -> bool {
                self > than
            }
        })*
    };
}

float_keys! { i32 f32 CANONICAL_NAN_F32, i64 f64 CANONICAL_NAN_F64, }
byte_keys!(i8 u8);

#[inline(always)]
fn maximum<K: Key>(a: K, b: K) -> K {
    if b.greater(a) { b } else { a }
}

/// All channels.
pub(super) struct Maxima<'a, K: Key> {
    pub(super) planes: &'a Planes,
    /// Elements of a channel.
    pub(super) channel: usize,
    pub(super) input: &'a [K::Number],
    pub(super) output: &'a mut [K::Number],
    /// As many keys as windows reach in a channel.
    pub(super) keys: &'a mut [K],
}

impl<K: Key> Job for Maxima<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Self { planes, channel, input, output, keys } = self;
        if planes.global {
            for (to, source) in output.iter_mut().zip(input.chunks_exact(channel)) {
                *to = source.iter().fold(K::LEAST, |most, &x| maximum(most, K::of(x))).number();
            }
            return;
        }
        let [depth, height, width] = &planes.axes;
        let pixels = depth.output * height.output * width.output;
        for (source, output) in input.chunks_exact(channel).zip(output.chunks_exact_mut(pixels)) {
            let mut number = 0;
            for z in 0..depth.output {
                // Rows that windows of another depth left joined would not do.
                if z == 0 || depth.kernel > 1 {
                    read_keys(planes, source, keys);
                }
                for y in 0..height.output {
                    let row = join_rows(planes, keys, depth.taps(z), height.taps(y));
                    let row = row.unwrap_or_default();
                    join_columns(width, row, &mut output[number * width.output..][..width.output]);
                    number += 1;
                }
            }
        }
        for x in output {
            *x = K::raw(*x).number();
        }
    }
}

/// The keys of the rows and columns that windows reach.
#[inline(always)]
fn read_keys<K: Key>(planes: &Planes, source: &[K::Number], keys: &mut [K]) {
    let [depths, rows, columns] = planes.reached;
    let [depth, height, width] = &planes.axes;
    if columns == width.source && rows == height.source && depth.skip == 1 {
        for (key, &x) in keys.iter_mut().zip(source) {
            *key = K::of(x);
        }
        return;
    }
    let mut lines = keys.chunks_exact_mut(columns);
    for z in 0..depths {
        for y in 0..rows {
            let Some(line) = lines.next() else { return };
            let from = (z * depth.skip * height.source + y * height.skip) * width.source;
            for (x, key) in line.iter_mut().enumerate() {
                *key = K::of(source[from + x * width.skip]);
            }
        }
    }
}

/// Joins the rows of a window in the first of them, and gives it; `None` where the window has no row. Later windows that have this
/// row have the others too, so that nothing is lost.
#[inline(always)]
fn join_rows<'k, K: Key>(planes: &Planes, keys: &'k mut [K], depths: Taps, heights: Taps) -> Option<&'k [K]> {
    let [_, rows, columns] = planes.reached;
    let at =
        |z: usize, y: usize| ((depths.first + z * depths.step) * rows + heights.first + y * heights.step) * columns;
    if depths.count * heights.count == 0 {
        return None;
    }
    let (before, after) = keys.split_at_mut(at(0, 0) + columns);
    let end = before.len();
    let target = &mut before[end - columns..];
    for z in 0..depths.count {
        for y in 0..heights.count {
            if z + y > 0 {
                let from = at(z, y) - end;
                join(target, &after[from..from + columns]);
            }
        }
    }
    Some(target)
}

/// Elements that are joined side by side.
const SIDE: usize = 8;

/// Joins two rows in the first.
#[inline(always)]
fn join<K: Key>(target: &mut [K], line: &[K]) {
    let length = target.len().min(line.len());
    if !(SIDE..4 * SIDE).contains(&length) {
        for (most, &x) in target.iter_mut().zip(line) {
            *most = maximum(*most, x);
        }
        return;
    }
    // By arrays of a fixed size, so that short rows are vectors too. The last one is moved back: joining twice changes nothing.
    for at in (0..length).step_by(SIDE) {
        let at = at.min(length - SIDE);
        let (target, line) = (&mut target[at..at + SIDE], &line[at..at + SIDE]);
        for lane in 0..SIDE {
            target[lane] = maximum(target[lane], line[lane]);
        }
    }
}

/// The maximum of each window of a row, as a key.
#[inline(always)]
fn join_columns<K: Key>(axis: &Axis, row: &[K], target: &mut [K::Number]) {
    // Windows that are all inside; the others are at the ends.
    let whole = if row.is_empty() { 0..0 } else { axis.whole.clone() };
    for x in (0..whole.start).chain(whole.end..target.len()) {
        let Taps { first, count, step } = if row.is_empty() { Taps::default() } else { axis.taps(x) };
        let most = (0..count).fold(K::LEAST, |most, tap| maximum(most, row[first + tap * step]));
        target[x] = most.as_number();
    }
    if whole.is_empty() {
        return;
    }
    let row = &row[whole.start * axis.stride - axis.begin..];
    let target = &mut target[whole];
    match (axis.kernel, axis.stride, axis.dilation) {
        (2, 2, 1) => windows::<K, 2, 2>(row, target),
        (3, 2, 1) => windows::<K, 3, 2>(row, target),
        (3, 1, 1) => windows::<K, 3, 1>(row, target),
        (kernel, stride, dilation) => {
            for (x, to) in target.iter_mut().enumerate() {
                let row = &row[x * stride..];
                let most = (0..kernel).fold(K::LEAST, |most, tap| maximum(most, row[tap * dilation]));
                *to = most.as_number();
            }
        }
    }
}

/// Windows of `N` elements, `S` apart.
#[inline(always)]
fn windows<K: Key, const N: usize, const S: usize>(row: &[K], target: &mut [K::Number]) {
    let length = target.len();
    if !(SIDE..4 * SIDE).contains(&length) {
        let row = &row[..(length - 1) * S + N];
        for (x, to) in target.iter_mut().enumerate() {
            *to = window::<K, N, S>(row, x).as_number();
        }
        return;
    }
    for at in (0..length).step_by(SIDE) {
        let at = at.min(length - SIDE);
        let (row, target) = (&row[at * S..][..(SIDE - 1) * S + N], &mut target[at..at + SIDE]);
        for (lane, to) in target.iter_mut().enumerate() {
            *to = window::<K, N, S>(row, lane).as_number();
        }
    }
}

#[inline(always)]
fn window<K: Key, const N: usize, const S: usize>(row: &[K], x: usize) -> K {
    let mut most = row[x * S];
    for tap in 1..N {
        most = maximum(most, row[x * S + tap]);
    }
    most
}
