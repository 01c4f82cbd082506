//! Quantised arithmetic.

mod conv;
mod dynamic;
mod linear;
mod matmul;
mod operands;

use operands::Operands;
