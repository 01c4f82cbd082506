//! Branches, loops, sequences and optionals. All of them are resolved at import: a Plan has neither jumps nor values other
//! than tensors.

mod branch;
mod optional;
mod parts;
mod repeat;
mod scan;
mod sequence;
mod split;

pub(super) use parts::join;

use super::{Context, Item, LowerItems};
use crate::refusal::Refusal;

/// Operators of the default domain, by name.
pub(super) const TABLE: &[(&str, LowerItems)] = &[
    ("ConcatFromSequence", split::concat),
    ("Identity", identity),
    ("If", branch::branch),
    ("Loop", repeat::repeat),
    ("Optional", optional::optional),
    ("OptionalGetElement", optional::get_element),
    ("OptionalHasElement", optional::has_element),
    ("Scan", scan::scan),
    ("SequenceAt", sequence::at),
    ("SequenceConstruct", sequence::construct),
    ("SequenceEmpty", sequence::empty),
    ("SequenceErase", sequence::erase),
    ("SequenceInsert", sequence::insert),
    ("SequenceLength", sequence::length),
    ("SequenceMap", sequence::map),
    ("SplitToSequence", split::split),
];

/// The input, whatever it is.
fn identity(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(1)?;
    match cx.item(0) {
        Item::Nothing if cx.input_count() == 0 => Err("input 0 is missing".into()),
        item => Ok(vec![item]),
    }
}
