//! The element types of recurrent cells: their arithmetic, functions and products.

use core::ops::{Add, Div, Mul, Sub};

use praxis_model::ops::Activation;

use crate::{
    align::Plain,
    arith::{self, Canonical, Fma, wide},
    gemm::{Finish, Layout, Sizes, multiply, multiply_plain, pack_right, scratch_floats},
    isa::Path,
};

/// A number of a recurrent cell.
pub(super) trait Real:
    Plain + Canonical + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;

    fn from_attribute(value: f32) -> Self;
    fn magnitude(self) -> Self;
    fn expm1<F: Fma>(self) -> Self;
    fn tanh<F: Fma>(self) -> Self;
    fn sigmoid<F: Fma>(self) -> Self;
    fn softplus<F: Fma>(self) -> Self;

    /// Elements of packed weights of n rows and k columns.
    fn packed(sizes: Sizes) -> usize;
    /// Packs weights of n rows and k columns.
    fn pack(source: &[Self], sizes: Sizes, packed: &mut [Self]);
    /// Elements that [`Self::multiply`] needs beside its operands.
    fn product_scratch(sizes: Sizes) -> usize;
    /// out = left * transposed weights.
    fn multiply(path: Path, sizes: Sizes, left: &[Self], packed: &[Self], out: &mut [Self], scratch: &mut [Self]);
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn from_attribute(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn expm1<F: Fma>(self) -> Self {
        arith::expm1::<F>(self)
    }

    #[inline(always)]
    fn tanh<F: Fma>(self) -> Self {
        arith::tanh::<F>(self)
    }

    #[inline(always)]
    fn sigmoid<F: Fma>(self) -> Self {
        arith::sigmoid::<F>(self)
    }

    #[inline(always)]
    fn softplus<F: Fma>(self) -> Self {
        arith::softplus::<F>(self)
    }

    fn packed(sizes: Sizes) -> usize {
        sizes.packed()
    }

    fn pack(source: &[Self], sizes: Sizes, packed: &mut [Self]) {
        pack_right(source, Layout::Columns, sizes, packed);
    }

    fn product_scratch(sizes: Sizes) -> usize {
        scratch_floats(sizes)
    }

    fn multiply(path: Path, sizes: Sizes, left: &[Self], packed: &[Self], out: &mut [Self], scratch: &mut [Self]) {
        multiply(path, sizes, (left, Layout::Rows), packed, Finish::Sum, out, scratch);
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn from_attribute(value: f32) -> Self {
        Self::from(value)
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn expm1<F: Fma>(self) -> Self {
        wide::expm1(self)
    }

    #[inline(always)]
    fn tanh<F: Fma>(self) -> Self {
        wide::tanh(self)
    }

    #[inline(always)]
    fn sigmoid<F: Fma>(self) -> Self {
        wide::sigmoid(self)
    }

    #[inline(always)]
    fn softplus<F: Fma>(self) -> Self {
        wide::softplus(self)
    }

    fn packed(sizes: Sizes) -> usize {
        sizes.k * sizes.n
    }

    /// Turned, so that a row is multiplied with one number.
    fn pack(source: &[Self], sizes: Sizes, packed: &mut [Self]) {
        for (i, row) in packed.chunks_exact_mut(sizes.n).enumerate() {
            row.iter_mut().zip(source[i..].iter().step_by(sizes.k)).for_each(|(to, &x)| *to = x);
        }
    }

    fn product_scratch(_sizes: Sizes) -> usize {
        0
    }

    fn multiply(path: Path, sizes: Sizes, left: &[Self], packed: &[Self], out: &mut [Self], _scratch: &mut [Self]) {
        multiply_plain(path, sizes, (left, Layout::Rows), (packed, Layout::Rows), out);
    }
}

/// The activation of one number, its argument held within the clip.
#[inline(always)]
pub(super) fn activate<T: Real, F: Fma>(activation: Activation, clip: Option<T>, x: T) -> T {
    let x = clip.map_or(x, |clip| bounded(x, T::ZERO - clip, clip));
    let number = T::from_attribute;
    match activation {
        Activation::Relu => above(x, T::ZERO),
        Activation::Tanh => x.tanh::<F>(),
        Activation::Sigmoid => x.sigmoid::<F>(),
        Activation::Affine { alpha, beta } => number(alpha) * x + number(beta),
        Activation::LeakyRelu { alpha } => {
            if x < T::ZERO {
                number(alpha) * x
            } else {
                x
            }
        }
        Activation::ThresholdedRelu { alpha } => above(x, number(alpha)),
        Activation::ScaledTanh { alpha, beta } => number(alpha) * (number(beta) * x).tanh::<F>(),
        Activation::HardSigmoid { alpha, beta } => bounded(number(alpha) * x + number(beta), T::ZERO, T::ONE),
        Activation::Elu { alpha } => {
            if x < T::ZERO {
                number(alpha) * x.expm1::<F>()
            } else {
                x
            }
        }
        Activation::Softsign => x / (T::ONE + x.magnitude()),
        Activation::Softplus => x.softplus::<F>(),
    }
}

/// NaN fails both comparisons and stays.
#[inline(always)]
fn bounded<T: Real>(x: T, low: T, high: T) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

#[inline(always)]
fn above<T: Real>(x: T, threshold: T) -> T {
    if x < threshold { T::ZERO } else { x }
}
