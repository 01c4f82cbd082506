use super::{Fma, exp_near};

/// Largest error of [`tanh`] over all float32, in units of the last place of the result. Measured exhaustively.
pub const TANH_MAX_ULP: f64 = 1.1;

/// Below this a polynomial is used, above it the exponential function.
const SMALL: f32 = 0.7;
/// From here on the result is 1.
const LARGE: f32 = 10.0;
/// (tanh(x) - x) / x^3 as a polynomial in x^2 on |x| <= 0.7, minimax, ascending powers.
const P: [u32; 6] = [0xBEAA_AAA8, 0x3E08_87A6, 0xBD5C_DD71, 0x3CB0_BFCE, 0xBC01_4E33, 0x3AF9_45C5];

/// tanh(x), at most [`TANH_MAX_ULP`] from the real value.
#[inline(always)]
pub fn tanh<F: Fma>(x: f32) -> f32 {
    let size = f32::from_bits(x.to_bits() & 0x7FFF_FFFF);
    let square = size * size;
    let mut p = f32::from_bits(P[5]);
    p = F::fma(p, square, f32::from_bits(P[4]));
    p = F::fma(p, square, f32::from_bits(P[3]));
    p = F::fma(p, square, f32::from_bits(P[2]));
    p = F::fma(p, square, f32::from_bits(P[1]));
    p = F::fma(p, square, f32::from_bits(P[0]));
    let small = F::fma(size * square, p, size);
    let bounded = if size > LARGE { LARGE } else { size };
    let large = 1.0 - 2.0 / (exp_near::<F>(bounded + bounded) + 1.0);
    let result = if size < SMALL { small } else { large };
    // The sign is put back last: tanh(-0) is -0.
    f32::from_bits(result.to_bits() | (x.to_bits() & 0x8000_0000))
}
