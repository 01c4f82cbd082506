use super::{ByteProduct, arity, check_scales, check_zero_point, expect, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_TENSOR_BYTES,
    ops::{OpMemory, Operator, Window},
};

/// Where an 8-bit convolution reads and writes: for each image and group a product of the windows' elements, one row for
/// each output position, with the filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteConv {
    /// How the window moves.
    pub window: Window,
    /// Groups of channels.
    pub groups: u32,
}

/// The convolution of 8-bit tensors without their zero points, in wrapping int32; padding counts as the zero point. Inputs:
/// x, w, zero point of x (a scalar), zero point of w (a scalar, or one for each filter).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvInteger {
    /// Window and groups.
    pub conv: ByteConv,
}

/// The convolution of quantised tensors, quantised as in [`super::QLinearMatMul`]. Inputs: x, its scale and zero point; w, its scale
/// and zero point (scalars, or one for each filter); scale and zero point of y; a bias of int32 for each filter, which may
/// be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QLinearConv {
    /// Window and groups.
    pub conv: ByteConv,
}

impl ByteConv {
    fn encode(&self, out: &mut Writer) {
        self.window.encode(out);
        out.u32(self.groups);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { window: Window::decode(reader)?, groups: reader.u32()? })
    }

    fn output(&self, x: &TensorType, w: &TensorType) -> Result<Vec<u32>, OpError> {
        let (x_rank, w_rank) = (x.rank(), w.rank());
        if x_rank < 3 || x_rank != w_rank {
            return Err(OpError::shape(format!(
                "X and W should have one rank of 3 or more, not {x_rank} and {w_rank}"
            )));
        }
        let (filters, groups) = (w.shape[0], self.groups);
        let fits = groups > 0 && filters.is_multiple_of(groups) && w.shape[1].checked_mul(groups) == Some(x.shape[1]);
        if !fits {
            let why = format!("{groups} groups do not fit the shapes of X {:?} and W {:?}", x.shape, w.shape);
            return Err(OpError::shape(why));
        }
        let space = self.window.outputs(&w.shape[2..], &x.shape[2..], false)?;
        let output = [&[x.shape[0], filters], space.as_slice()].concat();
        let padded = self.padded_bytes(&w.shape, &output);
        if padded > MAX_TENSOR_BYTES {
            return Err(OpError::Limit { what: "padded input in bytes", found: padded, limit: MAX_TENSOR_BYTES });
        }
        Ok(output)
    }

    /// Positions of the padded copy of an image along each spatial dimension: those that the windows reach.
    pub fn padded(&self, w: &[u32], output: &[u32]) -> Vec<u64> {
        let reached = |((axis, &kernel), &count): ((&crate::ops::Axis, &u32), &u32)| {
            (u64::from(count) - 1).saturating_mul(u64::from(axis.stride)).saturating_add(axis.span(kernel))
        };
        self.window.axes.iter().zip(&w[2..]).zip(&output[2..]).map(reached).collect()
    }

    /// Bytes of the padded copy of one group of one image.
    pub fn padded_bytes(&self, w: &[u32], output: &[u32]) -> u64 {
        let positions = self.padded(w, output).into_iter().fold(1, u64::saturating_mul);
        positions.saturating_mul(u64::from(w[1])).saturating_add(64)
    }

    /// The product of one image and group, and how many there are.
    pub fn product(&self, x: &TensorType, w: &TensorType) -> Result<(ByteProduct, u64), OpError> {
        let output = self.output(x, w)?;
        let product = |dims: &[u32]| dims.iter().fold(1u64, |product, &dim| product.saturating_mul(u64::from(dim)));
        let n = u64::from(w.shape[0] / self.groups);
        let sizes = ByteProduct { m: product(&output[2..]), k: product(&w.shape[1..]), n };
        Ok((sizes, u64::from(x.shape[0]).saturating_mul(u64::from(self.groups))))
    }

    fn work(&self, x: &TensorType, w: &TensorType) -> Work {
        let Ok((product, count)) = self.product(x, w) else { return Work::default() };
        let mut work = product.work(count);
        // The image is copied with its padding; then each run of taps of a window is found, and its elements copied.
        let runs = w.shape[2..].iter().fold(1u64, |taps, &dim| taps.saturating_mul(u64::from(dim)));
        let window = product.k.saturating_add(runs.saturating_mul(rules::LOOP_COST));
        let gathered = product.m.saturating_mul(window).saturating_add(self.image_bytes(x, w).saturating_mul(2));
        work.elements = work.elements.saturating_add(count.saturating_mul(gathered));
        work
    }

    fn memory(&self, inputs: &[TensorType], filters: usize) -> OpMemory {
        let (Some(x), Some(w)) = (inputs.first(), inputs.get(filters)) else { return OpMemory::default() };
        let Ok((product, _)) = self.product(x, w) else { return OpMemory::default() };
        let mut memory = product.memory(filters, u64::from(self.groups));
        memory.scratch = memory.scratch.saturating_add(self.image_bytes(x, w));
        memory
    }

    fn image_bytes(&self, x: &TensorType, w: &TensorType) -> u64 {
        self.output(x, w).map_or(0, |output| self.padded_bytes(&w.shape, &output))
    }
}

impl Operator for ConvInteger {
    fn encode(&self, out: &mut Writer) {
        self.conv.encode(out);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { conv: ByteConv::decode(reader)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [x, w, _, _] = rules::inputs::<4>(inputs, "4")?;
        let shape = self.conv.output(x, w)?;
        check_zero_point(inputs, 0, 2, 1)?;
        super::scalar(&inputs[2], "zero point of X")?;
        check_zero_point(inputs, 1, 3, w.shape[0])?;
        Ok(vec![TensorType::new(DType::I32, shape)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let [x, w, ..] = inputs else { return Work::default() };
        self.conv.work(x, w)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.conv.memory(inputs, 1)
    }
}

impl Operator for QLinearConv {
    fn encode(&self, out: &mut Writer) {
        self.conv.encode(out);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { conv: ByteConv::decode(reader)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        arity(inputs, 8, "8 or 9", true)?;
        let (x, w) = (&inputs[0], &inputs[3]);
        let shape = self.conv.output(x, w)?;
        expect(inputs, 0, super::BYTES, super::is_byte)?;
        super::scalar(&inputs[1], "scale of X")?;
        super::scalar(&inputs[2], "zero point of X")?;
        let dtype = check_scales(inputs, 1, w.shape[0])?;
        Ok(vec![TensorType::new(dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let [x, _, _, w, ..] = inputs else { return Work::default() };
        self.conv.work(x, w)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.conv.memory(inputs, 3)
    }
}
