//! Conformance: the committed vectors, and how to read them.
//!
//! `tests/fixtures/models` holds ONNX models, each with a `.npz` of inputs, onnxruntime's outputs and a float64 reference.
//! The tests of this crate import the models, run them and compare; `zoo` and `backend` print the same as tables.
//! [`ethereum`] runs the state tests that Ethereum's clients share through the node's executor.

pub mod agreement;
pub mod backend;
pub mod ethereum;
pub mod pins;
pub mod zoo;

mod npz;
mod vectors;

pub use npz::{NpzError, read_npz};
pub use praxis_fuzz::random_plans;
pub use vectors::{Vectors, fixture};
