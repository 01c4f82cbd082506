use praxis_model::{
    DType,
    ops::{DequantizeLinear, QuantizeLinear, ScaleRuns},
};

use crate::{
    Fault,
    align::Plain,
    arith::{Canonical, Fma},
    byte::quantise,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// Integers that stand for other numbers. Both functions must be `#[inline(always)]`.
trait Quantised: Plain {
    const LOW: i32;
    const HIGH: i32;
    fn widen(self) -> i32;
    /// The lowest bits.
    fn narrow(value: i32) -> Self;
}

macro_rules! quantised {
    ($($kind:ty)*) => {
        $(impl Quantised for $kind {
            const LOW: i32 = <$kind>::MIN as i32;
            const HIGH: i32 = <$kind>::MAX as i32;
            #[inline(always)]
            fn widen(self) -> i32 {
                self as i32
            }
            #[inline(always)]
            fn narrow(value: i32) -> Self {
                value as Self
            }
        })*
    };
}

quantised!(u8 i8 u16 i16 i32);

/// One run of elements with its scales: one for all, or one for each.
struct Quantise<'a, Q> {
    input: &'a [f32],
    scales: &'a [f32],
    zero_points: &'a [Q],
    output: &'a mut [Q],
}

impl<Q: Quantised> Job for Quantise<'_, Q> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let one = |x: f32, scale: f32, zero: i32| {
            let (low, high) = ((Q::LOW - zero) as f32, (Q::HIGH - zero) as f32);
            Q::narrow(quantise(x / scale, zero, low, high))
        };
        let each = self.output.iter_mut().zip(self.input);
        if let (&[scale], &[zero]) = (self.scales, self.zero_points) {
            let zero = zero.widen();
            each.for_each(|(to, &x)| *to = one(x, scale, zero));
        } else {
            let scales = self.scales.iter().zip(self.zero_points);
            each.zip(scales).for_each(|((to, &x), (&scale, &zero))| *to = one(x, scale, zero.widen()));
        }
    }
}

/// The inverse of [`Quantise`].
struct Dequantise<'a, Q> {
    input: &'a [Q],
    scales: &'a [f32],
    zero_points: &'a [Q],
    output: &'a mut [f32],
}

impl<Q: Quantised> Job for Dequantise<'_, Q> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let one = |q: Q, scale: f32, zero: i32| (q.widen().wrapping_sub(zero) as f32 * scale).canonical();
        let each = self.output.iter_mut().zip(self.input);
        if let (&[scale], &[zero]) = (self.scales, self.zero_points) {
            let zero = zero.widen();
            each.for_each(|(to, &q)| *to = one(q, scale, zero));
        } else {
            let scales = self.scales.iter().zip(self.zero_points);
            each.zip(scales).for_each(|((to, &q), (&scale, &zero))| *to = one(q, scale, zero.widen()));
        }
    }
}

/// Calls `one(elements, scales)` with the ranges of each run.
fn for_each_run(runs: &ScaleRuns, mut one: impl FnMut(core::ops::Range<usize>, core::ops::Range<usize>)) {
    let mut at = 0;
    for index in 0..runs.count() {
        let (length, first, each) = runs.run(index);
        one(at..at + length, first..first + if each { length } else { 1 });
        at += length;
    }
}

fn run_quantise<Q: Quantised>(call: &mut Call<'_>, runs: &ScaleRuns) -> Result<(), Fault> {
    let path = call.path;
    let (input, scales, zero_points) = (call.input::<f32>(0)?, call.input::<f32>(1)?, call.input::<Q>(2)?);
    let output = call.output::<Q>()?;
    for_each_run(runs, |elements, shared| {
        path.run(Quantise {
            input: &input[elements.clone()],
            scales: &scales[shared.clone()],
            zero_points: &zero_points[shared],
            output: &mut output[elements],
        });
    });
    Ok(())
}

fn run_dequantise<Q: Quantised>(call: &mut Call<'_>, runs: &ScaleRuns) -> Result<(), Fault> {
    let path = call.path;
    let (input, scales, zero_points) = (call.input::<Q>(0)?, call.input::<f32>(1)?, call.input::<Q>(2)?);
    let output = call.output::<f32>()?;
    for_each_run(runs, |elements, shared| {
        path.run(Dequantise {
            input: &input[elements.clone()],
            scales: &scales[shared.clone()],
            zero_points: &zero_points[shared],
            output: &mut output[elements],
        });
    });
    Ok(())
}

const WRONG: Fault = Fault::Internal("quantisation of types or shapes that it does not take");

impl Kernel for QuantizeLinear {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let runs = self.runs(node.inputs).map_err(|_| WRONG)?;
        Ok(match node.outputs[0].dtype {
            DType::U8 => Prepared::new(move |call| run_quantise::<u8>(call, &runs)),
            DType::I8 => Prepared::new(move |call| run_quantise::<i8>(call, &runs)),
            DType::U16 => Prepared::new(move |call| run_quantise::<u16>(call, &runs)),
            DType::I16 => Prepared::new(move |call| run_quantise::<i16>(call, &runs)),
            _ => return Err(WRONG),
        })
    }
}

impl Kernel for DequantizeLinear {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let runs = self.runs(node.inputs).map_err(|_| WRONG)?;
        Ok(match node.inputs[0].dtype {
            DType::U8 => Prepared::new(move |call| run_dequantise::<u8>(call, &runs)),
            DType::I8 => Prepared::new(move |call| run_dequantise::<i8>(call, &runs)),
            DType::U16 => Prepared::new(move |call| run_dequantise::<u16>(call, &runs)),
            DType::I16 => Prepared::new(move |call| run_dequantise::<i16>(call, &runs)),
            DType::I32 => Prepared::new(move |call| run_dequantise::<i32>(call, &runs)),
            _ => return Err(WRONG),
        })
    }
}
