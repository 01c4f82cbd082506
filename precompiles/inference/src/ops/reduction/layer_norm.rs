//! LayerNormalization.

use praxis_model::{DType, ops::LayerNormalization};

use super::elements;
use crate::{
    Fault,
    align::elements_mut,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::{self, Deviations, Float, Fold, Sum},
};

/// Mean of a row and 1 / sqrt(variance + epsilon).
#[inline(always)]
pub(super) fn statistics<T: Float, F: Fma>(row: &[T], epsilon: T) -> (T, T)
where
    Sum: Fold<T, Lane = T>,
{
    let count = T::count(row.len());
    let mean = reduce::row::<T, Sum, F>(Sum, row) / count;
    let variance = reduce::row::<T, Deviations<T>, F>(Deviations(mean), row) / count;
    (mean, T::ONE / (variance + epsilon).root())
}

struct Rows<'a, T> {
    input: &'a [T],
    scale: Option<&'a [T]>,
    bias: Option<&'a [T]>,
    output: &'a mut [T],
    /// Empty, or one number for each row.
    means: &'a mut [T],
    inverses: &'a mut [T],
    length: usize,
    epsilon: T,
}

impl<T: Float> Job for Rows<'_, T>
where
    Sum: Fold<T, Lane = T>,
{
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let rows = self.input.chunks_exact(self.length).zip(self.output.chunks_exact_mut(self.length));
        for (index, (from, to)) in rows.enumerate() {
            let (mean, inverse) = statistics::<T, F>(from, self.epsilon);
            if let (Some(to_mean), Some(to_inverse)) = (self.means.get_mut(index), self.inverses.get_mut(index)) {
                (*to_mean, *to_inverse) = (mean.canonical(), inverse.canonical());
            }
            let pairs = to.iter_mut().zip(from);
            match (self.scale, self.bias) {
                (Some(scale), Some(bias)) => {
                    for (((to, &x), &scale), &bias) in pairs.zip(scale).zip(bias) {
                        *to = ((x - mean) * inverse * scale + bias).canonical();
                    }
                }
                (Some(scale), None) => {
                    for ((to, &x), &scale) in pairs.zip(scale) {
                        *to = ((x - mean) * inverse * scale).canonical();
                    }
                }
                _ => {
                    for (to, &x) in pairs {
                        *to = ((x - mean) * inverse).canonical();
                    }
                }
            }
        }
    }
}

fn run<T: Float>(call: &mut Call<'_>, length: usize, epsilon: T) -> Result<(), Fault>
where
    Sum: Fold<T, Lane = T>,
{
    let optional = |index| if index < call.inputs.len() { call.input::<T>(index).map(Some) } else { Ok(None) };
    let (path, input, scale, bias) = (call.path, call.input::<T>(0)?, optional(1)?, optional(2)?);
    let (output, means, inverses): (&mut [u8], &mut [u8], &mut [u8]) = match &mut *call.outputs {
        [output] => (output, &mut [], &mut []),
        [output, means, inverses] => (output, means, inverses),
        _ => return Err(Fault::Internal("LayerNormalization has one or three outputs")),
    };
    let (output, means, inverses) = (elements_mut(output)?, elements_mut(means)?, elements_mut(inverses)?);
    path.run(Rows { input, scale, bias, output, means, inverses, length, epsilon });
    Ok(())
}

impl Kernel for LayerNormalization {
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
