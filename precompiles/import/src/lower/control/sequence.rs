//! Sequences of tensors. Their lengths and positions are known at import.

use std::rc::Rc;

use super::{
    super::{Context, Item},
    parts,
};
use crate::refusal::Refusal;

pub(super) fn sequence(items: Vec<Item>) -> Vec<Item> {
    vec![Item::Sequence(Rc::new(items))]
}

/// The sequence at this input.
pub(super) fn input(cx: &Context<'_, '_>, index: usize) -> Result<Rc<Vec<Item>>, Refusal> {
    match cx.item(index) {
        Item::Sequence(items) => Ok(items),
        other => Err(format!("input {index} is {}, it should be a sequence", other.describe()).into()),
    }
}

/// A position in a sequence with `count` places, from an input; negative ones count from the end.
fn position(cx: &Context<'_, '_>, index: usize, length: usize, count: usize) -> Result<Option<usize>, Refusal> {
    let Some(given) = parts::number(cx, index, "position")? else { return Ok(None) };
    let absolute = if given < 0 { given.checked_add(length as i64) } else { Some(given) };
    match absolute.and_then(|at| usize::try_from(at).ok()).filter(|&at| at < count) {
        Some(at) => Ok(Some(at)),
        None => Err(format!("its position {given} is out of range for a sequence of {length}").into()),
    }
}

pub(super) fn empty(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(0)?;
    // Nothing is in it, so its element type does not matter.
    cx.attributes.ignore("dtype");
    Ok(sequence(Vec::new()))
}

pub(super) fn construct(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    let items: Vec<Item> = cx.all_inputs()?.into_iter().map(Item::Tensor).collect();
    let first = cx.kind(cx.input(0)?).dtype;
    if let Some(other) = cx.all_inputs()?.into_iter().map(|value| cx.kind(value).dtype).find(|&dtype| dtype != first) {
        return Err(format!("its tensors should be of one element type, there are {first} and {other}").into());
    }
    Ok(sequence(items))
}

pub(super) fn insert(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(3)?;
    let mut items = input(cx, 0)?.to_vec();
    let at = position(cx, 2, items.len(), items.len() + 1)?.unwrap_or(items.len());
    items.insert(at, cx.input(1)?.into());
    Ok(sequence(items))
}

pub(super) fn erase(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(2)?;
    let mut items = input(cx, 0)?.to_vec();
    let last = items.len().checked_sub(1).ok_or("its sequence is empty")?;
    let at = position(cx, 1, items.len(), items.len())?.unwrap_or(last);
    items.remove(at);
    Ok(sequence(items))
}

pub(super) fn at(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(2)?;
    let items = input(cx, 0)?;
    let at = position(cx, 1, items.len(), items.len())?.ok_or("input 1 is missing")?;
    Ok(vec![items[at].clone()])
}

pub(super) fn length(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(1)?;
    let length = input(cx, 0)?.len() as i64;
    Ok(vec![parts::scalar(cx, length)?.into()])
}

/// SequenceMap: its body for each entry of the first sequence; other sequences are walked with it, tensors stay.
pub(super) fn map(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    let graph = cx.attributes.graph("body")?;
    let body = cx.body(graph)?;
    let length = input(cx, 0)?.len();
    let inputs: Vec<Item> = (0..cx.input_count()).map(|index| cx.item(index)).collect();
    let shorter = |item: &Item| matches!(item, Item::Sequence(items) if items.len() != length);
    if inputs.iter().any(shorter) {
        return Err("its sequences differ in length".into());
    }
    let mut results: Vec<Vec<Item>> = vec![Vec::new(); body.section.outputs.len()];
    cx.repeat(length as u64, |cx| {
        for index in 0..length {
            let entry = |item: &Item| match item {
                Item::Sequence(items) => items[index].clone(),
                other => other.clone(),
            };
            let outputs = cx.run(&body, inputs.iter().map(entry).collect())?;
            results.iter_mut().zip(outputs).for_each(|(result, item)| result.push(item));
        }
        Ok::<(), Refusal>(())
    })?;
    Ok(results.into_iter().map(|items| Item::Sequence(Rc::new(items))).collect())
}
