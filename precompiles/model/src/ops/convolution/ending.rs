use crate::{
    OpError, PlanError,
    codec::{Reader, Writer},
};

/// A function of each output, as the operator of that name has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Ending {
    /// None.
    #[default]
    Identity,
    /// x < 0 ? +0 : x.
    Relu,
    /// x < 0 ? alpha * x : x; alpha is finite.
    LeakyRelu {
        /// Slope below zero.
        alpha: f32,
    },
    /// minimum(maximum(x, min), max); min is not NaN, max is neither NaN nor -0.
    Clip {
        /// Lower bound; -infinity for none.
        min: f32,
        /// Upper bound; infinity for none.
        max: f32,
    },
}

impl Ending {
    pub(super) fn encode(&self, out: &mut Writer) {
        match *self {
            Self::Identity => out.u8(0),
            Self::Relu => out.u8(1),
            Self::LeakyRelu { alpha } => {
                out.u8(2);
                out.f32(alpha);
            }
            Self::Clip { min, max } => {
                out.u8(3);
                out.u32(min.to_bits());
                out.u32(max.to_bits());
            }
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let activation = match reader.u8()? {
            0 => Self::Identity,
            1 => Self::Relu,
            2 => Self::LeakyRelu { alpha: reader.f32()? },
            3 => Self::Clip { min: f32::from_bits(reader.u32()?), max: f32::from_bits(reader.u32()?) },
            _ => return Err(PlanError::NotCanonical { what: "an activation has an unknown number" }),
        };
        match activation.problem() {
            Some(what) => Err(PlanError::NotCanonical { what }),
            None => Ok(activation),
        }
    }

    fn problem(&self) -> Option<&'static str> {
        match *self {
            Self::LeakyRelu { alpha } if !alpha.is_finite() => Some("the slope of an activation is not finite"),
            Self::Clip { min, max } if min.is_nan() || max.is_nan() => Some("a bound of an activation is NaN"),
            Self::Clip { max, .. } if max.to_bits() == (-0.0f32).to_bits() => {
                Some("the upper bound of an activation is -0")
            }
            _ => None,
        }
    }

    pub(super) fn check(&self) -> Result<(), OpError> {
        self.problem().map_or(Ok(()), |what| Err(OpError::attribute("activation", what)))
    }
}
