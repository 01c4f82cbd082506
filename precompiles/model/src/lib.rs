//! Plans: small frozen graphs with static shapes that consensus validates, hashes, meters and runs.
//!
//! A [`Plan`] comes from an ONNX file through the importer, or from the chain as bytes through [`Plan::decode`]. This
//! crate knows its canonical encoding, the type and shape rule of each operator ([`ops`]), the counted work behind its gas
//! ([`cost`]), the bound on its memory ([`memory`]) and its id, a keccak Merkle root over 512-byte leaves ([`id`]).
//! It computes no floating-point result and performs no input or output.

pub mod codec;
pub mod cost;
pub mod id;
pub mod limits;
pub mod memory;
pub mod ops;

mod builder;
mod check;
mod dtype;
mod encoding;
mod error;
mod plan;
mod store;
mod tensor;
mod types;
mod validate;

#[cfg(test)]
mod tests;

pub use builder::{BuildError, Handle, PlanBuilder};
pub use check::{InputError, max_batch};
pub use cost::{PlanCost, Prices, Work};
pub use dtype::DType;
pub use encoding::MAGIC as PLAN_MAGIC;
pub use error::{OpError, PlanError};
pub use limits::{ENGINE_VERSION, KNOWN_ENGINES, MAX_PLAN_BYTES};
pub use ops::{Op, Operator};
pub use plan::{Node, Plan, ValueId, WEIGHT_ALIGNMENT};
pub use store::{ModelFault, ModelStore};
pub use tensor::{Tensor, TensorError, decode_tensors, encode_tensors, hash_tensors};
pub use types::{TensorType, ValueInfo};
