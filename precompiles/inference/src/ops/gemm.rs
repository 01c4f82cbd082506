use praxis_model::{DType, TensorType, ops::Gemm};

use super::broadcast::{self, Loop};
use crate::{
    Fault,
    align::{AlignedBytes, elements, elements_mut},
    arith::{Canonical, Fma},
    call::{Call, Kernel, NodeContext, Prepared},
    gemm::{Finish, Layout, Number, Sizes, multiply, multiply_plain, pack_right, pack_right_on, scratch_floats},
    isa::Job,
};

/// What a run needs to know.
#[derive(Clone, Debug)]
struct Shape {
    sizes: Sizes,
    left: Layout,
    right: Layout,
    alpha: f32,
    beta: f32,
    /// How the third input lies over the result, when there is one.
    bias: Option<Vec<Loop>>,
    /// Whether the product writes the results: there are no factors, and the third input is one row.
    fused: bool,
}

const fn layout(transposed: bool) -> Layout {
    if transposed { Layout::Columns } else { Layout::Rows }
}

impl Shape {
    fn new(gemm: &Gemm, node: &NodeContext<'_>) -> Result<Self, Fault> {
        let (m, k, n) = gemm
            .sizes(&node.inputs[0].shape, &node.inputs[1].shape)
            .map_err(|_| Fault::Internal("Gemm on shapes that it does not take"))?;
        let output = &node.outputs[0].shape;
        let row = |c: &TensorType| c.elements() == u64::from(n) && c.shape.last() == Some(&n);
        Ok(Self {
            fused: gemm.alpha == 1.0 && gemm.beta == 1.0 && node.inputs.get(2).is_none_or(row),
            sizes: Sizes::new(m as usize, k as usize, n as usize),
            left: layout(gemm.trans_a),
            right: layout(gemm.trans_b),
            alpha: gemm.alpha,
            beta: gemm.beta,
            bias: node.inputs.get(2).map(|c| broadcast::loops(&c.shape, output, output)),
        })
    }
}

/// alpha * sum + beta * bias on one run of the bias, each operation rounded on its own.
struct Scale<'a> {
    output: &'a mut [f32],
    bias: &'a [f32],
    alpha: f32,
    beta: f32,
}

impl Job for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let (alpha, beta) = (self.alpha, self.beta);
        match self.bias {
            [] => self.output.iter_mut().for_each(|x| *x = (alpha * *x).canonical()),
            &[bias] => {
                let bias = beta * bias;
                self.output.iter_mut().for_each(|x| *x = (alpha * *x + bias).canonical());
            }
            bias => {
                for (x, &bias) in self.output.iter_mut().zip(bias) {
                    *x = (alpha * *x + beta * bias).canonical();
                }
            }
        }
    }
}

fn scale(call: &mut Call<'_>, shape: &Shape) -> Result<(), Fault> {
    let (path, alpha, beta) = (call.path, shape.alpha, shape.beta);
    let Some(loops) = &shape.bias else {
        path.run(Scale { output: call.output()?, bias: &[], alpha, beta });
        return Ok(());
    };
    let bias = call.input::<f32>(2)?;
    let output = call.output::<f32>()?;
    let inner = loops[loops.len() - 1];
    let length = if inner.left == 0 { 1 } else { inner.length };
    broadcast::rows(loops, |at, bias_at, _| {
        let output = &mut output[at..at + inner.length];
        path.run(Scale { output, bias: &bias[bias_at..bias_at + length], alpha, beta });
        Ok(())
    })
}

fn run(call: &mut Call<'_>, shape: &Shape, weights: Option<&AlignedBytes>) -> Result<(), Fault> {
    let (path, left, right) = (call.path, call.input::<f32>(0)?, call.input::<f32>(1)?);
    let bias = if shape.bias.is_some() { call.input::<f32>(2)? } else { &[] };
    let (output, scratch) = call.output_and_scratch::<f32>()?;
    let packed_floats = shape.sizes.packed();
    let (own, scratch) = elements_mut::<f32>(scratch)?.split_at_mut(if weights.is_some() { 0 } else { packed_floats });
    let packed: &[f32] = match weights {
        Some(weights) => &elements(weights.as_slice())?[..packed_floats],
        None => {
            pack_right_on(path, right, shape.right, shape.sizes, own);
            own
        }
    };
    let finish = match (shape.fused, &shape.bias) {
        (false, _) => Finish::Sum,
        (true, None) => Finish::Canonical,
        (true, Some(_)) => Finish::Bias(bias),
    };
    multiply(path, shape.sizes, (left, shape.left), packed, finish, output, scratch);
    if shape.fused { Ok(()) } else { scale(call, shape) }
}

fn run_plain<T: Number>(call: &mut Call<'_>, shape: &Shape) -> Result<(), Fault> {
    let (path, left, right) = (call.path, call.input::<T>(0)?, call.input::<T>(1)?);
    let bias = if shape.bias.is_some() { call.input::<T>(2)? } else { &[] };
    let output = call.output::<T>()?;
    multiply_plain(path, shape.sizes, (left, shape.left), (right, shape.right), output);
    let (alpha, beta) = (T::factor(shape.alpha), T::factor(shape.beta));
    let Some(loops) = &shape.bias else {
        output.iter_mut().for_each(|x| *x = alpha.times(*x).canonical());
        return Ok(());
    };
    let inner = loops[loops.len() - 1];
    broadcast::rows(loops, |at, bias_at, _| {
        for (i, x) in output[at..at + inner.length].iter_mut().enumerate() {
            let bias = beta.times(bias[bias_at + i * inner.left]);
            *x = alpha.times(*x).plus(bias).canonical();
        }
        Ok(())
    })
}

fn prepare_f32(node: &NodeContext<'_>, shape: Shape) -> Result<Prepared, Fault> {
    let float = size_of::<f32>();
    let packed_floats = shape.sizes.packed();
    let weights = match node.constants[1] {
        Some(bytes) => {
            let mut packed = AlignedBytes::zeroed(packed_floats * float);
            let target = &mut elements_mut(packed.as_mut_slice())?[..packed_floats];
            pack_right(elements(bytes)?, shape.right, shape.sizes, target);
            Some(packed)
        }
        None => None,
    };
    let own = if weights.is_some() { 0 } else { packed_floats };
    let scratch_bytes = ((own + scratch_floats(shape.sizes)) * float).next_multiple_of(64);
    let held_bytes = weights.as_ref().map_or(0, AlignedBytes::len);
    let run = Box::new(move |call: &mut Call<'_>| run(call, &shape, weights.as_ref()));
    Ok(Prepared { run, scratch_bytes, held_bytes })
}

impl Kernel for Gemm {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let shape = Shape::new(self, node)?;
        match node.outputs[0].dtype {
            DType::F32 => prepare_f32(node, shape),
            DType::F64 => Ok(Prepared::new(move |call| run_plain::<f64>(call, &shape))),
            DType::I32 => Ok(Prepared::new(move |call| run_plain::<i32>(call, &shape))),
            DType::I64 => Ok(Prepared::new(move |call| run_plain::<i64>(call, &shape))),
            DType::U32 => Ok(Prepared::new(move |call| run_plain::<u32>(call, &shape))),
            DType::U64 => Ok(Prepared::new(move |call| run_plain::<u64>(call, &shape))),
            _ => Err(Fault::Internal("Gemm on a type that it does not take")),
        }
    }
}
