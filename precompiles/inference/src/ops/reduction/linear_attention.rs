//! LinearAttention: the state of each head is updated step by step; every loop over it runs along the values.

use praxis_model::ops::{LinearAttention, LinearAttentionShape};

use crate::{
    Fault,
    align::elements_mut,
    arith::{Canonical, Fma, exp},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// One head of one sample.
struct Head<'a> {
    sizes: Sizes,
    /// Of each input, the part of this sample.
    query: &'a [f32],
    key: &'a [f32],
    value: &'a [f32],
    decay: Option<&'a [f32]>,
    rate: Option<&'a [f32]>,
    /// Which head, of `sizes.heads`.
    head: usize,
    state: &'a mut [f32],
    /// The value that is written, as long as one.
    update: &'a mut [f32],
    output: &'a mut [f32],
}

#[derive(Clone, Copy)]
struct Sizes {
    steps: usize,
    heads: usize,
    /// Queries that read one head.
    group: usize,
    key: usize,
    value: usize,
    decay_by_key: bool,
    rate_by_head: bool,
    scale: f32,
}

/// to_j = fma(factor, row_j, to_j).
#[inline(always)]
fn add_scaled<F: Fma>(to: &mut [f32], factor: f32, row: &[f32]) {
    for (to, &x) in to.iter_mut().zip(row) {
        *to = F::fma(factor, x, *to);
    }
}

impl Job for Head<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Sizes { steps, heads, group, key: keys, value: values, decay_by_key, rate_by_head, scale } = self.sizes;
        let (head, state, update) = (self.head, self.state, self.update);
        for step in 0..steps {
            let key = &self.key[(step * heads + head) * keys..][..keys];
            let value = &self.value[(step * heads + head) * values..][..values];
            if let Some(decay) = self.decay {
                for (index, row) in state.chunks_exact_mut(values).enumerate() {
                    let at = step * heads + head;
                    let factor = exp::<F>(if decay_by_key { decay[at * keys + index] } else { decay[at] });
                    row.iter_mut().for_each(|x| *x *= factor);
                }
            }
            update.copy_from_slice(value);
            if let Some(rate) = self.rate {
                update.fill(0.0);
                for (row, &key) in state.chunks_exact(values).zip(key) {
                    add_scaled::<F>(update, key, row);
                }
                let rate = rate[if rate_by_head { step * heads + head } else { step }];
                for (x, &value) in update.iter_mut().zip(value) {
                    *x = rate * (value - *x);
                }
            }
            for (row, &key) in state.chunks_exact_mut(values).zip(key) {
                add_scaled::<F>(row, key, update);
            }
            for member in 0..group {
                let at = step * heads * group + head * group + member;
                let query = &self.query[at * keys..][..keys];
                let to = &mut self.output[at * values..][..values];
                to.fill(0.0);
                for (row, &query) in state.chunks_exact(values).zip(query) {
                    add_scaled::<F>(to, query, row);
                }
                to.iter_mut().for_each(|x| *x = (scale * *x).canonical());
            }
        }
        state.iter_mut().for_each(|x| *x = x.canonical());
    }
}

fn run(call: &mut Call<'_>, op: LinearAttention, sizes: Sizes) -> Result<(), Fault> {
    let path = call.path;
    let (query, key, value) = (call.input::<f32>(0)?, call.input::<f32>(1)?, call.input::<f32>(2)?);
    let mut next = 3;
    let mut optional = |there: bool| {
        next += usize::from(there);
        if there { call.input::<f32>(next - 1).map(Some) } else { Ok(None) }
    };
    let (past, decay, rate) = (optional(op.past)?, optional(op.decay)?, optional(op.delta)?);
    let update = &mut elements_mut::<f32>(call.scratch)?[..sizes.value];
    let [output, state] = &mut *call.outputs else {
        return Err(Fault::Internal("LinearAttention has two outputs"));
    };
    let (output, state) = (elements_mut::<f32>(output)?, elements_mut::<f32>(state)?);
    match past {
        Some(past) => state.copy_from_slice(past),
        None => state.fill(0.0),
    }
    let one = sizes.key * sizes.value;
    let samples = state.len() / (one * sizes.heads);
    for (number, state) in state.chunks_exact_mut(one).enumerate() {
        let (sample, head) = (number / sizes.heads, number % sizes.heads);
        // The part of this sample of a tensor that has the samples outermost.
        let of = |tensor: &[f32]| sample * (tensor.len() / samples)..(sample + 1) * (tensor.len() / samples);
        let to = of(output);
        path.run(Head {
            sizes,
            query: &query[of(query)],
            key: &key[of(key)],
            value: &value[of(value)],
            decay: decay.map(|decay| &decay[of(decay)]),
            rate: rate.map(|rate| &rate[of(rate)]),
            head,
            state,
            update,
            output: &mut output[to],
        });
    }
    Ok(())
}

impl Kernel for LinearAttention {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let internal = |_| Fault::Internal("LinearAttention of shapes that it does not take");
        let shape: LinearAttentionShape = self.sizes(node.inputs).map_err(internal)?;
        let sizes = Sizes {
            steps: shape.steps as usize,
            heads: self.heads as usize,
            group: (self.query_heads / self.heads) as usize,
            key: shape.key as usize,
            value: shape.value as usize,
            decay_by_key: shape.decay_by_key,
            rate_by_head: shape.rate_by_head,
            scale: self.scale,
        };
        let op = *self;
        let mut prepared = Prepared::new(move |call| run(call, op, sizes));
        prepared.scratch_bytes = (sizes.value * size_of::<f32>()).next_multiple_of(64);
        Ok(prepared)
    }
}
