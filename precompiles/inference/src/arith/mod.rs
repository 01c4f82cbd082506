//! Canonical scalar arithmetic: fused multiply-add, NaN, and the transcendental functions. Everything here is plain Rust
//! that is compiled once for each instruction set, see the crate's `Job`.

mod erf;
mod exp;
mod extreme;
mod fma;
mod nan;
mod polynomial;
mod sigmoid;
mod softplus;
mod tanh;
pub(crate) mod wide;

pub use erf::{ERF_MAX_ULP, GELU_MAX_ULP, GELU_TANH_MAX_ULP, erf, gelu, gelu_tanh};
pub use exp::{EXP_MAX_ULP, EXPM1_MAX_ULP, exp, expm1};
pub(crate) use exp::{EXP_NEAR, EXP_ZERO, exp_near};
pub use extreme::Extreme;
pub(crate) use fma::Hardware;
pub use fma::{Exact, Fma, exact_fma};
pub use nan::{CANONICAL_NAN_F32, CANONICAL_NAN_F64, Canonical};
pub use sigmoid::{SIGMOID_MAX_ULP, sigmoid};
pub use softplus::{SOFTPLUS_MAX_ULP, softplus};
pub use tanh::{TANH_MAX_ULP, tanh};

#[cfg(test)]
mod tests;
