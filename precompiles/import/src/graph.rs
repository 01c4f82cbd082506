//! The graph between ONNX and Plan: operators of the Plan, static types, constants with their elements.

use std::sync::Arc;

use praxis_model::{Op, Tensor, TensorType};

/// A value of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Value(usize);

/// What is known of a value.
#[derive(Clone, Debug)]
struct ValueData {
    kind: TensorType,
    constant: Option<Arc<Tensor>>,
}

/// What a value was dequantised from: `(quantised - zero point) * scale`, with scales along an axis or for all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) quantised: Value,
    pub(crate) scale: Value,
    pub(crate) zero_point: Value,
    pub(crate) axis: u32,
}

/// One operator application.
#[derive(Clone, Debug)]
pub(crate) struct GraphNode {
    pub(crate) op: Op,
    pub(crate) inputs: Vec<Value>,
    pub(crate) outputs: Vec<Value>,
    /// The lowered ONNX node that it comes from, by the order of lowering.
    pub(crate) source: usize,
}

/// Values and nodes in topological order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    values: Vec<ValueData>,
    pub(crate) nodes: Vec<GraphNode>,
}

impl Graph {
    /// A value that is known only at run time.
    pub(crate) fn add(&mut self, kind: TensorType) -> Value {
        self.values.push(ValueData { kind, constant: None });
        Value(self.values.len() - 1)
    }

    /// A value that is known now.
    pub(crate) fn add_constant(&mut self, tensor: Arc<Tensor>) -> Value {
        self.values.push(ValueData { kind: tensor.tensor_type(), constant: Some(tensor) });
        Value(self.values.len() - 1)
    }

    pub(crate) fn kind(&self, value: Value) -> &TensorType {
        &self.values[value.0].kind
    }

    pub(crate) fn constant(&self, value: Value) -> Option<&Arc<Tensor>> {
        self.values[value.0].constant.as_ref()
    }

    /// Number of values; each [`Value`]'s index is below it.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Drops the nodes that no output needs.
    pub(crate) fn drop_dead_nodes(&mut self, outputs: &[Value]) {
        let mut live = vec![false; self.values.len()];
        outputs.iter().for_each(|value| live[value.0] = true);
        let mut kept: Vec<GraphNode> = Vec::with_capacity(self.nodes.len());
        for node in self.nodes.drain(..).rev() {
            if node.outputs.iter().any(|value| live[value.0]) {
                node.inputs.iter().for_each(|value| live[value.0] = true);
                kept.push(node);
            }
        }
        kept.reverse();
        self.nodes = kept;
    }
}

impl Value {
    /// Its position among the graph's values.
    pub(crate) const fn index(self) -> usize {
        self.0
    }
}
