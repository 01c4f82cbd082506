//! Trees and classical models.

mod class_labels;
mod forest;
mod key;
mod label_map;
mod pairwise;
mod set_membership;
mod squared_distances;
mod tree_ensemble;
