use crate::{
    PlanError,
    codec::{Reader, Writer},
};

/// A function that a recurrent cell applies to a gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// x < 0 ? +0 : x.
    Relu,
    /// The hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// alpha * x + beta.
    Affine {
        /// Factor.
        alpha: f32,
        /// Addend.
        beta: f32,
    },
    /// x < 0 ? alpha * x : x.
    LeakyRelu {
        /// Slope below 0.
        alpha: f32,
    },
    /// x < alpha ? +0 : x.
    ThresholdedRelu {
        /// Threshold.
        alpha: f32,
    },
    /// alpha * tanh(beta * x).
    ScaledTanh {
        /// Factor of the result.
        alpha: f32,
        /// Factor of the argument.
        beta: f32,
    },
    /// alpha * x + beta, held between 0 and 1.
    HardSigmoid {
        /// Slope.
        alpha: f32,
        /// Value at 0.
        beta: f32,
    },
    /// x < 0 ? alpha * (e^x - 1) : x, with the function expm1.
    Elu {
        /// Factor below 0.
        alpha: f32,
    },
    /// x / (1 + |x|).
    Softsign,
    /// ln(1 + e^x).
    Softplus,
}

impl Activation {
    /// Bytes that it takes at least in the format.
    pub(super) const MIN_BYTES: usize = 1;

    fn parts(self) -> (u8, Option<f32>, Option<f32>) {
        match self {
            Self::Relu => (0, None, None),
            Self::Tanh => (1, None, None),
            Self::Sigmoid => (2, None, None),
            Self::Affine { alpha, beta } => (3, Some(alpha), Some(beta)),
            Self::LeakyRelu { alpha } => (4, Some(alpha), None),
            Self::ThresholdedRelu { alpha } => (5, Some(alpha), None),
            Self::ScaledTanh { alpha, beta } => (6, Some(alpha), Some(beta)),
            Self::HardSigmoid { alpha, beta } => (7, Some(alpha), Some(beta)),
            Self::Elu { alpha } => (8, Some(alpha), None),
            Self::Softsign => (9, None, None),
            Self::Softplus => (10, None, None),
        }
    }

    /// Whether its parameters are finite.
    pub(super) fn is_finite(self) -> bool {
        let (_, alpha, beta) = self.parts();
        alpha.into_iter().chain(beta).all(f32::is_finite)
    }

    pub(super) fn encode(self, out: &mut Writer) {
        let (kind, alpha, beta) = self.parts();
        out.u8(kind);
        alpha.into_iter().chain(beta).for_each(|value| out.f32(value));
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(match reader.u8()? {
            0 => Self::Relu,
            1 => Self::Tanh,
            2 => Self::Sigmoid,
            3 => Self::Affine { alpha: reader.f32()?, beta: reader.f32()? },
            4 => Self::LeakyRelu { alpha: reader.f32()? },
            5 => Self::ThresholdedRelu { alpha: reader.f32()? },
            6 => Self::ScaledTanh { alpha: reader.f32()?, beta: reader.f32()? },
            7 => Self::HardSigmoid { alpha: reader.f32()?, beta: reader.f32()? },
            8 => Self::Elu { alpha: reader.f32()? },
            9 => Self::Softsign,
            10 => Self::Softplus,
            _ => return Err(PlanError::NotCanonical { what: "an activation has an unknown number" }),
        })
    }
}
