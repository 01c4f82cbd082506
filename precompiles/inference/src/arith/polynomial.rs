use super::Fma;

/// A polynomial by Horner's rule with fma, coefficients in ascending powers.
#[inline(always)]
pub(super) fn horner<F: Fma, const N: usize>(x: f32, coefficients: &[u32; N]) -> f32 {
    let mut sum = f32::from_bits(coefficients[N - 1]);
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = F::fma(sum, x, f32::from_bits(coefficient));
    }
    sum
}
