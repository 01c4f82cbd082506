//! Bytes that are nearly right, put right: a changed length or type would else hide everything behind it.

use praxis_model::{PLAN_MAGIC, Plan, PlanError, TensorType, ValueInfo, limits::ENGINE_VERSION};

/// Most weights that a repaired Plan gets.
const MAX_WEIGHTS: u64 = 1 << 20;
/// Magic, format and two lengths.
const HEADER_BYTES: usize = 20;
/// The weights start at a multiple of this.
const LEAF_BYTES: usize = 512;

/// The Plan that these bytes would be if their lengths, padding and stated types followed from the rest; `None` where the
/// graph cannot be read.
pub fn repaired(bytes: &[u8]) -> Option<Plan> {
    let rest = bytes.get(HEADER_BYTES..)?;
    let stated = u32::from_le_bytes(bytes.get(12..16)?.try_into().ok()?) as usize;
    let (graph, weights) = rest.split_at(stated.min(rest.len()));
    let weights = weights.get(padding(graph.len())..).unwrap_or_default();
    let mut plan = match Plan::decode(&framed(graph, &[])) {
        Ok(plan) => plan,
        Err(PlanError::Weights { expected, .. }) if expected <= MAX_WEIGHTS => {
            let zeros = vec![0; expected as usize];
            Plan::decode(&framed(graph, &zeros)).ok()?
        }
        Err(_) => return None,
    };
    plan.engine = ENGINE_VERSION;
    fill_weights(&mut plan, weights)?;
    fix_types(&mut plan)?;
    Some(plan)
}

fn padding(graph_bytes: usize) -> usize {
    (HEADER_BYTES + graph_bytes).next_multiple_of(LEAF_BYTES) - HEADER_BYTES - graph_bytes
}

fn framed(graph: &[u8], weights: &[u8]) -> Vec<u8> {
    let mut out = PLAN_MAGIC.to_vec();
    for number in [1, graph.len() as u32, weights.len() as u32] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(graph);
    out.resize(out.len() + padding(graph.len()), 0);
    out.extend_from_slice(weights);
    out
}

/// Bytes where the constants are, zeros between them; bools are 0 or 1.
fn fill_weights(plan: &mut Plan, bytes: &[u8]) -> Option<()> {
    let ranges = plan.constant_ranges().ok()?;
    for (constant, range) in plan.constants.iter().zip(ranges) {
        let mask = if constant.dtype == praxis_model::DType::Bool { 1 } else { 0xff };
        let given = bytes.get(range.start..range.end.min(bytes.len())).unwrap_or_default();
        for (place, byte) in plan.weights.get_mut(range)?.iter_mut().zip(given) {
            *place = byte & mask;
        }
    }
    Some(())
}

/// The types of all nodes' outputs and of the model's outputs as they follow from the graph, as far as it makes sense.
fn fix_types(plan: &mut Plan) -> Option<()> {
    let mut types: Vec<TensorType> = plan.inputs.iter().map(ValueInfo::tensor_type).collect();
    types.extend(plan.constants.iter().cloned());
    if types.iter().any(|kind| kind.check().is_err()) {
        return None;
    }
    for node in &mut plan.nodes {
        let inputs: Vec<TensorType> =
            node.inputs.iter().map(|&id| types.get(id as usize).cloned()).collect::<Option<_>>()?;
        node.outputs = node.op.outputs(&inputs).ok()?;
        types.extend(node.outputs.iter().cloned());
    }
    for (info, &id) in plan.outputs.iter_mut().zip(&plan.output_values) {
        let kind = types.get(id as usize)?;
        (info.dtype, info.shape) = (kind.dtype, kind.shape.clone());
    }
    Some(())
}
