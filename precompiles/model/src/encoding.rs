//! The one encoding of a Plan.
//!
//! ```text
//! magic "PRAXPLAN" | format u32 | graph bytes u32 | weight bytes u32 | graph | zeros to a multiple of 512 | weights
//! ```
//! All numbers are little-endian and of fixed width, so no value has two encodings.

use crate::{
    Node, Op, Plan, PlanError, ValueInfo,
    codec::{Reader, Writer},
    id::LEAF_BYTES,
    limits::{
        MAX_CONSTANTS, MAX_GRAPH_BYTES, MAX_LABELS, MAX_MODEL_ARITY, MAX_NAME_BYTES, MAX_NODE_ARITY, MAX_NODES,
        MAX_PLAN_BYTES,
    },
    plan::constant_ranges,
};

/// What an encoded Plan begins with.
pub const MAGIC: &[u8; 8] = b"PRAXPLAN";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 20;

impl Plan {
    /// The canonical bytes. A Plan that [`Self::validate`] refuses may give bytes that [`Self::decode`] refuses.
    pub fn encode(&self) -> Vec<u8> {
        let graph = encode_graph(self);
        let mut out = Writer::default();
        out.raw(MAGIC);
        out.u32(FORMAT);
        out.count(graph.len());
        out.count(self.weights.len());
        out.raw(&graph);
        let mut bytes = out.into_bytes();
        bytes.resize(bytes.len().next_multiple_of(LEAF_BYTES), 0);
        bytes.extend_from_slice(&self.weights);
        bytes
    }

    /// Length of [`Self::encode`], in bytes, and of the graph section in it.
    pub fn encoded_len(&self) -> (usize, usize) {
        let graph = encode_graph(self).len();
        ((HEADER_BYTES + graph).next_multiple_of(LEAF_BYTES) + self.weights.len(), graph)
    }

    /// Bytes of the graph section that these bytes state, `None` where they are too short or state more than is allowed.
    pub fn graph_bytes(bytes: &[u8]) -> Option<usize> {
        let stated = bytes.get(MAGIC.len() + 4..)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*stated) as usize).filter(|&graph| graph <= MAX_GRAPH_BYTES)
    }

    /// Reads canonical bytes; any other encoding is refused, and so is what breaks a limit. Types and shapes are checked
    /// by [`Self::validate`].
    pub fn decode(bytes: &[u8]) -> Result<Self, PlanError> {
        if bytes.len() > MAX_PLAN_BYTES {
            let found = bytes.len() as u64;
            return Err(PlanError::Limit { what: "size of the plan in bytes", found, limit: MAX_PLAN_BYTES as u64 });
        }
        let mut reader = Reader::new(bytes);
        if reader.take(MAGIC.len()).ok() != Some(MAGIC.as_slice()) {
            return Err(PlanError::Magic);
        }
        let format = reader.u32()?;
        if format != FORMAT {
            return Err(PlanError::FormatVersion { found: format, expected: FORMAT });
        }
        let graph_bytes = reader.u32()? as usize;
        let weight_bytes = reader.u32()? as usize;
        if graph_bytes > MAX_GRAPH_BYTES {
            let found = graph_bytes as u64;
            return Err(PlanError::Limit { what: "size of the graph in bytes", found, limit: MAX_GRAPH_BYTES as u64 });
        }
        let graph = reader.take(graph_bytes)?;
        let used = HEADER_BYTES + graph_bytes;
        zeros(reader.take(used.next_multiple_of(LEAF_BYTES) - used)?, "padding before the weights")?;
        let weights = reader.take(weight_bytes)?;
        reader.end()?;
        let mut plan = decode_graph(graph)?;
        check_gaps(&plan, weights)?;
        plan.weights = weights.to_vec();
        Ok(plan)
    }
}

fn zeros(bytes: &[u8], what: &'static str) -> Result<(), PlanError> {
    if bytes.iter().all(|&byte| byte == 0) { Ok(()) } else { Err(PlanError::NotCanonical { what }) }
}

/// The weight section has exactly the length of the constants, and its gaps are zero.
pub(crate) fn check_gaps(plan: &Plan, weights: &[u8]) -> Result<(), PlanError> {
    let ranges = constant_ranges(&plan.constants)?;
    let expected = ranges.last().map_or(0, |range| range.end);
    if weights.len() != expected {
        return Err(PlanError::Weights { found: weights.len() as u64, expected: expected as u64 });
    }
    let mut end = 0;
    for range in ranges {
        zeros(&weights[end..range.start], "padding between weights")?;
        end = range.end;
    }
    Ok(())
}

fn encode_graph(plan: &Plan) -> Vec<u8> {
    let mut out = Writer::default();
    out.u32(plan.engine);
    out.u32(plan.importer);
    out.raw(&plan.source_sha256);
    out.list(&plan.inputs, value_info);
    out.list(&plan.constants, Writer::tensor_type);
    out.list(&plan.nodes, |w, node| {
        w.u16(node.op.code());
        node.op.encode_attributes(w);
        w.list(&node.inputs, |w, &id| w.u32(id));
        w.list(&node.outputs, Writer::tensor_type);
    });
    out.list(&plan.outputs, value_info);
    out.list(&plan.output_values, |w, &id| w.u32(id));
    out.list(&plan.labels, |w, labels| w.list(labels, |w, label| w.string(label)));
    out.into_bytes()
}

fn value_info(out: &mut Writer, info: &ValueInfo) {
    out.string(&info.name);
    out.u8(info.dtype.code());
    out.list(&info.shape, |w, &dim| w.u32(dim));
}

fn decode_graph(bytes: &[u8]) -> Result<Plan, PlanError> {
    let mut reader = Reader::new(bytes);
    let engine = reader.u32()?;
    let importer = reader.u32()?;
    let source_sha256 = reader.hash()?;
    let inputs = reader.list("number of inputs", MAX_MODEL_ARITY, 9, read_value_info)?;
    let constants = reader.list("number of constants", MAX_CONSTANTS, 5, Reader::tensor_type)?;
    let nodes = reader.list("number of nodes", MAX_NODES, 10, read_node)?;
    let outputs = reader.list("number of outputs", MAX_MODEL_ARITY, 9, read_value_info)?;
    let output_values = reader.list("number of outputs", MAX_MODEL_ARITY, 4, Reader::u32)?;
    let labels = reader.list("number of outputs", MAX_MODEL_ARITY, 4, |reader| {
        reader.list("number of labels", MAX_LABELS, 4, |reader| reader.string("length of a label", MAX_NAME_BYTES))
    })?;
    reader.end()?;
    let weights = Vec::new();
    Ok(Plan { engine, importer, source_sha256, inputs, constants, nodes, outputs, output_values, labels, weights })
}

fn read_value_info(reader: &mut Reader<'_>) -> Result<ValueInfo, PlanError> {
    let name = reader.string("length of a name", MAX_NAME_BYTES)?;
    let kind = reader.tensor_type()?;
    Ok(ValueInfo { name, dtype: kind.dtype, shape: kind.shape })
}

fn read_node(reader: &mut Reader<'_>) -> Result<Node, PlanError> {
    let code = reader.u16()?;
    let op = Op::decode_attributes(code, reader)?;
    let inputs = reader.list("number of a node's inputs", MAX_NODE_ARITY, 4, Reader::u32)?;
    let outputs = reader.list("number of a node's outputs", MAX_NODE_ARITY, 5, Reader::tensor_type)?;
    Ok(Node { op, inputs, outputs })
}
