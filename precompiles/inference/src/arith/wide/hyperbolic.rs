use super::{
    double::{two_product, two_sum},
    exp::{bounded, expm1, parts, scale},
    horner,
    log::core,
};

/// (sinh(t) - t) / t^3 on |t| <= 1, ascending powers of t^2.
const SINH: [u64; 8] = [
    0x3FC5_5555_5555_5555,
    0x3F81_1111_1111_1111,
    0x3F2A_01A0_1A01_A001,
    0x3EC7_1DE3_A556_F9AC,
    0x3E5A_E645_6792_4223,
    0x3DE6_1246_7D1C_2FAB,
    0x3D6A_E777_839B_3498,
    0x3CE9_9F1B_A85C_D318,
];
/// (asinh(t) - t) / t^3 on |t| <= 1/2, ascending powers of t^2.
const ASINH: [u64; 12] = [
    0xBFC5_5555_5555_5555,
    0x3FB3_3333_3333_2F5B,
    0xBFA6_DB6D_B6D5_AE31,
    0x3F9F_1C71_C3BC_2932,
    0xBF96_E8B9_AAE9_AAB9,
    0x3F91_C4E0_6BC9_86E9,
    0xBF8C_983A_DCB2_B771,
    0x3F87_9B08_4FA7_888F,
    0xBF83_A493_81B5_343C,
    0x3F7F_37E6_9A31_1E27,
    0xBF74_720F_E1AF_4730,
    0x3F5E_E066_227C_DBCC,
];
/// (atanh(t) - t) / t^3 on |t| <= 1/2, ascending powers of t^2.
const ATANH: [u64; 14] = [
    0x3FD5_5555_5555_5555,
    0x3FC9_9999_9999_9AD3,
    0x3FC2_4924_9247_E74B,
    0x3FBC_71C7_1D6E_151D,
    0x3FB7_45D1_402B_9973,
    0x3FB3_B141_85AB_161D,
    0x3FB1_108D_A0D5_0E93,
    0x3FAE_2C41_11E4_4031,
    0x3FAA_6BE5_E448_FA45,
    0x3FAB_DF49_B57F_FCDD,
    0x3F89_0688_C14D_439D,
    0x3FC1_60A1_EE29_5F99,
    0xBFC2_87D3_3CC7_D212,
    0x3FCB_06FF_C3EA_AD51,
];
/// 2^28: from here on 1 does not matter beside the square.
const LARGE: f64 = 268_435_456.0;

/// t + t^3 * polynomial in t^2.
#[inline(always)]
fn odd<const N: usize>(t: f64, coefficients: &[u64; N]) -> f64 {
    let z = t * t;
    t + t * z * horner(z, coefficients)
}

/// e^a / 2 for a >= 0, which overflows only where sinh does.
#[inline(always)]
fn half_exp(a: f64) -> f64 {
    let (m, n) = parts(bounded(a), 0.0);
    scale(1.0 + m, n.wrapping_sub(1))
}

/// sinh(x).
#[inline(always)]
pub(crate) fn sinh(x: f64) -> f64 {
    let a = x.abs();
    let half = half_exp(a);
    let large = half - 0.25 / half;
    let result = if a < 1.0 { odd(a, &SINH) } else { large };
    result.copysign(x)
}

/// cosh(x).
#[inline(always)]
pub(crate) fn cosh(x: f64) -> f64 {
    let half = half_exp(x.abs());
    half + 0.25 / half
}

/// tanh(x).
#[inline(always)]
pub(crate) fn tanh(x: f64) -> f64 {
    let a = x.abs();
    let bounded = if a > 22.0 { 22.0 } else { a };
    let e = expm1(bounded + bounded);
    let small = e / (e + 2.0);
    let large = 1.0 - 2.0 / (e + 2.0);
    let result = if a < 0.5 { small } else { large };
    result.copysign(x)
}

/// A square root of w + w_rest as a sum of two, 0 for 0.
#[inline(always)]
fn root(w: f64, w_rest: f64) -> (f64, f64) {
    let s = w.sqrt();
    let (square, square_rest) = two_product(s, s);
    let rest = (((w - square) - square_rest) + w_rest) / (s + s);
    (s, if s > 0.0 { rest } else { 0.0 })
}

/// asinh(x).
#[inline(always)]
pub(crate) fn asinh(x: f64) -> f64 {
    let a = x.abs();
    let (square, square_rest) = two_product(a, a);
    let (w, w_rest) = two_sum(square, 1.0);
    let (s, s_rest) = root(w, w_rest + square_rest);
    let (u, u_rest) = two_sum(a, s);
    let huge = a > LARGE;
    let argument = if huge { a } else { u };
    let correction = if huge { 0.0 } else { (u_rest + s_rest) / u };
    let large = core(argument, if huge { 1.0 } else { 0.0 }, correction);
    let result = if a < 0.5 { odd(a, &ASINH) } else { large };
    result.copysign(x)
}

/// acosh(x); NaN below 1.
#[inline(always)]
pub(crate) fn acosh(x: f64) -> f64 {
    // acosh(1 + t) = ln(1 + (t + sqrt(2 t + t^2)))
    let t = x - 1.0;
    let (square, square_rest) = two_product(t, t);
    let (w, w_rest) = two_sum(square, t + t);
    let (s, s_rest) = root(w, w_rest + square_rest);
    let (v, v_rest) = two_sum(t, s);
    let (u, u_rest) = two_sum(1.0, v);
    let huge = x > LARGE;
    let argument = if huge { x } else { u };
    let correction = if huge { 0.0 } else { (u_rest + (v_rest + s_rest)) / u };
    let result = core(argument, if huge { 1.0 } else { 0.0 }, correction);
    if x < 1.0 { f64::NAN } else { result }
}

/// atanh(x): infinite at 1, NaN beyond.
#[inline(always)]
pub(crate) fn atanh(x: f64) -> f64 {
    let a = x.abs();
    let (n, n_rest) = two_sum(1.0, a);
    let large = 0.5 * core(n / (1.0 - a), 0.0, n_rest / n);
    let result = if a < 0.5 { odd(a, &ATANH) } else { large };
    result.copysign(x)
}
