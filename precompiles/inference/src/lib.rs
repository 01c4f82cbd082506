//! Canonical inference: the same Plan and input give the same output bits on every machine, or a [`Fault`].
//!
//! The arithmetic is written out in `SPEC.md`. A [`Session`] packs a Plan's weights once and runs it many times, from any
//! thread, on one of the instruction sets of [`Isa`]; all of them give the same bits, and [`self_check`] compares the chosen
//! one with committed digests when a node starts.

pub mod arith;
pub mod fixed;
pub mod trace;

mod align;
mod byte;
mod call;
mod conv;
mod error;
mod evaluate;
mod frame;
mod gemm;
mod golden;
mod isa;
mod ops;
mod probe;
mod reduce;
mod session;

#[cfg(test)]
mod tests;

pub use error::{Fault, PrepareError, RunError};
pub use evaluate::{EvaluateError, evaluate};
pub use gemm::{flush_f32, flush_f64};
pub use golden::self_check;
pub use isa::Isa;
pub use session::{Phase, Session};
pub use trace::{Trace, TraceError, TraceLeaf};

#[cfg(target_endian = "big")]
compile_error!("tensors are little-endian in memory; a big-endian machine would need conversions here");
