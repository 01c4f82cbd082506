//! TopK: elements become integers in the same order, selected and sorted together with their positions. No two keys are equal,
//! so the result does not depend on how they are sorted, and both steps are bounded for every input.

use praxis_model::{DType, ops::TopK};

use super::around;
use crate::{
    Fault,
    align::{Plain, elements_mut},
    call::{Call, Kernel, NodeContext, Prepared},
    reduce::Extreme,
};

/// Numbers as unsigned integers in the same order, and what holds such a key with a position.
trait Key: Plain {
    type Entry: Entry;

    fn key(self) -> u64;
}

/// A key before a position, in one order. No two entries are equal.
trait Entry: Plain + Ord {
    /// After all entries.
    const END: Self;

    /// `invert` turns the order of the keys round.
    fn new(key: u64, position: u32, invert: bool) -> Self;
    fn position(self) -> usize;
}

/// Keys of at most 32 bits.
impl Entry for u64 {
    const END: Self = Self::MAX;

    fn new(key: u64, position: u32, invert: bool) -> Self {
        (if invert { u64::from(u32::MAX) - key } else { key }) << 32 | u64::from(position)
    }

    fn position(self) -> usize {
        self as u32 as usize
    }
}

/// Keys of 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
struct Wide {
    key: u64,
    position: u64,
}

// SAFETY: two u64 without padding.
unsafe impl Plain for Wide {}

impl Entry for Wide {
    const END: Self = Self { key: u64::MAX, position: u64::MAX };

    fn new(key: u64, position: u32, invert: bool) -> Self {
        Self { key: if invert { !key } else { key }, position: u64::from(position) }
    }

    fn position(self) -> usize {
        self.position as usize
    }
}

macro_rules! keys {
    ($($kind:ident $entry:ident $key:expr;)*) => {
        $(impl Key for $kind {
            type Entry = $entry;

            #[inline(always)]
            fn key(self) -> u64 {
                let key: fn($kind) -> u64 = $key;
                key(self)
            }
        })*
    };
}

keys! {
    u8 u64 u64::from;
    u16 u64 u64::from;
    u32 u64 u64::from;
    u64 Wide |x| x;
    i8 u64 |x| u64::from(x as u8 ^ 1 << 7);
    i16 u64 |x| u64::from(x as u16 ^ 1 << 15);
    i32 u64 |x| u64::from(x as u32 ^ 1 << 31);
    i64 Wide |x| x as u64 ^ 1 << 63;
    // The integer order of `Extreme` with one zero, NaN above all.
    f32 u64 |x| u64::from(Extreme::key(x + 0.0, i32::MAX) as u32 ^ 1 << 31);
    f64 Wide |x| Extreme::key(x + 0.0, i64::MAX) as u64 ^ 1 << 63;
}

/// Puts the least k of these entries in order at the front of `kept`, which is as long as they are many. Entries above the k-th
/// that was seen are dropped at once; the others are thinned out whenever they are twice k, so the time is bounded for
/// every input.
fn select<E: Entry>(entries: impl Iterator<Item = E>, kept: &mut [E], k: usize) {
    let full = (2 * k).max(LEAST_BUFFER).min(kept.len());
    let (mut count, mut limit) = (0, E::END);
    for entry in entries {
        if entry >= limit {
            continue;
        }
        kept[count] = entry;
        count += 1;
        if count == full && k < full {
            kept[..count].select_nth_unstable(k - 1);
            (count, limit) = (k, kept[k - 1]);
        }
    }
    if k < count {
        kept[..count].select_nth_unstable(k - 1);
    }
    kept[..k].sort_unstable();
}

/// Entries that are collected before they are thinned out, at least.
const LEAST_BUFFER: usize = 32;

struct Sizes {
    length: usize,
    inner: usize,
    k: usize,
    largest: bool,
}

fn run<T: Key>(call: &mut Call<'_>, sizes: &Sizes) -> Result<(), Fault> {
    let &Sizes { length, inner, k, largest } = sizes;
    let input = call.input::<T>(0)?;
    let kept = &mut elements_mut::<T::Entry>(call.scratch)?[..length];
    let [values, positions] = &mut *call.outputs else {
        return Err(Fault::Internal("TopK has two outputs"));
    };
    let values = elements_mut::<T>(values)?.chunks_exact_mut(k * inner);
    let positions = elements_mut::<i64>(positions)?.chunks_exact_mut(k * inner);
    for ((input, values), positions) in input.chunks_exact(length * inner).zip(values).zip(positions) {
        for column in 0..inner {
            let elements = (0u32..).zip(input[column..].iter().step_by(inner));
            select(elements.map(|(position, &x)| T::Entry::new(x.key(), position, largest)), kept, k);
            for (rank, entry) in kept[..k].iter().enumerate() {
                values[rank * inner + column] = input[entry.position() * inner + column];
                positions[rank * inner + column] = entry.position() as i64;
            }
        }
    }
    Ok(())
}

impl Kernel for TopK {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let (_, length, inner) = around(&node.inputs[0].shape, self.axis);
        let sizes = Sizes { length, inner, k: self.k as usize, largest: self.largest };
        let mut prepared = match node.inputs[0].dtype {
            DType::F32 => Prepared::new(move |call| run::<f32>(call, &sizes)),
            DType::F64 => Prepared::new(move |call| run::<f64>(call, &sizes)),
            DType::U8 => Prepared::new(move |call| run::<u8>(call, &sizes)),
            DType::I8 => Prepared::new(move |call| run::<i8>(call, &sizes)),
            DType::U16 => Prepared::new(move |call| run::<u16>(call, &sizes)),
            DType::I16 => Prepared::new(move |call| run::<i16>(call, &sizes)),
            DType::U32 => Prepared::new(move |call| run::<u32>(call, &sizes)),
            DType::I32 => Prepared::new(move |call| run::<i32>(call, &sizes)),
            DType::U64 => Prepared::new(move |call| run::<u64>(call, &sizes)),
            DType::I64 => Prepared::new(move |call| run::<i64>(call, &sizes)),
            DType::Bool => return Err(Fault::Internal("the greatest of bools")),
        };
        prepared.scratch_bytes = (length * size_of::<Wide>()).next_multiple_of(64);
        Ok(prepared)
    }
}
