/// A way to compute a * b + c with one rounding. All ways give the same number; which NaN comes out is not fixed, so results
/// are made canonical when they are written.
pub trait Fma: Copy + Send + Sync + 'static {
    /// a * b + c, rounded once.
    fn fma(a: f32, b: f32, c: f32) -> f32;
}

/// The processor's instruction. Only code that is inlined into a function with the `fma` target feature may use it; elsewhere
/// it would become a call of the C library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hardware;

impl Fma for Hardware {
    #[inline(always)]
    #[expect(clippy::disallowed_methods, reason = "the one use; it is inlined into target-feature functions")]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

/// Exact software, about 25 times slower (rule R7).
#[derive(Clone, Copy, Debug)]
pub struct Exact;

impl Fma for Exact {
    #[inline(always)]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        exact_fma(a, b, c)
    }
}

/// a * b + c rounded once to float32, by float64 with rounding to odd.
///
/// The product of two float32 has at most 48 significant bits and lies between 2^-298 and 2^256, so it is exact in float64.
/// The sum with c is made with rounding to odd: inexact results get an odd last bit. 53 bits rounded to odd hold at least two
/// bits more than float32's 24, so the second rounding gives what a single one would (Boldo and Melquiond 2008), for
/// normal, subnormal and overflowing results alike.
#[inline(always)]
pub fn exact_fma(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let addend = f64::from(c);
    let sum = product + addend;
    // The rounding error of the sum, exactly (Knuth's two-sum); NaN when something is infinite or NaN.
    let back = sum - product;
    let error = (product - (sum - back)) + (addend - back);
    let bits = sum.to_bits();
    let inexact = (error > 0.0) | (error < 0.0);
    let even = bits & 1 == 0;
    // The neighbour on the side of the error: away from zero when error and sum have the same sign.
    let toward = 1u64.wrapping_sub((error.to_bits() ^ bits) >> 63 << 1);
    let odd = bits.wrapping_add(if inexact & even { toward } else { 0 });
    f64::from_bits(odd) as f32
}
