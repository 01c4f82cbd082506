//! Transcendental functions in float64, with separate multiplications and additions (rule R8). The float32 operators
//! without polynomials of their own round these results. Measured errors stand in SPEC.md.

mod double;
mod erf;
mod exp;
mod hyperbolic;
mod inverse;
mod log;
mod pow;
mod trigonometric;

pub(crate) use erf::{erf, gelu, gelu_tanh};
pub(crate) use exp::{exp, expm1, sigmoid, softplus};
pub(crate) use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub(crate) use inverse::{acos, asin, atan};
pub(crate) use log::{log, log1p};
pub(crate) use pow::{pow, pow_f32};
pub(crate) use trigonometric::{cos, cos_near, is_far, sin, sin_near, tan, tan_near};

/// Largest error of each function here but the Gelus, in units of the last place of the result, as far as it was measured:
/// against 60-digit arithmetic on thousands of numbers of all sizes.
#[cfg(test)]
pub(crate) const MAX_ULP: f64 = 2.0;
/// Largest error of [`gelu`], likewise.
#[cfg(test)]
pub(crate) const GELU_MAX_ULP: f64 = 8.0;

/// A polynomial by Horner's rule, coefficients in ascending powers.
#[inline(always)]
fn horner<const N: usize>(x: f64, coefficients: &[u64; N]) -> f64 {
    let mut sum = f64::from_bits(coefficients[N - 1]);
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = sum * x + f64::from_bits(coefficient);
    }
    sum
}

#[cfg(test)]
mod tests;
