//! Tests of the whole crate.

mod ethereum;
mod faults;
mod fixtures;
mod nodes;
mod states;
mod witness;
