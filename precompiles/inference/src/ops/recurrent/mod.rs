//! LSTM, GRU and RNN: the products of the inputs with W for several steps at once, then step by step the products of the
//! state with R and the functions of the gates.

mod cells;
mod jobs;
mod real;

use praxis_model::{
    DType,
    ops::{GRU, LSTM, RNN, STEPS_AT_ONCE},
};

use self::{
    cells::{Cell, Step, Weights},
    real::Real,
};
use crate::{
    Fault,
    align::{AlignedBytes, LINE, elements, elements_mut},
    call::{Call, Kernel, NodeContext, Prepared},
    gemm::Sizes,
};

/// Sizes as a run needs them.
#[derive(Clone, Copy, Debug)]
struct Shape {
    steps: usize,
    batch: usize,
    features: usize,
    hidden: usize,
    columns: usize,
    parts: [usize; 2],
    passes: usize,
}

/// Weights packed when the session was prepared.
struct Held {
    w: Option<AlignedBytes>,
    r: Option<AlignedBytes>,
}

impl Shape {
    fn new(cell: &impl Cell, gates: usize, node: &NodeContext<'_>) -> Result<Self, Fault> {
        let sizes = cell.common().sizes(node.inputs).ok_or(Fault::Internal("a recurrent cell on other shapes"))?;
        let hidden = sizes.hidden as usize;
        Ok(Self {
            steps: sizes.steps as usize,
            batch: sizes.batch as usize,
            features: sizes.features as usize,
            hidden,
            columns: gates * hidden,
            parts: cell.parts(hidden),
            passes: cell.common().direction.count() as usize,
        })
    }

    /// Steps whose products with W are computed at once.
    fn chunk(&self) -> usize {
        self.steps.min(STEPS_AT_ONCE as usize)
    }

    fn inputs_product(&self, steps: usize) -> Sizes {
        Sizes::shared(steps * self.batch, self.features, self.columns)
    }

    fn states_products(&self) -> impl Iterator<Item = Sizes> + use<> {
        let (m, k) = (self.batch, self.hidden);
        self.parts.into_iter().filter(|&n| n > 0).map(move |n| Sizes::shared(m, k, n))
    }

    fn packed_w<T: Real>(&self) -> usize {
        T::packed(self.inputs_product(1))
    }

    fn packed_r<T: Real>(&self) -> usize {
        self.states_products().map(T::packed).sum()
    }

    fn pack_w<T: Real>(&self, w: &[T], packed: &mut [T]) {
        let size = self.packed_w::<T>();
        for (w, packed) in w.chunks_exact(self.columns * self.features).zip(packed.chunks_exact_mut(size)) {
            T::pack(w, self.inputs_product(1), packed);
        }
    }

    fn pack_r<T: Real>(&self, r: &[T], packed: &mut [T]) {
        let size = self.packed_r::<T>();
        for (mut r, mut packed) in r.chunks_exact(self.columns * self.hidden).zip(packed.chunks_exact_mut(size)) {
            for sizes in self.states_products() {
                let (part, rest) = r.split_at(sizes.n * sizes.k);
                let (to, packed_rest) = packed.split_at_mut(T::packed(sizes));
                T::pack(part, sizes, to);
                (r, packed) = (rest, packed_rest);
            }
        }
    }

    /// Elements of the product's own memory.
    fn product_scratch<T: Real>(&self) -> usize {
        let states = self.states_products().map(T::product_scratch).max().unwrap_or(0);
        states.max(T::product_scratch(self.inputs_product(self.chunk())))
    }

    /// The parts of a run's memory, in elements: products with W, gates, state, cell, side, bias, products.
    fn buffers<T: Real>(&self) -> [usize; 7] {
        let states = self.batch * self.hidden;
        let gates = self.batch * self.columns;
        [self.chunk() * gates, gates, states, states, states, 2 * self.columns, self.product_scratch::<T>()]
    }
}

fn lines<T>(count: usize) -> usize {
    (count * size_of::<T>()).next_multiple_of(LINE)
}

/// The next `count` elements, on a line of their own.
fn take<'a, T: Real>(scratch: &mut &'a mut [u8], count: usize) -> Result<&'a mut [T], Fault> {
    let (part, rest) = core::mem::take(scratch)
        .split_at_mut_checked(lines::<T>(count))
        .ok_or(Fault::Internal("scratch memory is too small"))?;
    *scratch = rest;
    Ok(&mut elements_mut(part)?[..count])
}

/// Bias of one pass: Wb and Rb, where the first holds the sum of both for gates that add both.
fn fold_bias<T: Real>(given: Option<&[T]>, separate: usize, bias: &mut [T]) {
    let Some(given) = given else {
        bias.fill(T::ZERO);
        return;
    };
    bias.copy_from_slice(given);
    let (w, r) = bias.split_at_mut(given.len() / 2);
    let folded = w.len() - separate;
    w[..folded].iter_mut().zip(&r[..folded]).for_each(|(w, &r)| *w = *w + r);
}

/// One pass through the sequence.
struct Pass<'a, T, C> {
    cell: &'a C,
    shape: Shape,
    number: usize,
    x: &'a [T],
    w: &'a [T],
    r: &'a [T],
    lengths: Option<&'a [i32]>,
    peepholes: Option<&'a [T]>,
}

/// The memory of a pass.
struct Buffers<'a, T> {
    inputs: &'a mut [T],
    gates: &'a mut [T],
    state: &'a mut [T],
    cell: &'a mut [T],
    side: &'a mut [T],
    bias: &'a mut [T],
    product: &'a mut [T],
}

impl<'a, T: Real> Buffers<'a, T> {
    fn take(mut scratch: &'a mut [u8], sizes: [usize; 7]) -> Result<Self, Fault> {
        let [inputs, gates, state, cell, side, bias, product] = sizes;
        let scratch = &mut scratch;
        Ok(Self {
            inputs: take(scratch, inputs)?,
            gates: take(scratch, gates)?,
            state: take(scratch, state)?,
            cell: take(scratch, cell)?,
            side: take(scratch, side)?,
            bias: take(scratch, bias)?,
            product: take(scratch, product)?,
        })
    }
}

impl<T: Real, C: Cell> Pass<'_, T, C> {
    fn run(&self, path: crate::isa::Path, buffers: &mut Buffers<'_, T>, y: &mut [T]) {
        let Shape { steps, batch, features, hidden, columns, passes, .. } = self.shape;
        let common = self.cell.common();
        let reverse = common.direction.is_reverse(self.number);
        let count = common.activations.len() / passes;
        let row = batch * hidden;
        let mut done = 0;
        while done < steps {
            let now = self.shape.chunk().min(steps - done);
            let first = if reverse { steps - done - now } else { done };
            let x = &self.x[first * batch * features..(first + now) * batch * features];
            let inputs = &mut buffers.inputs[..now * batch * columns];
            T::multiply(path, self.shape.inputs_product(now), x, self.w, inputs, buffers.product);
            for index in 0..now {
                let place = if reverse { now - 1 - index } else { index };
                let time = first + place;
                self.cell.step(&mut Step {
                    path,
                    clip: common.clip.map(T::from_attribute),
                    activations: &common.activations[self.number * count..(self.number + 1) * count],
                    hidden,
                    batch,
                    lengths: self.lengths,
                    time,
                    inputs: &inputs[place * batch * columns..(place + 1) * batch * columns],
                    bias: buffers.bias,
                    peepholes: self.peepholes,
                    state: buffers.state,
                    cell: buffers.cell,
                    gates: buffers.gates,
                    side: buffers.side,
                    weights: Weights { packed: self.r, scratch: buffers.product },
                });
                let begin = (time * passes + self.number) * row;
                self.write(time, buffers.state, &mut y[begin..begin + row]);
            }
            done += now;
        }
    }

    /// The states of one step; 0 after the end of a sequence.
    fn write(&self, time: usize, state: &[T], to: &mut [T]) {
        let hidden = self.shape.hidden;
        for (number, (to, state)) in to.chunks_exact_mut(hidden).zip(state.chunks_exact(hidden)).enumerate() {
            if Step::<T>::is_running(self.lengths, number, time) {
                to.copy_from_slice(state);
            } else {
                to.fill(T::ZERO);
            }
        }
    }
}

/// Part `number` of `passes` equal ones.
fn part<T>(values: &[T], number: usize, passes: usize) -> &[T] {
    let size = values.len() / passes;
    &values[number * size..(number + 1) * size]
}

fn start<T: Real>(given: Option<&[T]>, number: usize, passes: usize, state: &mut [T]) {
    match given {
        Some(given) => state.copy_from_slice(part(given, number, passes)),
        None => state.fill(T::ZERO),
    }
}

fn run<T: Real, C: Cell>(call: &mut Call<'_>, cell: &C, shape: Shape, held: &Held) -> Result<(), Fault> {
    let (path, common, passes) = (call.path, cell.common(), shape.passes);
    let (x, w, r) = (call.input::<T>(0)?, call.input::<T>(1)?, call.input::<T>(2)?);
    let optional = |index: Option<usize>| index.map(|index| call.input::<T>(index)).transpose();
    let (cell_operand, peepholes_operand) = cell.own_operands();
    let (bias, initial) = (optional(common.bias_operand())?, optional(common.initial_operand())?);
    let (initial_cell, peepholes) = (optional(cell_operand)?, optional(peepholes_operand)?);
    let lengths = common.lengths_operand().map(|index| call.input::<i32>(index)).transpose()?;
    let mut scratch = &mut *call.scratch;
    let w = packed(held.w.as_ref(), passes * shape.packed_w::<T>(), &mut scratch, |to| shape.pack_w(w, to))?;
    let r = packed(held.r.as_ref(), passes * shape.packed_r::<T>(), &mut scratch, |to| shape.pack_r(r, to))?;
    let mut buffers = Buffers::take(scratch, shape.buffers::<T>())?;
    let [y, last, rest @ ..] = &mut *call.outputs else { return Err(Fault::Internal("a node misses an output")) };
    let (y, last) = (elements_mut::<T>(y)?, elements_mut::<T>(last)?);
    // Only where a product is taken between the two biases are they added apart.
    let separate = if C::GATES == 3 && shape.parts[1] == 0 { shape.hidden } else { 0 };
    let size = shape.batch * shape.hidden;
    for number in 0..passes {
        fold_bias(bias.map(|bias| part(bias, number, passes)), separate, buffers.bias);
        start(initial, number, passes, buffers.state);
        start(initial_cell, number, passes, buffers.cell);
        let (w, r) = (part(w, number, passes), part(r, number, passes));
        let peepholes = peepholes.map(|peepholes| part(peepholes, number, passes));
        Pass { cell, shape, number, x, w, r, lengths, peepholes }.run(path, &mut buffers, y);
        last[number * size..(number + 1) * size].copy_from_slice(buffers.state);
        if let Some(cells) = rest.first_mut() {
            elements_mut::<T>(cells)?[number * size..(number + 1) * size].copy_from_slice(buffers.cell);
        }
    }
    Ok(())
}

/// The held weights, or those packed now.
fn packed<'a, T: Real>(
    held: Option<&'a AlignedBytes>,
    count: usize,
    scratch: &mut &'a mut [u8],
    pack: impl FnOnce(&mut [T]),
) -> Result<&'a [T], Fault> {
    if let Some(held) = held {
        return Ok(&elements(held.as_slice())?[..count]);
    }
    let own = take(scratch, count)?;
    pack(own);
    Ok(own)
}

fn hold<T: Real>(
    bytes: Option<&[u8]>,
    count: usize,
    pack: impl FnOnce(&[T], &mut [T]),
) -> Result<Option<AlignedBytes>, Fault> {
    let Some(bytes) = bytes else { return Ok(None) };
    let mut held = AlignedBytes::zeroed(count * size_of::<T>());
    pack(elements(bytes)?, &mut elements_mut(held.as_mut_slice())?[..count]);
    Ok(Some(held))
}

fn prepare<T: Real, C: Cell>(cell: &C, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
    let shape = Shape::new(cell, C::GATES, node)?;
    let (w_count, r_count) = (shape.passes * shape.packed_w::<T>(), shape.passes * shape.packed_r::<T>());
    let held = Held {
        w: hold(node.constants[1], w_count, |from, to| shape.pack_w::<T>(from, to))?,
        r: hold(node.constants[2], r_count, |from, to| shape.pack_r::<T>(from, to))?,
    };
    let own = |held: &Option<AlignedBytes>, count| if held.is_some() { 0 } else { lines::<T>(count) };
    let buffers: usize = shape.buffers::<T>().into_iter().map(lines::<T>).sum();
    let scratch_bytes = buffers + own(&held.w, w_count) + own(&held.r, r_count);
    let held_bytes = [&held.w, &held.r].into_iter().flatten().map(AlignedBytes::len).sum();
    let cell = cell.clone();
    let run = Box::new(move |call: &mut Call<'_>| run::<T, C>(call, &cell, shape, &held));
    Ok(Prepared { run, scratch_bytes, held_bytes })
}

macro_rules! kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                match node.outputs[0].dtype {
                    DType::F32 => prepare::<f32, _>(self, node),
                    DType::F64 => prepare::<f64, _>(self, node),
                    _ => Err(Fault::Internal("a recurrent cell on a type that it does not take")),
                }
            }
        })*
    };
}

kernels!(LSTM GRU RNN);
