use core::ops::{Add, Div, Mul, Sub};

use crate::{
    align::Plain,
    arith::{Canonical, Exact, Fma},
    isa::{Job, Path},
};

/// An element type, and whether its loops are compiled for each instruction set. Those of integers give the same numbers either
/// way and are compiled once, for the processors that all have.
pub(crate) trait Element: Plain + Canonical {
    fn run<J: Job>(path: Path, job: J) -> J::Output;
}

macro_rules! elements {
    ($($float:ident)*; $($integer:ident)*) => {
        $(impl Element for $float {
            fn run<J: Job>(path: Path, job: J) -> J::Output {
                path.run(job)
            }
        })*
        $(impl Element for $integer {
            fn run<J: Job>(_path: Path, job: J) -> J::Output {
                job.run::<Exact>()
            }
        })*
    };
}

elements!(f32 f64; u8 i8 u16 i16 u32 i32 u64 i64);

/// float32 and float64, as far as the normalisations need them.
pub(crate) trait Float:
    Plain + Canonical + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// 1.
    const ONE: Self;

    /// self + x * x: one rounding in float32, two in float64.
    fn add_square<F: Fma>(self, x: Self) -> Self;

    /// The IEEE square root.
    fn root(self) -> Self;

    /// A number of elements; exact for every tensor within the limits.
    fn count(count: usize) -> Self;

    /// A float32 attribute, widened.
    fn attribute(value: f32) -> Self;
}

impl Float for f32 {
    const ONE: Self = 1.0;

    #[inline(always)]
    fn add_square<F: Fma>(self, x: Self) -> Self {
        F::fma(x, x, self)
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn count(count: usize) -> Self {
        count as Self
    }

    #[inline(always)]
    fn attribute(value: f32) -> Self {
        value
    }
}

impl Float for f64 {
    const ONE: Self = 1.0;

    #[inline(always)]
    fn add_square<F: Fma>(self, x: Self) -> Self {
        self + x * x
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn count(count: usize) -> Self {
        count as Self
    }

    #[inline(always)]
    fn attribute(value: f32) -> Self {
        Self::from(value)
    }
}
