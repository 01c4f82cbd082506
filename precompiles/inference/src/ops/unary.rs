//! Elementwise functions of one operand.

use crate::{
    Fault,
    align::Plain,
    arith::{Canonical, Fma},
    call::Prepared,
    isa::Job,
};

/// A function of one element of type `T` that gives a `U`, with its attributes. `map` must be `#[inline(always)]`.
pub(super) trait Map<T, U = T>: Copy + Send + Sync + 'static {
    fn map<F: Fma>(self, x: T) -> U;
}

struct All<'a, T, U, M> {
    input: &'a [T],
    output: &'a mut [U],
    map: M,
}

impl<T: Plain, U: Plain + Canonical, M: Map<T, U>> Job for All<'_, T, U, M> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (to, &x) in self.output.iter_mut().zip(self.input) {
            *to = self.map.map::<F>(x).canonical();
        }
    }
}

/// A node that applies `map` to each element and keeps its type.
pub(super) fn prepare<T: Plain + Canonical, M: Map<T>>(map: M) -> Result<Prepared, Fault> {
    prepare_into::<T, T, M>(map)
}

/// A node that applies `map` to each element.
pub(super) fn prepare_into<T: Plain, U: Plain + Canonical, M: Map<T, U>>(map: M) -> Result<Prepared, Fault> {
    Ok(Prepared::new(move |call| {
        let (path, input) = (call.path, call.input::<T>(0)?);
        path.run(All { input, output: call.output::<U>()?, map });
        Ok(())
    }))
}

/// A function whose `map` is wrong for some rare elements, which have a slower way.
pub(super) trait Patched<T>: Map<T> {
    /// Whether `map` may not be used. Must be `#[inline(always)]`.
    fn is_rare(x: T) -> bool;
    /// The function for any element.
    fn slow(x: T) -> T;
}

/// Elements between two looks for rare ones.
const BLOCK: usize = 64;

struct AllPatched<'a, T, M> {
    input: &'a [T],
    output: &'a mut [T],
    map: M,
}

impl<T: Plain + Canonical, M: Patched<T>> Job for AllPatched<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (output, input) in self.output.chunks_mut(BLOCK).zip(self.input.chunks(BLOCK)) {
            let mut rare = false;
            for (to, &x) in output.iter_mut().zip(input) {
                rare |= M::is_rare(x);
                *to = self.map.map::<F>(x).canonical();
            }
            if rare {
                for (to, &x) in output.iter_mut().zip(input).filter(|(_, x)| M::is_rare(**x)) {
                    *to = M::slow(x).canonical();
                }
            }
        }
    }
}

/// A node that applies `map` to each element, and the slow way to rare ones.
pub(super) fn prepare_patched<T: Plain + Canonical, M: Patched<T>>(map: M) -> Result<Prepared, Fault> {
    Ok(Prepared::new(move |call| {
        let (path, input) = (call.path, call.input::<T>(0)?);
        path.run(AllPatched { input, output: call.output::<T>()?, map });
        Ok(())
    }))
}
