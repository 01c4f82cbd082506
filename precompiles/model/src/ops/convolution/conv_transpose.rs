use super::{FLOATS, Geometry, Window, conv};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_TENSOR_BYTES,
    ops::{OpMemory, Operator},
};

/// Transposed convolution: X (batch, channels, space), W (channels, filters / groups, kernel), optionally a bias B (filters). The
/// window's padding is cut off the result; a negative cut at the end, which ONNX calls output padding, adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvTranspose {
    /// How the kernel moves over the output. The padding at the end is not used; it is 0.
    pub window: Window,
    /// Groups of channels that are convolved apart.
    pub groups: u32,
    /// Spatial dimensions of the output.
    pub output: Vec<u32>,
}

impl ConvTranspose {
    fn output(&self, inputs: &[TensorType]) -> Result<TensorType, OpError> {
        let (x, w, bias) = conv::operands(inputs)?;
        let (groups, filters) = (self.groups, w.shape[1].saturating_mul(self.groups));
        if groups == 0 || w.shape[0] != x.shape[1] || !x.shape[1].is_multiple_of(groups) {
            return Err(OpError::shape(format!(
                "{groups} groups do not divide the channels of X {:?} and W {:?}",
                x.shape, w.shape
            )));
        }
        conv::check_bias(bias, filters)?;
        self.window.check(&w.shape[2..], &x.shape[2..])?;
        if self.output.len() + 2 != x.rank() {
            return Err(OpError::attribute("output_shape", format!("has not the rank of the input, {FLOATS}")));
        }
        if self.window.axes.iter().any(|axis| axis.end != 0) {
            return Err(OpError::attribute("pads", "should be 0 at the end, the output's shape says where it ends"));
        }
        // Far beyond the last position that an element reaches there would be nothing but the bias.
        for (axis, ((window, &kernel), &length)) in
            self.window.axes.iter().zip(&w.shape[2..]).zip(&x.shape[2..]).enumerate()
        {
            let stride = u64::from(window.stride);
            let reached = (u64::from(length) - 1) * stride + window.span(kernel) + stride;
            let wanted = u64::from(self.output[axis]) + u64::from(window.begin);
            if wanted > reached.saturating_mul(2).min(MAX_TENSOR_BYTES) {
                return Err(OpError::attribute("output_shape", "is much larger than what the input reaches"));
            }
        }
        let shape = [&[x.shape[0], filters], self.output.as_slice()].concat();
        let output = TensorType::new(x.dtype, shape);
        output.check()?;
        Ok(output)
    }

    /// Where it reads and writes, for inputs that passed its rule.
    pub fn geometry(&self, inputs: &[TensorType]) -> Result<Geometry, OpError> {
        let output = self.output(inputs)?;
        let (x, w, _) = conv::operands(inputs)?;
        let geometry = Geometry::transposed(&self.window, self.groups, &x.shape, &w.shape, &output.shape)?;
        Ok(conv::for_type(x.dtype, geometry))
    }
}

impl Operator for ConvTranspose {
    fn encode(&self, out: &mut Writer) {
        self.window.encode(out);
        out.u32(self.groups);
        out.list(&self.output, |w, &dim| w.u32(dim));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let (window, groups) = (Window::decode(reader)?, reader.u32()?);
        Ok(Self { window, groups, output: reader.list("rank", super::MAX_SPATIAL, 4, Reader::u32)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        self.geometry(inputs)?;
        Ok(vec![self.output(inputs)?])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.geometry(inputs).map_or(Work::default(), |geometry| geometry.work(inputs[0].dtype))
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.geometry(inputs).map_or(OpMemory::default(), |geometry| geometry.memory(&inputs[0]))
    }
}
