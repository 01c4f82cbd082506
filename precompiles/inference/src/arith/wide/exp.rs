use super::horner;

/// log2(e).
const LOG2_E: f64 = f64::from_bits(0x3FF7_1547_652B_82FE);

/// The first 32 bits of ln(2), and what is left of it.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_REST: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
/// 1.5 * 2^52: adding it rounds a number below 2^51 to an integer, which then stands in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// q(r) = (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2, ascending powers.
const Q: [u64; 11] = [
    0x3FE0_0000_0000_0000,
    0x3FC5_5555_5555_5557,
    0x3FA5_5555_5555_5556,
    0x3F81_1111_1111_00DC,
    0x3F56_C16C_16C1_62D4,
    0x3F2A_01A0_1ABE_7FE1,
    0x3EFA_01A0_1A6D_889C,
    0x3EC7_1DE0_2319_60EB,
    0x3E92_7E4D_B646_B17E,
    0x3E5A_F4DE_97CA_4194,
    0x3E21_F730_3498_68CE,
];
/// Beyond these the result is 0 or infinite.
const LOWEST: f64 = -746.0;
const HIGHEST: f64 = 711.0;

/// 2^-55: smaller numbers are their own e^x - 1.
const TINY: f64 = 2.775_557_561_562_891_4e-17;

/// e^(x + tail) = 2^n * (1 + m): m and n. `tail` is small against x; x is between [`LOWEST`] and [`HIGHEST`] or NaN.
#[inline(always)]
pub(super) fn parts(x: f64, tail: f64) -> (f64, i64) {
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let high = x - n * LN_2_HIGH;
    let low = tail - n * LN_2_REST;
    let r = high + low;
    let rest = (high - r) + low;
    let m = r + (r * r * horner(r, &Q) + rest);
    (m, (shifted.to_bits() as i64).wrapping_sub(ROUND.to_bits() as i64))
}

/// 2^n for normal results.
#[inline(always)]
pub(super) fn power(n: i64) -> f64 {
    f64::from_bits((n.wrapping_add(1023) as u64).wrapping_shl(52))
}

/// x * 2^n, rounded once: two factors, since 2^n itself may not be a normal number. |n| <= 2,000.
#[inline(always)]
pub(super) fn scale(x: f64, n: i64) -> f64 {
    // Half of n, rounded down, with a logical shift: there are vectors of those.
    let half = ((n.wrapping_add(4096) as u64) >> 1) as i64 - 2048;
    x * power(half) * power(n.wrapping_sub(half))
}

/// x within the range in which [`parts`] works; NaN stays.
#[inline(always)]
pub(super) fn bounded(x: f64) -> f64 {
    let x = if x < LOWEST { LOWEST } else { x };
    if x > HIGHEST { HIGHEST } else { x }
}

/// e^x.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let (m, n) = parts(bounded(x), 0.0);
    scale(1.0 + m, n)
}

/// e^x - 1.
#[inline(always)]
pub(crate) fn expm1(x: f64) -> f64 {
    let bounded = if x < -60.0 { -60.0 } else { x };
    let bounded = if bounded > 709.8 { 709.8 } else { bounded };
    let (m, n) = parts(bounded, 0.0);
    // Half of the power, so that the largest one is finite.
    let half = power(n.wrapping_sub(1));
    let result = (half * m + (half - 0.5)) * 2.0;
    // Where the square no longer matters, and the product above could be subnormal.
    if x.abs() < TINY { x } else { result }
}

/// 1 / (1 + e^(-x)). The exponent is never positive, so nothing overflows.
#[inline(always)]
pub(crate) fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    let sum = 1.0 + e;
    let lost = e - (sum - 1.0);
    let quotient = if x < 0.0 { e } else { 1.0 } / sum;
    // What the sum lost is put back; its reciprocal is the quotient or what is missing to 1.
    let reciprocal = if x < 0.0 { 1.0 - quotient } else { quotient };
    quotient - quotient * (lost * reciprocal)
}

/// ln(1 + e^x) = maximum(x, 0) + ln(1 + e^-|x|).
#[inline(always)]
pub(crate) fn softplus(x: f64) -> f64 {
    let base = if x < 0.0 { 0.0 } else { x };
    base + super::log1p(exp(-x.abs()))
}
