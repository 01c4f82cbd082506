use super::{expect, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::Operator,
};

/// `saturate(round(x / scale) + zero point)` for float32, ties to even; NaN counts as 0. Inputs: x, scale, zero point. The
/// type of the zero point is that of the result.
///
/// Scale and zero point are scalars, or have one entry for each position of the axis, or, with blocks, the rank of x and
/// one entry for each block of positions of the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantizeLinear {
    /// The axis that the scales belong to; 0 for a scalar.
    pub axis: u32,
    /// Positions of the axis that share a scale; 0 without blocks.
    pub block: u32,
}

/// `(x - zero point) * scale` in float32: the difference in wrapping int32, converted, then multiplied. Inputs: x, scale,
/// zero point, with shapes as for [`QuantizeLinear`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DequantizeLinear {
    /// The axis that the scales belong to; 0 for a scalar.
    pub axis: u32,
    /// Positions of the axis that share a scale; 0 without blocks.
    pub block: u32,
}

/// How elements share scales: the tensor is cut into runs; run `i` starts with scale `first(i)`, and its elements have that
/// scale, or that one and the ones after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleRuns {
    /// Product of the dimensions before the axis.
    pub outer: usize,
    /// Length of the axis.
    pub axis: usize,
    /// Product of the dimensions after the axis.
    pub inner: usize,
    /// Positions of the axis that share a scale; 0 without blocks.
    pub block: usize,
    /// Whether there is one scale for all.
    pub is_scalar: bool,
}

impl ScaleRuns {
    fn new(x: &TensorType, scale: &TensorType, axis: u32, block: u32) -> Result<Self, OpError> {
        if scale.shape.is_empty() {
            if (axis, block) != (0, 0) {
                return Err(OpError::attribute("axis", "should be 0 for a scalar, and the block size too"));
            }
            let inner = usize::try_from(x.elements()).unwrap_or(usize::MAX);
            return Ok(Self { outer: 1, axis: 1, inner, block: 0, is_scalar: true });
        }
        let at = rules::axis_below("axis", axis, x.rank())?;
        let expected = if block == 0 {
            vec![x.shape[at]]
        } else {
            let mut shape = x.shape.clone();
            shape[at] = shape[at].div_ceil(block);
            shape
        };
        if scale.shape != expected {
            let why = format!("scale and zero point should have the shape {expected:?}, not {:?}", scale.shape);
            return Err(OpError::shape(why));
        }
        let product = |dims: &[u32]| dims.iter().map(|&dim| dim as usize).product();
        Ok(Self {
            outer: product(&x.shape[..at]),
            axis: x.shape[at] as usize,
            inner: product(&x.shape[at + 1..]),
            block: block as usize,
            is_scalar: false,
        })
    }

    /// Number of runs.
    pub const fn count(&self) -> usize {
        match (self.is_scalar, self.inner, self.block) {
            (true, ..) => 1,
            (_, 1, 0) => self.outer,
            (_, 1, block) => self.outer * self.axis.div_ceil(block),
            _ => self.outer * self.axis,
        }
    }

    /// Run `index`: how many elements it has, its first scale, and whether each element has its own.
    pub const fn run(&self, index: usize) -> (usize, usize, bool) {
        let blocks = if self.block == 0 { 1 } else { self.axis.div_ceil(self.block) };
        match (self.is_scalar, self.inner, self.block) {
            (true, inner, _) => (inner, 0, false),
            (_, 1, 0) => (self.axis, 0, true),
            (_, 1, block) => {
                let rest = self.axis - index % blocks * block;
                (if rest < block { rest } else { block }, index, false)
            }
            (_, inner, 0) => (inner, index % self.axis, false),
            (_, inner, block) => {
                let (outer, position) = (index / self.axis, index % self.axis);
                (inner, (outer * blocks + position / block) * inner, true)
            }
        }
    }

    fn work(&self, cost: u64) -> Work {
        let elements = (self.outer as u64).saturating_mul(self.axis as u64).saturating_mul(self.inner as u64);
        let runs = (self.count() as u64).saturating_mul(rules::LOOP_COST);
        Work { elements: elements.saturating_mul(cost).saturating_add(runs), ..Work::default() }
    }
}

fn check_scale(inputs: &[TensorType]) -> Result<(), OpError> {
    expect(inputs, 1, rules::F32_ONLY, |dtype| dtype == DType::F32)?;
    if inputs[1].shape != inputs[2].shape {
        return Err(OpError::shape("scale and zero point differ in shape"));
    }
    Ok(())
}

impl QuantizeLinear {
    /// How elements share scales, for inputs of these types.
    pub fn runs(&self, inputs: &[TensorType]) -> Result<ScaleRuns, OpError> {
        let [x, scale, _] = rules::inputs::<3>(inputs, "3")?;
        ScaleRuns::new(x, scale, self.axis, self.block)
    }
}

impl DequantizeLinear {
    /// How elements share scales, for inputs of these types.
    pub fn runs(&self, inputs: &[TensorType]) -> Result<ScaleRuns, OpError> {
        let [x, scale, _] = rules::inputs::<3>(inputs, "3")?;
        ScaleRuns::new(x, scale, self.axis, self.block)
    }
}

impl Operator for QuantizeLinear {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.u32(self.block);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, block: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [x, _, zero_point] = rules::inputs::<3>(inputs, "3")?;
        expect(inputs, 0, rules::F32_ONLY, |dtype| dtype == DType::F32)?;
        check_scale(inputs)?;
        let narrow = |dtype| matches!(dtype, DType::U8 | DType::I8 | DType::U16 | DType::I16);
        expect(inputs, 2, "8- and 16-bit integers", narrow)?;
        self.runs(inputs)?;
        Ok(vec![TensorType::new(zero_point.dtype, x.shape.clone())])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        // A division, and rounding.
        self.runs(inputs).map_or(Work::default(), |runs| runs.work(5))
    }
}

impl Operator for DequantizeLinear {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.u32(self.block);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, block: reader.u32()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [x, _, _] = rules::inputs::<3>(inputs, "3")?;
        check_scale(inputs)?;
        let narrow = |dtype| matches!(dtype, DType::U8 | DType::I8 | DType::U16 | DType::I16 | DType::I32);
        expect(inputs, 0, "8- and 16-bit integers and int32", narrow)?;
        let dtype = x.dtype;
        expect(inputs, 2, "the type of input 0", |found| found == dtype)?;
        self.runs(inputs)?;
        Ok(vec![TensorType::new(DType::F32, x.shape.clone())])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.runs(inputs).map_or(Work::default(), |runs| runs.work(2))
    }
}
