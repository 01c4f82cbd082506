//! Rewrites of the lowered graph. A bias becomes part of its product, with the same bits; columns of small weights are
//! scaled by powers of two, so that dot products do not lose them.

mod bias;
mod rescale;

use crate::{
    NodeLabel, Note,
    graph::{Graph, Value},
};

/// Applies the rewrites; nodes that nothing reads any more stay behind.
pub(crate) fn rewrite(graph: &mut Graph, outputs: &[Value], label: &dyn Fn(usize) -> NodeLabel, notes: &mut Vec<Note>) {
    rescale::rescale(graph, label, notes);
    bias::join(graph, outputs);
}
