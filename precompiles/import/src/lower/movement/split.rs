use praxis_model::ops::SliceRange;

use super::{Context, slice};
use crate::{graph::Value, refusal::Refusal};

/// From this version on the lengths of the parts are an input.
const LENGTHS_AS_INPUT: i64 = 13;
/// From this version on the last of equal parts may be smaller.
const UNEVEN: i64 = 18;

/// Each part is a slice of its own.
pub(super) fn split(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let axis = cx.attributes.int("axis")?.unwrap_or(0);
    let axis = cx.axis(axis, cx.shape(input).len())?;
    let given = if cx.opset() < LENGTHS_AS_INPUT {
        cx.at_most(1)?;
        cx.attributes.short_ints("split")?.map(<[i64]>::to_vec)
    } else {
        cx.at_most(2)?;
        cx.integers(1, "lengths of the parts")?
    };
    let count = cx.output_count();
    let stated = cx.attributes.int("num_outputs")?;
    if stated.is_some_and(|stated| usize::try_from(stated) != Ok(count)) {
        return Err(format!("its num_outputs differ from its {count} outputs").into());
    }
    let dim = i64::from(cx.shape(input)[axis as usize]);
    let lengths = match given {
        Some(given) => given,
        None => equal_parts(dim, count, cx.opset() >= UNEVEN)?,
    };
    let sum = lengths.iter().try_fold(0i64, |sum, &length| sum.checked_add(length).filter(|_| length >= 0));
    if lengths.len() != count || sum != Some(dim) {
        return Err(format!("its {count} outputs of the lengths {lengths:?} do not make up the dimension {dim}").into());
    }
    let mut start = 0;
    let mut parts = Vec::with_capacity(count);
    for length in lengths {
        let end = start + length;
        parts.push(slice::emit(cx, input, vec![SliceRange { axis, start, end, step: 1 }])?);
        start = end;
    }
    Ok(parts)
}

fn equal_parts(dim: i64, count: usize, uneven: bool) -> Result<Vec<i64>, Refusal> {
    let parts = i64::try_from(count).unwrap_or(i64::MAX).max(1);
    if !uneven && dim % parts != 0 {
        return Err(format!("the dimension {dim} has no {count} equal parts").into());
    }
    let length = dim / parts + i64::from(dim % parts != 0);
    let part = |index: i64| length.min(dim.saturating_sub(index.saturating_mul(length)).max(0));
    Ok((0..parts).map(part).collect())
}
