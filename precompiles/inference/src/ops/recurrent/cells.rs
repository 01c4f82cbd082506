//! One step of each cell.

use praxis_model::ops::{Activation, GRU, LSTM, RNN, Recurrence};

use super::{
    jobs::{Activate, Blend, CellState, Peephole, PreActivation, Product, ResetAfter},
    real::Real,
};
use crate::{gemm::Sizes, isa::Path};

/// What a cell needs to know beside the common attributes.
pub(super) trait Cell: Clone + Send + Sync + 'static {
    const GATES: usize;

    fn common(&self) -> &Recurrence;

    /// Which operands the initial cell state and the peepholes are.
    fn own_operands(&self) -> (Option<usize>, Option<usize>) {
        (None, None)
    }

    /// Rows of R that are multiplied with one operand, part by part.
    fn parts(&self, hidden: usize) -> [usize; 2] {
        [Self::GATES * hidden, 0]
    }

    /// Computes the next state of each sequence.
    fn step<T: Real>(&self, step: &mut Step<'_, T>);
}

/// The memory of one step. Rows of a batch follow each other.
pub(super) struct Step<'a, T> {
    pub(super) path: Path,
    pub(super) clip: Option<T>,
    /// Of this pass.
    pub(super) activations: &'a [Activation],
    pub(super) hidden: usize,
    pub(super) batch: usize,
    /// Which rows still run.
    pub(super) lengths: Option<&'a [i32]>,
    pub(super) time: usize,
    /// Products with W.
    pub(super) inputs: &'a [T],
    /// Wb, then Rb, of all gates; where both are only ever added together, Wb holds the sum.
    pub(super) bias: &'a [T],
    pub(super) peepholes: Option<&'a [T]>,
    pub(super) state: &'a mut [T],
    pub(super) cell: &'a mut [T],
    /// Room for the products with R, part by part.
    pub(super) gates: &'a mut [T],
    /// Room for a state.
    pub(super) side: &'a mut [T],
    pub(super) weights: Weights<'a, T>,
}

/// R of one pass, packed part by part, and the memory of a product.
pub(super) struct Weights<'a, T> {
    pub(super) packed: &'a [T],
    pub(super) scratch: &'a mut [T],
}

impl<T: Real> Weights<'_, T> {
    /// out = left * transposed rows `before..before + n` of R.
    fn multiply(&mut self, path: Path, left: &[T], (before, n): (usize, usize), out: &mut [T]) {
        let sizes = |n| Sizes::shared(out.len() / n, left.len() / (out.len() / n), n);
        let begin = if before == 0 { 0 } else { T::packed(Sizes::shared(sizes(n).m, sizes(n).k, before)) };
        let sizes = sizes(n);
        let packed = &self.packed[begin..begin + T::packed(sizes)];
        T::multiply(path, sizes, left, packed, out, self.scratch);
    }
}

impl<T: Real> Step<'_, T> {
    fn runs(&self, row: usize) -> bool {
        self.lengths.is_none_or(|lengths| usize::try_from(lengths[row]).is_ok_and(|length| self.time < length))
    }

    /// Whether the row's state changes at this step.
    pub(super) fn is_running(lengths: Option<&[i32]>, row: usize, time: usize) -> bool {
        lengths.is_none_or(|lengths| usize::try_from(lengths[row]).is_ok_and(|length| time < length))
    }
}

fn apply<T: Real>(path: Path, clip: Option<T>, activation: Activation, gate: &mut [T]) {
    path.run(Activate { gate, activation, clip });
}

impl Cell for LSTM {
    const GATES: usize = 4;

    fn common(&self) -> &Recurrence {
        &self.common
    }

    fn own_operands(&self) -> (Option<usize>, Option<usize>) {
        (self.cell_operand(), self.peepholes_operand())
    }

    fn step<T: Real>(&self, step: &mut Step<'_, T>) {
        let (path, clip, n) = (step.path, step.clip, step.hidden);
        let &[f, g, h] = step.activations else { return };
        step.weights.multiply(path, step.state, (0, 4 * n), step.gates);
        for row in 0..step.batch {
            if !step.runs(row) {
                continue;
            }
            let gates = &mut step.gates[row * 4 * n..(row + 1) * 4 * n];
            let input = &step.inputs[row * 4 * n..(row + 1) * 4 * n];
            let cell = &mut step.cell[row * n..(row + 1) * n];
            path.run(PreActivation { gate: gates, input, bias: &step.bias[..4 * n] });
            let (iof, new) = gates.split_at_mut(3 * n);
            if let Some(weights) = step.peepholes {
                let (i, of) = iof.split_at_mut(n);
                path.run(Peephole { gate: i, weight: &weights[..n], state: cell });
                path.run(Peephole { gate: &mut of[n..], weight: &weights[2 * n..], state: cell });
                apply(path, clip, f, i);
                apply(path, clip, f, &mut of[n..]);
            } else {
                apply(path, clip, f, iof);
            }
            apply(path, clip, g, new);
            let (i, of) = iof.split_at_mut(n);
            let (o, forget) = of.split_at_mut(n);
            if self.input_forget {
                forget.iter_mut().zip(&*i).for_each(|(forget, &i)| *forget = T::ONE - i);
            }
            path.run(CellState { cell, forget, input: i, new });
            if let Some(weights) = step.peepholes {
                path.run(Peephole { gate: o, weight: &weights[n..2 * n], state: cell });
                apply(path, clip, f, o);
            }
            let side = &mut step.side[..n];
            side.copy_from_slice(cell);
            // The clip holds gates only, as onnxruntime has it.
            apply(path, None, h, side);
            path.run(Product { to: &mut step.state[row * n..(row + 1) * n], left: o, right: side });
        }
    }
}

impl Cell for GRU {
    const GATES: usize = 3;

    fn common(&self) -> &Recurrence {
        &self.common
    }

    fn parts(&self, hidden: usize) -> [usize; 2] {
        if self.linear_before_reset { [3 * hidden, 0] } else { [2 * hidden, hidden] }
    }

    fn step<T: Real>(&self, step: &mut Step<'_, T>) {
        let &[f, g] = step.activations else { return };
        if self.linear_before_reset { reset_after(step, f, g) } else { reset_before(step, f, g) }
    }
}

/// The reset gate multiplies the product with R.
fn reset_after<T: Real>(step: &mut Step<'_, T>, f: Activation, g: Activation) {
    let (path, clip, n) = (step.path, step.clip, step.hidden);
    step.weights.multiply(path, step.state, (0, 3 * n), step.gates);
    for row in 0..step.batch {
        if !step.runs(row) {
            continue;
        }
        let input = &step.inputs[row * 3 * n..(row + 1) * 3 * n];
        let (zr, new) = step.gates[row * 3 * n..(row + 1) * 3 * n].split_at_mut(2 * n);
        path.run(PreActivation { gate: zr, input: &input[..2 * n], bias: &step.bias[..2 * n] });
        apply(path, clip, f, zr);
        let (update, reset) = zr.split_at(n);
        let (bias, recurrent_bias) = (&step.bias[2 * n..3 * n], &step.bias[5 * n..]);
        path.run(ResetAfter { gate: new, recurrent_bias, reset, input: &input[2 * n..], bias });
        apply(path, clip, g, new);
        path.run(Blend { state: &mut step.state[row * n..(row + 1) * n], update, new });
    }
}

/// The reset gate multiplies the state, which then is an operand of a second product.
fn reset_before<T: Real>(step: &mut Step<'_, T>, f: Activation, g: Activation) {
    let (path, clip, n) = (step.path, step.clip, step.hidden);
    let (zr_all, new_all) = step.gates.split_at_mut(step.batch * 2 * n);
    step.weights.multiply(path, step.state, (0, 2 * n), zr_all);
    for row in 0..step.batch {
        let zr = &mut zr_all[row * 2 * n..(row + 1) * 2 * n];
        let input = &step.inputs[row * 3 * n..(row + 1) * 3 * n];
        path.run(PreActivation { gate: zr, input: &input[..2 * n], bias: &step.bias[..2 * n] });
        apply(path, clip, f, zr);
        let (to, left) = (&mut step.side[row * n..(row + 1) * n], &zr[n..]);
        path.run(Product { to, left, right: &step.state[row * n..(row + 1) * n] });
    }
    step.weights.multiply(path, step.side, (2 * n, n), new_all);
    for row in 0..step.batch {
        if !Step::<T>::is_running(step.lengths, row, step.time) {
            continue;
        }
        let new = &mut new_all[row * n..(row + 1) * n];
        let input = &step.inputs[(row * 3 + 2) * n..(row + 1) * 3 * n];
        path.run(PreActivation { gate: new, input, bias: &step.bias[2 * n..3 * n] });
        apply(path, clip, g, new);
        let update = &zr_all[row * 2 * n..(row * 2 + 1) * n];
        path.run(Blend { state: &mut step.state[row * n..(row + 1) * n], update, new });
    }
}

impl Cell for RNN {
    const GATES: usize = 1;

    fn common(&self) -> &Recurrence {
        &self.common
    }

    fn step<T: Real>(&self, step: &mut Step<'_, T>) {
        let (path, clip, n) = (step.path, step.clip, step.hidden);
        let &[f] = step.activations else { return };
        step.weights.multiply(path, step.state, (0, n), step.gates);
        for row in 0..step.batch {
            if !step.runs(row) {
                continue;
            }
            let gate = &mut step.gates[row * n..(row + 1) * n];
            path.run(PreActivation { gate, input: &step.inputs[row * n..(row + 1) * n], bias: &step.bias[..n] });
            apply(path, clip, f, gate);
            for (state, gate) in step.state[row * n..(row + 1) * n].iter_mut().zip(gate) {
                *state = gate.canonical();
            }
        }
    }
}
