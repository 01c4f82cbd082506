//! Trees and classical models: operators of the domain ai.onnx.ml that are more than elementwise arithmetic.

mod class_labels;
mod label_map;
mod pairwise;
mod set_membership;
mod squared_distances;
mod tables;
mod tree_ensemble;
mod tree_shape;

pub use class_labels::{ClassLabels, Decision};
pub use label_map::LabelMap;
pub use pairwise::{PairwiseLabels, PairwiseProbabilities};
pub use set_membership::SetMembership;
pub use squared_distances::SquaredDistances;
pub use tree_ensemble::{Aggregate, LeafWeights, TreeEnsemble};
pub use tree_shape::{LEAF, Split, TREE_FIELDS};
