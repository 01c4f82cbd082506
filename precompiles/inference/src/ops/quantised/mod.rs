//! Quantised arithmetic.

mod dynamic;
mod linear;
mod matmul;
mod operands;

use operands::Operands;
