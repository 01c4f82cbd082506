//! Min and Max.

use praxis_model::ops::{Max, Min};

use super::{
    by_number,
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::{self, Fma},
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! integers {
    ($($kind:ident)*) => {
        $(
            impl Apply<$kind> for Max {
                #[inline(always)]
                fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                    if left > right { left } else { right }
                }
            }
            impl Apply<$kind> for Min {
                #[inline(always)]
                fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                    if left < right { left } else { right }
                }
            }
        )*
    };
}

macro_rules! floats {
    ($($kind:ident)*) => {
        $(
            impl Apply<$kind> for Max {
                #[inline(always)]
                fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                    arith::Extreme::larger(left, right)
                }
            }
            impl Apply<$kind> for Min {
                #[inline(always)]
                fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                    arith::Extreme::smaller(left, right)
                }
            }
        )*
    };
}

integers!(u8 i8 u16 i16 u32 i32 u64 i64);
floats!(f32 f64);

macro_rules! kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                by_number!(node.outputs[0].dtype, T => zip::prepare::<T, T, _>(node, *self))
            }
        })*
    };
}

kernels!(Max Min);
