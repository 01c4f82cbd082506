use super::{Operator, positions, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// How a GridSample reads between elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum GridMode {
    /// The nearest element, ties to the even one.
    Nearest = 0,
    /// Linear in each dimension.
    Linear = 1,
    /// Cubic in each dimension, with the coefficient -0.75.
    Cubic = 2,
}

/// What a GridSample reads outside of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum GridPadding {
    /// Zero.
    Zeros = 0,
    /// The nearest element.
    Border = 1,
    /// The input mirrored at its border.
    Reflection = 2,
}

/// Values of images or volumes at the coordinates of a grid: inputs are X [N, C, …] with two or three spatial dimensions and
/// the grid [N, …, number of spatial dimensions], whose last dimension holds coordinates from the last spatial dimension to the
/// first; -1 and 1 are its ends. Both are float32 or both float64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridSample {
    /// How it reads between elements.
    pub mode: GridMode,
    /// What it reads outside.
    pub padding: GridPadding,
    /// Whether -1 and 1 are the centres of the outermost elements, not their outer edges.
    pub align_corners: bool,
}

impl GridMode {
    /// Elements read in each dimension.
    pub const fn taps(self) -> usize {
        match self {
            Self::Nearest => 1,
            Self::Linear => 2,
            Self::Cubic => 4,
        }
    }
}

impl Operator for GridSample {
    fn encode(&self, out: &mut Writer) {
        out.u8(self.mode as u8);
        out.u8(self.padding as u8);
        out.bool(self.align_corners);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let unknown = Err(PlanError::NotCanonical { what: "an unknown way of sampling a grid" });
        let mode = match reader.u8()? {
            0 => GridMode::Nearest,
            1 => GridMode::Linear,
            2 => GridMode::Cubic,
            _ => return unknown,
        };
        let padding = match reader.u8()? {
            0 => GridPadding::Zeros,
            1 => GridPadding::Border,
            2 => GridPadding::Reflection,
            _ => return unknown,
        };
        Ok(Self { mode, padding, align_corners: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input, grid] = rules::inputs::<2>(inputs, "2")?;
        rules::accept(inputs, "float32 and float64", DType::is_float)?;
        rules::same_type(inputs)?;
        let spatial = input.rank().saturating_sub(2);
        let fits = (2..=3).contains(&spatial)
            && grid.rank() == input.rank()
            && grid.shape[0] == input.shape[0]
            && grid.shape.last().map(|&last| last as usize) == Some(spatial);
        if !fits {
            let why = format!("a grid of shape {:?} does not fit an input of shape {:?}", grid.shape, input.shape);
            return Err(OpError::shape(why));
        }
        let shape = [&input.shape[..2], &grid.shape[1..=spatial]].concat();
        Ok(vec![TensorType::new(input.dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let Some(input) = inputs.first() else { return Work::default() };
        let (spatial, taps) = (input.rank().saturating_sub(2) as u32, self.mode.taps() as u64);
        let count = rules::output_elements(outputs);
        let points = outputs.first().map_or(0, |output| {
            u64::from(output.shape[0]).saturating_mul(positions::count(output.shape.get(2..).unwrap_or_default()))
        });
        let reads = count.saturating_mul(taps.saturating_pow(spatial));
        Work {
            random_accesses: reads / taps,
            elements: reads.saturating_mul(4).saturating_add(points.saturating_mul(128)),
            ..Work::default()
        }
    }
}
