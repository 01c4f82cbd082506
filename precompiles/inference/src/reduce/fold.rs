//! What a reduction does with an element and with two lanes.

use super::Float;
use crate::arith::Fma;

/// One kind of reduction. All functions must be `#[inline(always)]`.
pub(crate) trait Fold<T>: Copy + Send + Sync + 'static {
    /// What a lane holds.
    type Lane: Copy;

    /// A lane before its first element. Joined with any lane, it gives that lane.
    const NEUTRAL: Self::Lane;

    /// The lane with one element more.
    fn add<F: Fma>(self, lane: Self::Lane, x: T) -> Self::Lane;

    /// Two lanes as one.
    fn join(a: Self::Lane, b: Self::Lane) -> Self::Lane;

    /// The result, from the last lane.
    fn finish(lane: Self::Lane) -> T;
}

/// The last function of folds whose lanes hold elements.
macro_rules! lanes_are_elements {
    ($kind:ty) => {
        type Lane = $kind;

        #[inline(always)]
        fn finish(lane: $kind) -> $kind {
            lane
        }
    };
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
    Sum: Fold<T, Lane = T>,
{
    lanes_are_elements!(T);

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

/// Numbers as integers in the same order, where IEEE 754-2019 has a maximum and a minimum: -0 is below +0. Integers compare in one
/// instruction, without branches.
pub(crate) trait Extreme: Copy + PartialOrd {
    type Key: Copy + Ord + Send + Sync + 'static;

    /// Below and above all keys of numbers.
    const BELOW: Self::Key;
    const ABOVE: Self::Key;

    fn is_nan(self) -> bool;

    /// The key, `nan` for NaN.
    fn key(self, nan: Self::Key) -> Self::Key;

    /// The number with this key; [`Self::BELOW`] and [`Self::ABOVE`] give some NaN for floats.
    fn of_key(key: Self::Key) -> Self;
}

macro_rules! floats {
    ($($kind:ident)*) => {
        $(
            impl Fold<$kind> for Sum {
                lanes_are_elements!($kind);

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
                lanes_are_elements!($kind);

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
                lanes_are_elements!($kind);

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
                lanes_are_elements!($kind);

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
        )*
    };
}

/// `arithmetic` integers have all folds, others only maximum and minimum.
macro_rules! integers {
    (arithmetic: $($kind:ident)*; extremes: $($all:ident)*) => {
        $(
            impl Fold<$kind> for Sum {
                lanes_are_elements!($kind);

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
                lanes_are_elements!($kind);

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
                lanes_are_elements!($kind);

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
                type Key = Self;
                const BELOW: Self = Self::MIN;
                const ABOVE: Self = Self::MAX;

                #[inline(always)]
                fn is_nan(self) -> bool {
                    false
                }

                #[inline(always)]
                fn key(self, _nan: Self) -> Self {
                    self
                }

                #[inline(always)]
                fn of_key(key: Self) -> Self {
                    key
                }
            }
        )*
    };
}

macro_rules! signed_absolutes {
    ($($kind:ident)*) => {
        $(impl Fold<$kind> for Absolutes {
            lanes_are_elements!($kind);

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

macro_rules! float_keys {
    ($($kind:ident $signed:ident $bits:literal)*) => {
        $(impl Extreme for $kind {
            type Key = $signed;
            const BELOW: $signed = $signed::MIN;
            const ABOVE: $signed = $signed::MAX;

            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }

            #[inline(always)]
            fn key(self, nan: $signed) -> $signed {
                let bits = self.to_bits() as $signed;
                // The bits of negative numbers have the reverse order.
                let key = bits ^ ((bits >> ($bits - 1)) & $signed::MAX);
                if bits & $signed::MAX > Self::INFINITY.to_bits() as $signed { nan } else { key }
            }

            #[inline(always)]
            fn of_key(key: $signed) -> Self {
                Self::from_bits((key ^ ((key >> ($bits - 1)) & $signed::MAX)) as _)
            }
        })*
    };
}

float_keys!(f32 i32 32 f64 i64 64);

macro_rules! extremes {
    ($($fold:ident $nan:ident $neutral:ident $join:ident;)*) => {
        $(impl<T: Extreme> Fold<T> for $fold {
            type Lane = T::Key;

            const NEUTRAL: T::Key = T::$neutral;

            #[inline(always)]
            fn add<F: Fma>(self, lane: T::Key, x: T) -> T::Key {
                lane.$join(x.key(T::$nan))
            }

            #[inline(always)]
            fn join(a: T::Key, b: T::Key) -> T::Key {
                a.$join(b)
            }

            #[inline(always)]
            fn finish(lane: T::Key) -> T {
                T::of_key(lane)
            }
        })*
    };
}

// The NaN of a maximum is above, that of a minimum below all numbers.
extremes! {
    Maximum ABOVE BELOW max;
    Minimum BELOW ABOVE min;
}
