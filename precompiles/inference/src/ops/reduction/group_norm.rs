//! GroupNormalization, and InstanceNormalization as one group for each channel.

use praxis_model::{DType, ops::GroupNormalization};

use super::{elements, layer_norm::statistics};
use crate::{
    Fault,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::{Float, Fold, Sum},
};

#[derive(Clone, Copy, Debug)]
struct Sizes {
    groups: usize,
    /// Channels of one group.
    channels: usize,
    /// Elements of one channel.
    plane: usize,
}

struct Groups<'a, T> {
    input: &'a [T],
    scale: &'a [T],
    bias: &'a [T],
    output: &'a mut [T],
    sizes: Sizes,
    epsilon: T,
}

impl<T: Float> Job for Groups<'_, T>
where
    Sum: Fold<T, Lane = T>,
{
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Sizes { groups, channels, plane } = self.sizes;
        let length = channels * plane;
        let parts = self.input.chunks_exact(length).zip(self.output.chunks_exact_mut(length));
        for (index, (from, to)) in parts.enumerate() {
            let (mean, inverse) = statistics::<T, F>(from, self.epsilon);
            let first = index % groups * channels;
            let (scale, bias) = (&self.scale[first..first + channels], &self.bias[first..first + channels]);
            let planes = from.chunks_exact(plane).zip(to.chunks_exact_mut(plane));
            for (((from, to), &scale), &bias) in planes.zip(scale).zip(bias) {
                for (to, &x) in to.iter_mut().zip(from) {
                    *to = ((x - mean) * inverse * scale + bias).canonical();
                }
            }
        }
    }
}

fn run<T: Float>(call: &mut Call<'_>, sizes: Sizes, epsilon: T) -> Result<(), Fault>
where
    Sum: Fold<T, Lane = T>,
{
    let (path, input, scale, bias) = (call.path, call.input::<T>(0)?, call.input::<T>(1)?, call.input::<T>(2)?);
    path.run(Groups { input, scale, bias, output: call.output::<T>()?, sizes, epsilon });
    Ok(())
}

impl Kernel for GroupNormalization {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let shape = &node.inputs[0].shape;
        let groups = self.groups as usize;
        let sizes = Sizes { groups, channels: shape[1] as usize / groups, plane: elements(&shape[2..]) };
        let epsilon = self.epsilon;
        Ok(match node.inputs[0].dtype {
            DType::F32 => Prepared::new(move |call| run::<f32>(call, sizes, epsilon)),
            DType::F64 => Prepared::new(move |call| run::<f64>(call, sizes, f64::attribute(epsilon))),
            _ => return Err(Fault::Internal("a normalisation of a type that it does not take")),
        })
    }
}
