use super::{Geometry, LANES, MAX_SPATIAL, Window};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, rules},
};

/// Windows over each channel apart: what the pooling operators share. One to three spatial dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Spatial dimensions of a window.
    pub kernel: Vec<u32>,
    /// How it moves. Padding is shorter than the window's span.
    pub window: Window,
    /// Whether a last window may hang over the end.
    pub ceil: bool,
}

impl Pool {
    pub(super) fn encode(&self, out: &mut Writer) {
        out.list(&self.kernel, |w, &dim| w.u32(dim));
        self.window.encode(out);
        out.bool(self.ceil);
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let kernel = reader.list("number of spatial dimensions", MAX_SPATIAL, 4, Reader::u32)?;
        Ok(Self { kernel, window: Window::decode(reader)?, ceil: reader.bool()? })
    }

    /// Type of the output for one input of the accepted types.
    pub(super) fn output(
        &self,
        inputs: &[TensorType],
        accepted: &'static str,
        accepts: impl Fn(DType) -> bool,
    ) -> Result<TensorType, OpError> {
        let [x] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, accepted, accepts)?;
        self.geometry(x)?;
        let space = self.window.outputs(&self.kernel, &x.shape[2..], self.ceil)?;
        Ok(TensorType::new(x.dtype, [&x.shape[..2], space.as_slice()].concat()))
    }

    /// Where the windows read, for an input (batch, channels, space): that of a convolution whose images are the channels, always
    /// with neighbouring outputs of a row as lanes.
    pub fn geometry(&self, x: &TensorType) -> Result<Geometry, OpError> {
        if x.rank() < 3 {
            return Err(OpError::shape(format!("X should be (batch, channels, space), it is {:?}", x.shape)));
        }
        let space = self.window.outputs(&self.kernel, &x.shape[2..], self.ceil)?;
        for (axis, &kernel) in self.window.axes.iter().zip(&self.kernel) {
            if u64::from(axis.begin) >= axis.span(kernel) || u64::from(axis.end) >= axis.span(kernel) {
                return Err(OpError::attribute("pads", "should be shorter than the window"));
            }
        }
        let output = [&[x.shape[0].saturating_mul(x.shape[1]), 1], space.as_slice()].concat();
        TensorType::new(x.dtype, output.clone()).check()?;
        let input = [&output[..2], &x.shape[2..]].concat();
        let weight = [&[1, 1], self.kernel.as_slice()].concat();
        Ok(Geometry::convolution(&self.window, 1, &input, &weight, &output)?.by_rows())
    }

    /// `cost` elements for each tap of each output, and the copies.
    pub(super) fn work(&self, inputs: &[TensorType], cost: u64) -> Work {
        let Some(Ok(geometry)) = inputs.first().map(|x| self.geometry(x)) else { return Work::default() };
        let copied = geometry.plane as u64 * if geometry.runs > 1 { 4 } else { 2 };
        // Each output also joins 16 lanes.
        let taps = (geometry.taps() as u64 + LANES as u64).saturating_mul(cost);
        let outputs = (geometry.lanes() as u64).saturating_mul(taps);
        let elements = (geometry.batch as u64).saturating_mul(copied.saturating_add(outputs));
        Work { elements, ..Work::default() }
    }

    pub(super) fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let Some(Ok(geometry)) = inputs.first().map(|x| self.geometry(x)) else { return OpMemory::default() };
        let size = inputs[0].dtype.size() as u64;
        let places = (geometry.taps() as u64).saturating_mul(16);
        // The padded copy, and a row of outputs.
        let row = if geometry.taps() == 1 { geometry.pixels() } else { geometry.output[2] };
        let elements = geometry.padded_elements() as u64 + row as u64;
        let scratch = elements.saturating_mul(size).saturating_add(64 + places);
        OpMemory { scratch, ..OpMemory::default() }
    }
}
