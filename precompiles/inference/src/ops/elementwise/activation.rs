//! Activations. Attributes are float32; for float64 they are widened.

use praxis_model::{
    DType,
    ops::{HardSigmoid, HardSwish, PRelu, Shrink, Softsign, ThresholdedRelu},
};

use super::{
    by_number,
    function::float_kernels,
    unary::Map,
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::{Extreme, Fma},
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! maps {
    ($($kind:ident)*) => {
        $(
            impl Map<$kind> for HardSigmoid {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let line = $kind::from(self.alpha) * x + $kind::from(self.beta);
                    line.smaller(1.0).larger(0.0)
                }
            }
            impl Map<$kind> for HardSwish {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x * (x / 6.0 + 0.5).smaller(1.0).larger(0.0)
                }
            }
            impl Map<$kind> for Softsign {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x / (1.0 + x.abs())
                }
            }
            impl Map<$kind> for ThresholdedRelu {
                /// NaN is not above the threshold.
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    if x > $kind::from(self.alpha) { x } else { 0.0 }
                }
            }
            impl Map<$kind> for Shrink {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let (bias, lambd) = ($kind::from(self.bias), $kind::from(self.lambd));
                    let above = if x > lambd { x - bias } else { 0.0 };
                    if x < -lambd { x + bias } else { above }
                }
            }
        )*
    };
}

maps!(f32 f64);
float_kernels!(HardSigmoid HardSwish Softsign ThresholdedRelu Shrink);

macro_rules! slopes {
    ($($kind:ident $zero:literal $times:expr;)*) => {
        $(impl Apply<$kind> for PRelu {
            #[inline(always)]
            fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                #[allow(unused_comparisons, reason = "unsigned numbers are never below zero")]
                let below = left < $zero;
                if below { $times(left, right) } else { left }
            }
        })*
    };
}

slopes! {
    f32 0.0 |x: f32, slope| x * slope;
    f64 0.0 |x: f64, slope| x * slope;
    u8 0 u8::wrapping_mul;
    i8 0 i8::wrapping_mul;
    u16 0 u16::wrapping_mul;
    i16 0 i16::wrapping_mul;
    u32 0 u32::wrapping_mul;
    i32 0 i32::wrapping_mul;
    u64 0 u64::wrapping_mul;
    i64 0 i64::wrapping_mul;
}

impl Kernel for PRelu {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.outputs[0].dtype {
            DType::F32 => zip::prepare::<f32, f32, _>(node, *self),
            DType::F64 => zip::prepare::<f64, f64, _>(node, *self),
            dtype => by_number!(dtype, T => zip::prepare_scalar::<T, T, _>(node, *self)),
        }
    }
}
