//! Positions along an axis, as int32 or int64 tensors hold them.

use praxis_model::DType;

use crate::{Fault, call::Call};

/// The positions of one input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Positions<'a> {
    I32(&'a [i32]),
    I64(&'a [i64]),
}

impl<'a> Positions<'a> {
    pub(super) fn of(call: &Call<'a>, input: usize, dtype: DType) -> Result<Self, Fault> {
        Ok(match dtype {
            DType::I32 => Self::I32(call.input(input)?),
            _ => Self::I64(call.input(input)?),
        })
    }

    pub(super) const fn len(self) -> usize {
        match self {
            Self::I32(all) => all.len(),
            Self::I64(all) => all.len(),
        }
    }

    /// The `at`-th of them.
    #[inline(always)]
    pub(super) fn get(self, at: usize) -> Option<i64> {
        match self {
            Self::I32(all) => all.get(at).map(|&position| i64::from(position)),
            Self::I64(all) => all.get(at).copied(),
        }
    }

    /// The place that the `at`-th of them reads in a dimension of `size`: clamped into the range.
    #[inline(always)]
    pub(super) fn clamped(self, at: usize, size: usize) -> usize {
        let size = size as i64;
        let position = self.get(at).unwrap_or(0);
        let position = if position < 0 { position + size } else { position };
        position.clamp(0, size - 1) as usize
    }

    /// The place that the `at`-th of them writes in a dimension of `size`, none when it is out of range.
    #[inline(always)]
    pub(super) fn inside(self, at: usize, size: usize) -> Option<usize> {
        let position = self.get(at)?;
        let position = if position < 0 { position + size as i64 } else { position };
        (0..size as i64).contains(&position).then_some(position as usize)
    }
}

/// Product of dimensions.
pub(super) fn product(shape: &[u32]) -> usize {
    shape.iter().map(|&dim| dim as usize).product()
}
