use super::{Fma, exp, exp_near, polynomial::horner};

/// Largest error of [`erf`] over all float32, in units of the last place of the result. Measured exhaustively.
pub const ERF_MAX_ULP: f64 = 1.5;
/// Largest error of [`gelu`], likewise.
pub const GELU_MAX_ULP: f64 = 10.0;
/// Largest error of [`gelu_tanh`], likewise: near its end below, the exponent has lost digits.
pub const GELU_TANH_MAX_ULP: f64 = 220.0;

/// erf(x) / x - 1 on |x| <= 0.9, ascending powers of x^2.
const SMALL: [u32; 6] = [0x3E03_75D3, 0xBEC0_937E, 0x3DE7_0F2F, 0xBCDB_631E, 0x3BA4_4FC7, 0xBA1F_F717];
/// (x + 3) * e^(x^2) * erfc(x) on 0 <= x <= 10.5, ascending powers of u = (x - 3) / (x + 3).
const LARGE: [u32; 11] = [
    0x3F89_790F,
    0xBF62_2624,
    0x3F17_1935,
    0xBE9E_F563,
    0x3DF4_CB41,
    0xBCDB_E114,
    0xBAA0_648D,
    0x3B4A_17D8,
    0xB9FE_9FE1,
    0xB9AC_BA44,
    0xB592_0E16,
];
/// sqrt(1/2).
const SQRT_HALF: f32 = f32::from_bits(0x3F35_04F3);
/// 2 * sqrt(2 / pi), and 0.044715 times that.
const LINEAR: f32 = f32::from_bits(0x3FCC_422A);
const CUBIC: f32 = f32::from_bits(0x3D92_2279);
/// Up to here the polynomial in the square is used.
const NEAR: f32 = 0.9;
/// From here on erf is 1.
const ONE: f32 = 4.0;
/// From here on nothing is left of a normal distribution.
const END: f32 = 14.5;

/// e^(x^2) * erfc(x) for 0 <= x <= 10.5.
#[inline(always)]
fn scaled<F: Fma>(x: f32) -> f32 {
    let inverse = 1.0 / (x + 3.0);
    horner::<F, 11>((x - 3.0) * inverse, &LARGE) * inverse
}

/// erf(x), at most [`ERF_MAX_ULP`] from the real value.
#[inline(always)]
pub fn erf<F: Fma>(x: f32) -> f32 {
    let size = x.abs();
    let bounded = if size > ONE { ONE } else { size };
    let square = bounded * bounded;
    let small = F::fma(bounded, horner::<F, 6>(square, &SMALL), bounded);
    let large = 1.0 - exp_near::<F>(-square) * scaled::<F>(bounded);
    let result = if size < NEAR { small } else { large };
    result.copysign(x)
}

/// x * P(a normal variable is at most x), at most [`GELU_MAX_ULP`] from the real value.
#[inline(always)]
pub fn gelu<F: Fma>(x: f32) -> f32 {
    let size = x.abs();
    let bounded = if size > END { END } else { size };
    // The square in full: what rounding lost is a factor of the exponential.
    let square = bounded * bounded;
    let lost = F::fma(bounded, bounded, -square);
    let e = exp::<F>(-0.5 * square);
    let e = F::fma(e, -0.5 * lost, e);
    let beyond = e * (0.5 * scaled::<F>(bounded * SQRT_HALF));
    let share = if x < 0.0 { beyond } else { 1.0 - beyond };
    // At -infinity the limit, not the product.
    if x < -END { -0.0 } else { x * share }
}

/// x / (1 + e^-(2 sqrt(2 / pi) (x + 0.044715 x^3))), ONNX's approximation of [`gelu`].
#[inline(always)]
pub fn gelu_tanh<F: Fma>(x: f32) -> f32 {
    let v = x * F::fma(CUBIC, x * x, LINEAR);
    let e = exp::<F>(-v.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    // Far below, e is 0; at -infinity the limit, not the product.
    if x < -END { -0.0 } else { x * (numerator / (1.0 + e)) }
}
