//! From the lowered graph to a Plan.

use std::{collections::BTreeMap, sync::Arc};

use praxis_inference::{flush_f32, flush_f64};
use praxis_model::{BuildError, DType, Handle, Op, Plan, PlanBuilder, Tensor, ValueInfo};

use crate::{
    IMPORTER_VERSION, ImportError, NodeLabel, Note,
    fuse::fuse,
    graph::{Graph, GraphNode, Value},
    rewrite::rewrite,
};

/// An output of the model.
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) value: Value,
    /// Names of its numbers or columns; none for most outputs.
    pub(crate) labels: Vec<String>,
}

/// Builds the Plan of `graph`. Constants are numbered by their first use and equal ones are stored once, so the Plan
/// depends on what the file computes and not on how it names things.
pub(crate) fn build(
    mut graph: Graph,
    label: &dyn Fn(usize) -> NodeLabel,
    inputs: &[ValueInfo],
    outputs: &[Output],
    source_sha256: [u8; 32],
    notes: &mut Vec<Note>,
) -> Result<Plan, ImportError> {
    let output_values: Vec<Value> = outputs.iter().map(|output| output.value).collect();
    graph.drop_dead_nodes(&output_values);
    for source in fuse(&mut graph, &output_values)? {
        notes.push(Note::FoldedNormalization { node: label(source).to_string() });
    }
    rewrite(&mut graph, &output_values, label, notes);
    graph.drop_dead_nodes(&output_values);
    let mut assembly = Assembly {
        builder: PlanBuilder::new(IMPORTER_VERSION, source_sha256),
        handles: vec![None; graph.len()],
        constants: BTreeMap::new(),
    };
    for (index, info) in inputs.iter().enumerate() {
        let handle =
            assembly.builder.input(info.name.clone(), info.tensor_type()).map_err(|e| complete(e, &info.name))?;
        // The model's inputs are the graph's first values.
        assembly.handles[index] = Some(handle);
    }
    for node in &graph.nodes {
        let wrong = |error: BuildError| match error {
            BuildError::Plan(error) => ImportError::Plan(error),
            error => ImportError::Node { node: label(node.source), why: error.to_string() },
        };
        let mut operands = Vec::with_capacity(node.inputs.len());
        for (position, &value) in node.inputs.iter().enumerate() {
            operands.push(match zeroed(&graph, node, position, value) {
                Some((tensor, count)) => {
                    let total = tensor.tensor_type().elements();
                    let node = label(node.source).to_string();
                    notes.push(Note::ZeroedWeights { node, zeroed: count, total });
                    assembly.constant(&Arc::new(tensor)).map_err(wrong)?
                }
                None => assembly.operand(&graph, value).map_err(wrong)?,
            });
        }
        let results = assembly.builder.node(node.op.clone(), &operands).map_err(wrong)?;
        for (value, handle) in node.outputs.iter().zip(results) {
            assembly.handles[value.index()] = Some(handle);
        }
    }
    for Output { name, value, labels } in outputs {
        let handle = assembly.operand(&graph, *value).map_err(|e| complete(e, name))?;
        assembly.builder.labelled_output(name.clone(), handle, labels.clone());
    }
    assembly.builder.finish().map_err(|error| complete(error, "the model"))
}

fn complete(error: BuildError, name: &str) -> ImportError {
    match error {
        BuildError::Plan(error) => ImportError::Plan(error),
        error => ImportError::Constant { name: name.to_owned(), why: error.to_string() },
    }
}

/// Element type, shape and data: what makes two constants equal.
type ConstantKey = (u8, Vec<u32>, Vec<u8>);

struct Assembly {
    builder: PlanBuilder,
    /// By value.
    handles: Vec<Option<Handle>>,
    constants: BTreeMap<ConstantKey, Handle>,
}

impl Assembly {
    fn operand(&mut self, graph: &Graph, value: Value) -> Result<Handle, BuildError> {
        if let Some(handle) = self.handles[value.index()] {
            return Ok(handle);
        }
        // A value that is neither constant nor computed before cannot come out of lowering.
        let unknown = || praxis_model::OpError::Shape("a value is read before it is computed".to_owned());
        let tensor = graph.constant(value).ok_or_else(unknown)?;
        let handle = self.constant(tensor)?;
        self.handles[value.index()] = Some(handle);
        Ok(handle)
    }

    fn constant(&mut self, tensor: &Arc<Tensor>) -> Result<Handle, BuildError> {
        let key = (tensor.dtype.code(), tensor.shape.clone(), tensor.data.clone());
        if let Some(&handle) = self.constants.get(&key) {
            return Ok(handle);
        }
        let handle = self.builder.constant(Tensor::clone(tensor))?;
        self.constants.insert(key, handle);
        Ok(handle)
    }
}

/// The constant at this operand with the elements that count as zero in dot products (rule R10) set to zero and their
/// number, where there are any.
fn zeroed(graph: &Graph, node: &GraphNode, position: usize, value: Value) -> Option<(Tensor, u64)> {
    let is_factor = match node.op {
        Op::MatMul(_) | Op::Gemm(_) | Op::Conv(_) | Op::ConvTranspose(_) => position < 2,
        Op::DeformConv(_) => position == 1,
        _ => false,
    };
    let constant = graph.constant(value).filter(|_| is_factor)?;
    let mut tensor = Tensor::clone(constant);
    let count = match tensor.dtype {
        DType::F32 => zero_small(&mut tensor.data, |word| {
            let x = f32::from_le_bytes(word);
            x != 0.0 && flush_f32(x) == 0.0
        }),
        DType::F64 => zero_small(&mut tensor.data, |word| {
            let x = f64::from_le_bytes(word);
            x != 0.0 && flush_f64(x) == 0.0
        }),
        _ => 0,
    };
    (count > 0).then_some((tensor, count))
}

fn zero_small<const N: usize>(data: &mut [u8], too_small: impl Fn([u8; N]) -> bool) -> u64 {
    let mut count = 0;
    for word in data.as_chunks_mut::<N>().0 {
        if too_small(*word) {
            *word = [0; N];
            count += 1;
        }
    }
    count
}
