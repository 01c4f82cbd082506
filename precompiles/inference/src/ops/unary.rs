//! Elementwise functions of one operand.

use crate::{
    Fault,
    align::Plain,
    arith::{Canonical, Fma},
    call::Prepared,
    isa::Job,
};

/// A function of one element, with its attributes. `map` must be `#[inline(always)]`.
pub(super) trait Map<T>: Copy + Send + Sync + 'static {
    fn map<F: Fma>(self, x: T) -> T;
}

struct All<'a, T, M> {
    input: &'a [T],
    output: &'a mut [T],
    map: M,
}

impl<T: Plain + Canonical, M: Map<T>> Job for All<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (to, &x) in self.output.iter_mut().zip(self.input) {
            *to = self.map.map::<F>(x).canonical();
        }
    }
}

/// A node that applies `map` to each element.
pub(super) fn prepare<T: Plain + Canonical, M: Map<T>>(map: M) -> Result<Prepared, Fault> {
    Ok(Prepared::new(move |call| {
        let (path, input) = (call.path, call.input::<T>(0)?);
        path.run(All { input, output: call.output::<T>()?, map });
        Ok(())
    }))
}
