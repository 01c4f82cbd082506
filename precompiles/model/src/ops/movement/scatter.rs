//! What the scattering operators share.

use super::rules;
use crate::{DType, OpError, PlanError, TensorType, Work, codec::Reader};

/// What an update does to the element that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ScatterReduction {
    /// Replaces it: of several updates of one element the last one stays.
    Replace = 0,
    /// Is added.
    Add = 1,
    /// Is multiplied.
    Mul = 2,
    /// Leaves the larger one, by IEEE 754-2019 `maximum`.
    Max = 3,
    /// Leaves the smaller one, by IEEE 754-2019 `minimum`.
    Min = 4,
}

impl ScatterReduction {
    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(match reader.u8()? {
            0 => Self::Replace,
            1 => Self::Add,
            2 => Self::Mul,
            3 => Self::Max,
            4 => Self::Min,
            _ => return Err(PlanError::NotCanonical { what: "an unknown reduction" }),
        })
    }

    /// That updates have the data's type, and the reduction is defined for it.
    pub(super) fn accept(self, data: &TensorType, updates: &TensorType) -> Result<(), OpError> {
        if updates.dtype != data.dtype {
            return Err(OpError::InputType { input: 2, found: updates.dtype, accepted: "the type of input 0" });
        }
        if self != Self::Replace && data.dtype == DType::Bool {
            return Err(OpError::InputType { input: 0, found: data.dtype, accepted: rules::NUMERIC });
        }
        Ok(())
    }

    /// Work of copying the data and of `places` scattered writes of `elements` elements in all.
    pub(super) fn work(self, outputs: &[TensorType], places: u64, elements: u64) -> Work {
        let copied = rules::output_elements(outputs) / 4;
        Work { random_accesses: places, elements: copied.saturating_add(elements.saturating_mul(2)), ..Work::default() }
    }
}
