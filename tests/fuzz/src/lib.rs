//! What the fuzzer looks for: each function here takes any bytes and panics where a promise is broken.
//!
//! The targets in `targets/` call them under libFuzzer; the tests of this crate feed them what fuzzing found, so every
//! finding stays a test that needs no fuzzer. [`corpus`] packs a folder of inputs into the one committed file per target.

pub mod corpus;
pub mod mutate;
pub mod random_plans;

pub mod batch;
pub mod deposits;
mod onnx;
mod peers;
mod plan;

pub use batch::{batches, channels, frames};
pub use deposits::deposits;
pub use onnx::onnx_import;
pub use peers::peers;
pub use plan::{plan_decode, plan_run};

/// Any bytes, judged.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("onnx_import", onnx_import),
    ("plan_decode", plan_decode),
    ("plan_run", plan_run),
    ("frames", frames),
    ("channels", channels),
    ("batches", batches),
    ("deposits", deposits),
    ("peers", peers),
];
