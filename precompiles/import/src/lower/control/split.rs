use super::{
    super::{Context, Item},
    parts,
    sequence::{input, sequence},
};
use crate::{limits::MAX_TRIPS, refusal::Refusal};

/// SplitToSequence: pieces of an axis, of one size or of several.
pub(super) fn split(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(2)?;
    let value = cx.input(0)?;
    let axis = cx.attributes.int("axis")?.unwrap_or(0);
    let axis = cx.axis(axis, cx.shape(value).len())?;
    let size = cx.shape(value)[axis as usize];
    let keep_axis = cx.attributes.int("keepdims")?.unwrap_or(1) != 0;
    let split = cx.constant_input(1, "sizes")?;
    let listed = split.as_ref().is_some_and(|tensor| !tensor.shape.is_empty());
    let lengths = match cx.integers(1, "sizes")? {
        Some(sizes) if listed => sizes,
        Some(sizes) => even(size, sizes.first().copied().unwrap_or(0))?,
        None => even(size, 1)?,
    };
    let sum = lengths.iter().try_fold(0i64, |sum, &length| sum.checked_add(length).filter(|_| length > 0));
    if sum != Some(i64::from(size)) {
        return Err(format!("its sizes {lengths:?} should be positive and add up to {size}").into());
    }
    let mut items = Vec::with_capacity(lengths.len());
    let mut start = 0;
    for length in lengths {
        // No more than the dimension, by the sum.
        let length = length as u32;
        let item = match (&split, keep_axis) {
            (None, false) => parts::entry(cx, value, axis, start)?,
            _ => parts::part(cx, value, axis, start, length)?,
        };
        items.push(Item::Tensor(item));
        start += length;
    }
    Ok(sequence(items))
}

/// Pieces of one length; the last one may be shorter.
fn even(size: u32, length: i64) -> Result<Vec<i64>, Refusal> {
    let size = i64::from(size);
    if length <= 0 {
        return Err(format!("its size {length} should be positive").into());
    }
    let count = size / length + i64::from(size % length != 0);
    if count > MAX_TRIPS as i64 {
        return Err(format!("it makes {count} pieces, at most {MAX_TRIPS} are possible").into());
    }
    Ok((0..count).map(|index| length.min(size - index * length)).collect())
}

/// ConcatFromSequence: along an axis of the entries, or along a new one.
pub(super) fn concat(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(1)?;
    let axis = cx.attributes.int("axis")?.ok_or("the attribute axis is missing")?;
    let new_axis = cx.attributes.flag("new_axis")?;
    let items = input(cx, 0)?;
    let entries = items.iter().map(|item| parts::tensor(item, "an entry")).collect::<Result<Vec<_>, _>>()?;
    let first = *entries.first().ok_or("its sequence is empty, so its result has no shape")?;
    let rank = cx.shape(first).len();
    let joined = if new_axis {
        let axis = cx.axis(axis, rank + 1)?;
        parts::stack(cx, axis, &entries)?
    } else {
        let axis = cx.axis(axis, rank)?;
        parts::join(cx, axis, entries)?
    };
    Ok(vec![joined.into()])
}
