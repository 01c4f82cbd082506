//! TopK: elements become integers in the same order, selected and sorted together with their positions. No two keys are equal,
//! so the result does not depend on how they are sorted, and both steps are bounded for every input.

use praxis_model::{DType, ops::TopK};

use super::around;
use crate::{
    Fault,
    align::{Plain, elements_mut},
    call::{Call, Kernel, NodeContext, Prepared},
};

/// Numbers as unsigned integers in the same order.
trait Key: Plain {
    fn key(self) -> u64;
}

macro_rules! keys {
    (signed: $($signed:ident)*; unsigned: $($unsigned:ident)*) => {
        $(impl Key for $signed {
            fn key(self) -> u64 {
                (i64::from(self) as u64) ^ (1 << 63)
            }
        })*
        $(impl Key for $unsigned {
            fn key(self) -> u64 {
                u64::from(self)
            }
        })*
    };
}

keys!(signed: i8 i16 i32 i64; unsigned: u8 u16 u32 u64);

impl Key for f64 {
    fn key(self) -> u64 {
        if self.is_nan() {
            return u64::MAX;
        }
        // Both zeros are +0; negative numbers have the order of their bits reversed.
        let bits = if self == 0.0 { 0 } else { self.to_bits() };
        if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
    }
}

impl Key for f32 {
    fn key(self) -> u64 {
        f64::from(self).key()
    }
}

/// A key, and the position among equal keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
struct Entry {
    key: u64,
    position: u64,
}

// SAFETY: two u64 without padding.
unsafe impl Plain for Entry {}

/// The wanted entries of one row, in order, at the front of `entries`.
fn select(entries: &mut [Entry], k: usize) {
    if k < entries.len() {
        entries.select_nth_unstable(k);
    }
    entries[..k].sort_unstable();
}

struct Sizes {
    length: usize,
    inner: usize,
    k: usize,
    largest: bool,
}

fn run<T: Key>(call: &mut Call<'_>, sizes: &Sizes) -> Result<(), Fault> {
    let &Sizes { length, inner, k, largest } = sizes;
    let input = call.input::<T>(0)?;
    let entries = &mut elements_mut::<Entry>(call.scratch)?[..length];
    let [values, positions] = &mut *call.outputs else {
        return Err(Fault::Internal("TopK has two outputs"));
    };
    let values = elements_mut::<T>(values)?.chunks_exact_mut(k * inner);
    let positions = elements_mut::<i64>(positions)?.chunks_exact_mut(k * inner);
    for ((input, values), positions) in input.chunks_exact(length * inner).zip(values).zip(positions) {
        for column in 0..inner {
            for (position, (entry, &x)) in entries.iter_mut().zip(input[column..].iter().step_by(inner)).enumerate() {
                let key = x.key();
                *entry = Entry { key: if largest { !key } else { key }, position: position as u64 };
            }
            select(entries, k);
            for (rank, entry) in entries[..k].iter().enumerate() {
                values[rank * inner + column] = input[entry.position as usize * inner + column];
                positions[rank * inner + column] = entry.position as i64;
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
        prepared.scratch_bytes = (length * size_of::<Entry>()).next_multiple_of(64);
        Ok(prepared)
    }
}
