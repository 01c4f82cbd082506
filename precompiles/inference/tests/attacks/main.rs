//! Plans from strangers that want to bring a node down: each ends in an error that names what is wrong, or in its defined
//! result, within the memory that was known before.
#![allow(clippy::disallowed_methods, reason = "the time that an attack takes is what is tested")]

mod common;
mod shapes;
mod structure;
mod values;
