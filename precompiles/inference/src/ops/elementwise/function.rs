//! Functions of one number, bound to the arithmetic. Most of those in float32 round the float64 function.

use praxis_model::{
    DType,
    ops::{Acos, Acosh, Asin, Asinh, Atan, Atanh, Cos, Cosh, Erf, Exp, Log, Sin, Sinh, Tan},
};

use super::{
    WRONG_TYPE,
    unary::{self, Map, Patched},
};
use crate::{
    Fault,
    arith::{self, Fma, wide},
    call::{Kernel, NodeContext, Prepared},
};

/// Kernels of operators that map float32 to float32 and float64 to float64.
macro_rules! float_kernels {
    ($($op:ident)*) => {
        $(impl $crate::call::Kernel for praxis_model::ops::$op {
            fn prepare(
                &self,
                node: &$crate::call::NodeContext<'_>,
            ) -> Result<$crate::call::Prepared, $crate::Fault> {
                match node.outputs[0].dtype {
                    praxis_model::DType::F32 => $crate::ops::unary::prepare::<f32, _>(*self),
                    praxis_model::DType::F64 => $crate::ops::unary::prepare::<f64, _>(*self),
                    _ => Err($crate::ops::elementwise::WRONG_TYPE),
                }
            }
        })*
    };
}
pub(super) use float_kernels;

macro_rules! rounded {
    ($($op:ident $function:ident;)*) => {
        $(
            impl Map<f32> for $op {
                #[inline(always)]
                fn map<F: Fma>(self, x: f32) -> f32 {
                    wide::$function(f64::from(x)) as f32
                }
            }
            impl Map<f64> for $op {
                #[inline(always)]
                fn map<F: Fma>(self, x: f64) -> f64 {
                    wide::$function(x)
                }
            }
        )*
    };
}

rounded! {
    Log log;
    Asin asin;
    Acos acos;
    Atan atan;
    Sinh sinh;
    Cosh cosh;
    Asinh asinh;
    Acosh acosh;
    Atanh atanh;
    Sin sin_near;
    Cos cos_near;
    Tan tan_near;
}

macro_rules! own {
    ($($op:ident $function:ident;)*) => {
        $(
            impl Map<f32> for $op {
                #[inline(always)]
                fn map<F: Fma>(self, x: f32) -> f32 {
                    arith::$function::<F>(x)
                }
            }
            impl Map<f64> for $op {
                #[inline(always)]
                fn map<F: Fma>(self, x: f64) -> f64 {
                    wide::$function(x)
                }
            }
        )*
    };
}

own! {
    Exp exp;
    Erf erf;
}

float_kernels!(Log Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Exp Erf);

macro_rules! patched {
    ($($op:ident $function:ident;)*) => {
        $(
            impl Patched<f32> for $op {
                #[inline(always)]
                fn is_rare(x: f32) -> bool {
                    wide::is_far(f64::from(x))
                }

                fn slow(x: f32) -> f32 {
                    wide::$function(f64::from(x)) as f32
                }
            }
            impl Patched<f64> for $op {
                #[inline(always)]
                fn is_rare(x: f64) -> bool {
                    wide::is_far(x)
                }

                fn slow(x: f64) -> f64 {
                    wide::$function(x)
                }
            }
            impl Kernel for $op {
                fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                    match node.outputs[0].dtype {
                        DType::F32 => unary::prepare_patched::<f32, _>(*self),
                        DType::F64 => unary::prepare_patched::<f64, _>(*self),
                        _ => Err(WRONG_TYPE),
                    }
                }
            }
        )*
    };
}

patched! {
    Sin sin;
    Cos cos;
    Tan tan;
}
