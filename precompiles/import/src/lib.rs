//! From an ONNX file to a [`praxis_model::Plan`].
//!
//! tract is the front end: its protobuf structures are what this crate reads. Nothing else of tract runs on the way to a
//! Plan, because its analysis folds constants with the kernels of the machine at hand; here constants are folded on
//! Praxis's own kernels, so that a file gives the same Plan, and so the same model id, on every machine.
//!
//! The way of a file: `scan` walks its wire format and bounds what decoding may cost; `proto` decodes it; `order`
//! resolves names and finds the nodes that matter; `inputs` gives the inputs static shapes; `lower` turns each ONNX
//! operator into operators of the Plan, folding constants (`fold`), taking branches, unrolling loops and inlining the
//! file's own functions (`functions`); `fuse` joins convolutions with what follows them; `build` numbers what is left.
//!
//! Files are untrusted: every error is an [`ImportError`] that says what is wrong, where, and what would be right.

mod attributes;
mod build;
mod error;
mod fold;
mod functions;
mod fuse;
mod graph;
mod import;
mod inputs;
mod inspect;
pub mod limits;
mod lower;
mod note;
mod options;
mod order;
mod proto;
mod refusal;
mod rewrite;
mod scan;
mod tensor;

pub use error::{ImportError, NodeLabel, UnsupportedNode};
pub use import::{Imported, import_bytes, import_file};
pub use inspect::{DeclaredValue, Inspection, PlanSummary, inspect_bytes, inspect_file};
pub use lower::{RefusedOperator, refused_operators, supported_operators};
pub use note::Note;
pub use options::ImportOptions;

/// Version of the rewrites that turn an ONNX file into a Plan. It stands in every Plan: a change here that gives any file
/// another Plan needs a new number.
pub const IMPORTER_VERSION: u32 = 1;
