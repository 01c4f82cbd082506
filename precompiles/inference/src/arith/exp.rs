use super::Fma;

/// Largest error of [`exp`] over all float32, in units of the last place of the result. Measured exhaustively.
pub const EXP_MAX_ULP: f64 = 1.0;

/// log2(e).
const LOG2_E: f32 = f32::from_bits(0x3FB8_AA3B);
/// ln(2) as a float32, and what is left of it.
const LN_2_HIGH: f32 = f32::from_bits(0x3F31_7218);
const LN_2_REST: f32 = f32::from_bits(0xB102_E308);
/// 1.5 * 2^23: adding it rounds a number below 2^22 to an integer, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;
/// q(r) = (exp(r) - 1 - r) / r^2 on |r| <= ln(2) / 2, minimax, ascending powers.
const Q: [u32; 6] = [0x3F00_0000, 0x3E2A_AAAA, 0x3D2A_AA47, 0x3C08_8939, 0x3AB6_C6A9, 0x394F_841E];
/// Beyond these the result is 0 or infinite, and the exponent arithmetic below would leave its range.
const LOWEST: f32 = -104.0;
const HIGHEST: f32 = 89.0;

/// e^x, at most [`EXP_MAX_ULP`] from the real value.
#[inline(always)]
pub fn exp<F: Fma>(x: f32) -> f32 {
    // NaN fails both comparisons and goes through.
    let x = if x < LOWEST { LOWEST } else { x };
    let x = if x > HIGHEST { HIGHEST } else { x };
    let shifted = F::fma(x, LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = F::fma(n, -LN_2_HIGH, x);
    let r = F::fma(n, -LN_2_REST, r);
    let mut q = f32::from_bits(Q[5]);
    q = F::fma(q, r, f32::from_bits(Q[4]));
    q = F::fma(q, r, f32::from_bits(Q[3]));
    q = F::fma(q, r, f32::from_bits(Q[2]));
    q = F::fma(q, r, f32::from_bits(Q[1]));
    q = F::fma(q, r, f32::from_bits(Q[0]));
    let tail = F::fma(r * r, q, r);
    let mantissa = 1.0 + tail;
    // Two factors, since 2^n itself may not be a normal number; only the last product rounds.
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = n >> 1;
    let power = |n: i32| f32::from_bits((n.wrapping_add(127) as u32).wrapping_shl(23));
    mantissa * power(half) * power(n.wrapping_sub(half))
}
