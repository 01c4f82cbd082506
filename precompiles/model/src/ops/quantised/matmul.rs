use super::{ByteProduct, arity, check_scales, check_zero_point, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{MatMulShape, OpMemory, Operator},
};

/// The product of 8-bit matrices without their zero points, in wrapping int32. Inputs: a, b, zero point of a (a scalar, or
/// one for each row of a matrix), zero point of b (a scalar, or one for each column).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatMulInteger;

/// The product of quantised matrices, quantised: the int32 sum, with the bias, times `(scale a * scale b) / scale y`,
/// rounded to even, plus the zero point of y, saturated. Inputs: a, its scale and zero point; b, its scale and zero point;
/// scale and zero point of y; a bias of int32 for each column, which may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QLinearMatMul;

/// The sizes of the product and how often it is computed: with one right matrix the left ones are rows of a single product.
fn sizes(left: &TensorType, right: &TensorType) -> Result<(MatMulShape, ByteProduct, u64), OpError> {
    let shape = MatMulShape::new(&left.shape, &right.shape)?;
    let count = |dims: &[u32]| dims.iter().fold(1u64, |product, &dim| product.saturating_mul(u64::from(dim)));
    let (m, k, n) = (u64::from(shape.m), u64::from(shape.k), u64::from(shape.n));
    let batch = count(&shape.batch);
    let (m, batch) = if count(&shape.right_batch) == 1 && count(&shape.left_batch) == batch {
        (m.saturating_mul(batch), 1)
    } else {
        (m, batch)
    };
    Ok((shape, ByteProduct { m, k, n }, batch))
}

/// Rows that can have scales of their own: those of a single matrix.
fn rows(shape: &MatMulShape) -> u32 {
    if shape.batch.iter().all(|&dim| dim == 1) { shape.m } else { 1 }
}

fn output(dtype: DType, left: &TensorType, right: &TensorType, sizes: MatMulShape) -> Vec<TensorType> {
    let mut shape = sizes.batch;
    shape.extend((left.rank() > 1).then_some(sizes.m));
    shape.extend((right.rank() > 1).then_some(sizes.n));
    vec![TensorType::new(dtype, shape)]
}

fn work(inputs: &[TensorType], right: usize) -> Work {
    let (Some(left), Some(right)) = (inputs.first(), inputs.get(right)) else { return Work::default() };
    sizes(left, right).map_or(Work::default(), |(_, product, batch)| product.work(batch))
}

fn memory(inputs: &[TensorType], input: usize) -> OpMemory {
    let (Some(left), Some(right)) = (inputs.first(), inputs.get(input)) else { return OpMemory::default() };
    let Ok((_, product, _)) = sizes(left, right) else { return OpMemory::default() };
    let rights = right.elements() / product.k.saturating_mul(product.n).max(1);
    product.memory(input, rights)
}

impl Operator for MatMulInteger {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [left, right, _, _] = rules::inputs::<4>(inputs, "4")?;
        let (shape, ..) = sizes(left, right)?;
        check_zero_point(inputs, 0, 2, rows(&shape))?;
        check_zero_point(inputs, 1, 3, shape.n)?;
        Ok(output(DType::I32, left, right, shape))
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        work(inputs, 1)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        memory(inputs, 1)
    }
}

impl Operator for QLinearMatMul {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        arity(inputs, 8, "8 or 9", true)?;
        let (left, right) = (&inputs[0], &inputs[3]);
        let (shape, ..) = sizes(left, right)?;
        let dtype = check_scales(inputs, rows(&shape), shape.n)?;
        Ok(output(dtype, left, right, shape))
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        work(inputs, 3)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        memory(inputs, 3)
    }
}
