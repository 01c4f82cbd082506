//! Activations. Attributes are float32 and finite; for float64 tensors they are widened.

use super::{elements, floats, functions, plain};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{Operator, rules},
};

plain! {
    /// Elementwise x * HardSigmoid(x) with slope 1/6 and offset 1/2.
    HardSwish: floats, elements::<2>;
    /// Elementwise ln(1 + e^x).
    Softplus: floats, functions::<1, 1>;
    /// Elementwise x / (1 + |x|).
    Softsign: floats, elements::<4>;
    /// Elementwise x * tanh(softplus(x)).
    Mish: floats, functions::<1, 1>;
    /// Elementwise `x < 0 ? slope * x : x`; the slope, the second operand, broadcasts to x.
    PRelu: prelu, super::pairs::<1>;
}

fn prelu(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    let outputs = rules::binary(inputs)?;
    if outputs[0].shape != inputs[0].shape {
        let (slope, x) = (&inputs[1].shape, &inputs[0].shape);
        return Err(OpError::shape(format!("the slope's shape {slope:?} does not broadcast to {x:?}")));
    }
    Ok(outputs)
}

/// Operators with finite float32 attributes.
macro_rules! with_factors {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* }: $work:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: f32,)*
            }

            impl Operator for $name {
                fn encode(&self, out: &mut Writer) {
                    $(out.f32(self.$field);)*
                }

                fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
                    Ok(Self { $($field: reader.f32()?,)* })
                }

                fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
                    $(if !self.$field.is_finite() {
                        return Err(OpError::attribute(stringify!($field), "is not finite"));
                    })*
                    floats(inputs)
                }

                fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
                    $work(inputs, outputs)
                }
            }
        )*
    };
}

with_factors! {
    /// Elementwise maximum(0, minimum(1, alpha * x + beta)).
    HardSigmoid {
        /// Slope.
        alpha,
        /// Offset.
        beta,
    }: elements::<2>;
    /// Elementwise `x < 0 ? alpha * (e^x - 1) : x`.
    Elu {
        /// Factor below zero.
        alpha,
    }: functions::<1, 1>;
    /// Elementwise `gamma * (x < 0 ? alpha * (e^x - 1) : x)`.
    Selu {
        /// Factor below zero.
        alpha,
        /// Factor of all.
        gamma,
    }: functions::<1, 1>;
    /// Elementwise `x < 0 ? alpha * (e^(x / alpha) - 1) : x`.
    Celu {
        /// Scale below zero.
        alpha,
    }: functions::<1, 1>;
    /// Elementwise x / (1 + e^(-alpha * x)).
    Swish {
        /// Factor of x within the exponent.
        alpha,
    }: functions::<1, 1>;
    /// Elementwise `x > alpha ? x : +0`.
    ThresholdedRelu {
        /// Threshold.
        alpha,
    }: elements::<1>;
    /// Elementwise `x < -lambd ? x + bias : x > lambd ? x - bias : +0`.
    Shrink {
        /// What is taken away from the size of large numbers.
        bias,
        /// Below this size, 0.
        lambd,
    }: elements::<1>;
}

/// Elementwise x * P(a normal variable is at most x).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gelu {
    /// Whether P is approximated by a hyperbolic tangent, ONNX's `approximate = "tanh"`.
    pub tanh: bool,
}

impl Operator for Gelu {
    fn encode(&self, out: &mut Writer) {
        out.bool(self.tanh);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { tanh: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        floats(inputs)
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        functions::<1, 1>(inputs, outputs)
    }
}
