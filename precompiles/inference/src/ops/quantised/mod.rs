//! Quantised arithmetic.

mod conv;
mod depthwise;
mod dynamic;
mod linear;
mod matmul;
mod operands;

use operands::Operands;
