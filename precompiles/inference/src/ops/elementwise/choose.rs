//! Where.

use praxis_model::ops::Where;

use super::bits::by_size;
use crate::{
    Fault,
    align::Plain,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
    isa::Job,
    ops::broadcast::{Level, Rows, levels},
};

struct Whole<'a, T> {
    condition: &'a [u8],
    x: &'a [T],
    y: &'a [T],
    output: &'a mut [T],
    levels: &'a [Level<3>],
}

/// `length` elements from `start`, or one that is repeated.
#[inline(always)]
fn part<T>(values: &[T], start: usize, step: usize, length: usize) -> &[T] {
    &values[start..start + if step == 0 { 1 } else { length }]
}

impl<T: Plain> Job for Whole<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Some(&Level { length, steps }) = self.levels.last() else { return };
        for (at, [condition, x, y]) in Rows::new(self.levels.iter().copied()) {
            let output = &mut self.output[at..at + length];
            let condition = part(self.condition, condition, steps[0], length);
            let (x, y) = (part(self.x, x, steps[1], length), part(self.y, y, steps[2], length));
            match (condition, x, y) {
                (&[c], x, y) => {
                    let taken = if c != 0 { x } else { y };
                    match taken {
                        &[one] => output.fill(one),
                        many => output.copy_from_slice(many),
                    }
                }
                (condition, &[x], &[y]) => {
                    for (to, &c) in output.iter_mut().zip(condition) {
                        *to = if c != 0 { x } else { y };
                    }
                }
                (condition, x, &[y]) => {
                    for ((to, &c), &x) in output.iter_mut().zip(condition).zip(x) {
                        *to = if c != 0 { x } else { y };
                    }
                }
                (condition, &[x], y) => {
                    for ((to, &c), &y) in output.iter_mut().zip(condition).zip(y) {
                        *to = if c != 0 { x } else { y };
                    }
                }
                (condition, x, y) => {
                    for ((to, &c), (&x, &y)) in output.iter_mut().zip(condition).zip(x.iter().zip(y)) {
                        *to = if c != 0 { x } else { y };
                    }
                }
            }
        }
    }
}

fn prepare<T: Plain>(node: &NodeContext<'_>) -> Result<Prepared, Fault> {
    let shape = |index: usize| node.inputs[index].shape.as_slice();
    let levels = levels([shape(0), shape(1), shape(2)], &node.outputs[0].shape);
    Ok(Prepared::new(move |call| {
        let (path, condition) = (call.path, call.input::<u8>(0)?);
        let (x, y) = (call.input::<T>(1)?, call.input::<T>(2)?);
        path.run(Whole { condition, x, y, output: call.output::<T>()?, levels: &levels });
        Ok(())
    }))
}

impl Kernel for Where {
    /// Bits are moved, whatever they mean.
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        by_size!(node.outputs[0].dtype, T => prepare::<T>(node))
    }
}
