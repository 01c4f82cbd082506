//! The instruction sets, and the one place where a path is chosen.

use crate::arith::{Exact, Fma, Hardware};

/// A code path. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Isa {
    /// Portable Rust without vectors; multiply-adds are computed exactly in software.
    Scalar,
    /// x86-64's baseline; multiply-adds are computed exactly in software. It verifies, but does not keep up with the chain.
    Sse2,
    /// AVX2 and FMA.
    Avx2Fma,
    /// AVX-512 F, VL, BW and DQ.
    Avx512,
}

impl Isa {
    /// All paths, the slowest first.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Sse2, Self::Avx2Fma, Self::Avx512];

    /// Whether this machine can run the path.
    pub fn is_available(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2Fma => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2Fma.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The paths that this machine can run, the slowest first.
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_available()).collect()
    }

    /// The fastest path of this machine.
    pub fn best() -> Self {
        Self::ALL.into_iter().rev().find(|isa| isa.is_available()).unwrap_or(Self::Scalar)
    }

    /// Its name as operators read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Sse2 => "sse2",
            Self::Avx2Fma => "avx2+fma",
            Self::Avx512 => "avx512",
        }
    }
}

/// An [`Isa`] that this machine was seen to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path(Isa);

/// Work that is compiled once for each path. `run` and what it calls must be `#[inline(always)]`, so that it becomes part of
/// a function with the path's instructions.
pub(crate) trait Job {
    type Output;
    fn run<F: Fma>(self) -> Self::Output;
}

impl Path {
    /// The path, if this machine has it.
    pub(crate) fn new(isa: Isa) -> Option<Self> {
        isa.is_available().then_some(Self(isa))
    }

    /// Which it is.
    pub(crate) const fn isa(self) -> Isa {
        self.0
    }

    /// Runs the job with the instructions of this path.
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a `Path` exists only for an instruction set that was detected.
            Isa::Avx2Fma => unsafe { run_avx2(job) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Isa::Avx512 => unsafe { run_avx512(job) },
            _ => job.run::<Exact>(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<J: Job>(job: J) -> J::Output {
    job.run::<Hardware>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")]
fn run_avx512<J: Job>(job: J) -> J::Output {
    job.run::<Hardware>()
}
