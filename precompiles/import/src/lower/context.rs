use std::{collections::BTreeMap, sync::Arc};

use praxis_model::{DType, Op, Tensor, TensorType};
use tract_onnx::pb;

use crate::{
    ImportError, ImportOptions,
    attributes::Attributes,
    fold::Folder,
    graph::{Graph, GraphNode, Value},
    limits::{MAX_LIST, shown},
    order::{Definition, Definitions, label},
    refusal::Refusal,
    tensor,
};

/// The state of lowering a whole graph.
pub(crate) struct Lowering<'a> {
    onnx: &'a pb::GraphProto,
    names: &'a Definitions<'a>,
    opset: i64,
    ml_opset: i64,
    values: BTreeMap<&'a str, Value>,
    folder: Folder,
    pub(crate) graph: Graph,
}

/// One node while it is lowered.
pub(crate) struct Context<'l, 'a> {
    lowering: &'l mut Lowering<'a>,
    pub(crate) attributes: Attributes<'a>,
    inputs: Vec<Option<Value>>,
    source: usize,
}

impl<'a> Lowering<'a> {
    /// Starts with the model's inputs, whose types are known.
    pub(crate) fn new(
        onnx: &'a pb::GraphProto,
        names: &'a Definitions<'a>,
        (opset, ml_opset): (i64, i64),
        inputs: impl IntoIterator<Item = (&'a str, TensorType)>,
    ) -> Self {
        let mut graph = Graph::default();
        let values = inputs.into_iter().map(|(name, kind)| (name, graph.add(kind))).collect();
        Self { onnx, names, opset, ml_opset, values, folder: Folder::default(), graph }
    }

    /// Makes constants of the inputs that the caller gave a value.
    pub(crate) fn freeze(
        &mut self,
        inputs: &[&'a pb::ValueInfoProto],
        options: &ImportOptions,
    ) -> Result<(), ImportError> {
        for (name, tensor) in &options.frozen {
            let refuse = |why: String| ImportError::Interface { role: "frozen input", name: name.clone(), why };
            let info = inputs.iter().find(|info| info.name == *name);
            let info = info.ok_or_else(|| refuse("the file has no such input".to_owned()))?;
            tensor.check().map_err(|error| refuse(error.to_string()))?;
            let value = self.hold(Arc::new(tensor.clone())).map_err(|refusal| refusal.named(refuse))?;
            self.values.insert(&info.name, value);
        }
        Ok(())
    }

    /// Lowers one node, whose producers were lowered before.
    pub(crate) fn node(&mut self, index: usize) -> Result<(), ImportError> {
        self.try_node(index).map_err(|refusal| refusal.at(label(self.onnx, index)))
    }

    fn try_node(&mut self, index: usize) -> Result<(), Refusal> {
        let node = &self.onnx.node[index];
        let lower = super::lower(&node.domain, &node.op_type).ok_or("the operator is not supported")?;
        let mut inputs = Vec::with_capacity(node.input.len());
        for name in &node.input {
            inputs.push(if name.is_empty() { None } else { Some(self.value(name)?) });
        }
        let mut context = Context { attributes: Attributes::of(node)?, inputs, source: index, lowering: self };
        let outputs = lower(&mut context)?;
        context.attributes.end()?;
        for (name, value) in node.output.iter().zip(outputs) {
            self.values.insert(name, value);
        }
        Ok(())
    }

    /// The value with this name; an initialiser is read when it is first asked for.
    pub(crate) fn value(&mut self, name: &'a str) -> Result<Value, Refusal> {
        if let Some(&value) = self.values.get(name) {
            return Ok(value);
        }
        let refuse = |why: String| ImportError::Constant { name: name.to_owned(), why };
        match self.names.get(name) {
            Some(&Definition::Initialiser(index)) => {
                let tensor = tensor::load(&self.onnx.initializer[index]).map_err(refuse)?;
                let value = self.hold(Arc::new(tensor))?;
                self.values.insert(name, value);
                Ok(value)
            }
            Some(Definition::Sparse) => Err(refuse("it is sparse, which is not supported".to_owned()).into()),
            Some(&Definition::Node(index)) => {
                let producer = label(self.onnx, index);
                Err(format!("it reads the output \"{}\" of {producer}, which is not supported", shown(name)).into())
            }
            Some(Definition::Input(_)) | None => Err("it reads a value that has no type".into()),
        }
    }

    fn hold(&mut self, tensor: Arc<Tensor>) -> Result<Value, Refusal> {
        self.folder.hold(tensor.data.len() as u64)?;
        Ok(self.graph.add_constant(tensor))
    }
}

impl<'a> Context<'_, 'a> {
    /// Version of the default operator set.
    pub(crate) fn opset(&self) -> i64 {
        self.lowering.opset
    }

    /// Version of the operator set of classical models.
    pub(crate) fn ml_opset(&self) -> i64 {
        self.lowering.ml_opset
    }

    /// Number of outputs that the node names; the last ones may be empty names.
    pub(crate) fn output_count(&self) -> usize {
        self.lowering.onnx.node.get(self.source).map_or(0, |node| node.output.len())
    }

    /// Whether the node's output at this place has a name, so that something may read it.
    pub(crate) fn wants_output(&self, index: usize) -> bool {
        let node = self.lowering.onnx.node.get(self.source);
        node.and_then(|node| node.output.get(index)).is_some_and(|name| !name.is_empty())
    }

    /// An input that must be there.
    pub(crate) fn input(&self, index: usize) -> Result<Value, Refusal> {
        self.optional(index).ok_or_else(|| format!("input {index} is missing").into())
    }

    /// An input that may be left out.
    pub(crate) fn optional(&self, index: usize) -> Option<Value> {
        self.inputs.get(index).copied().flatten()
    }

    /// All inputs, none of which may be left out.
    pub(crate) fn all_inputs(&self) -> Result<Vec<Value>, Refusal> {
        (0..self.inputs.len()).map(|index| self.input(index)).collect()
    }

    /// Refuses more inputs than the operator has.
    pub(crate) fn at_most(&self, count: usize) -> Result<(), Refusal> {
        match self.inputs.len() {
            given if given > count => Err(format!("it has {given} inputs, the operator takes at most {count}").into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn kind(&self, value: Value) -> &TensorType {
        self.lowering.graph.kind(value)
    }

    pub(crate) fn shape(&self, value: Value) -> &[u32] {
        &self.kind(value).shape
    }

    /// The elements of an optional input that has to be known at import, `what` it is.
    pub(crate) fn constant_input(&self, index: usize, what: &str) -> Result<Option<Arc<Tensor>>, Refusal> {
        let Some(value) = self.optional(index) else { return Ok(None) };
        match self.lowering.graph.constant(value) {
            Some(tensor) => Ok(Some(Arc::clone(tensor))),
            None => Err(format!(
                "its {what} (input {index}) are computed from the model's inputs; Plans have fixed shapes, so they must be \
                 constant"
            )
            .into()),
        }
    }

    /// A constant input of int64 or int32 numbers.
    pub(crate) fn integers(&self, index: usize, what: &str) -> Result<Option<Vec<i64>>, Refusal> {
        let Some(tensor) = self.constant_input(index, what)? else { return Ok(None) };
        if tensor.tensor_type().elements() > MAX_LIST as u64 {
            let count = tensor.tensor_type().elements();
            return Err(
                format!("its {what} (input {index}) have {count} entries, at most {MAX_LIST} are allowed").into()
            );
        }
        if tensor.shape.len() > 1 {
            return Err(
                format!("its {what} (input {index}) should be a list, they have the shape {:?}", tensor.shape).into()
            );
        }
        match tensor.dtype {
            DType::I64 => Ok(tensor.to_i64()),
            DType::I32 => {
                let words = tensor.data.as_chunks::<4>().0;
                Ok(Some(words.iter().map(|&word| i64::from(i32::from_le_bytes(word))).collect()))
            }
            other => Err(format!("its {what} (input {index}) should be int64, they are {other}").into()),
        }
    }

    /// A new constant.
    pub(crate) fn constant(&mut self, tensor: Tensor) -> Result<Value, Refusal> {
        self.lowering.hold(Arc::new(tensor))
    }

    /// Applies an operator of the Plan; where all inputs are constant, the result is one too.
    pub(crate) fn emit(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Vec<Value>, Refusal> {
        let op = op.into();
        let graph = &mut self.lowering.graph;
        let kinds: Vec<TensorType> = inputs.iter().map(|&input| graph.kind(input).clone()).collect();
        let outputs = op.outputs(&kinds).map_err(|error| Refusal::Why(error.to_string()))?;
        let constants: Option<Vec<_>> = inputs.iter().map(|&input| graph.constant(input).cloned()).collect();
        match constants {
            Some(constants) if !constants.is_empty() => {
                let folded = self.lowering.folder.run(&op, &constants, &outputs)?;
                folded.into_iter().map(|tensor| self.constant(tensor)).collect()
            }
            _ => {
                let outputs: Vec<Value> = outputs.into_iter().map(|kind| graph.add(kind)).collect();
                let node = GraphNode { op, inputs: inputs.to_vec(), outputs: outputs.clone(), source: self.source };
                graph.nodes.push(node);
                Ok(outputs)
            }
        }
    }

    /// The elements of a value where they are known now.
    pub(crate) fn known(&self, value: Value) -> Option<Arc<Tensor>> {
        self.lowering.graph.constant(value).cloned()
    }

    /// Applies an operator that has one output.
    pub(crate) fn emit1(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Value, Refusal> {
        self.emit(op, inputs)?.first().copied().ok_or_else(|| "the operator gives no output".into())
    }

    /// An axis counted from the front; a negative one counts from the end. `count` is the number of places.
    pub(crate) fn axis(&self, axis: i64, count: usize) -> Result<u32, Refusal> {
        let absolute = if axis < 0 { axis.checked_add(count as i64) } else { Some(axis) };
        match absolute.and_then(|axis| usize::try_from(axis).ok()).filter(|&axis| axis < count) {
            Some(axis) => Ok(axis as u32),
            None => Err(format!("its axis {axis} is out of range for {count} places").into()),
        }
    }
}
