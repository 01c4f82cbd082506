//! What the pooling operators share: the padded copy of each channel, whose elements are mapped once.

use praxis_model::{
    TensorType,
    ops::{Geometry, Phase, Pool},
};

use crate::{
    Fault,
    align::{Plain, elements_mut},
    call::{Call, Prepared},
    conv::Inside,
};

/// Windows over each channel, ready to run.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    pub(super) geometry: Geometry,
    pub(super) phase: Phase,
    pub(super) inside: Inside,
}

impl Windows {
    pub(super) fn new(pool: &Pool, input: &TensorType) -> Result<Self, Fault> {
        let wrong = Fault::Internal("pooling on shapes that it does not take");
        let geometry = pool.geometry(input).map_err(|_| wrong.clone())?;
        let phase = geometry.phases().into_iter().next().ok_or(wrong)?;
        Ok(Self { inside: Inside::of(&geometry), geometry, phase })
    }

    /// Elements of a channel.
    pub(super) fn channel(&self) -> usize {
        self.geometry.input.iter().product()
    }

    /// Elements of the padded copy, and of a row of outputs.
    pub(super) fn scratch_elements(&self) -> usize {
        self.geometry.padded_elements() + self.phase.count[2]
    }

    /// Where each row of outputs reads and where it stands in the output.
    #[inline(always)]
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, usize)> {
        let ([depth, height, width], moves) = (self.phase.count, self.phase.moves);
        (0..depth * height).map(move |row| ((row / height) * moves[0] + row % height * moves[1], row * width))
    }

    /// Whether a window is all of a channel and there is one.
    pub(super) fn is_global(&self) -> bool {
        let all = self.geometry.kernel == self.geometry.input && self.geometry.padded == self.geometry.input;
        all && self.geometry.pixels() == 1
    }

    /// A node that gives `pool` the input, the output and scratch memory of this many elements of `K`.
    pub(super) fn prepare<T: Plain, K: Plain>(
        self,
        pool: impl Fn(&Self, &mut Call<'_>, &[T], &mut [K]) -> Result<(), Fault> + Send + Sync + 'static,
    ) -> Prepared {
        let count = self.scratch_elements();
        let mut prepared = Prepared::new(move |call: &mut Call<'_>| {
            let input = call.input::<T>(0)?;
            let scratch = core::mem::take(&mut call.scratch);
            pool(&self, call, input, &mut elements_mut::<K>(scratch)?[..count])
        });
        prepared.scratch_bytes = (count * size_of::<K>()).next_multiple_of(64);
        prepared
    }
}
