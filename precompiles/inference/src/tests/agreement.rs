//! Random Plans give the same bits on every path of this machine.

use std::sync::Arc;

use praxis_model::{
    BuildError, Handle, Plan, PlanBuilder, Tensor, TensorType, hash_tensors,
    ops::{
        Add, Clip, Concat, Div, Gemm, LeakyRelu, MatMul, Mul, Relu, Scalar, Sigmoid, Slice, SliceRange, Softmax, Sub,
        Tanh, Transpose,
    },
};

use crate::{Isa, Session};

/// Inputs that all paths must agree on.
const INPUTS: usize = 10_000;
/// Inputs tried on each random Plan.
const INPUTS_PER_PLAN: usize = 25;

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn range(&mut self, first: u32, last: u32) -> u32 {
        first + self.below(u64::from(last - first) + 1) as u32
    }

    /// `wild` of 256 numbers have any bits; some of those are NaN, infinite or subnormal on purpose.
    pub(crate) fn float(&mut self, wild: u64) -> f32 {
        let bits = self.next();
        if bits & 255 >= wild {
            return ((bits >> 40) as i32 - (1 << 23)) as f32 / 4_194_304.0;
        }
        let any = (bits >> 32) as u32;
        match bits >> 8 & 15 {
            0 => f32::NAN,
            1 => f32::INFINITY,
            2 => f32::NEG_INFINITY,
            3 => -0.0,
            4 | 5 => f32::from_bits(any & 0x807F_FFFF),
            6 => f32::MAX,
            7 => f32::from_bits(0x2B80_0000 - (any & 3) + 1),
            _ => f32::from_bits(any),
        }
    }

    pub(crate) fn tensor(&mut self, kind: &TensorType, wild: u64) -> Tensor {
        let values: Vec<f32> = (0..kind.elements()).map(|_| self.float(wild)).collect();
        Tensor::from_f32(kind.shape.clone(), &values)
    }
}

fn layer(b: &mut PlanBuilder, r: &mut Random, x: Handle, wild: u64) -> Result<Handle, BuildError> {
    let shape = b.tensor_type(x).shape;
    let (m, k) = (shape[0], shape[1]);
    let n = if r.below(4) == 0 { r.range(1, 90) } else { r.range(1, 20) };
    let mut constant = |b: &mut PlanBuilder, shape: &[u32]| {
        let tensor = r.tensor(&TensorType::new(praxis_model::DType::F32, shape), wild);
        b.constant(tensor)
    };
    let y = match m % 3 {
        0 => {
            let w = constant(b, &[k, n])?;
            b.node1(MatMul, &[x, w])?
        }
        1 => {
            let (w, c) = (constant(b, &[n, k])?, constant(b, &[n])?);
            b.node1(Gemm { trans_b: true, ..Gemm::default() }, &[x, w, c])?
        }
        _ => {
            let (w, c) = (constant(b, &[k, n])?, constant(b, &[m, 1])?);
            b.node1(Gemm { alpha: 0.3, beta: -1.7, ..Gemm::default() }, &[x, w, c])?
        }
    };
    step(b, r, y)
}

/// One operator that keeps two dimensions.
fn step(b: &mut PlanBuilder, r: &mut Random, x: Handle) -> Result<Handle, BuildError> {
    let shape = b.tensor_type(x).shape;
    match r.below(12) {
        0 => b.node1(Relu, &[x]),
        1 => b.node1(LeakyRelu { alpha: 0.1 }, &[x]),
        2 => b.node1(Tanh, &[x]),
        3 => b.node1(Sigmoid, &[x]),
        4 => b.node1(Softmax { axis: r.range(0, 1) }, &[x]),
        5 => b.node1(Clip { min: Some(Scalar::f32(-1.0)), max: Some(Scalar::f32(0.0)) }, &[x]),
        6 => {
            let y = b.node1(Sub, &[x, x])?;
            b.node1(Div, &[x, y])
        }
        7 => b.node1(Mul, &[x, x]),
        8 => {
            let range = SliceRange { axis: 1, start: 0, end: i64::MAX, step: 1 };
            let row = SliceRange { axis: 0, start: -1, end: i64::MAX, step: 1 };
            let last = b.node1(Slice { ranges: vec![row, range] }, &[x])?;
            b.node1(Add, &[x, last])
        }
        9 => b.node1(Concat { axis: 1 }, &[x, x]),
        10 => {
            // A product of two computed matrices.
            let turned = b.node1(Transpose { perm: vec![1, 0] }, &[x])?;
            if shape[0] > 8 {
                return Ok(x);
            }
            let square = b.node1(MatMul, &[x, turned])?;
            b.node1(Softmax { axis: 1 }, &[square])
        }
        _ => Ok(x),
    }
}

/// A random perceptron with one or two inputs, one to three layers and an output after each.
pub(super) fn random_plan(r: &mut Random) -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let m = r.range(1, 9);
    let k = if r.below(3) == 0 { r.range(200, 800) } else { r.range(1, 64) };
    let wild = if r.below(3) == 0 { 2 } else { 0 };
    let mut x = b.input("x", TensorType::new(praxis_model::DType::F32, [m, k])).unwrap();
    for index in 0..r.range(1, 3) {
        x = layer(&mut b, r, x, wild).unwrap();
        b.output(format!("y{index}"), x);
    }
    b.finish().unwrap()
}

#[test]
fn all_available_paths_agree_bit_for_bit() {
    let available = Isa::available();
    let mut ran = Vec::new();
    let mut random = Random(2026);
    let mut compared = 0;
    let mut special = 0;
    while compared < INPUTS {
        let plan = Arc::new(random_plan(&mut random));
        let sessions: Vec<Session> =
            available.iter().map(|&isa| Session::with_isa(plan.clone(), isa).unwrap()).collect();
        for _ in 0..INPUTS_PER_PLAN {
            let wild = if random.below(2) == 0 { 0 } else { 40 };
            let inputs: Vec<Tensor> = plan.inputs.iter().map(|info| random.tensor(&info.tensor_type(), wild)).collect();
            let expected = sessions[0].run(&inputs).unwrap();
            special += usize::from(expected.iter().any(|y| y.to_f32().unwrap().iter().any(|y| !y.is_finite())));
            for session in &sessions {
                if !ran.contains(&session.isa()) {
                    ran.push(session.isa());
                }
                let found = session.run(&inputs).unwrap();
                assert_eq!(hash_tensors(&found), hash_tensors(&expected), "{} on {plan:?}", session.isa().name());
            }
            compared += 1;
        }
    }
    eprintln!("{compared} inputs ran alike on: {}", ran.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", "));
    assert_eq!(ran, available, "a path is available and did not run");
    assert!(ran.contains(&Isa::best()));
    assert!(special > INPUTS / 20, "only {special} inputs led to special values");
}
