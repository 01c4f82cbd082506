use praxis_model::ops::Softmax;

use crate::{
    Fault,
    align::elements_mut,
    arith::{Canonical, Fma, exp},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// Lanes of a reduction (rule R3).
const LANES: usize = 16;

/// IEEE 754-2019 maximum.
#[inline(always)]
fn maximum(a: f32, b: f32) -> f32 {
    let greater = if b > a || (a == b && a.is_sign_negative()) { b } else { a };
    if b.is_nan() { b } else { greater }
}

/// Element i goes to lane i mod 16, ascending; lanes are joined at distances 8, 4, 2, 1.
#[inline(always)]
fn reduce(values: &[f32], absent: f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [absent; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for (number, chunk) in chunks.iter().enumerate() {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = if number == 0 { x } else { join(*lane, x) };
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = if chunks.is_empty() { x } else { join(*lane, x) };
    }
    for distance in [8, 4, 2, 1] {
        for lane in 0..distance {
            lanes[lane] = join(lanes[lane], lanes[lane + distance]);
        }
    }
    lanes[0]
}

/// Softmax of one row, in place.
struct Row<'a>(&'a mut [f32]);

impl Job for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let row = self.0;
        let max = reduce(row, f32::NEG_INFINITY, maximum);
        for x in row.iter_mut() {
            *x = exp::<F>(*x - max);
        }
        let sum = reduce(row, -0.0, |a, b| a + b);
        for x in row.iter_mut() {
            *x = (*x / sum).canonical();
        }
    }
}

fn run(call: &mut Call<'_>, length: usize, inner: usize) -> Result<(), Fault> {
    let (path, input) = (call.path, call.input::<f32>(0)?);
    let (output, scratch) = call.output_and_scratch::<f32>()?;
    if inner == 1 {
        output.copy_from_slice(input);
        output.chunks_exact_mut(length).for_each(|row| path.run(Row(row)));
        return Ok(());
    }
    let row = &mut elements_mut::<f32>(scratch)?[..length];
    for (from, to) in input.chunks_exact(length * inner).zip(output.chunks_exact_mut(length * inner)) {
        for column in 0..inner {
            row.iter_mut().zip(from[column..].iter().step_by(inner)).for_each(|(x, &from)| *x = from);
            path.run(Row(row));
            to[column..].iter_mut().step_by(inner).zip(row.iter()).for_each(|(to, &x)| *to = x);
        }
    }
    Ok(())
}

impl Kernel for Softmax {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let shape = &node.inputs[0].shape;
        let axis = self.axis as usize;
        let length = shape[axis] as usize;
        let inner = shape[axis + 1..].iter().map(|&dim| dim as usize).product();
        let mut prepared = Prepared::new(move |call| run(call, length, inner));
        prepared.scratch_bytes = if inner == 1 { 0 } else { (length * size_of::<f32>()).next_multiple_of(64) };
        Ok(prepared)
    }
}
