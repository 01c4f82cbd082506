//! One row of a panel, 16 float32, in the registers of each instruction set.

use super::PANEL;
use crate::arith::{Canonical, exact_fma};

/// 16 float32 in registers.
pub(crate) trait Panel: Copy {
    /// Whether the registers hold twice as many accumulators as AVX2's.
    const WIDE: bool;
    /// Most rows of a tile.
    const ROWS: usize;
    /// Panels of a tile of at most half as many rows.
    const PANELS_LOW: usize = if Self::WIDE { 4 } else { 2 };
    /// Panels of a higher tile.
    const PANELS_HIGH: usize = if Self::WIDE { 2 } else { 1 };

    /// All lanes +0.
    ///
    /// # Safety
    /// The processor has the instruction set, as for all functions of this trait.
    unsafe fn zero() -> Self;

    /// The 16 numbers at `from`.
    ///
    /// # Safety
    /// `from` can be read for 16 numbers.
    unsafe fn load(from: *const f32) -> Self;

    /// Writes the lanes.
    ///
    /// # Safety
    /// `to` can be written for 16 numbers.
    unsafe fn store(self, to: *mut f32);

    /// Writes the first `count` lanes.
    ///
    /// # Safety
    /// `to` can be written for `count` numbers, at most 16.
    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, count: usize) {
        let mut lanes = [0.0; PANEL];
        // SAFETY: the array has 16 numbers; the caller gives room for `count`, at most 16.
        unsafe {
            self.store(lanes.as_mut_ptr());
            core::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
        }
    }

    /// self + a * b in each lane, rounded once.
    ///
    /// # Safety
    /// As for [`Self::zero`].
    unsafe fn fma(self, a: f32, b: Self) -> Self;

    /// Every NaN made canonical.
    ///
    /// # Safety
    /// As for [`Self::zero`].
    #[inline(always)]
    unsafe fn canonical(self) -> Self {
        let mut lanes = [0.0; PANEL];
        // SAFETY: the array has 16 numbers.
        unsafe {
            self.store(lanes.as_mut_ptr());
            Self::load(lanes.map(Canonical::canonical).as_ptr())
        }
    }

    /// self + other in each lane.
    ///
    /// # Safety
    /// As for [`Self::zero`].
    unsafe fn add(self, other: Self) -> Self;
}

/// Portable lanes.
#[derive(Clone, Copy)]
pub(crate) struct ScalarPanel(pub(crate) [f32; PANEL]);

impl Panel for ScalarPanel {
    const WIDE: bool = false;
    const ROWS: usize = 2;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; PANEL])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller gives 16 readable numbers.
        Self(unsafe { from.cast::<[f32; PANEL]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller gives room for 16 numbers.
        unsafe { to.cast::<[f32; PANEL]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn fma(mut self, a: f32, b: Self) -> Self {
        for (lane, b) in self.0.iter_mut().zip(b.0) {
            *lane = exact_fma(a, b, *lane);
        }
        self
    }

    #[inline(always)]
    unsafe fn add(mut self, other: Self) -> Self {
        for (lane, x) in self.0.iter_mut().zip(other.0) {
            *lane += x;
        }
        self
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2Panel, Avx512Panel, Sse2Panel};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::*;

    use super::Panel;
    use crate::arith::CANONICAL_NAN_F32;

    /// Four registers of SSE2.
    #[derive(Clone, Copy)]
    pub(crate) struct Sse2Panel(pub(crate) [__m128; 4]);
    /// Two registers of AVX2.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2Panel(pub(crate) __m256, pub(crate) __m256);
    /// One register of AVX-512.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512Panel(pub(crate) __m512);

    /// `exact_fma` on the two lanes of `a` and `b`; the operands are float64 copies of float32.
    #[inline(always)]
    unsafe fn odd_fma(a: __m128d, b: __m128d, addend: __m128d) -> __m128d {
        // SAFETY: SSE2 is x86-64's baseline.
        unsafe {
            let product = _mm_mul_pd(a, b);
            let sum = _mm_add_pd(product, addend);
            let back = _mm_sub_pd(sum, product);
            let error = _mm_add_pd(_mm_sub_pd(product, _mm_sub_pd(sum, back)), _mm_sub_pd(addend, back));
            let zero = _mm_setzero_pd();
            // Ordered comparisons: an error of NaN, from infinities, is not inexact.
            let inexact = _mm_or_pd(_mm_cmpgt_pd(error, zero), _mm_cmplt_pd(error, zero));
            let bits = _mm_castpd_si128(sum);
            let one = _mm_set1_epi64x(1);
            // All ones where the last bit is 0.
            let even = _mm_sub_epi64(_mm_and_si128(bits, one), one);
            let differ = _mm_srli_epi64::<63>(_mm_xor_si128(_mm_castpd_si128(error), bits));
            let toward = _mm_sub_epi64(one, _mm_slli_epi64::<1>(differ));
            let step = _mm_and_si128(_mm_and_si128(toward, even), _mm_castpd_si128(inexact));
            _mm_castsi128_pd(_mm_add_epi64(bits, step))
        }
    }

    impl Panel for Sse2Panel {
        const WIDE: bool = false;
        const ROWS: usize = 2;

        #[inline(always)]
        unsafe fn zero() -> Self {
            // SAFETY: SSE2 is x86-64's baseline.
            Self([unsafe { _mm_setzero_ps() }; 4])
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller gives 16 readable numbers.
            unsafe {
                Self([
                    _mm_loadu_ps(from),
                    _mm_loadu_ps(from.add(4)),
                    _mm_loadu_ps(from.add(8)),
                    _mm_loadu_ps(from.add(12)),
                ])
            }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            let [a, b, c, d] = self.0;
            // SAFETY: the caller gives room for 16 numbers.
            unsafe {
                _mm_storeu_ps(to, a);
                _mm_storeu_ps(to.add(4), b);
                _mm_storeu_ps(to.add(8), c);
                _mm_storeu_ps(to.add(12), d);
            }
        }

        #[inline(always)]
        unsafe fn fma(mut self, a: f32, b: Self) -> Self {
            // SAFETY: SSE2 is x86-64's baseline.
            unsafe {
                let a = _mm_set1_pd(f64::from(a));
                for (lane, b) in self.0.iter_mut().zip(b.0) {
                    let low = odd_fma(a, _mm_cvtps_pd(b), _mm_cvtps_pd(*lane));
                    let high = odd_fma(a, _mm_cvtps_pd(_mm_movehl_ps(b, b)), _mm_cvtps_pd(_mm_movehl_ps(*lane, *lane)));
                    *lane = _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
                }
            }
            self
        }

        #[inline(always)]
        unsafe fn add(mut self, other: Self) -> Self {
            for (lane, x) in self.0.iter_mut().zip(other.0) {
                // SAFETY: SSE2 is x86-64's baseline.
                *lane = unsafe { _mm_add_ps(*lane, x) };
            }
            self
        }
    }

    impl Panel for Avx2Panel {
        const WIDE: bool = false;
        const ROWS: usize = 6;

        #[inline(always)]
        unsafe fn zero() -> Self {
            // SAFETY: the caller runs on a processor with AVX2 and FMA, as in all functions below.
            unsafe { Self(_mm256_setzero_ps(), _mm256_setzero_ps()) }
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller gives 16 readable numbers.
            unsafe { Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))) }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller gives room for 16 numbers.
            unsafe {
                _mm256_storeu_ps(to, self.0);
                _mm256_storeu_ps(to.add(8), self.1);
            }
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f32, count: usize) {
            // SAFETY: the numbers written are the first `count`; the caller gives room for them.
            unsafe {
                if count >= 16 {
                    return self.store(to);
                }
                let (to, rest) = if count >= 8 {
                    _mm256_storeu_ps(to, self.0);
                    (to.add(8), self.1)
                } else {
                    (to, self.0)
                };
                let (to, rest) = if count & 4 != 0 {
                    _mm_storeu_ps(to, _mm256_castps256_ps128(rest));
                    (to.add(4), _mm256_extractf128_ps::<1>(rest))
                } else {
                    (to, _mm256_castps256_ps128(rest))
                };
                let (to, rest) = if count & 2 != 0 {
                    _mm_storel_epi64(to.cast(), _mm_castps_si128(rest));
                    (to.add(2), _mm_movehl_ps(rest, rest))
                } else {
                    (to, rest)
                };
                if count & 1 != 0 {
                    _mm_store_ss(to, rest);
                }
            }
        }

        #[inline(always)]
        unsafe fn fma(self, a: f32, b: Self) -> Self {
            // SAFETY: see `zero`.
            unsafe {
                let a = _mm256_set1_ps(a);
                Self(_mm256_fmadd_ps(a, b.0, self.0), _mm256_fmadd_ps(a, b.1, self.1))
            }
        }

        #[inline(always)]
        unsafe fn canonical(self) -> Self {
            // SAFETY: see `zero`.
            unsafe {
                let nan = _mm256_castsi256_ps(_mm256_set1_epi32(CANONICAL_NAN_F32 as i32));
                let canonical = |x| _mm256_blendv_ps(x, nan, _mm256_cmp_ps::<_CMP_UNORD_Q>(x, x));
                Self(canonical(self.0), canonical(self.1))
            }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: see `zero`.
            unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
        }
    }

    impl Panel for Avx512Panel {
        const WIDE: bool = true;
        const ROWS: usize = 6;

        #[inline(always)]
        unsafe fn zero() -> Self {
            // SAFETY: the caller runs on a processor with AVX-512 F, as in all functions below.
            Self(unsafe { _mm512_setzero_ps() })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller gives 16 readable numbers.
            Self(unsafe { _mm512_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller gives room for 16 numbers.
            unsafe { _mm512_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f32, count: usize) {
            let mask = ((1u32 << count) - 1) as __mmask16;
            // SAFETY: masked lanes are not written; the caller gives room for the others.
            unsafe { _mm512_mask_storeu_ps(to, mask, self.0) }
        }

        #[inline(always)]
        unsafe fn fma(self, a: f32, b: Self) -> Self {
            // SAFETY: see `zero`.
            Self(unsafe { _mm512_fmadd_ps(_mm512_set1_ps(a), b.0, self.0) })
        }

        #[inline(always)]
        unsafe fn canonical(self) -> Self {
            // SAFETY: see `zero`.
            unsafe {
                let nan = _mm512_castsi512_ps(_mm512_set1_epi32(CANONICAL_NAN_F32 as i32));
                Self(_mm512_mask_mov_ps(self.0, _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(self.0, self.0), nan))
            }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: see `zero`.
            Self(unsafe { _mm512_add_ps(self.0, other.0) })
        }
    }
}
