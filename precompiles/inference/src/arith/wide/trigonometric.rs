use super::{
    double::{fast_two_sum, two_product, two_sum},
    horner,
};

/// 2 / pi.
const TWO_OVER_PI: f64 = f64::from_bits(0x3FE4_5F30_6DC9_C883);

/// pi / 2 in four parts; the first three have 32 bits each.
const HALF_PI: [f64; 4] = [
    f64::from_bits(0x3FF9_21FB_5440_0000),
    f64::from_bits(0x3DD0_B461_1A60_0000),
    f64::from_bits(0x3BA3_198A_2E00_0000),
    f64::from_bits(0x397B_839A_2520_49C1),
];
/// 1.5 * 2^52.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Up to here 2 / pi times a number is below 2^21, and its products with the parts of pi / 2 are exact.
const NEAR: f64 = 1_647_099.0;
/// (sin(r) - r) / r^3 on |r| <= pi / 4, ascending powers of r^2.
const SIN: [u64; 7] = [
    0xBFC5_5555_5555_5555,
    0x3F81_1111_1111_1110,
    0xBF2A_01A0_1A01_9936,
    0x3EC7_1DE3_A546_05EE,
    0xBE5A_E645_4126_6378,
    0x3DE6_1217_EC01_749D,
    0xBD6A_B17A_7923_7A19,
];
/// (cos(r) - 1 + r^2 / 2) / r^4 on |r| <= pi / 4, ascending powers of r^2.
const COS: [u64; 7] = [
    0x3FA5_5555_5555_5555,
    0xBF56_C16C_16C1_6C16,
    0x3EFA_01A0_1A01_9D0A,
    0xBE92_7E4F_B771_2BDF,
    0x3E21_EED8_DEB6_D561,
    0xBDA9_394B_9C9C_20A4,
    0x3D2A_B783_3769_62CF,
];
/// 64 zeros and the first 1,216 bits of 2 / pi behind the point, highest first.
const TWO_OVER_PI_BITS: [u64; 20] = [
    0,
    0xA2F9_836E_4E44_1529,
    0xFC27_57D1_F534_DDC0,
    0xDB62_9599_3C43_9041,
    0xFE51_63AB_DEBB_C561,
    0xB724_6E3A_424D_D2E0,
    0x0649_2EEA_09D1_921C,
    0xFE1D_EB1C_B129_A73E,
    0xE882_35F5_2EBB_4484,
    0xE99C_7026_B45F_7E41,
    0x3991_D639_8353_39F4,
    0x9C84_5F8B_BDF9_283B,
    0x1FF8_97FF_DE05_980F,
    0xEF2F_118B_5A0A_6D1F,
    0x6D36_7ECF_27CB_09B7,
    0x4F46_3F66_9E5F_EA2D,
    0x7527_BAC7_EBE5_F17B,
    0x3D07_39F7_8A52_92EA,
    0x6BFB_5FB1_1F8D_5D08,
    0x5603_3046_FC7B_6BAB,
];

/// r, what is left of it, and the quadrant modulo 4.
type Remainder = (f64, f64, u64);

/// Whether the argument needs the exact reduction of [`far`], which has no vectors.
#[inline(always)]
pub(crate) fn is_far(x: f64) -> bool {
    // NaN is not.
    x.abs() > NEAR
}

/// The remainder of x by pi / 2 as a sum of two numbers, at most pi / 4 in size, and the quotient's last two bits.
#[inline(always)]
fn near(x: f64) -> Remainder {
    let shifted = x * TWO_OVER_PI + ROUND;
    let n = shifted - ROUND;
    let (a, lost) = two_sum(x - n * HALF_PI[0], -(n * HALF_PI[1]));
    let (b, lost_again) = two_sum(a, -(n * HALF_PI[2]));
    let low = (lost + lost_again) - n * HALF_PI[3];
    let (r, rest) = fast_two_sum(b, low);
    (r, rest, shifted.to_bits() & 3)
}

/// The same for large numbers, with integers (Payne and Hanek): only the bits of 2 / pi matter whose product with x has a
/// weight below 4.
fn far(x: f64) -> Remainder {
    if !x.is_finite() {
        return (f64::NAN, 0.0, 0);
    }
    let bits = x.to_bits();
    let significand = u128::from(bits & 0x000F_FFFF_FFFF_FFFF | 0x0010_0000_0000_0000);
    // |x| = significand * 2^exponent with -32 <= exponent <= 971. The bit of 2 / pi with the weight 2^-j gives
    // multiples of 4 for j <= exponent - 2; the table's first word has the weights 2^63 to 1.
    let first = ((bits >> 52 & 0x7FF) + 62 - 1075) as usize;
    let word = |index: usize| {
        let (at, shift) = ((first >> 6) + index, (first & 63) as u32);
        let get = |at: usize| u128::from(TWO_OVER_PI_BITS.get(at).copied().unwrap_or(0));
        ((get(at) << 64 | get(at + 1)) << shift >> 64) as u64
    };
    // The product modulo 4 as a fixed-point number of 2 and 190 bits, of which the last 64 are dropped.
    let low = significand * u128::from(word(2));
    let middle = significand * u128::from(word(1)) + (low >> 64);
    let high = (significand * u128::from(word(0)) + (middle >> 64)) as u64;
    let middle = middle as u64;
    let quadrant = high >> 62;
    let fraction = u128::from(high << 2 | middle >> 62) << 64 | u128::from(middle << 2 | (low as u64) >> 62);
    // To the nearest quarter turn.
    let above = fraction >> 127 == 1;
    let (r, rest) = quarter_turns(if above { fraction.wrapping_neg() } else { fraction });
    let quadrant = quadrant.wrapping_add(u64::from(above));
    let (quadrant, flip) = if x < 0.0 { (quadrant.wrapping_neg(), !above) } else { (quadrant, above) };
    if flip { (-r, -rest, quadrant & 3) } else { (r, rest, quadrant & 3) }
}

/// fraction / 2^128 * pi / 2 as a sum of two numbers.
fn quarter_turns(fraction: u128) -> (f64, f64) {
    let leading = fraction.leading_zeros();
    if leading >= 128 {
        return (0.0, 0.0);
    }
    let normal = fraction << leading;
    let power = |n: i32| f64::from_bits(((1023 + n) as u64) << 52);
    // 53 bits and the 53 after them: integers that are exact as floats.
    let high = (normal >> 75) as u64 as f64 * power(-53 - leading as i32);
    let low = (normal >> 22 & 0x001F_FFFF_FFFF_FFFF) as u64 as f64 * power(-106 - leading as i32);
    let (product, rest) = two_product(high, HALF_PI_HIGH);
    fast_two_sum(product, rest + (high * HALF_PI_REST + low * HALF_PI_HIGH))
}

/// pi / 2 and what is left of it.
const HALF_PI_HIGH: f64 = f64::from_bits(0x3FF9_21FB_5444_2D18);
const HALF_PI_REST: f64 = f64::from_bits(0x3C91_A626_3314_5C07);

/// sin(r + rest) for |r| <= pi / 4.
#[inline(always)]
fn sine(r: f64, rest: f64) -> f64 {
    let z = r * r;
    r + (r * z * horner(z, &SIN) + rest * (1.0 - 0.5 * z))
}

/// cos(r + rest) for |r| <= pi / 4.
#[inline(always)]
fn cosine(r: f64, rest: f64) -> f64 {
    let z = r * r;
    let h = 0.5 * z;
    let w = 1.0 - h;
    w + (((1.0 - w) - h) + (z * z * horner(z, &COS) - r * rest))
}

/// The sine in a quadrant: those of the odd ones are cosines.
#[inline(always)]
fn turned((r, rest, quadrant): Remainder) -> f64 {
    let (s, c) = (sine(r, rest), cosine(r, rest));
    let value = if quadrant & 1 == 0 { s } else { c };
    f64::from_bits(value.to_bits() ^ (quadrant & 2) << 62)
}

#[inline(always)]
fn quotient((r, rest, quadrant): Remainder) -> f64 {
    let (s, c) = (sine(r, rest), cosine(r, rest));
    let odd = quadrant & 1 == 1;
    let (above, below) = if odd { (-c, s) } else { (s, c) };
    above / below
}

#[inline(always)]
fn quarter_on((r, rest, quadrant): Remainder) -> Remainder {
    (r, rest, quadrant.wrapping_add(1))
}

/// Smaller numbers are their own sine and tangent; the sums of the reduction would lose the sign of -0.
const TINY: f64 = 7.450_580_596_923_828e-9;

/// sin(x) where x is not [`is_far`].
#[inline(always)]
pub(crate) fn sin_near(x: f64) -> f64 {
    let result = turned(near(x));
    if x.abs() < TINY { x } else { result }
}

/// cos(x) where x is not [`is_far`].
#[inline(always)]
pub(crate) fn cos_near(x: f64) -> f64 {
    turned(quarter_on(near(x)))
}

/// tan(x) where x is not [`is_far`].
#[inline(always)]
pub(crate) fn tan_near(x: f64) -> f64 {
    let result = quotient(near(x));
    if x.abs() < TINY { x } else { result }
}

/// sin(x).
pub(crate) fn sin(x: f64) -> f64 {
    if is_far(x) { turned(far(x)) } else { sin_near(x) }
}

/// cos(x).
pub(crate) fn cos(x: f64) -> f64 {
    if is_far(x) { turned(quarter_on(far(x))) } else { cos_near(x) }
}

/// tan(x).
pub(crate) fn tan(x: f64) -> f64 {
    if is_far(x) { quotient(far(x)) } else { tan_near(x) }
}
