use super::{
    double::{fast_two_sum, two_product, two_sum},
    exp::{bounded, parts, scale},
    horner,
    log::{core, split},
};

/// The first 32 bits of ln(2), and what is left of it.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_REST: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
/// (atanh(s) / s - 1 - z / 3) / z^2 with z = s^2, on s <= 0.1716, ascending powers of z.
const TAIL: [u64; 10] = [
    0x3FC9_9999_9999_999A,
    0x3FC2_4924_9249_2492,
    0x3FBC_71C7_1C71_C705,
    0x3FB7_45D1_745D_3F14,
    0x3FB3_B13B_138E_F845,
    0x3FB1_1111_21FC_9910,
    0x3FAE_1E13_F5B9_D139,
    0x3FAA_F468_88DE_DCB0,
    0x3FA8_2BDD_1C68_113C,
    0x3FA9_86BE_9B9C_7E8F,
];
/// 1/3 and what is left of it.
const THIRD: f64 = f64::from_bits(0x3FD5_5555_5555_5555);
const THIRD_REST: f64 = f64::from_bits(0x3C75_5555_5555_5555);
/// From here on every float64 is an integer; adding it leaves no bits for a fraction.
const WHOLE: f64 = 4_503_599_627_370_496.0;
/// From here on every float64 is an even integer.
const EVEN: f64 = 9_007_199_254_740_992.0;
/// Larger exponents give the same result: 0, 1 or infinity.
const LARGEST_EXPONENT: f64 = 1_180_591_620_717_411_303_424.0;

/// Whether a number is an integer, and whether it is an odd one. Infinity counts as even, NaN as neither.
#[inline(always)]
fn parity(y: f64) -> (bool, bool) {
    let whole = |size: f64| (size >= WHOLE) | ((size + WHOLE) - WHOLE == size);
    let size = y.abs();
    (whole(size), whole(size) & !whole(size * 0.5) & (size < EVEN))
}

/// What x^y is where x or y is special, by IEEE 754's `pow`; `size` is |x|^y.
#[inline(always)]
fn special(x: f64, y: f64, size: f64) -> f64 {
    let (integer, odd) = parity(y);
    let size = if (x.abs() == 1.0) & (y.abs() == f64::INFINITY) { 1.0 } else { size };
    let negative = x.is_sign_negative();
    let signed = if negative & odd { -size } else { size };
    let undefined = (x < 0.0) & (x > f64::NEG_INFINITY) & !integer & !y.is_nan();
    let result = if undefined { f64::NAN } else { signed };
    let result = if x.is_nan() | y.is_nan() { f64::NAN } else { result };
    if (y == 0.0) | (x == 1.0) { 1.0 } else { result }
}

/// x^y for float32 operands, to within 2^-44 of it: rounded to float32 it is at most 0.5001 ulp off.
#[inline(always)]
pub(crate) fn pow_f32(x: f64, y: f64) -> f64 {
    let (m, n) = parts(bounded(y * core(x.abs(), 0.0, 0.0)), 0.0);
    special(x, y, scale(1.0 + m, n))
}

/// ln of a positive finite number as a sum of two.
#[inline(always)]
fn log_pair(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let (m, k) = split(if subnormal { x * 18_014_398_509_481_984.0 } else { x });
    let k = if subnormal { k - 54.0 } else { k };
    // s = (m - 1) / (m + 1)
    let f = m - 1.0;
    let (d, d_rest) = two_sum(1.0, m);
    let s = f / d;
    let (product, product_rest) = two_product(s, d);
    let s_rest = (((f - product) - product_rest) - s * d_rest) / d;
    let (z, z_rest) = two_product(s, s);
    let z_rest = z_rest + 2.0 * s * s_rest;
    // atanh(s) = s + s * z * (1/3 + z * tail)
    let (c, c_rest) = fast_two_sum(THIRD, z * horner(z, &TAIL));
    let c_rest = c_rest + THIRD_REST;
    let (p, p_rest) = two_product(z, c);
    let p_rest = p_rest + (z * c_rest + z_rest * c);
    let (q, q_rest) = two_product(s, p);
    let q_rest = q_rest + (s * p_rest + s_rest * p);
    let (a, a_rest) = fast_two_sum(s, q);
    let a_rest = a_rest + (s_rest + q_rest);
    let (high, low) = two_sum(k * LN_2_HIGH, 2.0 * a);
    fast_two_sum(high, low + (2.0 * a_rest + k * LN_2_REST))
}

/// x^y.
#[inline(always)]
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    let size = x.abs();
    let ordinary = (size > 0.0) & (size < f64::INFINITY);
    let (high, low) = log_pair(if ordinary { size } else { 1.0 });
    let exponent = if y > LARGEST_EXPONENT { LARGEST_EXPONENT } else { y };
    let exponent = if exponent < -LARGEST_EXPONENT { -LARGEST_EXPONENT } else { exponent };
    let (product, rest) = two_product(exponent, high);
    let rest = rest + exponent * low;
    let within = bounded(product);
    let (m, n) = parts(within, if within == product { rest } else { 0.0 });
    let result = scale(1.0 + m, n);
    // 0 and infinity to a power that is neither 0 nor NaN.
    let extreme = if (size == 0.0) == (y > 0.0) { 0.0 } else { f64::INFINITY };
    special(x, y, if ordinary { result } else { extreme })
}
