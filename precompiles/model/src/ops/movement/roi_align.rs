use super::{Operator, positions, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Regions of images pooled to one size: inputs are X [N, C, H, W] and regions [R, 4] (x and y of the start, of the end), both
/// float32, and the image of each region (int32 or int64, clamped into the range).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoiAlign {
    /// Whether samples are joined by their maximum, not by their mean.
    pub max: bool,
    /// Whether coordinates are shifted by half an element.
    pub half_pixel: bool,
    /// Height of the output.
    pub height: u32,
    /// Width of the output.
    pub width: u32,
    /// Samples of an output element in each dimension, at least 1.
    pub samples: u32,
    /// Factor of the regions' coordinates.
    pub scale: f32,
}

impl Operator for RoiAlign {
    fn encode(&self, out: &mut Writer) {
        out.bool(self.max);
        out.bool(self.half_pixel);
        out.u32(self.height);
        out.u32(self.width);
        out.u32(self.samples);
        out.f32(self.scale);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self {
            max: reader.bool()?,
            half_pixel: reader.bool()?,
            height: reader.u32()?,
            width: reader.u32()?,
            samples: reader.u32()?,
            scale: reader.f32()?,
        })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input, regions, images] = rules::inputs::<3>(inputs, "3")?;
        rules::accept(&inputs[..2], rules::F32_ONLY, |dtype| dtype == DType::F32)?;
        positions::accept(2, images)?;
        if self.samples == 0 {
            return Err(OpError::attribute("samples", "is 0"));
        }
        let count = regions.shape.first().copied().unwrap_or(0);
        if input.rank() != 4 || regions.shape != [count, 4] || images.shape != [count] {
            let why = format!("{regions} and {images} are not regions of images {input}");
            return Err(OpError::shape(why));
        }
        Ok(vec![TensorType::new(DType::F32, [count, input.shape[1], self.height, self.width])])
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let samples = u64::from(self.samples).saturating_mul(u64::from(self.samples));
        let reads = rules::output_elements(outputs).saturating_mul(samples);
        Work { random_accesses: reads.saturating_mul(2), elements: reads.saturating_mul(40), ..Work::default() }
    }
}
