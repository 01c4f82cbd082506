use super::{
    super::{Context, Item},
    parts,
};
use crate::refusal::Refusal;

/// If: the branch that the condition chooses, in place of the node.
pub(super) fn branch(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    cx.at_most(1)?;
    let (yes, no) = (cx.attributes.graph("then_branch")?, cx.attributes.graph("else_branch")?);
    let condition = cx.input(0)?;
    let Some(holds) = parts::known_bool(cx, condition, "its condition")? else {
        return Err(
            "its condition is computed from the model's inputs; a Plan runs the same nodes on every input, so \
                    compute both sides and choose with Where, or freeze the input that decides"
                .into(),
        );
    };
    let body = cx.body(if holds { yes } else { no })?;
    cx.run(&body, Vec::new())
}
