//! Tests of the whole crate.

mod faults;
mod fixtures;
mod nodes;
mod states;
mod witness;
