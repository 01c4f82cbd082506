use super::{double::two_sum, horner};

/// The first 32 bits of ln(2), and what is left of it.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_REST: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
/// (atanh(s) / s - 1) / z with z = s^2, on s <= 0.1716, ascending powers of z.
const L: [u64; 8] = [
    0x3FD5_5555_5555_5555,
    0x3FC9_9999_9999_9A38,
    0x3FC2_4924_9247_6CBE,
    0x3FBC_71C7_2015_A9D3,
    0x3FB7_45CF_903E_B2C6,
    0x3FB3_B1C3_57D1_F9DF,
    0x3FB0_FBE9_2397_7153,
    0x3FB0_C03C_2199_0970,
];
/// sqrt(1/2), the least significand.
const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
const ONE: u64 = 0x3FF0_0000_0000_0000;
const FRACTION: u64 = 0x000F_FFFF_FFFF_FFFF;
/// 1.5 * 2^52: an integer in the low bits becomes a float by taking it away.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// x = 2^k * m with m between sqrt(1/2) and sqrt(2): m and k, for positive normal x.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let shifted = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let m = f64::from_bits((shifted & FRACTION).wrapping_add(SQRT_HALF));
    let k = f64::from_bits(ROUND.to_bits().wrapping_add(shifted >> 52).wrapping_sub(1023)) - ROUND;
    (m, k)
}

/// ln(x * 2^extra) + correction, for positive x; 0, negative numbers, infinity and NaN as a logarithm has them.
#[inline(always)]
pub(super) fn core(x: f64, extra: f64, correction: f64) -> f64 {
    let subnormal = x < f64::MIN_POSITIVE;
    let normal = if subnormal { x * 18_014_398_509_481_984.0 } else { x };
    let (m, k) = split(normal);
    let k = if subnormal { k - 54.0 } else { k } + extra;
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let r = (z + z) * horner(z, &L);
    let h = 0.5 * f * f;
    let low = s * (h + r) + (k * LN_2_REST + correction);
    let result = k * LN_2_HIGH + (f - (h - low));
    let result = if x == 0.0 { f64::NEG_INFINITY } else { result };
    let result = if x < 0.0 { f64::NAN } else { result };
    // NaN fails the comparison.
    if x < f64::INFINITY { result } else { x }
}

/// ln(x).
#[inline(always)]
pub(crate) fn log(x: f64) -> f64 {
    core(x, 0.0, 0.0)
}

/// ln(1 + x) for x >= 0.
#[inline(always)]
pub(crate) fn log1p(x: f64) -> f64 {
    let (u, c) = two_sum(1.0, x);
    core(u, 0.0, if x < f64::INFINITY { c / u } else { 0.0 })
}
