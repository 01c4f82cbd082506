//! The elementwise parts of a step, each compiled once for each instruction set.

use praxis_model::ops::Activation;

use super::real::{Real, activate};
use crate::{arith::Fma, isa::Job};

/// Numbers that are worked on at once.
const LANES: usize = 16;

/// gate = (input + gate) + bias.
pub(super) struct PreActivation<'a, T> {
    pub(super) gate: &'a mut [T],
    pub(super) input: &'a [T],
    pub(super) bias: &'a [T],
}

impl<T: Real> Job for PreActivation<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for ((gate, &input), &bias) in self.gate.iter_mut().zip(self.input).zip(self.bias) {
            *gate = (input + *gate) + bias;
        }
    }
}

/// gate = gate + weight * state.
pub(super) struct Peephole<'a, T> {
    pub(super) gate: &'a mut [T],
    pub(super) weight: &'a [T],
    pub(super) state: &'a [T],
}

impl<T: Real> Job for Peephole<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for ((gate, &weight), &state) in self.gate.iter_mut().zip(self.weight).zip(self.state) {
            *gate = *gate + weight * state;
        }
    }
}

/// The function of a gate, in place.
pub(super) struct Activate<'a, T> {
    pub(super) gate: &'a mut [T],
    pub(super) activation: Activation,
    pub(super) clip: Option<T>,
}

impl<T: Real> Activate<'_, T> {
    #[inline(always)]
    fn all(self, map: impl Fn(T) -> T) {
        let (chunks, rest) = self.gate.as_chunks_mut::<LANES>();
        chunks.iter_mut().for_each(|chunk| chunk.iter_mut().for_each(|x| *x = map(*x)));
        // The last ones are padded, so that they are computed side by side too.
        if !rest.is_empty() {
            let mut lanes = [T::ZERO; LANES];
            lanes[..rest.len()].copy_from_slice(rest);
            lanes.iter_mut().for_each(|x| *x = map(*x));
            rest.copy_from_slice(&lanes[..rest.len()]);
        }
    }
}

impl<T: Real> Job for Activate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let (activation, clip) = (self.activation, self.clip);
        // The usual functions are loops of their own; the others decide at each number.
        match (activation, clip) {
            (Activation::Tanh, None) => self.all(|x| activate::<T, F>(Activation::Tanh, None, x)),
            (Activation::Sigmoid, None) => self.all(|x| activate::<T, F>(Activation::Sigmoid, None, x)),
            (Activation::Relu, None) => self.all(|x| activate::<T, F>(Activation::Relu, None, x)),
            _ => self.gate.iter_mut().for_each(|x| *x = activate::<T, F>(activation, clip, *x)),
        }
    }
}

/// cell = forget * cell + input * new.
pub(super) struct CellState<'a, T> {
    pub(super) cell: &'a mut [T],
    pub(super) forget: &'a [T],
    pub(super) input: &'a [T],
    pub(super) new: &'a [T],
}

impl<T: Real> Job for CellState<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let gates = self.forget.iter().zip(self.input).zip(self.new);
        for (cell, ((&forget, &input), &new)) in self.cell.iter_mut().zip(gates) {
            *cell = (forget * *cell + input * new).canonical();
        }
    }
}

/// to = left * right, canonical.
pub(super) struct Product<'a, T> {
    pub(super) to: &'a mut [T],
    pub(super) left: &'a [T],
    pub(super) right: &'a [T],
}

impl<T: Real> Job for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for ((to, &left), &right) in self.to.iter_mut().zip(self.left).zip(self.right) {
            *to = (left * right).canonical();
        }
    }
}

/// gate = (input + reset * (gate + recurrent bias)) + bias.
pub(super) struct ResetAfter<'a, T> {
    pub(super) gate: &'a mut [T],
    pub(super) recurrent_bias: &'a [T],
    pub(super) reset: &'a [T],
    pub(super) input: &'a [T],
    pub(super) bias: &'a [T],
}

impl<T: Real> Job for ResetAfter<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let biases = self.recurrent_bias.iter().zip(self.bias);
        let rest = self.reset.iter().zip(self.input).zip(biases);
        for (gate, ((&reset, &input), (&recurrent_bias, &bias))) in self.gate.iter_mut().zip(rest) {
            let product = reset * (*gate + recurrent_bias);
            *gate = (input + product) + bias;
        }
    }
}

/// state = (1 - update) * new + update * state, canonical.
pub(super) struct Blend<'a, T> {
    pub(super) state: &'a mut [T],
    pub(super) update: &'a [T],
    pub(super) new: &'a [T],
}

impl<T: Real> Job for Blend<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for ((state, &update), &new) in self.state.iter_mut().zip(self.update).zip(self.new) {
            *state = ((T::ONE - update) * new + update * *state).canonical();
        }
    }
}
