//! BatchNormalization with folded statistics.

use praxis_model::{DType, ops::BatchNormalization};

use super::elements;
use crate::{
    Fault,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::Float,
};

struct Channels<'a, T> {
    input: &'a [T],
    scale: &'a [T],
    shift: &'a [T],
    output: &'a mut [T],
    /// Elements of one channel.
    plane: usize,
}

impl<T: Float> Job for Channels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let sample = self.scale.len() * self.plane;
        for (from, to) in self.input.chunks_exact(sample).zip(self.output.chunks_exact_mut(sample)) {
            let factors = self.scale.iter().zip(self.shift);
            if self.plane == 1 {
                for ((to, &x), (&scale, &shift)) in to.iter_mut().zip(from).zip(factors) {
                    *to = (x * scale + shift).canonical();
                }
                continue;
            }
            let planes = from.chunks_exact(self.plane).zip(to.chunks_exact_mut(self.plane));
            for ((from, to), (&scale, &shift)) in planes.zip(factors) {
                for (to, &x) in to.iter_mut().zip(from) {
                    *to = (x * scale + shift).canonical();
                }
            }
        }
    }
}

fn run<T: Float>(call: &mut Call<'_>, plane: usize) -> Result<(), Fault> {
    let (path, input, scale, shift) = (call.path, call.input::<T>(0)?, call.input::<T>(1)?, call.input::<T>(2)?);
    path.run(Channels { input, scale, shift, output: call.output::<T>()?, plane });
    Ok(())
}

impl Kernel for BatchNormalization {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let plane = elements(&node.inputs[0].shape[2..]);
        Ok(match node.inputs[0].dtype {
            DType::F32 => Prepared::new(move |call| run::<f32>(call, plane)),
            DType::F64 => Prepared::new(move |call| run::<f64>(call, plane)),
            _ => return Err(Fault::Internal("a normalisation of a type that it does not take")),
        })
    }
}
