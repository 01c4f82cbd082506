//! What a reduction does with an element and with two lanes.

use super::Float;
use crate::arith::Fma;

/// One kind of reduction. All functions must be `#[inline(always)]`.
pub(crate) trait Fold<T>: Copy + Send + Sync + 'static {
    /// What a lane holds before its first element. Joined with any lane, it gives that lane.
    const NEUTRAL: T;

    /// The lane with one element more.
    fn add<F: Fma>(self, lane: T, x: T) -> T;

    /// Two lanes as one.
    fn join(a: T, b: T) -> T;
}

/// Sum; integers wrap. The neutral element of floats is -0: -0 + x is x for every x.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum;
/// Product; integers wrap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product;
/// Sum of absolute values; integers wrap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absolutes;
/// Sum of squares: fused in float32, two roundings in float64, wrapping in integers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Squares;
/// IEEE 754-2019 maximum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maximum;
/// IEEE 754-2019 minimum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minimum;
/// Sum of the squares of the differences from a mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deviations<T>(pub(crate) T);

impl<T: Float> Fold<T> for Deviations<T>
where
    Sum: Fold<T>,
{
    const NEUTRAL: T = <Sum as Fold<T>>::NEUTRAL;

    #[inline(always)]
    fn add<F: Fma>(self, lane: T, x: T) -> T {
        lane.add_square::<F>(x - self.0)
    }

    #[inline(always)]
    fn join(a: T, b: T) -> T {
        a + b
    }
}

/// IEEE 754-2019 maximum: NaN if one is NaN, and -0 is less than +0.
#[inline(always)]
pub(crate) fn maximum<T: Extreme>(a: T, b: T) -> T {
    let greater = if b > a || (a == b && a.is_negative()) { b } else { a };
    if b.is_nan() { b } else { greater }
}

/// IEEE 754-2019 minimum.
#[inline(always)]
fn minimum<T: Extreme>(a: T, b: T) -> T {
    let less = if b < a || (a == b && b.is_negative()) { b } else { a };
    if b.is_nan() { b } else { less }
}

/// Numbers of which one is greatest; the last two functions decide only between equal ones and for NaN.
pub(crate) trait Extreme: Copy + PartialOrd {
    const LEAST: Self;
    const GREATEST: Self;
    fn is_negative(self) -> bool;
    fn is_nan(self) -> bool;
}

macro_rules! floats {
    ($($kind:ident)*) => {
        $(
            impl Fold<$kind> for Sum {
                const NEUTRAL: $kind = -0.0;

                #[inline(always)]
                fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                    lane + x
                }

                #[inline(always)]
                fn join(a: $kind, b: $kind) -> $kind {
                    a + b
                }
            }

            impl Fold<$kind> for Product {
                const NEUTRAL: $kind = 1.0;

                #[inline(always)]
                fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                    lane * x
                }

                #[inline(always)]
                fn join(a: $kind, b: $kind) -> $kind {
                    a * b
                }
            }

            impl Fold<$kind> for Absolutes {
                const NEUTRAL: $kind = -0.0;

                #[inline(always)]
                fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                    lane + x.abs()
                }

                #[inline(always)]
                fn join(a: $kind, b: $kind) -> $kind {
                    a + b
                }
            }

            impl Fold<$kind> for Squares {
                const NEUTRAL: $kind = -0.0;

                #[inline(always)]
                fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                    lane.add_square::<F>(x)
                }

                #[inline(always)]
                fn join(a: $kind, b: $kind) -> $kind {
                    a + b
                }
            }

            impl Extreme for $kind {
                const LEAST: Self = Self::NEG_INFINITY;
                const GREATEST: Self = Self::INFINITY;

                #[inline(always)]
                fn is_negative(self) -> bool {
                    self.is_sign_negative()
                }

                #[inline(always)]
                fn is_nan(self) -> bool {
                    self.is_nan()
                }
            }
        )*
    };
}

/// `arithmetic` integers have all folds, others only maximum and minimum.
macro_rules! integers {
    (arithmetic: $($kind:ident)*; extremes: $($all:ident)*) => {
        $(
            impl Fold<$kind> for Sum {
                const NEUTRAL: $kind = 0;

                #[inline(always)]
                fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                    lane.wrapping_add(x)
                }

                #[inline(always)]
                fn join(a: $kind, b: $kind) -> $kind {
                    a.wrapping_add(b)
                }
            }

            impl Fold<$kind> for Product {
                const NEUTRAL: $kind = 1;

                #[inline(always)]
                fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                    lane.wrapping_mul(x)
                }

                #[inline(always)]
                fn join(a: $kind, b: $kind) -> $kind {
                    a.wrapping_mul(b)
                }
            }

            impl Fold<$kind> for Squares {
                const NEUTRAL: $kind = 0;

                #[inline(always)]
                fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                    lane.wrapping_add(x.wrapping_mul(x))
                }

                #[inline(always)]
                fn join(a: $kind, b: $kind) -> $kind {
                    a.wrapping_add(b)
                }
            }
        )*
        $(
            impl Extreme for $all {
                const LEAST: Self = Self::MIN;
                const GREATEST: Self = Self::MAX;

                #[inline(always)]
                fn is_negative(self) -> bool {
                    false
                }

                #[inline(always)]
                fn is_nan(self) -> bool {
                    false
                }
            }
        )*
    };
}

macro_rules! signed_absolutes {
    ($($kind:ident)*) => {
        $(impl Fold<$kind> for Absolutes {
            const NEUTRAL: $kind = 0;

            #[inline(always)]
            fn add<F: Fma>(self, lane: $kind, x: $kind) -> $kind {
                lane.wrapping_add(x.wrapping_abs())
            }

            #[inline(always)]
            fn join(a: $kind, b: $kind) -> $kind {
                a.wrapping_add(b)
            }
        })*
    };
}

floats!(f32 f64);
// Sums, products and squares of signed integers have the same bits as those of unsigned ones.
integers!(arithmetic: u32 u64; extremes: u8 i8 u16 i16 u32 i32 u64 i64);
signed_absolutes!(i32 i64);

impl<T: Extreme + Send + Sync + 'static> Fold<T> for Maximum {
    const NEUTRAL: T = T::LEAST;

    #[inline(always)]
    fn add<F: Fma>(self, lane: T, x: T) -> T {
        maximum(lane, x)
    }

    #[inline(always)]
    fn join(a: T, b: T) -> T {
        maximum(a, b)
    }
}

impl<T: Extreme + Send + Sync + 'static> Fold<T> for Minimum {
    const NEUTRAL: T = T::GREATEST;

    #[inline(always)]
    fn add<F: Fma>(self, lane: T, x: T) -> T {
        minimum(lane, x)
    }

    #[inline(always)]
    fn join(a: T, b: T) -> T {
        minimum(a, b)
    }
}
