//! Det: elimination in float64, float32 rounded once at the end.

use praxis_model::{DType, ops::Det};

use crate::{
    Fault,
    align::{Plain, elements_mut},
    arith::{Canonical, Fma},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// The determinant of an n by n matrix, which is overwritten.
struct Eliminate<'a> {
    matrix: &'a mut [f64],
    n: usize,
}

impl Job for Eliminate<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<F: Fma>(self) -> f64 {
        let Self { matrix, n } = self;
        let mut det = 1.0;
        for column in 0..n {
            let mut best = column;
            for row in column + 1..n {
                if matrix[row * n + column].abs() > matrix[best * n + column].abs() {
                    best = row;
                }
            }
            if best != column {
                let (above, below) = matrix.split_at_mut(best * n);
                above[column * n..column * n + n].swap_with_slice(&mut below[..n]);
                det = -det;
            }
            let (above, below) = matrix.split_at_mut((column + 1) * n);
            let pivots = &above[column * n + column..];
            let (&pivot, pivots) = pivots.split_first().unwrap_or((&1.0, &[]));
            det *= pivot;
            if pivot == 0.0 {
                return det;
            }
            for row in below.chunks_exact_mut(n) {
                let factor = row[column] / pivot;
                for (x, &above) in row[column + 1..].iter_mut().zip(pivots) {
                    *x -= factor * above;
                }
            }
        }
        det
    }
}

fn run<T: Plain + Canonical>(
    call: &mut Call<'_>,
    n: usize,
    widen: fn(T) -> f64,
    round: fn(f64) -> T,
) -> Result<(), Fault> {
    let (path, input) = (call.path, call.input::<T>(0)?);
    let (output, scratch) = call.output_and_scratch::<T>()?;
    let matrix = &mut elements_mut::<f64>(scratch)?[..n * n];
    for (to, from) in output.iter_mut().zip(input.chunks_exact(n * n)) {
        matrix.iter_mut().zip(from).for_each(|(to, &x)| *to = widen(x));
        *to = round(path.run(Eliminate { matrix, n })).canonical();
    }
    Ok(())
}

impl Kernel for Det {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let n = node.inputs[0].shape.last().map_or(0, |&n| n as usize);
        let mut prepared = match node.inputs[0].dtype {
            DType::F32 => Prepared::new(move |call| run::<f32>(call, n, f64::from, |x| x as f32)),
            DType::F64 => Prepared::new(move |call| run::<f64>(call, n, |x| x, |x| x)),
            _ => return Err(Fault::Internal("a determinant of a type that it does not take")),
        };
        prepared.scratch_bytes = (n * n * size_of::<f64>()).next_multiple_of(64);
        Ok(prepared)
    }
}
