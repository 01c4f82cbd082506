//! Pow.

use praxis_model::{DType, ops::Pow};

use super::{
    by_number,
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::{Fma, wide},
    call::{Kernel, NodeContext, Prepared},
};

impl Apply<f32> for Pow {
    #[inline(always)]
    fn apply<F: Fma>(self, left: f32, right: f32) -> f32 {
        wide::pow_f32(f64::from(left), f64::from(right)) as f32
    }
}

impl Apply<f64> for Pow {
    #[inline(always)]
    fn apply<F: Fma>(self, left: f64, right: f64) -> f64 {
        wide::pow(left, right)
    }
}

macro_rules! integers {
    ($($kind:ident $one_over:expr;)*) => {
        $(impl Apply<$kind> for Pow {
            /// Repeated squares, wrapping.
            #[inline(always)]
            fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                #[allow(unused_comparisons, reason = "unsigned exponents are never negative")]
                if right < 0 {
                    return $one_over(left, right);
                }
                let (mut result, mut square, mut exponent) = (1 as $kind, left, right);
                while exponent != 0 {
                    if exponent & 1 == 1 {
                        result = result.wrapping_mul(square);
                    }
                    square = square.wrapping_mul(square);
                    exponent >>= 1;
                }
                result
            }
        })*
    };
}

/// 1 / base^n, truncated: only 1 and -1 leave something.
macro_rules! reciprocal {
    () => {
        |base, exponent| match base {
            1 => 1,
            -1 => 1 - 2 * (exponent & 1),
            _ => 0,
        }
    };
}

integers! {
    u8 |_, _| 0;
    u16 |_, _| 0;
    u32 |_, _| 0;
    u64 |_, _| 0;
    i8 reciprocal!();
    i16 reciprocal!();
    i32 reciprocal!();
    i64 reciprocal!();
}

impl Kernel for Pow {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.outputs[0].dtype {
            DType::F32 => zip::prepare::<f32, f32, _>(node, *self),
            DType::F64 => zip::prepare::<f64, f64, _>(node, *self),
            dtype => by_number!(dtype, T => zip::prepare_scalar::<T, T, _>(node, *self)),
        }
    }
}
