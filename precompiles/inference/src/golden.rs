//! Fixed cases whose digests are committed: a node compares them on the path that it chose, before it does anything else.

use std::sync::Arc;

use alloy_primitives::{B256, b256};
use praxis_model::{
    BuildError, DType, Handle, Plan, PlanBuilder, Tensor, TensorType, hash_tensors,
    ops::{
        Add, Cast, Clip, Concat, Div, Gemm, LeakyRelu, MatMul, Mul, Relu, Scalar, Sigmoid, Slice, SliceRange, Softmax,
        Sub, Tanh, Transpose,
    },
};

use crate::{Fault, Isa, PrepareError, RunError, Session};

/// A named case: builds a Plan whose inputs and constants come from the numbers.
struct Case {
    name: &'static str,
    build: fn(&mut PlanBuilder, &mut Numbers) -> Result<(), BuildError>,
    digest: B256,
}

const CASES: &[Case] = &[
    Case {
        name: "perceptron",
        build: perceptron,
        digest: b256!("a476eb02839ac9e1910062df86529446f47ed08cd7eaa1a80b771718ce210cff"),
    },
    Case {
        name: "products",
        build: products,
        digest: b256!("bc7035e1a80fcbf73b27150129c2695f5ac3c0e33a39cd85684759c7a0ddb64e"),
    },
    Case {
        name: "functions",
        build: functions,
        digest: b256!("5e19ffdbcf09d31bdf75b6f095229a593daab276ade2a44fc29433661a8ddc04"),
    },
    Case {
        name: "elementwise",
        build: elementwise,
        digest: b256!("ae103ff2f0509b3ed359dc0adeeee5e7baeed82937c488f2a79fe1ce9c2e2c81"),
    },
    Case {
        name: "other types",
        build: other_types,
        digest: b256!("aa0d1c0dacae36b7456a8cc174d9042459bad3d855bbf51d65e62227b3d20415"),
    },
];

/// Runs the golden cases on this instruction set and compares their digests. Takes milliseconds.
pub fn self_check(isa: Isa) -> Result<(), Fault> {
    for case in CASES {
        let found = digest(case, isa)?;
        if found != case.digest {
            let (found, expected) = (found.to_string(), case.digest.to_string());
            return Err(Fault::Golden { case: case.name, isa, found, expected });
        }
    }
    Ok(())
}

fn digest(case: &Case, isa: Isa) -> Result<B256, Fault> {
    let mut numbers = Numbers(0x5EED);
    let mut builder = PlanBuilder::new(0, [0; 32]);
    (case.build)(&mut builder, &mut numbers).map_err(|_| Fault::Internal("a golden case does not build"))?;
    let plan: Plan = builder.finish().map_err(|_| Fault::Internal("a golden case is not valid"))?;
    let inputs: Vec<Tensor> = plan.inputs.iter().map(|info| numbers.tensor(&info.tensor_type())).collect();
    let session = Session::with_isa(Arc::new(plan), isa).map_err(|error| match error {
        PrepareError::Fault(fault) => fault,
        PrepareError::Plan(_) => Fault::Internal("a golden case is not valid"),
    })?;
    let outputs = session.run(&inputs).map_err(|error| match error {
        RunError::Fault(fault) => fault,
        RunError::Input(_) => Fault::Internal("a golden case has wrong inputs"),
    })?;
    Ok(hash_tensors(&outputs))
}

/// SplitMix64: the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Mostly a multiple of 2^-22 in (-2, 2), sometimes any bits: NaN, infinities and subnormal numbers among them.
    fn float(&mut self) -> f32 {
        let bits = self.next();
        match bits & 63 {
            0 => f32::from_bits((bits >> 32) as u32),
            _ => ((bits >> 40) as i32 - (1 << 23)) as f32 / 4_194_304.0,
        }
    }

    fn tensor(&mut self, kind: &TensorType) -> Tensor {
        let mut data = Vec::with_capacity(kind.bytes() as usize);
        for _ in 0..kind.elements() {
            match kind.dtype {
                DType::F32 => data.extend_from_slice(&self.float().to_le_bytes()),
                DType::F64 => data.extend_from_slice(&(f64::from(self.float()) / 3.0).to_le_bytes()),
                DType::Bool => data.push(self.next() as u8 & 1),
                other => data.extend_from_slice(&self.next().to_le_bytes()[..other.size()]),
            }
        }
        Tensor { dtype: kind.dtype, shape: kind.shape.clone(), data }
    }

    /// A constant without special values, so that results say something.
    fn weights(&mut self, builder: &mut PlanBuilder, shape: &[u32]) -> Result<Handle, BuildError> {
        let count: u32 = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|_| ((self.next() >> 40) as i32 - (1 << 23)) as f32 / 3e7).collect();
        builder.constant(Tensor::from_f32(shape, &values))
    }
}

fn f32s(shape: &[u32]) -> TensorType {
    TensorType::new(DType::F32, shape)
}

fn perceptron(b: &mut PlanBuilder, numbers: &mut Numbers) -> Result<(), BuildError> {
    let x = b.input("x", f32s(&[5, 20]))?;
    let (w1, b1) = (numbers.weights(b, &[70, 20])?, numbers.weights(b, &[70])?);
    let (w2, b2) = (numbers.weights(b, &[70, 33])?, numbers.weights(b, &[1, 33])?);
    let (w3, b3) = (numbers.weights(b, &[33, 2])?, numbers.weights(b, &[5, 1])?);
    let hidden = b.node1(Gemm { trans_b: true, ..Gemm::default() }, &[x, w1, b1])?;
    let hidden = b.node1(Relu, &[hidden])?;
    let hidden = b.node1(Gemm { alpha: 0.75, beta: 1.25, ..Gemm::default() }, &[hidden, w2, b2])?;
    let hidden = b.node1(Tanh, &[hidden])?;
    let logits = b.node1(Gemm::default(), &[hidden, w3, b3])?;
    let y = b.node1(Softmax { axis: 1 }, &[logits])?;
    b.output("y", y);
    Ok(())
}

fn products(b: &mut PlanBuilder, numbers: &mut Numbers) -> Result<(), BuildError> {
    for (index, (m, k, n)) in
        [(1, 700, 3), (1, 256, 150), (7, 513, 37), (2, 300, 48), (1, 1, 1)].into_iter().enumerate()
    {
        let x = b.input(format!("x{index}"), f32s(&[m, k]))?;
        let w = numbers.weights(b, &[k, n])?;
        let y = b.node1(MatMul, &[x, w])?;
        b.output(format!("y{index}"), y);
    }
    let left = b.input("left", f32s(&[2, 1, 3, 40]))?;
    let right = b.input("right", f32s(&[3, 40, 17]))?;
    let y = b.node1(MatMul, &[left, right])?;
    b.output("batched", y);
    Ok(())
}

fn functions(b: &mut PlanBuilder, _numbers: &mut Numbers) -> Result<(), BuildError> {
    // Every 2^20th float32, and those around the ends of the exponential's range.
    let mut values: Vec<f32> = (0..4096u32).map(|i| f32::from_bits((i << 20) | (i * 37))).collect();
    values.extend((0..1024).map(|i| (i - 512) as f32 * 0.207));
    let x = b.constant(Tensor::from_f32([5120], &values))?;
    let tanh = b.node1(Tanh, &[x])?;
    let sigmoid = b.node1(Sigmoid, &[x])?;
    let rows = b.input("x", f32s(&[8, 53, 3]))?;
    let softmax = b.node1(Softmax { axis: 1 }, &[rows])?;
    let last = b.node1(Softmax { axis: 2 }, &[rows])?;
    for (name, value) in [("tanh", tanh), ("sigmoid", sigmoid), ("softmax", softmax), ("last", last)] {
        b.output(name, value);
    }
    Ok(())
}

fn elementwise(b: &mut PlanBuilder, numbers: &mut Numbers) -> Result<(), BuildError> {
    let x = b.input("x", f32s(&[3, 50, 41]))?;
    let y = b.input("y", f32s(&[50, 1]))?;
    let z = numbers.weights(b, &[])?;
    let sum = b.node1(Add, &[x, y])?;
    let difference = b.node1(Sub, &[y, x])?;
    let product = b.node1(Mul, &[sum, difference])?;
    let quotient = b.node1(Div, &[product, x])?;
    let scaled = b.node1(Mul, &[quotient, z])?;
    let leaky = b.node1(LeakyRelu { alpha: 0.01 }, &[scaled])?;
    let bounds = Clip { min: Some(Scalar::f32(-0.0)), max: Some(Scalar::f32(1.5)) };
    let clipped = b.node1(bounds, &[leaky])?;
    let turned = b.node1(Transpose { perm: vec![2, 0, 1] }, &[clipped])?;
    let range = SliceRange { axis: 2, start: -2, end: 3, step: -3 };
    let cut = b.node1(Slice { ranges: vec![range] }, &[turned])?;
    let joined = b.node1(Concat { axis: 2 }, &[cut, turned])?;
    for (name, value) in [("quotient", quotient), ("leaky", leaky), ("joined", joined)] {
        b.output(name, value);
    }
    Ok(())
}

fn other_types(b: &mut PlanBuilder, _numbers: &mut Numbers) -> Result<(), BuildError> {
    let wide = b.input("wide", TensorType::new(DType::F64, [9, 300]))?;
    let turned = b.node1(Transpose { perm: vec![1, 0] }, &[wide])?;
    let product = b.node1(MatMul, &[wide, turned])?;
    let narrow = b.node1(Cast { to: DType::F32 }, &[product])?;
    b.output("narrow", narrow);
    let integers = b.input("integers", TensorType::new(DType::I64, [7, 11]))?;
    let square = b.node1(Mul, &[integers, integers])?;
    let ratio = b.node1(Div, &[square, integers])?;
    b.output("ratio", ratio);
    for to in DType::ALL {
        let cast = b.node1(Cast { to }, &[ratio])?;
        b.output(format!("integer to {to}"), cast);
    }
    let floats = b.node1(Cast { to: DType::I8 }, &[wide])?;
    b.output("saturated", floats);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_available_path_gives_the_committed_digests() {
        let mut wrong = Vec::new();
        for case in CASES {
            for isa in Isa::available() {
                let found = digest(case, isa).unwrap();
                if found != case.digest {
                    wrong.push(format!("{} on {}: {found}", case.name, isa.name()));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_wrong_digest_is_a_fault() {
        let case = Case { digest: B256::repeat_byte(1), ..CASES[0] };
        assert_ne!(digest(&case, Isa::best()).unwrap(), case.digest);
        assert!(self_check(Isa::best()).is_ok());
    }
}
