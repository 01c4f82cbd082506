//! What the scattering operators do to an element that is there.

use praxis_model::{DType, ops::ScatterReduction};

use crate::{
    Fault,
    align::Plain,
    arith::Canonical,
    call::{Call, Prepared},
};

/// Numbers that updates of all reductions are defined for.
pub(super) trait Update: Plain + Canonical {
    fn add(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn max(self, other: Self) -> Self;
    fn min(self, other: Self) -> Self;
}

macro_rules! integers {
    ($($kind:ident)*) => {
        $(impl Update for $kind {
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            fn mul(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            fn max(self, other: Self) -> Self {
                if other > self { other } else { self }
            }
            fn min(self, other: Self) -> Self {
                if other < self { other } else { self }
            }
        })*
    };
}

/// IEEE 754-2019 maximum and minimum: NaN if either is, and -0 is less than +0.
macro_rules! floats {
    ($($kind:ident)*) => {
        $(impl Update for $kind {
            fn add(self, other: Self) -> Self {
                self + other
            }
            fn mul(self, other: Self) -> Self {
                self * other
            }
            fn max(self, other: Self) -> Self {
                let other_is = other > self || (other == self && self.is_sign_negative()) || other.is_nan();
                if other_is && !self.is_nan() { other } else { self }
            }
            fn min(self, other: Self) -> Self {
                let other_is = other < self || (other == self && other.is_sign_negative()) || other.is_nan();
                if other_is && !self.is_nan() { other } else { self }
            }
        })*
    };
}

integers!(u8 i8 u16 i16 u32 i32 u64 i64);
floats!(f32 f64);

/// The element after an update. A replaced one keeps the update's bits.
#[inline(always)]
pub(super) fn updated<T: Update>(reduction: ScatterReduction, own: T, update: T) -> T {
    match reduction {
        ScatterReduction::Replace => update,
        ScatterReduction::Add => own.add(update).canonical(),
        ScatterReduction::Mul => own.mul(update).canonical(),
        ScatterReduction::Max => own.max(update).canonical(),
        ScatterReduction::Min => own.min(update).canonical(),
    }
}

/// A scattering operator on any element type.
pub(super) trait Scatter: Send + Sync + Sized + 'static {
    fn run<T: Update>(&self, call: &mut Call<'_>) -> Result<(), Fault>;

    fn prepare(self, dtype: DType) -> Prepared {
        match dtype {
            DType::F32 => Prepared::new(move |call| self.run::<f32>(call)),
            DType::F64 => Prepared::new(move |call| self.run::<f64>(call)),
            DType::U8 | DType::Bool => Prepared::new(move |call| self.run::<u8>(call)),
            DType::I8 => Prepared::new(move |call| self.run::<i8>(call)),
            DType::U16 => Prepared::new(move |call| self.run::<u16>(call)),
            DType::I16 => Prepared::new(move |call| self.run::<i16>(call)),
            DType::U32 => Prepared::new(move |call| self.run::<u32>(call)),
            DType::I32 => Prepared::new(move |call| self.run::<i32>(call)),
            DType::U64 => Prepared::new(move |call| self.run::<u64>(call)),
            DType::I64 => Prepared::new(move |call| self.run::<i64>(call)),
        }
    }
}
