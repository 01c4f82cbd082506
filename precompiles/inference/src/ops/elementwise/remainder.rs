//! Mod. Remainders are exact, so every correct way gives the same bits; this one uses integers only.

use praxis_model::ops::Mod;

use super::{
    by_number,
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! integers {
    ($($kind:ident)*) => {
        $(impl Apply<$kind> for Mod {
            #[inline(always)]
            fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                if right == 0 {
                    return 0;
                }
                let rest = left.wrapping_rem(right);
                // Floored quotients leave a remainder with the divisor's sign.
                #[allow(unused_comparisons, reason = "unsigned remainders have no sign")]
                let crossed = rest != 0 && (rest < 0) != (right < 0);
                if !self.fmod && crossed { rest.wrapping_add(right) } else { rest }
            }
        })*
    };
}

macro_rules! floats {
    ($($kind:ident $bits:ident $fraction:literal $step:literal;)*) => {
        $(
            impl Remainder for $kind {
                /// The dividend's significand is shifted up by its exponent's lead, reduced after each step.
                #[inline(never)]
                fn truncated(self, right: Self) -> Self {
                    const HIDDEN: $bits = 1 << $fraction;
                    let parts = |x: $kind| {
                        let bits = x.abs().to_bits();
                        let (exponent, fraction) = ((bits >> $fraction) as u32, bits & (HIDDEN - 1));
                        // Subnormal numbers have the exponent of the least normal ones and no hidden bit.
                        if exponent == 0 { (1, fraction as u64) } else { (exponent, (fraction | HIDDEN) as u64) }
                    };
                    let ((mut lead, mut rest), (end, divisor)) = (parts(self), parts(right));
                    if lead < end {
                        return self;
                    }
                    rest %= divisor;
                    while lead > end {
                        let step = if lead - end < $step { lead - end } else { $step };
                        rest = (rest << step) % divisor;
                        lead -= step;
                    }
                    if rest == 0 {
                        return $kind::from_bits(0).copysign(self);
                    }
                    let up = ($fraction + 1 - (64 - rest.leading_zeros())).min(end - 1);
                    let (rest, exponent) = (rest << up, end - up);
                    let normal = rest >> $fraction != 0;
                    let exponent = if normal { exponent } else { 0 };
                    let bits = (rest as $bits & (HIDDEN - 1)) | (exponent as $bits) << $fraction;
                    $kind::from_bits(bits).copysign(self)
                }
            }

            impl Apply<$kind> for Mod {
                #[inline(always)]
                fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                    if left.is_nan() || right.is_nan() || left.is_infinite() || right == 0.0 {
                        return $kind::NAN;
                    }
                    let rest = if right.is_infinite() { left } else { left.truncated(right) };
                    if self.fmod {
                        return rest;
                    }
                    if rest == 0.0 {
                        return rest.copysign(right);
                    }
                    if (rest < 0.0) == (right < 0.0) { rest } else { rest + right }
                }
            }
        )*
    };
}

/// Remainder of the truncated quotient of two finite numbers, the divisor not 0.
trait Remainder {
    fn truncated(self, right: Self) -> Self;
}

integers!(u8 i8 u16 i16 u32 i32 u64 i64);
// 24 bits leave room for 40 more in 64, 53 bits for 11.
floats! {
    f32 u32 23 40;
    f64 u64 52 11;
}

impl Kernel for Mod {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        by_number!(node.outputs[0].dtype, T => zip::prepare_scalar::<T, T, _>(node, *self))
    }
}
