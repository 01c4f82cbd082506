use super::rules;
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator, rules::F32_ONLY},
};

/// ONNX's LinearAttention: a recurrent state of keys by values for each head, read by the queries of its group. Inputs are query,
/// key, value, then the state before, the decay and the update rate, each where the flag says so. Outputs are the results and
/// the state after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearAttention {
    /// Heads of the query, a multiple of `heads`.
    pub query_heads: u32,
    /// Heads of key, value and state.
    pub heads: u32,
    /// Factor of the results; finite.
    pub scale: f32,
    /// There is a state before; otherwise it is zero.
    pub past: bool,
    /// The state decays by the exponential of an input in each step.
    pub decay: bool,
    /// What the state already gives for a key is taken off its value, and the rest is weighed by an input.
    pub delta: bool,
}

/// The sizes of a [`LinearAttention`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearAttentionShape {
    /// Independent sequences.
    pub batch: u32,
    /// Length of the sequences.
    pub steps: u32,
    /// Length of a key of one head.
    pub key: u32,
    /// Length of a value of one head.
    pub value: u32,
    /// The decay has one number for each head and key element, not only for each head.
    pub decay_by_key: bool,
    /// The update rate has one number for each head, not one for all.
    pub rate_by_head: bool,
}

impl LinearAttention {
    /// The sizes for inputs of these types.
    pub fn sizes(&self, inputs: &[TensorType]) -> Result<LinearAttentionShape, OpError> {
        let expected = 3 + [self.past, self.decay, self.delta].into_iter().filter(|&there| there).count();
        if inputs.len() != expected {
            return Err(OpError::Arity { expected: "3, and one for each flag", found: inputs.len() });
        }
        rules::accept(inputs, F32_ONLY, |dtype| dtype == DType::F32)?;
        let wrong = |index: usize, what: &str| {
            OpError::shape(format!("input {index} should be {what}, it is {}", inputs[index]))
        };
        if self.heads == 0 || self.query_heads == 0 || !self.query_heads.is_multiple_of(self.heads) {
            let why = format!("{} is not a multiple of {} heads", self.query_heads, self.heads);
            return Err(OpError::attribute("query_heads", why));
        }
        let &[batch, steps, query] = inputs[0].shape.as_slice() else {
            return Err(wrong(0, "samples by steps by features"));
        };
        let of_heads = |index: usize, heads: u32| match inputs[index].shape.as_slice() {
            &[b, t, width] if (b, t) == (batch, steps) && width.is_multiple_of(heads) => Ok(width / heads),
            _ => Err(wrong(index, "samples by steps by features of whole heads")),
        };
        let (key, value) = (of_heads(1, self.heads)?, of_heads(2, self.heads)?);
        if self.query_heads.checked_mul(key) != Some(query) {
            return Err(wrong(0, "as wide as its heads have key elements"));
        }
        let mut next = 3;
        if self.past {
            if inputs[next].shape != [batch, self.heads, key, value] {
                return Err(wrong(next, "the state: samples by heads by keys by values"));
            }
            next += 1;
        }
        let mut decay_by_key = false;
        if self.decay {
            let width = of_heads(next, self.heads)?;
            decay_by_key = width == key;
            if !decay_by_key && width != 1 {
                return Err(wrong(next, "one number for each head, or for each of its key elements"));
            }
            next += 1;
        }
        let mut rate_by_head = false;
        if self.delta {
            rate_by_head = inputs[next].shape == [batch, steps, self.heads];
            if !rate_by_head && inputs[next].shape != [batch, steps, 1] {
                return Err(wrong(next, "one number for each step, or for each of its heads"));
            }
        }
        Ok(LinearAttentionShape { batch, steps, key, value, decay_by_key, rate_by_head })
    }
}

impl Operator for LinearAttention {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.query_heads);
        out.u32(self.heads);
        out.f32(self.scale);
        out.bool(self.past);
        out.bool(self.decay);
        out.bool(self.delta);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self {
            query_heads: reader.u32()?,
            heads: reader.u32()?,
            scale: reader.f32()?,
            past: reader.bool()?,
            decay: reader.bool()?,
            delta: reader.bool()?,
        })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        if !self.scale.is_finite() {
            return Err(OpError::attribute("scale", "is not finite"));
        }
        let LinearAttentionShape { batch, steps, key, value, .. } = self.sizes(inputs)?;
        let width = rules::product(&[self.query_heads, value])?;
        Ok(vec![
            TensorType::new(DType::F32, [batch, steps, width]),
            TensorType::new(DType::F32, [batch, self.heads, key, value]),
        ])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let Ok(sizes) = self.sizes(inputs) else { return Work::default() };
        let rows = [sizes.batch, sizes.steps, sizes.key].iter().fold(1u64, |p, &dim| p.saturating_mul(u64::from(dim)));
        // Reads of the state: for the correction, the decay, the update, and each query.
        let passes =
            u64::from(self.heads).saturating_mul(4).saturating_add(u64::from(self.query_heads).saturating_mul(2));
        let elements =
            rows.saturating_mul(passes).saturating_mul(u64::from(sizes.value).saturating_add(rules::LOOP_COST));
        let transcendentals = if self.decay { rows.saturating_mul(u64::from(self.heads)) } else { 0 };
        Work { elements, transcendentals, ..Work::default() }
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let value = self.sizes(inputs).map_or(0, |sizes| u64::from(sizes.value));
        OpMemory { scratch: value.saturating_mul(4).saturating_add(64), ..OpMemory::default() }
    }
}
