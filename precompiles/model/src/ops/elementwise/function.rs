//! Functions of one number.

use super::{elements, floats, functions, plain};
use crate::{DType, OpError, TensorType, ops::rules};

fn signed(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    use DType::{F32, F64, I8, I16, I32, I64};
    let signed = |dtype| matches!(dtype, F32 | F64 | I8 | I16 | I32 | I64);
    rules::unary(inputs, "float32, float64 and signed integers", signed)
}

fn numbers(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    rules::unary(inputs, rules::NUMERIC, rules::numeric)
}

plain! {
    /// Elementwise absolute value; that of the least integer is itself.
    Abs: signed, elements::<1>;
    /// Elementwise negation, wrapping for integers.
    Neg: signed, elements::<1>;
    /// Elementwise 1, 0 or -1 by the sign; both zeros give +0, NaN gives NaN.
    Sign: numbers, elements::<1>;
    /// Elementwise least integer that is not below; zeros keep the operand's sign.
    Ceil: floats, elements::<2>;
    /// Elementwise greatest integer that is not above; zeros keep the operand's sign.
    Floor: floats, elements::<2>;
    /// Elementwise nearest integer, ties to even; zeros keep the operand's sign.
    Round: floats, elements::<2>;
    /// Elementwise 1 / x by true division.
    Reciprocal: floats, elements::<4>;
    /// Elementwise IEEE square root.
    Sqrt: floats, elements::<6>;
    /// Elementwise e^x.
    Exp: floats, functions::<1, 1>;
    /// Elementwise natural logarithm.
    Log: floats, functions::<1, 1>;
    // The trigonometric functions of large numbers are reduced with integers, one at a time.
    /// Elementwise sine.
    Sin: floats, functions::<3, 1>;
    /// Elementwise cosine.
    Cos: floats, functions::<3, 1>;
    /// Elementwise tangent.
    Tan: floats, functions::<3, 1>;
    /// Elementwise inverse sine.
    Asin: floats, functions::<1, 1>;
    /// Elementwise inverse cosine.
    Acos: floats, functions::<1, 1>;
    /// Elementwise inverse tangent.
    Atan: floats, functions::<1, 1>;
    /// Elementwise hyperbolic sine.
    Sinh: floats, functions::<1, 1>;
    /// Elementwise hyperbolic cosine.
    Cosh: floats, functions::<1, 1>;
    /// Elementwise inverse hyperbolic sine.
    Asinh: floats, functions::<3, 2>;
    /// Elementwise inverse hyperbolic cosine.
    Acosh: floats, functions::<2, 2>;
    /// Elementwise inverse hyperbolic tangent.
    Atanh: floats, functions::<2, 2>;
    /// Elementwise error function.
    Erf: floats, functions::<1, 1>;
}
