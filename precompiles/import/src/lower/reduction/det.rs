use praxis_model::ops;

use crate::{graph::Value, lower::Context, refusal::Refusal};

pub(super) fn det(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    cx.emit(ops::Det, &[input])
}
