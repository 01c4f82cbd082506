use super::{Fma, exp};

/// Largest error of [`sigmoid`] over all float32, in units of the last place of the result. Measured exhaustively.
pub const SIGMOID_MAX_ULP: f64 = 2.5;

/// 1 / (1 + exp(-x)), at most [`SIGMOID_MAX_ULP`] from the real value. The exponential's argument is never positive, so
/// nothing overflows and small results keep their relative accuracy.
#[inline(always)]
pub fn sigmoid<F: Fma>(x: f32) -> f32 {
    let negative_size = f32::from_bits(x.to_bits() | 0x8000_0000);
    let e = exp::<F>(negative_size);
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}
