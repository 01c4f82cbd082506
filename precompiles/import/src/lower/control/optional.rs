//! Optionals: whether one has an element is known at import.

use super::{
    super::{Context, Item},
    parts,
};
use crate::refusal::Refusal;

/// Optional: its element, or nothing of the type that an attribute names.
pub(super) fn optional(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(1)?;
    cx.attributes.ignore("type");
    Ok(vec![cx.item(0)])
}

pub(super) fn has_element(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(1)?;
    let has = !matches!(cx.item(0), Item::Nothing);
    Ok(vec![parts::flag(cx, has)?.into()])
}

pub(super) fn get_element(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(1)?;
    match cx.item(0) {
        Item::Nothing => Err("its optional has no element".into()),
        item => Ok(vec![item]),
    }
}
