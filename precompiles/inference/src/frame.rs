//! The memory of a run as its nodes see it: slices of the weights and of the arena, cut without allocating.

use core::{mem::MaybeUninit, ops::Range};

use praxis_model::limits::MAX_NODE_ARITY;

use crate::Fault;

/// Where a value stands during a run, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Weights(Range<usize>),
    Arena(Range<usize>),
}

/// Where the operands of one node stand. The ranges were checked: they lie inside weights and arena of the lengths below,
/// and nothing that the node writes overlaps what it reads or else writes.
#[derive(Debug)]
pub(crate) struct Operands {
    inputs: Vec<Place>,
    outputs: Vec<Range<usize>>,
    weights_len: usize,
    arena_len: usize,
}

impl Operands {
    /// Checks the ranges once, so that a run need not.
    pub(crate) fn new(
        inputs: Vec<Place>,
        outputs: Vec<Place>,
        weights_len: usize,
        arena_len: usize,
    ) -> Result<Self, Fault> {
        let written = |place| match place {
            Place::Arena(range) => Ok(range),
            Place::Weights(_) => Err(Fault::Internal("a node writes to the weights")),
        };
        let outputs = outputs.into_iter().map(written).collect::<Result<Vec<Range<usize>>, _>>()?;
        if inputs.len() > MAX_NODE_ARITY || outputs.len() > MAX_NODE_ARITY {
            return Err(Fault::Internal("a node has too many operands"));
        }
        let inside = |range: &Range<usize>, end: usize| range.start <= range.end && range.end <= end;
        let mut reads = Vec::with_capacity(inputs.len());
        for place in &inputs {
            let fits = match place {
                Place::Weights(range) => inside(range, weights_len),
                Place::Arena(range) => {
                    reads.push(range);
                    inside(range, arena_len)
                }
            };
            if !fits {
                return Err(Fault::Internal("a node reads outside its memory"));
            }
        }
        let apart = |a: &Range<usize>, b: &Range<usize>| a.end <= b.start || b.end <= a.start;
        for (index, range) in outputs.iter().enumerate() {
            let others = reads.iter().copied().chain(&outputs[..index]);
            if !inside(range, arena_len) || others.into_iter().any(|other| !apart(range, other)) {
                return Err(Fault::Internal("a node writes what it reads"));
            }
        }
        Ok(Self { inputs, outputs, weights_len, arena_len })
    }

    /// Hands the node's inputs and outputs to `run`, and `scratch` as it is.
    pub(crate) fn with<R>(
        &self,
        weights: &[u8],
        arena: &mut [u8],
        scratch: &mut [u8],
        run: impl for<'s> FnOnce(&'s [&'s [u8]], &'s mut [&'s mut [u8]], &'s mut [u8]) -> R,
    ) -> Result<R, Fault> {
        if weights.len() != self.weights_len || arena.len() != self.arena_len {
            return Err(Fault::Internal("a run has other memory than its session was prepared for"));
        }
        let base = arena.as_mut_ptr();
        let mut reads = [const { MaybeUninit::<&[u8]>::uninit() }; MAX_NODE_ARITY];
        let mut writes = [const { MaybeUninit::<&mut [u8]>::uninit() }; MAX_NODE_ARITY];
        for (slot, place) in reads.iter_mut().zip(&self.inputs) {
            slot.write(match place {
                Place::Weights(range) => &weights[range.clone()],
                // SAFETY: `new` checked that the range lies in the arena and that no output overlaps it; the arena is
                // borrowed until the slices are gone.
                Place::Arena(range) => unsafe { core::slice::from_raw_parts(base.add(range.start), range.len()) },
            });
        }
        for (slot, range) in writes.iter_mut().zip(&self.outputs) {
            // SAFETY: `new` checked that the range lies in the arena and overlaps no other operand.
            slot.write(unsafe { core::slice::from_raw_parts_mut(base.add(range.start), range.len()) });
        }
        let (reads, writes) = (&reads[..self.inputs.len()], &mut writes[..self.outputs.len()]);
        // SAFETY: these slots were written above; `MaybeUninit<T>` has the layout of `T`, and references are not dropped.
        let reads = unsafe { core::slice::from_raw_parts(reads.as_ptr().cast::<&[u8]>(), reads.len()) };
        // SAFETY: as above.
        let writes = unsafe { core::slice::from_raw_parts_mut(writes.as_mut_ptr().cast::<&mut [u8]>(), writes.len()) };
        Ok(run(reads, writes, scratch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_that_overlap_or_leave_their_memory_are_refused() {
        let arena = |range| Place::Arena(range);
        let new = |inputs: Vec<Place>, outputs: Vec<Place>| Operands::new(inputs, outputs, 64, 128);
        assert!(new(vec![arena(0..8), arena(0..8)], vec![arena(8..16), arena(64..128)]).is_ok());
        assert!(new(vec![arena(0..9)], vec![arena(8..16)]).is_err());
        assert!(new(vec![], vec![arena(8..16), arena(0..9)]).is_err());
        assert!(new(vec![arena(120..129)], vec![]).is_err());
        assert!(new(vec![], vec![arena(120..129)]).is_err());
        assert!(new(vec![Place::Weights(60..65)], vec![]).is_err());
        assert!(new(vec![], vec![Place::Weights(0..1)]).is_err());
    }

    #[test]
    fn a_node_sees_its_operands() {
        let inputs = vec![Place::Arena(4..6), Place::Weights(1..3)];
        let operands = Operands::new(inputs, vec![Place::Arena(0..2), Place::Arena(6..8)], 4, 8).unwrap();
        let mut arena = [0, 0, 0, 0, 5, 6, 0, 0];
        let weights = [1, 2, 3, 4];
        operands
            .with(&weights, &mut arena, &mut [], |reads, writes, _| {
                writes[0].copy_from_slice(reads[0]);
                writes[1].copy_from_slice(reads[1]);
            })
            .unwrap();
        assert_eq!(arena, [5, 6, 0, 0, 5, 6, 2, 3]);
        assert!(operands.with(&weights[1..], &mut arena, &mut [], |_, _, _| ()).is_err());
    }
}
