use super::{Operator, positions, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
};

/// What stands in the padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PadMode {
    /// The value of the second input, or zero without one.
    Constant = 0,
    /// The input mirrored at its first and last elements, which are not repeated.
    Reflect = 1,
    /// The nearest element.
    Edge = 2,
    /// The input from its other end.
    Wrap = 3,
}

/// The input with elements added around it. The second input, in the mode `Constant` only, is one element of the input's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pad {
    /// What is added.
    pub mode: PadMode,
    /// How many elements before the first and after the last, for each dimension.
    pub pads: Vec<(u32, u32)>,
}

impl PadMode {
    /// The position of the input, of length `dim`, that stands at `at` places from its start; `None` for the pad's own value.
    pub fn source(self, at: i64, dim: u32) -> Option<u32> {
        let last = i64::from(dim) - 1;
        let inside = match self {
            Self::Constant => at,
            Self::Reflect if last <= 0 => 0,
            Self::Reflect => {
                let within = at.rem_euclid(2 * last);
                if within > last { 2 * last - within } else { within }
            }
            Self::Edge => at.clamp(0, last),
            Self::Wrap => at.rem_euclid(last + 1),
        };
        u32::try_from(inside).ok().filter(|&inside| inside < dim)
    }
}

impl Operator for Pad {
    fn encode(&self, out: &mut Writer) {
        out.u8(self.mode as u8);
        out.list(&self.pads, |w, &(before, after)| {
            w.u32(before);
            w.u32(after);
        });
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let mode = match reader.u8()? {
            0 => PadMode::Constant,
            1 => PadMode::Reflect,
            2 => PadMode::Edge,
            3 => PadMode::Wrap,
            _ => return Err(PlanError::NotCanonical { what: "an unknown mode of padding" }),
        };
        Ok(Self { mode, pads: reader.list("rank", MAX_RANK, 8, |reader| Ok((reader.u32()?, reader.u32()?)))? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let Some((input, value)) = inputs.split_first().filter(|(_, rest)| rest.len() < 2) else {
            return Err(OpError::Arity { expected: "1 or 2", found: inputs.len() });
        };
        if self.pads.len() != input.rank() {
            let why = format!("name {} dimensions, the input has {}", self.pads.len(), input.rank());
            return Err(OpError::attribute("pads", why));
        }
        if let Some(value) = value.first() {
            if self.mode != PadMode::Constant {
                return Err(OpError::attribute("mode", "takes no value"));
            }
            rules::same_type(inputs)?;
            if value.elements() != 1 {
                return Err(OpError::shape(format!("the value should be one element, it is {value}")));
            }
        }
        let widen = |(&dim, &(before, after)): (&u32, &(u32, u32))| {
            let wide = dim.checked_add(before).and_then(|dim| dim.checked_add(after));
            wide.ok_or_else(|| OpError::attribute("pads", "make a dimension exceed 32 bits"))
        };
        let shape = input.shape.iter().zip(&self.pads).map(widen).collect::<Result<Vec<_>, _>>()?;
        Ok(vec![TensorType::new(input.dtype, shape)])
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let Some(output) = outputs.first() else { return Work::default() };
        // Rows are the runs along the last padded dimension, with all that is not padded below it.
        let last = self.pads.iter().rposition(|&pads| pads != (0, 0)).unwrap_or(0);
        let rows = positions::count(output.shape.get(..last).unwrap_or_default());
        // Where the padding is not constant, each of its elements has a place in the input to be found.
        let cost = if self.mode == PadMode::Constant { 1 } else { 4 };
        let elements = output.elements().saturating_mul(cost).saturating_add(rows.saturating_mul(2 * rules::LOOP_COST));
        Work { elements, ..Work::default() }
    }
}
