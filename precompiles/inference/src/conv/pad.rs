//! The padded copy of a channel.

use core::ops::Range;

use praxis_model::ops::Geometry;

use crate::{align::Plain, arith::Fma, isa::Job};

/// The positions of the padded copy that stand for elements of the input, along each dimension.
#[derive(Clone, Debug)]
pub(crate) struct Inside([Range<usize>; 3]);

impl Inside {
    pub(crate) fn of(geometry: &Geometry) -> Self {
        Self(core::array::from_fn(|axis| {
            let (skip, before) = (geometry.skip[axis] as i64, geometry.before[axis]);
            let first = (before.max(0) + skip - 1) / skip;
            let end = (geometry.input[axis] as i64 + before + skip - 1) / skip;
            let end = end.clamp(first, (geometry.padded[axis] as i64).max(first));
            first as usize..end as usize
        }))
    }
}

/// The element of the input at a position inside.
#[inline(always)]
fn element(geometry: &Geometry, axis: usize, position: usize) -> usize {
    ((position * geometry.skip[axis]) as i64 - geometry.before[axis]) as usize
}

/// Copies the elements of one channel to their places, mapped; the padding is left as it is.
#[inline(always)]
pub(crate) fn copy_channel<S: Plain, T: Plain>(
    geometry: &Geometry,
    Inside([depths, rows, columns]): &Inside,
    source: &[S],
    target: &mut [T],
    map: impl Fn(S) -> T + Copy,
) {
    let [_, height, width] = geometry.input;
    if columns.is_empty() {
        return;
    }
    for z in depths.clone() {
        let from_z = element(geometry, 0, z) * height;
        for y in rows.clone() {
            let from = (from_z + element(geometry, 1, y)) * width;
            let to = (z * geometry.padded[1] + y) * geometry.row;
            copy_row(geometry, columns, &source[from..from + width], &mut target[to..to + geometry.row], map);
        }
    }
}

#[inline(always)]
fn copy_row<S: Plain, T: Plain>(
    geometry: &Geometry,
    columns: &Range<usize>,
    source: &[S],
    target: &mut [T],
    map: impl Fn(S) -> T + Copy,
) {
    let (runs, skip) = (geometry.runs, geometry.skip[2]);
    let from = element(geometry, 2, columns.start);
    if runs == 1 && skip == 1 {
        let target = &mut target[columns.start..columns.end];
        let source = &source[from..from + target.len()];
        neighbours(target, source, map);
        return;
    }
    let length = geometry.row / runs;
    for offset in 0..runs.min(columns.len()) {
        let first = columns.start + offset;
        let (run, at) = (first % runs, first / runs);
        let target = &mut target[run * length + at..(run + 1) * length];
        let count = (columns.end - first).div_ceil(runs);
        let source = &source[from + offset * skip..];
        match runs * skip {
            2 => strided::<S, T, 2>(&mut target[..count], source, map),
            3 => strided::<S, T, 3>(&mut target[..count], source, map),
            4 => strided::<S, T, 4>(&mut target[..count], source, map),
            step => {
                for (to, &x) in target[..count].iter_mut().zip(source.iter().step_by(step)) {
                    *to = map(x);
                }
            }
        }
    }
}

/// Elements that are mapped side by side.
const SIDE: usize = 16;
/// The same for shorter rows.
const SHORT: usize = SIDE / 2;

/// Maps neighbouring elements, by arrays of a fixed size so that short rows are vectors too. The last array is moved back.
#[inline(always)]
fn neighbours<S: Plain, T: Plain>(target: &mut [T], source: &[S], map: impl Fn(S) -> T + Copy) {
    match target.len() {
        SIDE.. => arrays::<S, T, SIDE>(target, source, map),
        SHORT.. => arrays::<S, T, SHORT>(target, source, map),
        _ => target.iter_mut().zip(source).for_each(|(to, &x)| *to = map(x)),
    }
}

#[inline(always)]
fn arrays<S: Plain, T: Plain, const N: usize>(target: &mut [T], source: &[S], map: impl Fn(S) -> T + Copy) {
    let last = target.len() - N;
    for from in (0..target.len()).step_by(N) {
        let from = from.min(last);
        for (to, &x) in target[from..from + N].iter_mut().zip(&source[from..from + N]) {
            *to = map(x);
        }
    }
}

/// Every `STEP`th element, by arrays as above, which are shorter: rows are.
#[inline(always)]
fn strided<S: Plain, T: Plain, const STEP: usize>(target: &mut [T], source: &[S], map: impl Fn(S) -> T + Copy) {
    if target.len() < SHORT {
        for (index, to) in target.iter_mut().enumerate() {
            *to = map(source[index * STEP]);
        }
        return;
    }
    let last = target.len() - SHORT;
    let mut at = 0;
    loop {
        let from = at.min(last);
        let values = &source[from * STEP..][..(SHORT - 1) * STEP + 1];
        if let Ok(to) = <&mut [T; SHORT]>::try_from(&mut target[from..from + SHORT]) {
            for index in 0..SHORT {
                to[index] = map(values[index * STEP]);
            }
        }
        at += SHORT;
        if at >= last + SHORT {
            return;
        }
    }
}

/// Copies all channels of a group.
pub(crate) struct Pad<'a, T, M> {
    pub(crate) geometry: &'a Geometry,
    pub(crate) inside: &'a Inside,
    pub(crate) source: &'a [T],
    pub(crate) target: &'a mut [T],
    pub(crate) map: M,
}

impl<T: Plain, M: Fn(T) -> T + Copy> Job for Pad<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let elements = self.geometry.input.iter().product();
        let channels = self.source.chunks_exact(elements).zip(self.target.chunks_exact_mut(self.geometry.plane));
        channels.for_each(|(source, target)| copy_channel(self.geometry, self.inside, source, target, self.map));
    }
}
