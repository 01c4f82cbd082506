use praxis_model::ops;

use super::Context;
use crate::{graph::Value, refusal::Refusal};

pub(super) fn transpose(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let rank = cx.shape(input).len();
    let perm = match cx.attributes.short_ints("perm")? {
        Some(perm) => perm.iter().map(|&axis| cx.axis(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank as u32).rev().collect(),
    };
    if perm.iter().copied().eq(0..rank as u32) {
        return Ok(vec![input]);
    }
    cx.emit(ops::Transpose { perm }, &[input])
}
