//! Elementwise functions, comparisons and logic.

mod activation;
mod bits;
mod choose;
mod compare;
mod extreme;
mod function;
mod power;
mod remainder;
mod rounding;
mod sign;

use super::{by_number, copy, unary, zip};
use crate::Fault;

/// An element type that the operator's type rule does not let through.
const WRONG_TYPE: Fault = Fault::Internal("an elementwise operator on a type that it does not take");
