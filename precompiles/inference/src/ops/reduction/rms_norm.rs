//! RMSNormalization.

use praxis_model::{DType, ops::RMSNormalization};

use super::elements;
use crate::{
    Fault,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::{self, Float, Fold, Squares},
};

struct Rows<'a, T> {
    input: &'a [T],
    scale: Option<&'a [T]>,
    output: &'a mut [T],
    length: usize,
    epsilon: T,
}

impl<T: Float> Job for Rows<'_, T>
where
    Squares: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (from, to) in self.input.chunks_exact(self.length).zip(self.output.chunks_exact_mut(self.length)) {
            let squares = reduce::row::<T, Squares, F>(Squares, from);
            let root = (squares / T::count(self.length) + self.epsilon).root();
            let pairs = to.iter_mut().zip(from);
            match self.scale {
                Some(scale) => pairs.zip(scale).for_each(|((to, &x), &scale)| *to = (x / root * scale).canonical()),
                None => pairs.for_each(|(to, &x)| *to = (x / root).canonical()),
            }
        }
    }
}

fn run<T: Float>(call: &mut Call<'_>, length: usize, epsilon: T) -> Result<(), Fault>
where
    Squares: Fold<T>,
{
    let scale = if call.inputs.len() > 1 { Some(call.input::<T>(1)?) } else { None };
    let (path, input) = (call.path, call.input::<T>(0)?);
    path.run(Rows { input, scale, output: call.output::<T>()?, length, epsilon });
    Ok(())
}

impl Kernel for RMSNormalization {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let length = elements(&node.inputs[0].shape[self.axis as usize..]);
        let epsilon = self.epsilon;
        Ok(match node.inputs[0].dtype {
            DType::F32 => Prepared::new(move |call| run::<f32>(call, length, epsilon)),
            DType::F64 => Prepared::new(move |call| run::<f64>(call, length, f64::attribute(epsilon))),
            _ => return Err(Fault::Internal("a normalisation of a type that it does not take")),
        })
    }
}
