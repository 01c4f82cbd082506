//! float32 and float64 alike, for kernels that compute coordinates and weights.

use core::ops::{Add, Div, Mul, Sub};

use crate::{
    align::Plain,
    arith::{Canonical, Fma},
};

pub(super) trait Real:
    Plain
    + Canonical
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// Numbers of at least this magnitude are whole.
    const WHOLE: Self;
    /// Rounded to the nearest, ties to even.
    fn of(value: f64) -> Self;
    fn wide(self) -> f64;
    /// Truncated, saturated; NaN gives 0.
    fn whole(self) -> i64;
    /// a * b + c: fused in float32, with two roundings in float64.
    fn multiply_add<F: Fma>(a: Self, b: Self, c: Self) -> Self;

    /// The greatest whole number that is not above; NaN and infinities stay.
    #[inline(always)]
    fn below(self) -> Self {
        if !(self < Self::WHOLE && self > Self::default() - Self::WHOLE) {
            return self;
        }
        let truncated = Self::of(self.whole() as f64);
        if truncated > self { truncated - Self::of(1.0) } else { truncated }
    }
}

impl Real for f32 {
    const WHOLE: Self = 8_388_608.0;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn whole(self) -> i64 {
        self as i64
    }

    #[inline(always)]
    fn multiply_add<F: Fma>(a: Self, b: Self, c: Self) -> Self {
        F::fma(a, b, c)
    }
}

impl Real for f64 {
    const WHOLE: Self = 4_503_599_627_370_496.0;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn wide(self) -> f64 {
        self
    }

    #[inline(always)]
    fn whole(self) -> i64 {
        self as i64
    }

    #[inline(always)]
    fn multiply_add<F: Fma>(a: Self, b: Self, c: Self) -> Self {
        a * b + c
    }
}
