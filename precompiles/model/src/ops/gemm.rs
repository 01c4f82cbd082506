use super::{
    OpMemory, Operator,
    matmul::{ACCEPTED, accepts, product_memory, product_work},
    rules,
};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// alpha * A * B + beta * C, where A and B are matrices, optionally transposed, and C broadcasts to the result or is absent.
/// Integer products need alpha and beta of 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gemm {
    /// Factor of the product; finite.
    pub alpha: f32,
    /// Factor of C; finite.
    pub beta: f32,
    /// A is given as k by m.
    pub trans_a: bool,
    /// B is given as n by k.
    pub trans_b: bool,
}

impl Default for Gemm {
    fn default() -> Self {
        Self { alpha: 1.0, beta: 1.0, trans_a: false, trans_b: false }
    }
}

impl Gemm {
    /// Rows of the result, length of its dot products, columns of the result: m, k, n.
    pub fn sizes(&self, a: &[u32], b: &[u32]) -> Result<(u32, u32, u32), OpError> {
        let (&[a0, a1], &[b0, b1]) = (a, b) else {
            return Err(OpError::shape(format!("A and B should be matrices, they are {a:?} and {b:?}")));
        };
        let (m, k) = if self.trans_a { (a1, a0) } else { (a0, a1) };
        let (right_k, n) = if self.trans_b { (b1, b0) } else { (b0, b1) };
        if k != right_k {
            return Err(OpError::shape(format!("A gives dot products of length {k}, B of length {right_k}")));
        }
        Ok((m, k, n))
    }
}

impl Operator for Gemm {
    fn encode(&self, out: &mut Writer) {
        out.f32(self.alpha);
        out.f32(self.beta);
        out.bool(self.trans_a);
        out.bool(self.trans_b);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { alpha: reader.f32()?, beta: reader.f32()?, trans_a: reader.bool()?, trans_b: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let (a, b, c) = match inputs {
            [a, b] => (a, b, None),
            [a, b, c] => (a, b, Some(c)),
            _ => {
                return Err(OpError::Arity { expected: "2 or 3", found: inputs.len() });
            }
        };
        rules::accept(inputs, ACCEPTED, accepts)?;
        let dtype = rules::same_type(inputs)?;
        for (name, value) in [("alpha", self.alpha), ("beta", self.beta)] {
            if !value.is_finite() {
                return Err(OpError::attribute(name, "is not finite"));
            }
            if !dtype.is_float() && value.to_bits() != 1.0f32.to_bits() {
                return Err(OpError::attribute(name, "should be 1 for integers"));
            }
        }
        let (m, _, n) = self.sizes(&a.shape, &b.shape)?;
        let shape = vec![m, n];
        if let Some(c) = c
            && rules::broadcast(&c.shape, &shape)? != shape
        {
            return Err(OpError::shape(format!("C of shape {:?} does not broadcast to {shape:?}", c.shape)));
        }
        Ok(vec![TensorType::new(dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let [a, b, ..] = inputs else {
            return Work::default();
        };
        let Ok((m, k, n)) = self.sizes(&a.shape, &b.shape) else {
            return Work::default();
        };
        let dtype: DType = a.dtype;
        product_work(dtype, 1, u64::from(m), u64::from(k), u64::from(n))
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let [a, b, ..] = inputs else { return OpMemory::default() };
        let Ok((m, k, n)) = self.sizes(&a.shape, &b.shape) else { return OpMemory::default() };
        product_memory(a.dtype, 1, u64::from(m), u64::from(k), u64::from(n))
    }
}
