//! What a convolution does with 16 outputs beside multiplying and adding.

use praxis_model::ops::Ending;

#[cfg(target_arch = "x86_64")]
use crate::gemm::{Avx2Panel, Avx512Panel, Sse2Panel};
use crate::{
    Isa,
    arith::Canonical,
    gemm::{PANEL, Panel, ScalarPanel},
    isa::Path,
};

/// 16 float32 in registers, with the functions that end a convolution.
pub(crate) trait Lanes: Panel {
    /// Whether the registers are those of the wide instruction sets, so that tiles pay.
    const TILES: bool;

    /// All lanes `x`.
    ///
    /// # Safety
    /// The processor has the instruction set, as for all functions of this trait.
    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the array has 16 numbers.
        unsafe { Self::load([x; PANEL].as_ptr()) }
    }

    /// The activation of each lane, NaN made canonical.
    ///
    /// # Safety
    /// As for [`Self::splat`].
    #[inline(always)]
    unsafe fn finish(self, ending: Ending) -> Self {
        // SAFETY: the arrays have 16 numbers.
        unsafe { Self::load(self.lanes().map(|x| activate(x, ending)).as_ptr()) }
    }

    /// The lanes.
    ///
    /// # Safety
    /// As for [`Self::splat`].
    #[inline(always)]
    unsafe fn lanes(self) -> [f32; PANEL] {
        let mut lanes = [0.0; PANEL];
        // SAFETY: the array has 16 numbers.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes
    }
}

/// One output, as the operator of the activation's name has it.
#[inline(always)]
pub(super) fn activate(x: f32, ending: Ending) -> f32 {
    let y = match ending {
        Ending::Identity => x,
        Ending::Relu => {
            if x < 0.0 {
                0.0
            } else {
                x
            }
        }
        Ending::LeakyRelu { alpha } => {
            if x < 0.0 {
                alpha * x
            } else {
                x
            }
        }
        Ending::Clip { min, max } => {
            let x = if x < min || (x == min && x.is_sign_negative()) { min } else { x };
            if x > max || (x == max && x.is_sign_positive()) { max } else { x }
        }
    };
    y.canonical()
}

/// Work on 16 lanes. `run` and what it calls must be `#[inline(always)]`, so that it becomes part of a function with the
/// instructions of the lanes.
pub(crate) trait LanesJob {
    /// # Safety
    /// The processor runs `P`.
    unsafe fn run<P: Lanes>(self);
}

/// Runs the job on the registers of the path.
pub(crate) fn dispatch<J: LanesJob>(path: Path, job: J) {
    match path.isa() {
        // SAFETY: the portable lanes need no instruction set.
        Isa::Scalar => unsafe { job.run::<ScalarPanel>() },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: SSE2 is x86-64's baseline.
        Isa::Sse2 => unsafe { job.run::<Sse2Panel>() },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a `Path` exists only for an instruction set that was detected.
        Isa::Avx2Fma => unsafe { run_avx2(job) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx512 => unsafe { run_avx512(job) },
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: the portable lanes need no instruction set.
        _ => unsafe { job.run::<ScalarPanel>() },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<J: LanesJob>(job: J) {
    // SAFETY: the caller detected the instruction set.
    unsafe { job.run::<Avx2Panel>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")]
unsafe fn run_avx512<J: LanesJob>(job: J) {
    // SAFETY: the caller detected the instruction set.
    unsafe { job.run::<Avx512Panel>() }
}

impl Lanes for ScalarPanel {
    const TILES: bool = false;
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::*;

    use super::*;
    use crate::arith::CANONICAL_NAN_F32;

    impl Lanes for Sse2Panel {
        const TILES: bool = false;
    }

    impl Lanes for Avx2Panel {
        const TILES: bool = true;

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the caller runs on a processor with AVX2 and FMA, as in all functions below.
            unsafe { Self(_mm256_set1_ps(x), _mm256_set1_ps(x)) }
        }

        #[inline(always)]
        unsafe fn finish(self, ending: Ending) -> Self {
            // SAFETY: see `splat`.
            unsafe { Self(finish_avx2(self.0, ending), finish_avx2(self.1, ending)) }
        }
    }

    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn finish_avx2(x: __m256, ending: Ending) -> __m256 {
        // SAFETY: as above.
        unsafe {
            let zero = _mm256_setzero_ps();
            let y = match ending {
                Ending::Identity => x,
                Ending::Relu => _mm256_andnot_ps(_mm256_cmp_ps::<_CMP_LT_OQ>(x, zero), x),
                Ending::LeakyRelu { alpha } => {
                    let scaled = _mm256_mul_ps(_mm256_set1_ps(alpha), x);
                    _mm256_blendv_ps(x, scaled, _mm256_cmp_ps::<_CMP_LT_OQ>(x, zero))
                }
                Ending::Clip { min, max } => {
                    // The second operand comes out of NaN and of equal zeros; adding +0 turns -0 into a bound of +0.
                    let above = _mm256_max_ps(_mm256_set1_ps(min), x);
                    let above = if min.to_bits() == 0 { _mm256_add_ps(above, zero) } else { above };
                    _mm256_min_ps(_mm256_set1_ps(max), above)
                }
            };
            let nan = _mm256_castsi256_ps(_mm256_set1_epi32(CANONICAL_NAN_F32 as i32));
            _mm256_blendv_ps(y, nan, _mm256_cmp_ps::<_CMP_UNORD_Q>(y, y))
        }
    }

    impl Lanes for Avx512Panel {
        const TILES: bool = true;

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the caller runs on a processor with AVX-512 F, as in all functions below.
            Self(unsafe { _mm512_set1_ps(x) })
        }

        #[inline(always)]
        unsafe fn finish(self, ending: Ending) -> Self {
            let x = self.0;
            // SAFETY: see `splat`.
            unsafe {
                let zero = _mm512_setzero_ps();
                let y = match ending {
                    Ending::Identity => x,
                    Ending::Relu => {
                        let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, zero);
                        _mm512_mask_mov_ps(x, negative, zero)
                    }
                    Ending::LeakyRelu { alpha } => {
                        let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, zero);
                        _mm512_mask_mul_ps(x, negative, _mm512_set1_ps(alpha), x)
                    }
                    Ending::Clip { min, max } => {
                        // As for AVX2.
                        let above = _mm512_max_ps(_mm512_set1_ps(min), x);
                        let above = if min.to_bits() == 0 { _mm512_add_ps(above, zero) } else { above };
                        _mm512_min_ps(_mm512_set1_ps(max), above)
                    }
                };
                let nan = _mm512_castsi512_ps(_mm512_set1_epi32(CANONICAL_NAN_F32 as i32));
                Self(_mm512_mask_mov_ps(y, _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(y, y), nan))
            }
        }
    }
}
