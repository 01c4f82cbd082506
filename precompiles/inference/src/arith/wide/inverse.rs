use super::horner;

/// (atan(t) - t) / t^3 on |t| <= tan(pi / 8), ascending powers of t^2.
const ATAN: [u64; 12] = [
    0xBFD5_5555_5555_5555,
    0x3FC9_9999_9999_9953,
    0xBFC2_4924_9248_D7CA,
    0x3FBC_71C7_1C30_300B,
    0xBFB7_45D1_65D9_EE17,
    0x3FB3_B139_2D04_B71C,
    0xBFB1_10E8_75DE_57EB,
    0x3FAE_19A0_439B_3B4B,
    0xBFAA_C7A2_1638_9DDF,
    0x3FA7_4DBC_B5C2_167A,
    0xBFA1_B2E7_E338_6B79,
    0x3F90_AC7D_2DC4_C828,
];
/// (asin(t) - t) / t^3 on |t| <= 1/2, ascending powers of t^2.
const ASIN: [u64; 13] = [
    0x3FC5_5555_5555_5556,
    0x3FB3_3333_3333_2EC4,
    0x3FA6_DB6D_B6E3_292E,
    0x3F9F_1C71_C1D4_AA0D,
    0x3F96_E8BB_1D89_492B,
    0x3F91_C4D3_43FA_57F6,
    0x3F8C_9CF3_759F_D8FF,
    0x3F87_8246_F32D_075C,
    0x3F85_24EA_8B3A_AD31,
    0x3F76_53A8_F8CF_D43C,
    0x3F91_D661_531B_222E,
    0xBF8E_7A24_F548_C99F,
    0x3F9D_7818_9767_524E,
];
/// pi / 4, pi / 2 and pi, and what is left of them.
const QUARTER_PI_HIGH: f64 = f64::from_bits(0x3FE9_21FB_5444_2D18);
const QUARTER_PI_REST: f64 = f64::from_bits(0x3C81_A626_3314_5C07);
const HALF_PI_HIGH: f64 = f64::from_bits(0x3FF9_21FB_5444_2D18);
const HALF_PI_REST: f64 = f64::from_bits(0x3C91_A626_3314_5C07);
const PI_HIGH: f64 = f64::from_bits(0x4009_21FB_5444_2D18);
const PI_REST: f64 = f64::from_bits(0x3CA1_A626_3314_5C07);
/// tan(pi / 8) and tan(3 pi / 8), between which pi / 4 is taken away; rounded to 12 bits.
const LOW_END: f64 = 0.414_123_535_156_25;
const HIGH_END: f64 = 2.414_062_5;

/// atan(x).
#[inline(always)]
pub(crate) fn atan(x: f64) -> f64 {
    let a = x.abs();
    let (middle, upper) = (a > LOW_END, a > HIGH_END);
    let above = if middle { a - 1.0 } else { a };
    let below = if middle { a + 1.0 } else { 1.0 };
    let above = if upper { -1.0 } else { above };
    let below = if upper { a } else { below };
    let base = if middle { QUARTER_PI_HIGH } else { 0.0 };
    let base = if upper { HALF_PI_HIGH } else { base };
    let rest = if middle { QUARTER_PI_REST } else { 0.0 };
    let rest = if upper { HALF_PI_REST } else { rest };
    let t = above / below;
    let z = t * t;
    let result = base + (t + (t * z * horner(z, &ATAN) + rest));
    result.copysign(x)
}

/// t * t * t * polynomial, which is asin(t) - t, for t <= 1/2 and z = t^2.
#[inline(always)]
fn excess(t: f64, z: f64) -> f64 {
    t * z * horner(z, &ASIN)
}

/// asin(x); NaN beyond 1.
#[inline(always)]
pub(crate) fn asin(x: f64) -> f64 {
    let a = x.abs();
    let large = a > 0.5;
    // asin(a) = pi / 2 - 2 asin(sqrt((1 - a) / 2))
    let z = if large { (1.0 - a) * 0.5 } else { a * a };
    let t = if large { z.sqrt() } else { a };
    let e = excess(t, z);
    let reflected = HALF_PI_HIGH - ((t + t) - (HALF_PI_REST - (e + e)));
    let result = if large { reflected } else { t + e };
    result.copysign(x)
}

/// acos(x); NaN beyond 1.
#[inline(always)]
pub(crate) fn acos(x: f64) -> f64 {
    let a = x.abs();
    let large = a > 0.5;
    let z = if large { (1.0 - a) * 0.5 } else { a * a };
    let t = if large { z.sqrt() } else { x };
    let e = excess(t, z);
    let inner = HALF_PI_HIGH - (t + (e - HALF_PI_REST));
    let double = (t + t) + (e + e);
    let outer = if x < 0.0 { PI_HIGH - (double - PI_REST) } else { double };
    if large { outer } else { inner }
}
