use praxis_model::ops::DynamicQuantizeLinear;

use crate::{
    Fault,
    align::elements_mut,
    arith::{Canonical, Fma},
    byte::quantise,
    call::{Kernel, NodeContext, Prepared},
    isa::Job,
};

/// The least and the largest element, 0 among them; NaN is none.
struct Range<'a>(&'a [f32]);

/// Independent chains, so that elements are compared side by side; the result does not depend on their number.
const LANES: usize = 32;

impl Job for Range<'_> {
    type Output = (f32, f32);

    #[inline(always)]
    fn run<F: Fma>(self) -> (f32, f32) {
        let (mut least, mut largest) = ([0.0f32; LANES], [0.0f32; LANES]);
        let (whole, rest) = self.0.as_chunks::<LANES>();
        for chunk in whole {
            for ((&x, low), high) in chunk.iter().zip(&mut least).zip(&mut largest) {
                *low = if x < *low { x } else { *low };
                *high = if x > *high { x } else { *high };
            }
        }
        let (mut low, mut high) = (0.0, 0.0);
        for &x in rest.iter().chain(&least).chain(&largest) {
            low = if x < low { x } else { low };
            high = if x > high { x } else { high };
        }
        (low, high)
    }
}

struct Quantise<'a> {
    input: &'a [f32],
    scale: f32,
    zero_point: i32,
    output: &'a mut [u8],
}

impl Job for Quantise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let (low, high) = ((-self.zero_point) as f32, (255 - self.zero_point) as f32);
        for (to, &x) in self.output.iter_mut().zip(self.input) {
            *to = quantise(x / self.scale, self.zero_point, low, high) as u8;
        }
    }
}

impl Kernel for DynamicQuantizeLinear {
    fn prepare(&self, _node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Ok(Prepared::new(|call| {
            let (path, input) = (call.path, call.input::<f32>(0)?);
            let [output, scale_out, zero_out] = &mut *call.outputs else {
                return Err(Fault::Internal("a node misses an output"));
            };
            let (low, high) = path.run(Range(input));
            let scale = if high > low { ((high - low) / 255.0).canonical() } else { 1.0 };
            let zero_point = quantise(0.0 - low / scale, 0, 0.0, 255.0);
            path.run(Quantise { input, scale, zero_point, output });
            elements_mut::<f32>(scale_out)?.fill(scale);
            zero_out.fill(zero_point as u8);
            Ok(())
        }))
    }
}
