//! Elementwise functions, comparisons and logic. Operators without attributes come from one macro; the others have structs.

mod activation;
mod binary;
mod bits;
mod function;
mod select;

pub use activation::{
    Celu, Elu, Gelu, HardSigmoid, HardSwish, Mish, PRelu, Selu, Shrink, Softplus, Softsign, Swish, ThresholdedRelu,
};
pub use binary::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Max, Min, Mod, Pow};
pub use bits::{And, BitCast, BitShift, BitwiseAnd, BitwiseNot, BitwiseOr, BitwiseXor, Not, Or, Xor};
pub use function::{
    Abs, Acos, Acosh, Asin, Asinh, Atan, Atanh, Ceil, Cos, Cosh, Erf, Exp, Floor, Log, Neg, Reciprocal, Round, Sign,
    Sin, Sinh, Sqrt, Tan,
};
pub use select::{IsInf, IsNaN, Where};

use super::rules;
use crate::{DType, OpError, TensorType, Work};

/// Operators without attributes: each a name, a type rule and counted work.
macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident: $rule:expr, $work:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name;

            impl $crate::ops::Operator for $name {
                fn encode(&self, _out: &mut $crate::codec::Writer) {}

                fn decode(_reader: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::PlanError> {
                    Ok(Self)
                }

                fn outputs(
                    &self,
                    inputs: &[$crate::TensorType],
                ) -> Result<Vec<$crate::TensorType>, $crate::OpError> {
                    $rule(inputs)
                }

                fn work(&self, inputs: &[$crate::TensorType], outputs: &[$crate::TensorType]) -> $crate::Work {
                    $work(inputs, outputs)
                }
            }
        )*
    };
}
use plain;

/// float32 and float64.
const FLOATS: &str = "float32 and float64";

/// One float tensor.
fn floats(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    rules::unary(inputs, FLOATS, DType::is_float)
}

/// `COST` counted elements for each element.
fn elements<const COST: u64>(_inputs: &[TensorType], outputs: &[TensorType]) -> Work {
    Work { elements: rules::output_elements(outputs).saturating_mul(COST), ..Work::default() }
}

/// For each element `NARROW` transcendental functions where the operands are float32, `WIDE` where they are float64.
fn functions<const NARROW: u64, const WIDE: u64>(_inputs: &[TensorType], outputs: &[TensorType]) -> Work {
    let count = rules::output_elements(outputs);
    match outputs.first().map(|output| output.dtype) {
        Some(DType::F32) => Work { transcendentals: count.saturating_mul(NARROW), ..Work::default() },
        _ => Work { wide_transcendentals: count.saturating_mul(WIDE), ..Work::default() },
    }
}

/// Two operands, broadcast; `COST` counted elements for each element.
fn pairs<const COST: u64>(inputs: &[TensorType], outputs: &[TensorType]) -> Work {
    rules::binary_work(inputs, outputs, COST)
}
