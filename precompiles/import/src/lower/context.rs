use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use praxis_model::{DType, Op, Tensor, TensorType, ops::Cast};
use tract_onnx::pb;

use super::{
    Rule,
    names::{NameList, Names, distinct},
    scope::{Body, Item, Opsets, Scope, Source},
};
use crate::{
    ImportError, ImportOptions, NodeLabel, UnsupportedNode,
    attributes::Attributes,
    fold::Folder,
    functions::{FunctionData, Functions},
    graph::{Graph, GraphNode, Origin, Value},
    limits::{MAX_DEPTH, MAX_LIST, MAX_LOWERED, MAX_OPSET, MAX_TRIPS, MIN_OPSET, shown},
    order::{Definition, Section},
    refusal::Refusal,
    tensor,
};

/// The state of lowering a whole file.
pub(crate) struct Lowering<'a> {
    functions: &'a Functions<'a>,
    /// The main graph first, the section that is read now last.
    scopes: Vec<Scope<'a>>,
    /// ONNX nodes that were lowered, each as often as it was.
    sources: Vec<Source<'a>>,
    /// Constants of the file that were read, by their place in memory: a loop's body is read many times.
    loaded: BTreeMap<usize, Value>,
    /// Values that were dequantised, constants too.
    origins: BTreeMap<Value, Origin>,
    /// Parts of sections that were read, and the product of the trip counts of the loops that are open.
    lowered: usize,
    trips: u64,
    folder: Folder,
    pub(crate) graph: Graph,
    pub(crate) names: Names,
    to_float32: bool,
    /// Whether a float64 became float32.
    pub(crate) narrowed: bool,
}

/// One node while it is lowered.
pub(crate) struct Context<'l, 'a> {
    lowering: &'l mut Lowering<'a>,
    pub(crate) attributes: Attributes<'a>,
    inputs: Vec<Item>,
    node: &'a pb::NodeProto,
    source: usize,
}

impl<'a> Lowering<'a> {
    /// Starts with the model's inputs, whose types are known.
    pub(crate) fn new(
        functions: &'a Functions<'a>,
        body: Body<'a>,
        opsets: Opsets,
        inputs: impl IntoIterator<Item = (&'a str, TensorType)>,
    ) -> Self {
        let mut graph = Graph::default();
        let values = inputs.into_iter().map(|(name, kind)| (name, Item::Tensor(graph.add(kind)))).collect();
        let main = Scope { body, values, opsets, call: None, sees_outer: false, path: "".into() };
        Self {
            functions,
            scopes: vec![main],
            sources: Vec::new(),
            loaded: BTreeMap::new(),
            origins: BTreeMap::new(),
            lowered: 0,
            trips: 1,
            folder: Folder::default(),
            graph,
            names: Names::default(),
            to_float32: false,
            narrowed: false,
        }
    }

    /// Makes float32 of float64 from here on.
    pub(crate) fn narrow_floats(&mut self) {
        self.to_float32 = true;
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
            let ty = tensor.tensor_type();
            if ty.checked_bytes() != Some(tensor.data.len() as u64) {
                return Err(refuse(format!("{ty} has other bytes than {}", tensor.data.len())));
            }
            // A tensor without elements can stand only in what is folded.
            if !tensor.data.is_empty() {
                tensor.check().map_err(|error| refuse(error.to_string()))?;
            }
            let value = self.hold(Arc::new(tensor.clone())).map_err(|refusal| refusal.named(refuse))?;
            self.scopes[0].values.insert(&info.name, value.into());
        }
        Ok(())
    }

    /// Lowers the nodes of the main graph.
    pub(crate) fn main(&mut self) -> Result<(), ImportError> {
        self.nodes().map_err(|refusal| refusal.at(NodeLabel { index: 0, name: String::new(), op_type: String::new() }))
    }

    /// Which ONNX node the graph's `source` stands for.
    pub(crate) fn label(&self, source: usize) -> NodeLabel {
        match self.sources.get(source) {
            Some(source) => source.label(),
            None => NodeLabel { index: source, name: String::new(), op_type: String::new() },
        }
    }

    fn opsets(&self) -> Opsets {
        self.scopes[self.scopes.len() - 1].opsets
    }

    fn scope(&mut self) -> &mut Scope<'a> {
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    /// Lowers the nodes of the innermost scope.
    fn nodes(&mut self) -> Result<(), Refusal> {
        let Body { section, order, .. } = self.scope().body.clone();
        self.lowered += section.len();
        if self.lowered > MAX_LOWERED {
            let (found, limit) = (self.lowered as u64, MAX_LOWERED as u64);
            return Err(ImportError::Limit { what: "number of nodes with loops unrolled", found, limit }.into());
        }
        for &index in &*order {
            let source = Source::new(self.scope(), index);
            self.sources.push(source.clone());
            self.node(&source).map_err(|refusal| refusal.at(source.label()))?;
        }
        Ok(())
    }

    fn node(&mut self, source: &Source<'a>) -> Result<(), Refusal> {
        let node = source.node();
        let mut inputs = Vec::with_capacity(node.input.len());
        for name in &node.input {
            inputs.push(if name.is_empty() { Item::Nothing } else { self.item(name)? });
        }
        let call = self.scope().call.clone();
        let attributes = Attributes::of(node, call.as_deref())?;
        let outputs = match self.functions.get(&node.domain, &node.op_type) {
            Some(function) => self.call(function, attributes, inputs, source)?,
            None => {
                let Some(rule) = super::lower(&node.domain, &node.op_type) else {
                    let missing = UnsupportedNode::new(source.label(), &node.domain);
                    return Err(ImportError::Unsupported(vec![missing]).into());
                };
                let source = self.sources.len() - 1;
                let mut context = Context { attributes, inputs, node, source, lowering: self };
                let outputs = match rule {
                    Rule::Tensors(lower) => {
                        let inputs = (0..context.input_count()).filter_map(|index| context.optional(index));
                        let names = context.lowering.names.carried(&node.op_type, inputs)?;
                        let outputs = lower(&mut context)?;
                        if let (Some(names), Some(&output)) = (names, outputs.first()) {
                            context.name_labels(output, names);
                        }
                        outputs.into_iter().map(Item::Tensor).collect()
                    }
                    Rule::Items(lower) => lower(&mut context)?,
                };
                context.attributes.end()?;
                outputs
            }
        };
        let scope = self.scope();
        for (name, item) in node.output.iter().zip(outputs) {
            scope.values.insert(name, item);
        }
        Ok(())
    }

    /// What a function's body gives for these inputs and attributes.
    fn call(
        &mut self,
        function: &'a FunctionData,
        attributes: Attributes<'a>,
        inputs: Vec<Item>,
        source: &Source<'a>,
    ) -> Result<Vec<Item>, Refusal> {
        let call = function.bind(attributes)?;
        let opsets = function.opsets(self.opsets());
        if !(MIN_OPSET..=MAX_OPSET).contains(&opsets.default) {
            return Err(ImportError::Opset { found: opsets.default }.into());
        }
        let body = Body::new(Section::of_function(function.proto()), &|_| false)?;
        if inputs.len() > body.section.inputs.len() {
            let (given, most) = (inputs.len(), body.section.inputs.len());
            return Err(format!("it has {given} inputs, the function takes {most}").into());
        }
        let absent = std::iter::repeat(Item::Nothing);
        let values = body.section.inputs.iter().copied().zip(inputs.into_iter().chain(absent)).collect();
        let path = source.inner_path();
        self.run(Scope { body, values, opsets, call: Some(Rc::new(call)), sees_outer: false, path })
    }

    /// Lowers the nodes of a section; its outputs.
    fn run(&mut self, scope: Scope<'a>) -> Result<Vec<Item>, Refusal> {
        if self.scopes.len() >= MAX_DEPTH {
            let found = self.scopes.len() as u64 + 1;
            return Err(
                ImportError::Limit { what: "nesting of functions and graphs", found, limit: MAX_DEPTH as u64 }.into()
            );
        }
        let section = Rc::clone(&scope.body.section);
        self.scopes.push(scope);
        self.nodes()?;
        let outputs = section.outputs.iter().map(|name| self.item(name)).collect();
        self.scopes.pop();
        outputs
    }

    /// The tensor with this name.
    pub(crate) fn value(&mut self, name: &'a str) -> Result<Value, Refusal> {
        match self.item(name)? {
            Item::Tensor(value) => Ok(value),
            other => Err(format!("\"{}\" is {}, not a tensor", shown(name), other.describe()).into()),
        }
    }

    /// Whether a section inside the innermost scope can read this name.
    fn is_known(&self, name: &str) -> bool {
        for scope in self.scopes.iter().rev() {
            if scope.defines(name) {
                return true;
            }
            if !scope.sees_outer {
                break;
            }
        }
        false
    }

    /// What a name stands for in the innermost scope that defines it; an initialiser is read when it is first asked for.
    fn item(&mut self, name: &'a str) -> Result<Item, Refusal> {
        for depth in (0..self.scopes.len()).rev() {
            let scope = &self.scopes[depth];
            if let Some(item) = scope.values.get(name) {
                return Ok(item.clone());
            }
            if let Some(definition) = scope.definition(name) {
                let item = self.define(depth, name, definition)?;
                self.scopes[depth].values.insert(name, item.clone());
                return Ok(item);
            }
            if !scope.sees_outer {
                break;
            }
        }
        Err("it reads a value that has no type".into())
    }

    fn define(&mut self, depth: usize, name: &str, definition: Definition) -> Result<Item, Refusal> {
        let section = Rc::clone(&self.scopes[depth].body.section);
        let refuse = |why: String| ImportError::Constant { name: name.to_owned(), why };
        match definition {
            Definition::Initialiser(index) => {
                let value = self.load(&section.initialisers[index]);
                Ok(Item::Tensor(value.map_err(|refusal| refusal.named(refuse))?))
            }
            Definition::Sparse => Err(refuse("it is sparse, which is not supported".to_owned()).into()),
            Definition::Node(index) => {
                let producer = Source::new(&self.scopes[depth], index).label();
                Err(format!("it reads the output \"{}\" of {producer}, which is not supported", shown(name)).into())
            }
            Definition::Input(_) => Err("it reads a value that has no type".into()),
        }
    }

    /// A constant of the file, read once.
    fn load(&mut self, proto: &'a pb::TensorProto) -> Result<Value, Refusal> {
        let place = std::ptr::from_ref(proto) as usize;
        if let Some(&value) = self.loaded.get(&place) {
            return Ok(value);
        }
        let value = match tensor::strings(proto)? {
            None => self.hold(Arc::new(tensor::load(proto)?))?,
            Some(strings) => {
                let (positions, names) = distinct(strings);
                let value = self.hold(Arc::new(Tensor::from_i64(tensor::dimensions(&proto.dims)?, &positions)))?;
                self.names.set_labels(value, Arc::new(names));
                value
            }
        };
        self.loaded.insert(place, value);
        Ok(value)
    }

    fn hold(&mut self, mut tensor: Arc<Tensor>) -> Result<Value, Refusal> {
        if self.to_float32 && tensor.dtype == DType::F64 {
            self.narrowed = true;
            tensor = Arc::new(tensor::to_float32(&tensor));
        }
        self.folder.hold(tensor.data.len() as u64)?;
        Ok(self.graph.add_constant(tensor))
    }
}

impl<'a> Context<'_, 'a> {
    /// Whether float64 becomes float32.
    pub(crate) fn to_float32(&self) -> bool {
        self.lowering.to_float32
    }

    /// Remembers what the columns of a value stand for.
    pub(crate) fn name_columns(&mut self, value: Value, names: NameList) {
        self.lowering.names.set_columns(value, names);
    }

    /// Remembers what the numbers of a value stand for.
    pub(crate) fn name_labels(&mut self, value: Value, names: NameList) {
        self.lowering.names.set_labels(value, names);
    }

    /// What the numbers of a value stand for, where they are positions of strings.
    pub(crate) fn label_names(&self, value: Value) -> Option<NameList> {
        self.lowering.names.labels(value).cloned()
    }

    /// Version of the default operator set.
    pub(crate) fn opset(&self) -> i64 {
        self.lowering.opsets().default
    }

    /// Version of the operator set of classical models.
    pub(crate) fn ml_opset(&self) -> i64 {
        self.lowering.opsets().ml
    }

    /// Number of outputs that the node names; the last ones may be empty names.
    pub(crate) fn output_count(&self) -> usize {
        self.node.output.len()
    }

    /// Whether the node's output at this place has a name, so that something may read it.
    pub(crate) fn wants_output(&self, index: usize) -> bool {
        self.node.output.get(index).is_some_and(|name| !name.is_empty())
    }

    /// An input that must be there.
    pub(crate) fn input(&self, index: usize) -> Result<Value, Refusal> {
        match self.item(index) {
            Item::Tensor(value) => Ok(value),
            Item::Nothing => Err(format!("input {index} is missing").into()),
            other => Err(format!("input {index} is {}, the operator takes tensors", other.describe()).into()),
        }
    }

    /// An input that may be left out.
    pub(crate) fn optional(&self, index: usize) -> Option<Value> {
        match self.inputs.get(index) {
            Some(&Item::Tensor(value)) => Some(value),
            _ => None,
        }
    }

    /// An input of any kind.
    pub(crate) fn item(&self, index: usize) -> Item {
        self.inputs.get(index).cloned().unwrap_or(Item::Nothing)
    }

    /// Number of inputs that the node lists.
    pub(crate) fn input_count(&self) -> usize {
        self.inputs.len()
    }

    /// A constant of the file: one that stands in a loop is read once.
    pub(crate) fn load(&mut self, proto: &'a pb::TensorProto) -> Result<Value, Refusal> {
        self.lowering.load(proto)
    }

    /// The graph of a branch or a loop, ready to be run.
    pub(crate) fn body(&self, graph: &'a pb::GraphProto) -> Result<Body<'a>, Refusal> {
        Ok(Body::new(Section::of_graph(graph), &|name| self.lowering.is_known(name))?)
    }

    /// What a graph inside this node gives for these inputs.
    pub(crate) fn run(&mut self, body: &Body<'a>, inputs: Vec<Item>) -> Result<Vec<Item>, Refusal> {
        let expected = body.section.inputs.len();
        if inputs.len() != expected {
            return Err(format!("its graph has {expected} inputs, it should have {}", inputs.len()).into());
        }
        let values = body.section.inputs.iter().copied().zip(inputs).collect();
        let path = self.lowering.sources[self.source].inner_path();
        let outer = self.lowering.scope();
        let (opsets, call) = (outer.opsets, outer.call.clone());
        self.lowering.run(Scope { body: body.clone(), values, opsets, call, sees_outer: true, path })
    }

    /// Does `work` as the body of a loop with this trip count, within the limit on the product of nested ones.
    pub(crate) fn repeat<R>(
        &mut self,
        trips: u64,
        work: impl FnOnce(&mut Self) -> Result<R, Refusal>,
    ) -> Result<R, Refusal> {
        let outer = self.lowering.trips;
        let product = outer.saturating_mul(trips.max(1));
        if product > MAX_TRIPS {
            let (found, limit) = (product, MAX_TRIPS);
            return Err(ImportError::Limit { what: "product of the trip counts of nested loops", found, limit }.into());
        }
        self.lowering.trips = product;
        let result = work(self);
        self.lowering.trips = outer;
        result
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

    /// A constant input of float32 or float64 numbers.
    pub(crate) fn floats(&self, index: usize, what: &str) -> Result<Option<Vec<f64>>, Refusal> {
        let Some(tensor) = self.constant_input(index, what)? else { return Ok(None) };
        let count = tensor.tensor_type().elements();
        if count > MAX_LIST as u64 {
            return Err(
                format!("its {what} (input {index}) have {count} entries, at most {MAX_LIST} are allowed").into()
            );
        }
        match tensor.dtype {
            DType::F64 => Ok(tensor.to_f64()),
            DType::F32 => Ok(tensor.to_f32().map(|all| all.into_iter().map(f64::from).collect())),
            other => Err(format!("its {what} (input {index}) should be float32, they are {other}").into()),
        }
    }

    /// A tensor without elements: a constant, whatever it came from.
    pub(crate) fn empty(&mut self, dtype: DType, shape: Vec<u32>) -> Result<Value, Refusal> {
        self.constant(Tensor { dtype, shape, data: Vec::new() })
    }

    /// Applies an operator of the Plan; where all inputs are constant, the result is one too.
    pub(crate) fn emit(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Vec<Value>, Refusal> {
        let op = match op.into() {
            Op::Cast(Cast { to: DType::F64 }) if self.lowering.to_float32 => {
                self.lowering.narrowed = true;
                Cast { to: DType::F32 }.into()
            }
            op => op,
        };
        let graph = &mut self.lowering.graph;
        let kinds: Vec<TensorType> = inputs.iter().map(|&input| graph.kind(input).clone()).collect();
        if let Some(empty) = super::empty::results(&op, &kinds) {
            return empty.into_iter().map(|kind| self.empty(kind.dtype, kind.shape)).collect();
        }
        let outputs = op.outputs(&kinds).map_err(|error| Refusal::Why(error.to_string()))?;
        let known: Vec<_> = inputs.iter().map(|&input| graph.constant(input).map(|tensor| &tensor.data[..])).collect();
        op.check_constants(&kinds, &known).map_err(|error| Refusal::Why(error.to_string()))?;
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

    /// The operator of the Plan that computes a value, with its inputs; none for inputs of the model and constants.
    pub(crate) fn producer(&self, value: Value) -> Option<(Op, Vec<Value>)> {
        // As far back as a Plan can be long.
        let mut recent = self.lowering.graph.nodes.iter().rev().take(praxis_model::limits::MAX_NODES);
        let node = recent.find(|node| node.outputs.contains(&value))?;
        Some((node.op.clone(), node.inputs.clone()))
    }

    /// Remembers what a value was dequantised from.
    pub(crate) fn set_origin(&mut self, value: Value, origin: Origin) {
        self.lowering.origins.insert(value, origin);
    }

    /// What a value was dequantised from.
    pub(crate) fn origin(&self, value: Value) -> Option<Origin> {
        self.lowering.origins.get(&value).copied()
    }

    /// The result of a standard operator for other inputs than the node's, with the node's attributes.
    pub(crate) fn standard(&mut self, name: &str, inputs: Vec<Item>) -> Result<Value, Refusal> {
        let Some(Rule::Tensors(lower)) = super::lower("", name) else {
            return Err(format!("the operator {name} is not supported").into());
        };
        let own = std::mem::replace(&mut self.inputs, inputs);
        let outputs = lower(self);
        self.inputs = own;
        outputs?.first().copied().ok_or_else(|| "the operator gives no output".into())
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
