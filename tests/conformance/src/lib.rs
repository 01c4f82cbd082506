//! Conformance: the committed vectors, and how to read them.
//!
//! `tests/fixtures/models` holds ONNX models, each with a `.npz` of inputs, onnxruntime's outputs and a float64 reference.
//! The tests of this crate import the models, run them and compare.

pub mod backend;
pub mod random_plans;

mod npz;
mod vectors;

pub use npz::{NpzError, read_npz};
pub use vectors::{Vectors, fixture};
