//! CumSum and CumProd: each result is the one before joined with the next element, so the order is that of the axis.

use praxis_model::{
    DType,
    ops::{CumProd, CumSum, Cumulative},
};

use super::around;
use crate::{
    Fault,
    align::Plain,
    arith::{Canonical, Exact},
    call::{Call, Kernel, NodeContext, Prepared},
    reduce::{Fold, Product, Sum},
};

/// Along one line, the running value in a register.
fn line<T: Plain + Canonical, R: Fold<T, Lane = T>>(
    input: &[T],
    output: &mut [T],
    rule: Cumulative,
    fold: R,
    start: T,
) {
    let mut so_far = R::NEUTRAL;
    let mut step = |to: &mut T, x: T| {
        let before = so_far;
        so_far = fold.add::<Exact>(so_far, x);
        *to = if rule.exclusive { before } else { so_far }.canonical();
    };
    let pairs = output.iter_mut().zip(input);
    if rule.reverse {
        pairs.rev().for_each(|(to, &x)| step(to, x));
    } else {
        pairs.for_each(|(to, &x)| step(to, x));
    }
    if rule.exclusive {
        let first = if rule.reverse { output.last_mut() } else { output.first_mut() };
        first.into_iter().for_each(|first| *first = start);
    }
}

/// Along the rows of one matrix. The running value stands in the output.
fn slab<T: Plain + Canonical, R: Fold<T, Lane = T>>(
    input: &[T],
    output: &mut [T],
    (length, inner): (usize, usize),
    (rule, fold, start): (Cumulative, R, T),
) {
    if inner == 1 {
        return line(input, output, rule, fold, start);
    }
    let row = |step: usize| if rule.reverse { length - 1 - step } else { step } * inner;
    let first = row(0);
    if rule.exclusive {
        output[first..first + inner].fill(start);
    } else {
        let pairs = output[first..first + inner].iter_mut().zip(&input[first..first + inner]);
        pairs.for_each(|(to, &x)| *to = x.canonical());
    }
    for step in 1..length {
        let (before, at) = (row(step - 1), row(step));
        // The first exclusive result is the neutral element, so the second is the first element itself.
        let taken = if rule.exclusive { before } else { at };
        let only = rule.exclusive && step == 1;
        for column in 0..inner {
            let x = input[taken + column];
            let so_far = if only { R::NEUTRAL } else { output[before + column] };
            output[at + column] = fold.add::<Exact>(so_far, x).canonical();
        }
    }
}

fn prepared<T: Plain + Canonical, R: Fold<T, Lane = T>>(
    rule: Cumulative,
    node: &NodeContext<'_>,
    fold: R,
    start: T,
) -> Prepared {
    let (_, length, inner) = around(&node.inputs[0].shape, rule.axis);
    Prepared::new(move |call: &mut Call<'_>| {
        let input = call.input::<T>(0)?;
        let slabs = call.output::<T>()?.chunks_exact_mut(length * inner);
        for (output, input) in slabs.zip(input.chunks_exact(length * inner)) {
            slab(input, output, (length, inner), (rule, fold, start));
        }
        Ok(())
    })
}

macro_rules! kernels {
    ($($op:ident $fold:ident $start:literal $float:literal;)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                Ok(match node.outputs[0].dtype {
                    DType::F32 => prepared::<f32, _>(self.0, node, $fold, $float),
                    DType::F64 => prepared::<f64, _>(self.0, node, $fold, $float),
                    DType::I32 | DType::U32 => prepared::<u32, _>(self.0, node, $fold, $start),
                    DType::I64 | DType::U64 => prepared::<u64, _>(self.0, node, $fold, $start),
                    _ => return Err(Fault::Internal("a cumulative operator on a type that it does not take")),
                })
            }
        })*
    };
}

kernels! {
    CumSum Sum 0 0.0;
    CumProd Product 1 1.0;
}
