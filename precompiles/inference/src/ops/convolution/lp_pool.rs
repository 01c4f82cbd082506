use praxis_model::{DType, ops::LpPool};

use super::{
    pool::Windows,
    sums::{Counts, Summed, prepare_f32, prepare_f64},
};
use crate::{
    Fault,
    arith::Canonical,
    call::{Kernel, NodeContext, Prepared},
};

/// The sum of magnitudes.
#[derive(Clone, Copy, Debug)]
struct SumOfMagnitudes;

/// The root of the sum of squares.
#[derive(Clone, Copy, Debug)]
struct RootOfSquares;

macro_rules! norms {
    ($($kind:ident)*) => {
        $(
            impl Summed<$kind> for SumOfMagnitudes {
                #[inline(always)]
                fn element(self, x: $kind) -> $kind {
                    x.abs()
                }

                #[inline(always)]
                fn finish(self, x: $kind, _count: u32) -> $kind {
                    // A window without an element sums to -0.
                    (x + 0.0).canonical()
                }
            }

            impl Summed<$kind> for RootOfSquares {
                #[inline(always)]
                fn element(self, x: $kind) -> $kind {
                    x * x
                }

                #[inline(always)]
                fn finish(self, x: $kind, _count: u32) -> $kind {
                    // The instruction's root is correctly rounded.
                    (x + 0.0).sqrt().canonical()
                }
            }
        )*
    };
}

norms!(f32 f64);

/// The p-th root of the sum of p-th powers; powers and root in float64.
#[derive(Clone, Copy, Debug)]
struct RootOfPowers {
    p: u8,
}

/// Steps of Newton's method: for p up to 16 the first 12 come close from a start within a factor of 2.1, and each one after
/// that doubles the digits.
const STEPS: usize = 24;

impl RootOfPowers {
    /// x^p by multiplication from the left.
    #[inline(always)]
    fn power(x: f64, p: u8) -> f64 {
        (1..p).fold(x, |power, _| power * x)
    }

    /// The p-th root of s, which is not negative.
    #[inline(always)]
    fn root(self, s: f64) -> f64 {
        if !(s > 0.0 && s < f64::INFINITY) {
            return s;
        }
        // s is below 2^(exponent + 1), so this is a power of two above the root.
        let exponent = (s.to_bits() >> 52) as i64 - 1023;
        let start = (exponent + 1).div_euclid(i64::from(self.p)) + 1;
        let mut y = f64::from_bits(((start + 1023) as u64) << 52);
        let p = f64::from(self.p);
        for _ in 0..STEPS {
            y = ((p - 1.0) * y + s / Self::power(y, self.p - 1)) / p;
        }
        y
    }
}

macro_rules! powers {
    ($($kind:ident)*) => {
        $(impl Summed<$kind> for RootOfPowers {
            #[inline(always)]
            fn element(self, x: $kind) -> $kind {
                Self::power(f64::from(x.abs()), self.p) as $kind
            }

            #[inline(always)]
            fn finish(self, x: $kind, _count: u32) -> $kind {
                (self.root(f64::from(x + 0.0)) as $kind).canonical()
            }
        })*
    };
}

powers!(f32 f64);

impl Kernel for LpPool {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let windows = Windows::new(&self.pool, &node.inputs[0])?;
        // Norms do not divide.
        let counts = Counts::new(&windows.geometry, |_, _| 1);
        match (node.outputs[0].dtype, self.p) {
            (DType::F32, 1) => Ok(prepare_f32(&self.pool, windows, counts, SumOfMagnitudes)),
            (DType::F64, 1) => Ok(prepare_f64(&self.pool, windows, counts, SumOfMagnitudes)),
            (DType::F32, 2) => Ok(prepare_f32(&self.pool, windows, counts, RootOfSquares)),
            (DType::F64, 2) => Ok(prepare_f64(&self.pool, windows, counts, RootOfSquares)),
            (DType::F32, p @ 3..) => Ok(prepare_f32(&self.pool, windows, counts, RootOfPowers { p })),
            (DType::F64, p @ 3..) => Ok(prepare_f64(&self.pool, windows, counts, RootOfPowers { p })),
            _ => Err(Fault::Internal("LpPool on a type or with a p that it does not take")),
        }
    }
}
