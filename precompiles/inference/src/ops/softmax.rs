use praxis_model::ops::Softmax;

use crate::{
    Fault,
    arith::{Canonical, Fma, exp},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::{self, COLUMNS, Columns, Maximum, Sum},
};

/// Softmax of neighbouring rows.
struct Rows<'a> {
    input: &'a [f32],
    output: &'a mut [f32],
    length: usize,
}

impl Job for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (from, to) in self.input.chunks_exact(self.length).zip(self.output.chunks_exact_mut(self.length)) {
            let max = reduce::row::<f32, Maximum, F>(Maximum, from);
            for (to, &x) in to.iter_mut().zip(from) {
                *to = exp::<F>(x - max);
            }
            let sum = reduce::row::<f32, Sum, F>(Sum, to);
            for x in to.iter_mut() {
                *x = (*x / sum).canonical();
            }
        }
    }
}

/// Softmax of the columns of one matrix, `inner` of them.
struct Slab<'a> {
    input: &'a [f32],
    output: &'a mut [f32],
    inner: usize,
}

impl Job for Slab<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let (stride, rows) = (self.inner, self.input.len() / self.inner);
        for start in (0..stride).step_by(COLUMNS) {
            let width = COLUMNS.min(stride - start);
            let matrix = Columns { values: &self.input[start..], stride, rows };
            let max = reduce::columns::<f32, Maximum, F>(Maximum, matrix, width);
            for (from, to) in self.input.chunks_exact(stride).zip(self.output.chunks_exact_mut(stride)) {
                for ((to, &x), &max) in to[start..start + width].iter_mut().zip(&from[start..]).zip(&max) {
                    *to = exp::<F>(x - max);
                }
            }
            let matrix = Columns { values: &self.output[start..], stride, rows };
            let sum = reduce::columns::<f32, Sum, F>(Sum, matrix, width);
            for to in self.output.chunks_exact_mut(stride) {
                for (x, &sum) in to[start..start + width].iter_mut().zip(&sum) {
                    *x = (*x / sum).canonical();
                }
            }
        }
    }
}

fn run(call: &mut Call<'_>, length: usize, inner: usize) -> Result<(), Fault> {
    let (path, input) = (call.path, call.input::<f32>(0)?);
    let output = call.output::<f32>()?;
    if inner == 1 {
        path.run(Rows { input, output, length });
        return Ok(());
    }
    for (input, output) in input.chunks_exact(length * inner).zip(output.chunks_exact_mut(length * inner)) {
        path.run(Slab { input, output, inner });
    }
    Ok(())
}

impl Kernel for Softmax {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let shape = &node.inputs[0].shape;
        let axis = self.axis as usize;
        let length = shape[axis] as usize;
        let inner = shape[axis + 1..].iter().map(|&dim| dim as usize).product();
        Ok(Prepared::new(move |call| run(call, length, inner)))
    }
}
