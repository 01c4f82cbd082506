//! Activations. Attributes are float32; for float64 they are widened.

use praxis_model::{
    DType,
    ops::{
        Celu, Elu, Gelu, HardSigmoid, HardSwish, Mish, PRelu, Selu, Shrink, Softplus, Softsign, Swish, ThresholdedRelu,
    },
};

use super::{
    by_number,
    function::float_kernels,
    unary::Map,
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::{self, Extreme, Fma, wide},
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

/// The functions of both float types under the same names.
trait Functions: Copy {
    fn exp<F: Fma>(self) -> Self;
    fn expm1<F: Fma>(self) -> Self;
    fn sigmoid<F: Fma>(self) -> Self;
    fn softplus<F: Fma>(self) -> Self;
    fn gelu<F: Fma>(self) -> Self;
    fn gelu_tanh<F: Fma>(self) -> Self;
}

macro_rules! functions {
    ($($name:ident)*) => {
        impl Functions for f32 {
            $(#[inline(always)]
            fn $name<F: Fma>(self) -> Self {
                arith::$name::<F>(self)
            })*
        }
        impl Functions for f64 {
            $(#[inline(always)]
            fn $name<F: Fma>(self) -> Self {
                wide::$name(self)
            })*
        }
    };
}

functions!(exp expm1 sigmoid softplus gelu gelu_tanh);

macro_rules! exponential {
    ($($kind:ident)*) => {
        $(
            impl Map<$kind> for Softplus {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    Functions::softplus::<F>(x)
                }
            }
            impl Map<$kind> for Mish {
                /// tanh(ln(1 + e^x)) is n / (n + 2) with n = e^x (e^x + 2); above 0 both are divided by e^2x.
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let e = Functions::exp::<F>(-x.abs());
                    let below = e * (e + 2.0);
                    let above = 1.0 + 2.0 * e;
                    let (n, d) = if x < 0.0 { (below, below + 2.0) } else { (above, above + 2.0 * (e * e)) };
                    x * (n / d)
                }
            }
            impl Map<$kind> for Elu {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let below = $kind::from(self.alpha) * Functions::expm1::<F>(x);
                    if x < 0.0 { below } else { x }
                }
            }
            impl Map<$kind> for Selu {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let below = $kind::from(self.alpha) * Functions::expm1::<F>(x);
                    $kind::from(self.gamma) * if x < 0.0 { below } else { x }
                }
            }
            impl Map<$kind> for Celu {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    let alpha = $kind::from(self.alpha);
                    let below = alpha * Functions::expm1::<F>(x / alpha);
                    if x < 0.0 { below } else { x }
                }
            }
            impl Map<$kind> for Swish {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    x * Functions::sigmoid::<F>($kind::from(self.alpha) * x)
                }
            }
            impl Map<$kind> for Gelu {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> $kind {
                    if self.tanh { Functions::gelu_tanh::<F>(x) } else { Functions::gelu::<F>(x) }
                }
            }
        )*
    };
}

exponential!(f32 f64);
float_kernels!(Softplus Mish Elu Selu Celu Swish Gelu);

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
