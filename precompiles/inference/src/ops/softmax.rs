use praxis_model::ops::Softmax;

use crate::{
    Fault,
    arith::{Canonical, EXP_NEAR, EXP_ZERO, Fma, exp, exp_near},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::{self, COLUMNS, Columns, LANES, Maximum, Sum},
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
            let (chunks, rest) = from.as_chunks::<LANES>();
            let (targets, last) = to.as_chunks_mut::<LANES>();
            let max = maximum(chunks, rest);
            let mut sums = [-0.0f32; LANES];
            for (to, x) in targets.iter_mut().zip(chunks) {
                *to = exponentials::<F>(x, max);
                for (sum, &e) in sums.iter_mut().zip(&*to) {
                    *sum += e;
                }
            }
            if !rest.is_empty() {
                let mut x = [max; LANES];
                x[..rest.len()].copy_from_slice(rest);
                let exponentials = exponentials::<F>(&x, max);
                last.copy_from_slice(&exponentials[..rest.len()]);
                for (sum, &e) in sums.iter_mut().zip(&*last) {
                    *sum += e;
                }
            }
            let sum = reduce::tree::<f32, Sum>(sums);
            for x in to.iter_mut() {
                *x = (*x / sum).canonical();
            }
        }
    }
}

/// The greatest number of a row. The sign of a zero and NaN do not matter here: x - 0 is x but for zeros, whose exponential is 1, and
/// with a NaN in the row, or an infinite maximum, the sum and so all results are NaN.
#[inline(always)]
fn maximum(chunks: &[[f32; LANES]], rest: &[f32]) -> f32 {
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = greater(*lane, x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = greater(*lane, x);
    }
    let eight: [f32; 8] = core::array::from_fn(|lane| greater(lanes[lane], lanes[lane + 8]));
    let four: [f32; 4] = core::array::from_fn(|lane| greater(eight[lane], eight[lane + 4]));
    greater(greater(four[0], four[1]), greater(four[2], four[3]))
}

/// e^(x - max) in each lane, by the shortest way that gives the bits of [`exp`]: most differences are near 0, those of masked
/// elements far below.
#[inline(always)]
fn exponentials<F: Fma>(x: &[f32; LANES], max: f32) -> [f32; LANES] {
    let mut differences = [0.0; LANES];
    let (mut near, mut zero) = (true, true);
    for (to, &x) in differences.iter_mut().zip(x) {
        *to = x - max;
        // No difference is positive; NaN is not near.
        near &= *to >= -EXP_NEAR;
        zero &= *to < EXP_ZERO;
    }
    // Loops, not closures: one that is not inlined would lose the instruction set.
    if near {
        for x in &mut differences {
            *x = exp_near::<F>(*x);
        }
    } else if zero {
        differences = [0.0; LANES];
    } else {
        for x in &mut differences {
            *x = exp::<F>(*x);
        }
    }
    differences
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
