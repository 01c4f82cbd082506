use super::{Axis, Geometry, LANES, Window, conv};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator, rules},
};

/// Deformable convolution in two dimensions: X (batch, channels, height, width), W (filters, channels / groups, kernel), offsets
/// (batch, offset groups * taps * 2, output), then the bias (filters) and the mask (batch, offset groups * taps, output), each
/// when it is there. Each tap reads X by bilinear interpolation at its place moved by its offset, times its mask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeformConv {
    /// How the kernel moves.
    pub window: Window,
    /// Groups of channels that are convolved apart.
    pub groups: u32,
    /// Groups of channels that share offsets.
    pub offset_groups: u32,
    /// Whether there is a bias.
    pub bias: bool,
    /// Whether there is a mask.
    pub mask: bool,
}

/// Sizes of a deformable convolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeformShape {
    /// The product that follows the reading: that of a convolution of the output's size with as many taps.
    pub geometry: Geometry,
    /// Height and width.
    pub input: [usize; 2],
    /// Kernel's height and width.
    pub kernel: [usize; 2],
    /// Output's height and width.
    pub output: [usize; 2],
}

impl DeformConv {
    /// Its sizes, for inputs that passed its rule.
    pub fn shape(&self, inputs: &[TensorType]) -> Result<DeformShape, OpError> {
        let expected = 3 + usize::from(self.bias) + usize::from(self.mask);
        if inputs.len() != expected {
            return Err(OpError::Arity { expected: "3, and the bias and mask that it names", found: inputs.len() });
        }
        rules::accept(inputs, "float32", |dtype| dtype == DType::F32)?;
        let (x, w, offset) = (&inputs[0], &inputs[1], &inputs[2]);
        let (&[batch, channels, height, width], &[filters, per_group, kh, kw]) =
            (x.shape.as_slice(), w.shape.as_slice())
        else {
            return Err(OpError::shape(format!(
                "X and W should have 4 dimensions, they are {:?} and {:?}",
                x.shape, w.shape
            )));
        };
        let divides = |groups: u32, count: u32| groups > 0 && count.is_multiple_of(groups);
        if !divides(self.groups, filters)
            || per_group.checked_mul(self.groups) != Some(channels)
            || !divides(self.offset_groups, channels)
        {
            let why =
                format!("{} groups or {} offset groups do not divide the channels", self.groups, self.offset_groups);
            return Err(OpError::shape(why));
        }
        let space = self.window.outputs(&[kh, kw], &[height, width], false)?;
        let taps = kh.saturating_mul(kw).saturating_mul(self.offset_groups);
        let wanted = [batch, taps.saturating_mul(2), space[0], space[1]];
        if offset.shape != wanted {
            return Err(OpError::shape(format!(
                "the offsets have shape {:?}, they should have {wanted:?}",
                offset.shape
            )));
        }
        conv::check_bias(inputs.get(3).filter(|_| self.bias), filters)?;
        let mask = inputs.last().filter(|_| self.mask);
        if let Some(mask) = mask
            && mask.shape != [batch, taps, space[0], space[1]]
        {
            return Err(OpError::shape(format!("the mask has shape {:?}, the offsets {wanted:?}", mask.shape)));
        }
        let output = [batch, filters, space[0], space[1]];
        TensorType::new(x.dtype, output).check()?;
        // A pointwise convolution over channels times taps.
        let flat = Window { axes: vec![Axis::default(); 2] };
        let terms = per_group.saturating_mul(kh).saturating_mul(kw);
        let image = [batch, terms.saturating_mul(self.groups), space[0], space[1]];
        let geometry = Geometry::convolution(&flat, self.groups, &image, &[filters, terms, 1, 1], &output)?.packed();
        let pair = |a: u32, b: u32| [a as usize, b as usize];
        Ok(DeformShape { geometry, input: pair(height, width), kernel: pair(kh, kw), output: pair(space[0], space[1]) })
    }
}

impl Operator for DeformConv {
    fn encode(&self, out: &mut Writer) {
        self.window.encode(out);
        out.u32(self.groups);
        out.u32(self.offset_groups);
        out.bool(self.bias);
        out.bool(self.mask);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let (window, groups, offset_groups) = (Window::decode(reader)?, reader.u32()?, reader.u32()?);
        Ok(Self { window, groups, offset_groups, bias: reader.bool()?, mask: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let shape = self.shape(inputs)?;
        let [batch, filters] = [inputs[0].shape[0], inputs[1].shape[0]];
        Ok(vec![TensorType::new(DType::F32, [batch, filters, shape.output[0] as u32, shape.output[1] as u32])])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let Ok(shape) = self.shape(inputs) else { return Work::default() };
        let geometry = &shape.geometry;
        let lanes = geometry.pixels().next_multiple_of(LANES) as u64;
        let read = (geometry.batch * geometry.groups) as u64 * lanes * geometry.terms() as u64;
        let own =
            Work { elements: read.saturating_mul(16), random_accesses: read.saturating_mul(4), ..Work::default() };
        geometry.work(DType::F32).plus(own)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.shape(inputs).map_or(OpMemory::default(), |shape| shape.geometry.memory(&inputs[0]))
    }
}
