use super::{Ending, FLOATS, Geometry, Window};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator, rules},
};

/// Convolution: X (batch, channels, space), W (filters, channels / groups, kernel), optionally a bias B (filters). One to three
/// spatial dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// How the kernel moves.
    pub window: Window,
    /// Groups of channels that are convolved apart.
    pub groups: u32,
    /// Function of each output; float32 only.
    pub activation: Ending,
}

/// The bias, when there is one, has one number for each of `filters`.
pub(super) fn check_bias(bias: Option<&TensorType>, filters: u32) -> Result<(), OpError> {
    match bias {
        Some(bias) if bias.shape != [filters] => {
            Err(OpError::shape(format!("the bias has shape {:?}, there are {filters} filters", bias.shape)))
        }
        _ => Ok(()),
    }
}

/// X, W and the bias of a convolution.
pub(super) fn operands(inputs: &[TensorType]) -> Result<(&TensorType, &TensorType, Option<&TensorType>), OpError> {
    let (x, w, b) = match inputs {
        [x, w] => (x, w, None),
        [x, w, b] => (x, w, Some(b)),
        _ => return Err(OpError::Arity { expected: "2 or 3", found: inputs.len() }),
    };
    rules::accept(inputs, FLOATS, DType::is_float)?;
    rules::same_type(inputs)?;
    if x.rank() < 3 || w.rank() != x.rank() {
        return Err(OpError::shape(format!(
            "X should be (batch, channels, space) and W of the same rank, they are {:?} and {:?}",
            x.shape, w.shape
        )));
    }
    Ok((x, w, b))
}

pub(super) fn check_activation(activation: &Ending, dtype: DType) -> Result<(), OpError> {
    activation.check()?;
    if *activation != Ending::Identity && dtype != DType::F32 {
        return Err(OpError::attribute("activation", "should be absent for float64"));
    }
    Ok(())
}

/// Only float32 has a kernel for each method.
pub(super) fn for_type(dtype: DType, geometry: Geometry) -> Geometry {
    if dtype == DType::F32 { geometry } else { geometry.by_rows() }
}

impl Conv {
    /// Where it reads and writes, for inputs that passed its rule.
    pub fn geometry(&self, inputs: &[TensorType]) -> Result<Geometry, OpError> {
        let (x, w, _) = operands(inputs)?;
        let (groups, filters) = (self.groups, w.shape[0]);
        if groups == 0 || w.shape[1].checked_mul(groups) != Some(x.shape[1]) || !filters.is_multiple_of(groups) {
            return Err(OpError::shape(format!(
                "{groups} groups do not divide the channels of X {:?} and W {:?}",
                x.shape, w.shape
            )));
        }
        let space = self.window.outputs(&w.shape[2..], &x.shape[2..], false)?;
        let output = [&[x.shape[0], filters], space.as_slice()].concat();
        TensorType::new(x.dtype, output.clone()).check()?;
        Ok(for_type(x.dtype, Geometry::convolution(&self.window, groups, &x.shape, &w.shape, &output)?))
    }
}

impl Operator for Conv {
    fn encode(&self, out: &mut Writer) {
        self.window.encode(out);
        out.u32(self.groups);
        self.activation.encode(out);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let (window, groups) = (Window::decode(reader)?, reader.u32()?);
        Ok(Self { window, groups, activation: Ending::decode(reader)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let (x, w, bias) = operands(inputs)?;
        check_activation(&self.activation, x.dtype)?;
        check_bias(bias, w.shape[0])?;
        self.geometry(inputs)?;
        let mut shape = vec![x.shape[0], w.shape[0]];
        shape.extend(self.window.outputs(&w.shape[2..], &x.shape[2..], false)?);
        Ok(vec![TensorType::new(x.dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.geometry(inputs).map_or(Work::default(), |geometry| geometry.work(inputs[0].dtype))
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.geometry(inputs).map_or(OpMemory::default(), |geometry| geometry.memory(&inputs[0]))
    }
}
