use praxis_model::{DType, ops::Resample};

use super::{positions::product, real::Real};
use crate::{
    Fault,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// The data as `outer` blocks of `size` rows.
#[derive(Clone, Copy, Debug)]
struct Rows {
    size: usize,
    inner: usize,
    taps: usize,
}

struct All<'a, T> {
    rows: Rows,
    data: &'a [T],
    places: &'a [i32],
    weights: &'a [T],
    output: &'a mut [T],
}

impl<T: Real> Job for All<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Rows { size, inner, taps } = self.rows;
        let width = self.places.len() / taps * inner;
        let blocks = self.data.chunks_exact(size * inner).zip(self.output.chunks_exact_mut(width));
        for (data, output) in blocks {
            let table = self.places.chunks_exact(taps).zip(self.weights.chunks_exact(taps));
            for (to, (places, weights)) in output.chunks_exact_mut(inner).zip(table) {
                let taps = places.iter().zip(weights).filter_map(|(&place, &weight)| {
                    let place = usize::try_from(place).ok().filter(|&place| place < size)?;
                    Some((&data[place * inner..][..inner], weight))
                });
                match to {
                    [to] => *to = one::<T, F>(taps),
                    to => row::<T, F>(taps, to),
                }
            }
        }
    }
}

/// One element: the first product, then each next one added.
#[inline(always)]
fn one<'a, T: Real, F: Fma>(taps: impl Iterator<Item = (&'a [T], T)>) -> T {
    let mut sum = None;
    for (x, weight) in taps {
        sum = Some(match sum {
            None => weight * x[0],
            Some(sum) => T::multiply_add::<F>(weight, x[0], sum),
        });
    }
    sum.unwrap_or_default().canonical()
}

/// A row of elements with the same taps.
#[inline(always)]
fn row<'a, T: Real, F: Fma>(mut taps: impl Iterator<Item = (&'a [T], T)>, to: &mut [T]) {
    match (taps.next(), taps.next()) {
        (None, _) => to.fill(T::default()),
        (Some((x, weight)), None) => to.iter_mut().zip(x).for_each(|(to, &x)| *to = (weight * x).canonical()),
        (Some((x, first)), Some((y, second))) => {
            for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) {
                *to = T::multiply_add::<F>(second, y, first * x);
            }
            for (x, weight) in taps {
                to.iter_mut().zip(x).for_each(|(to, &x)| *to = T::multiply_add::<F>(weight, x, *to));
            }
            to.iter_mut().for_each(|to| *to = to.canonical());
        }
    }
}

impl Rows {
    fn run<T: Real>(self, call: &mut Call<'_>) -> Result<(), Fault> {
        let (path, data) = (call.path, call.input::<T>(0)?);
        let (places, weights) = (call.input::<i32>(1)?, call.input::<T>(2)?);
        path.run(All { rows: self, data, places, weights, output: call.output::<T>()? });
        Ok(())
    }
}

impl Kernel for Resample {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let (data, axis) = (&node.inputs[0], self.axis as usize);
        let rows = Rows {
            size: data.shape[axis] as usize,
            inner: product(&data.shape[axis + 1..]),
            taps: *node.inputs[1].shape.last().unwrap_or(&1) as usize,
        };
        Ok(match data.dtype {
            DType::F32 => Prepared::new(move |call| rows.run::<f32>(call)),
            _ => Prepared::new(move |call| rows.run::<f64>(call)),
        })
    }
}
