use super::{Fma, exp, polynomial::horner};

/// Largest error of [`softplus`] over all float32, in units of the last place of the result. Measured exhaustively.
pub const SOFTPLUS_MAX_ULP: f64 = 3.0;

/// (atanh(s) / s - 1) / z with z = s^2, on s <= 1/3, ascending powers of z.
const L: [u32; 5] = [0x3EAA_AAAB, 0x3E4C_CC6A, 0x3E12_6496, 0x3DDE_462F, 0x3DED_D2BD];

/// ln(1 + e^x), at most [`SOFTPLUS_MAX_ULP`] from the real value: maximum(x, 0) + 2 atanh(e / (2 + e)) with e = e^-|x|.
#[inline(always)]
pub fn softplus<F: Fma>(x: f32) -> f32 {
    let e = exp::<F>(-x.abs());
    let s = e / (2.0 + e);
    let z = s * s;
    let double = s + s;
    let rest = F::fma(double * z, horner::<F, 5>(z, &L), double);
    let base = if x < 0.0 { 0.0 } else { x };
    base + rest
}
