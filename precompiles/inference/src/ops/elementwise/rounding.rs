//! Ceil, Floor and Round, without the library's functions: below SSE4.1 those are calls.

use praxis_model::ops::{Ceil, Floor, Round};

use super::unary::Map;
use crate::arith::Fma;

macro_rules! rules {
    ($($kind:ident $nearest:ident $magic:literal;)*) => {
        $(
            /// The nearest integer, ties to even, with the sign of x: adding 2^23 (2^52) leaves no bits for a fraction, and
            /// larger numbers have none. NaN stays.
            #[inline(always)]
            fn $nearest(x: $kind) -> $kind {
                const MAGIC: $kind = $magic;
                let size = x.abs();
                let rounded = (size + MAGIC) - MAGIC;
                if size < MAGIC { rounded.copysign(x) } else { x }
            }

            impl Map<$kind> for Round {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    $nearest(x)
                }
            }
            impl Map<$kind> for Floor {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let near = $nearest(x);
                    let floor = if near > x { near - 1.0 } else { near };
                    floor.copysign(x)
                }
            }
            impl Map<$kind> for Ceil {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let near = $nearest(x);
                    let ceil = if near < x { near + 1.0 } else { near };
                    ceil.copysign(x)
                }
            }
        )*
    };
}

rules! {
    f32 nearest_f32 8_388_608.0;
    f64 nearest_f64 4_503_599_627_370_496.0;
}

super::function::float_kernels!(Ceil Floor Round);
