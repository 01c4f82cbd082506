//! Elementwise functions of two operands, with broadcasting.

use super::broadcast::{Level, Rows, levels};
use crate::{
    Fault,
    align::Plain,
    arith::{Canonical, Exact, Fma},
    call::{Call, NodeContext, Prepared},
    isa::Job,
};

/// A function of two elements of type `T` that gives a `U`. `apply` must be `#[inline(always)]`.
pub(super) trait Apply<T, U = T>: Copy + Send + Sync + 'static {
    fn apply<F: Fma>(self, left: T, right: T) -> U;
}

/// The whole node: the loops stand inside, so that short rows cost no call.
struct Whole<'a, T, U, O> {
    left: &'a [T],
    right: &'a [T],
    output: &'a mut [U],
    levels: &'a [Level<2>],
    op: O,
}

impl<T: Plain, U: Plain + Canonical, O: Apply<T, U>> Job for Whole<'_, T, U, O> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Some(&Level { length, steps }) = self.levels.last() else { return };
        let op = self.op;
        for (at, [left, right]) in Rows::new(self.levels.iter().copied()) {
            let output = &mut self.output[at..at + length];
            match steps {
                [1, 1] => {
                    let operands = self.left[left..left + length].iter().zip(&self.right[right..right + length]);
                    for (to, (&left, &right)) in output.iter_mut().zip(operands) {
                        *to = op.apply::<F>(left, right).canonical();
                    }
                }
                [_, 0] => {
                    let right = self.right[right];
                    for (to, &left) in output.iter_mut().zip(&self.left[left..left + length]) {
                        *to = op.apply::<F>(left, right).canonical();
                    }
                }
                _ => {
                    let left = self.left[left];
                    for (to, &right) in output.iter_mut().zip(&self.right[right..right + length]) {
                        *to = op.apply::<F>(left, right).canonical();
                    }
                }
            }
        }
    }
}

fn run<T: Plain, U: Plain + Canonical, O: Apply<T, U>>(
    call: &mut Call<'_>,
    levels: &[Level<2>],
    [left, right]: [usize; 2],
    op: O,
) -> Result<(), Fault> {
    let (path, left, right) = (call.path, call.input::<T>(left)?, call.input::<T>(right)?);
    path.run(Whole { left, right, output: call.output::<U>()?, levels, op });
    Ok(())
}

/// A node that applies `op` without the vectors of an instruction set: for divisions and other things that have none. It
/// is compiled once.
pub(super) fn prepare_scalar<T: Plain, U: Plain + Canonical, O: Apply<T, U>>(
    node: &NodeContext<'_>,
    op: O,
) -> Result<Prepared, Fault> {
    let levels = levels([node.inputs[0].shape.as_slice(), &node.inputs[1].shape], &node.outputs[0].shape);
    Ok(Prepared::new(move |call| {
        let (left, right) = (call.input::<T>(0)?, call.input::<T>(1)?);
        Whole { left, right, output: call.output::<U>()?, levels: &levels, op }.run::<Exact>();
        Ok(())
    }))
}

/// A node that applies `op` to each pair of elements.
pub(super) fn prepare<T: Plain, U: Plain + Canonical, O: Apply<T, U>>(
    node: &NodeContext<'_>,
    op: O,
) -> Result<Prepared, Fault> {
    prepare_operands(node, [0, 1], op)
}

/// The same with the operands exchanged.
pub(super) fn prepare_swapped<T: Plain, U: Plain + Canonical, O: Apply<T, U>>(
    node: &NodeContext<'_>,
    op: O,
) -> Result<Prepared, Fault> {
    prepare_operands(node, [1, 0], op)
}

fn prepare_operands<T: Plain, U: Plain + Canonical, O: Apply<T, U>>(
    node: &NodeContext<'_>,
    operands: [usize; 2],
    op: O,
) -> Result<Prepared, Fault> {
    let levels = levels(operands.map(|operand| node.inputs[operand].shape.as_slice()), &node.outputs[0].shape);
    Ok(Prepared::new(move |call| run::<T, U, O>(call, &levels, operands, op)))
}
