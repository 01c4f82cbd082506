//! All paths agree with each other and with a naive reference.

mod agreement;
mod allocations;
mod conformance;
mod convolution;
mod price;
mod reduction;
mod reference;
mod session;
mod speed;
mod speed_movement;
mod trace;
mod trees;

pub(crate) use agreement::Random;
