use super::{Fma, polynomial::horner};

/// Largest error of [`exp`] over all float32, in units of the last place of the result. Measured exhaustively.
pub const EXP_MAX_ULP: f64 = 1.0;

/// Largest error of [`expm1`], likewise.
pub const EXPM1_MAX_ULP: f64 = 1.5;

/// log2(e).
const LOG2_E: f32 = f32::from_bits(0x3FB8_AA3B);
/// ln(2) as a float32, and what is left of it.
const LN_2_HIGH: f32 = f32::from_bits(0x3F31_7218);
const LN_2_REST: f32 = f32::from_bits(0xB102_E308);
/// 1.5 * 2^23: adding it rounds a number below 2^22 to an integer, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;
/// q(r) = (exp(r) - 1 - r) / r^2 on |r| <= ln(2) / 2, minimax, ascending powers.
const Q: [u32; 6] = [0x3F00_0000, 0x3E2A_AAAA, 0x3D2A_AA47, 0x3C08_8939, 0x3AB6_C6A9, 0x394F_841E];
/// Beyond these the result is 0 or infinite, and the exponent arithmetic below would leave its range.
const LOWEST: f32 = -104.0;
const HIGHEST: f32 = 89.0;
/// 2^-26: smaller numbers are their own e^x - 1.
const TINY: f32 = 1.490_116_1e-8;

/// e^x = 2^n * (1 + m): m and n, for x between [`LOWEST`] and [`HIGHEST`] or NaN.
#[inline(always)]
fn parts<F: Fma>(x: f32) -> (f32, i32) {
    let shifted = F::fma(x, LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = F::fma(n, -LN_2_HIGH, x);
    let r = F::fma(n, -LN_2_REST, r);
    let m = F::fma(r * r, horner::<F, 6>(r, &Q), r);
    (m, (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32))
}

#[inline(always)]
fn power(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32).wrapping_shl(23))
}

/// e^x, at most [`EXP_MAX_ULP`] from the real value.
#[inline(always)]
pub fn exp<F: Fma>(x: f32) -> f32 {
    // NaN fails both comparisons and goes through.
    let x = if x < LOWEST { LOWEST } else { x };
    let x = if x > HIGHEST { HIGHEST } else { x };
    let (m, n) = parts::<F>(x);
    // Two factors, since 2^n itself may not be a normal number; only the last product rounds.
    let half = n >> 1;
    (1.0 + m) * power(half) * power(n.wrapping_sub(half))
}

/// Up to this magnitude [`exp_near`] can be used: 2^n and its product are normal numbers.
pub(crate) const EXP_NEAR: f32 = 86.0;
/// Below this [`exp`] is 0.
pub(crate) const EXP_ZERO: f32 = LOWEST;

/// The bits of [`exp`] for |x| <= [`EXP_NEAR`] and NaN, in fewer steps: one power of two is enough, and it is exact.
#[inline(always)]
pub(crate) fn exp_near<F: Fma>(x: f32) -> f32 {
    let (m, n) = parts::<F>(x);
    (1.0 + m) * power(n)
}

/// e^x - 1, at most [`EXPM1_MAX_ULP`] from the real value.
#[inline(always)]
pub fn expm1<F: Fma>(x: f32) -> f32 {
    // Below this the result is -1, above that infinite.
    let bounded = if x < -18.0 { -18.0 } else { x };
    let bounded = if bounded > 88.75 { 88.75 } else { bounded };
    let (m, n) = parts::<F>(bounded);
    // Half of the power, so that the largest one is finite.
    let half = power(n.wrapping_sub(1));
    let result = F::fma(half, m, half - 0.5) * 2.0;
    // Where the square no longer matters, and the product above could be subnormal.
    if x.abs() < TINY { x } else { result }
}
