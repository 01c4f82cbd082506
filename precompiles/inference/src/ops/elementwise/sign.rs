//! Abs, Neg, Sign, Reciprocal, Sqrt.

use praxis_model::{
    DType,
    ops::{Abs, Neg, Reciprocal, Sign, Sqrt},
};

use super::{
    WRONG_TYPE, by_number,
    unary::{self, Map},
};
use crate::{
    Fault,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! floats {
    ($($kind:ident)*) => {
        $(
            impl Map<$kind> for Abs {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x.abs()
                }
            }
            impl Map<$kind> for Neg {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    -x
                }
            }
            impl Map<$kind> for Sign {
                /// Zeros become +0, NaN stays.
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let sign = if x > 0.0 { 1.0 } else { 0.0 };
                    let sign = if x < 0.0 { -1.0 } else { sign };
                    if x.is_nan() { x } else { sign }
                }
            }
            impl Map<$kind> for Reciprocal {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    1.0 / x
                }
            }
            impl Map<$kind> for Sqrt {
                /// IEEE's operation; every instruction set has it.
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x.sqrt()
                }
            }
        )*
    };
}

macro_rules! signed {
    ($($kind:ident)*) => {
        $(
            impl Map<$kind> for Abs {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x.wrapping_abs()
                }
            }
            impl Map<$kind> for Neg {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x.wrapping_neg()
                }
            }
            impl Map<$kind> for Sign {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x.signum()
                }
            }
        )*
    };
}

macro_rules! unsigned {
    ($($kind:ident)*) => {
        $(impl Map<$kind> for Sign {
            #[inline(always)]
            fn map<F: Fma>(self, x: $kind) -> $kind {
                $kind::from(x != 0)
            }
        })*
    };
}

floats!(f32 f64);
signed!(i8 i16 i32 i64);
unsigned!(u8 u16 u32 u64);

macro_rules! signed_kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                match node.outputs[0].dtype {
                    DType::F32 => unary::prepare::<f32, _>(*self),
                    DType::F64 => unary::prepare::<f64, _>(*self),
                    DType::I8 => unary::prepare::<i8, _>(*self),
                    DType::I16 => unary::prepare::<i16, _>(*self),
                    DType::I32 => unary::prepare::<i32, _>(*self),
                    DType::I64 => unary::prepare::<i64, _>(*self),
                    _ => Err(WRONG_TYPE),
                }
            }
        })*
    };
}

signed_kernels!(Abs Neg);
super::function::float_kernels!(Reciprocal Sqrt);

impl Kernel for Sign {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        by_number!(node.outputs[0].dtype, T => unary::prepare::<T, _>(*self))
    }
}
