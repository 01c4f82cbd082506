//! Tests of the whole crate.

mod ethereum;
mod faults;
mod fixtures;
mod knowing;
mod nodes;
mod states;
mod witness;
