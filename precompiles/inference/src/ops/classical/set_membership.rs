use praxis_model::{DType, ops::SetMembership};

use super::key::Float;
use crate::{
    Fault,
    call::{Call, Kernel, NodeContext, Prepared},
};

/// A set: which element of the row is asked, and where its members stand.
type Set = (usize, core::ops::Range<usize>);

fn contains<T: Float>(members: &[T], x: T) -> bool {
    if x.is_nan() {
        return members.last().is_some_and(|last| last.is_nan());
    }
    // NaN stands last and is less than nothing.
    let at = members.partition_point(|&member| member < x);
    members.get(at).is_some_and(|&member| member == x)
}

fn run<T: Float>(call: &mut Call<'_>, sets: &[Set], features: usize) -> Result<(), Fault> {
    let (rows, members) = (call.input::<T>(0)?, call.input::<T>(2)?);
    let output = call.output::<T>()?;
    for (row, to) in rows.chunks_exact(features).zip(output.chunks_exact_mut(features + sets.len())) {
        let (copy, columns) = to.split_at_mut(features);
        copy.copy_from_slice(row);
        for (column, (feature, range)) in columns.iter_mut().zip(sets) {
            *column = if contains(&members[range.clone()], row[*feature]) { T::ZERO } else { T::ONE };
        }
    }
    Ok(())
}

impl Kernel for SetMembership {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let table =
            node.constants.get(1).copied().flatten().ok_or(Fault::Internal("a table of sets is not constant"))?;
        let mut start = 0;
        let sets = table.as_chunks::<8>().0.iter().map(|&[a, b, c, d, count @ ..]| {
            let end = start + u32::from_le_bytes(count) as usize;
            let range = start..end;
            start = end;
            (u32::from_le_bytes([a, b, c, d]) as usize, range)
        });
        let sets: Vec<Set> = sets.collect();
        let features = node.inputs[0].shape[1] as usize;
        Ok(match node.inputs[0].dtype {
            DType::F64 => Prepared::new(move |call| run::<f64>(call, &sets, features)),
            _ => Prepared::new(move |call| run::<f32>(call, &sets, features)),
        })
    }
}
