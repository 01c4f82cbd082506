//! Which nodes of a graph matter, and in which order they can be read.

use std::collections::{BTreeMap, BTreeSet};

use tract_onnx::pb;

use crate::{ImportError, NodeLabel};

/// What the main graph, the graph of a branch or loop, and the body of a function have in common.
#[derive(Clone, Debug)]
pub(crate) struct Section<'a> {
    pub(crate) nodes: &'a [pb::NodeProto],
    pub(crate) inputs: Vec<&'a str>,
    pub(crate) outputs: Vec<&'a str>,
    pub(crate) initialisers: &'a [pb::TensorProto],
    sparse: &'a [pb::SparseTensorProto],
}

impl<'a> Section<'a> {
    pub(crate) fn of_graph(graph: &'a pb::GraphProto) -> Self {
        let names = |infos: &'a [pb::ValueInfoProto]| infos.iter().map(|info| info.name.as_str()).collect();
        Self {
            nodes: &graph.node,
            inputs: names(&graph.input),
            outputs: names(&graph.output),
            initialisers: &graph.initializer,
            sparse: &graph.sparse_initializer,
        }
    }

    pub(crate) fn of_function(function: &'a pb::FunctionProto) -> Self {
        Self {
            nodes: &function.node,
            inputs: function.input.iter().map(String::as_str).collect(),
            outputs: function.output.iter().map(String::as_str).collect(),
            initialisers: &[],
            sparse: &[],
        }
    }

    /// How many parts reading it once touches.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len() + self.initialisers.len() + self.inputs.len() + self.outputs.len()
    }
}

/// What a name in the file stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Definition {
    Input(usize),
    Initialiser(usize),
    Sparse,
    Node(usize),
}

impl Definition {
    fn describe(self, section: &Section<'_>) -> String {
        match self {
            Self::Input(_) => "an input".to_owned(),
            Self::Initialiser(_) | Self::Sparse => "an initialiser".to_owned(),
            Self::Node(index) => label(section.nodes, index).to_string(),
        }
    }
}

/// All names that a section defines.
pub(crate) type Definitions<'a> = BTreeMap<&'a str, Definition>;

/// How messages call the node at this position.
pub(crate) fn label(nodes: &[pb::NodeProto], index: usize) -> NodeLabel {
    let (name, op_type) = nodes.get(index).map_or(("", ""), |node| (&*node.name, &*node.op_type));
    NodeLabel { index, name: name.to_owned(), op_type: op_type.to_owned() }
}

/// Collects the definitions. An input that an initialiser also names is that constant: so older files list their weights.
pub(crate) fn definitions<'a>(section: &Section<'a>) -> Result<Definitions<'a>, ImportError> {
    let mut names = Definitions::new();
    let add = |names: &mut Definitions<'_>, name: &str, second: Definition, first: Option<Definition>| match first {
        None => Ok(()),
        Some(Definition::Input(index)) if matches!(second, Definition::Initialiser(_) | Definition::Sparse) => {
            // The replaced entry was the input's; a second initialiser would meet the first.
            debug_assert!(index < section.inputs.len() && names.contains_key(name));
            Ok(())
        }
        Some(first) => Err(ImportError::DuplicateName {
            name: name.to_owned(),
            first: first.describe(section),
            second: second.describe(section),
        }),
    };
    let inputs = section.inputs.iter().enumerate().map(|(i, &name)| (name, Definition::Input(i)));
    let tensors =
        section.initialisers.iter().enumerate().map(|(i, tensor)| (&*tensor.name, Definition::Initialiser(i)));
    let sparse = section.sparse.iter().filter_map(|s| s.values.as_ref()).map(|v| (&*v.name, Definition::Sparse));
    let outputs = section.nodes.iter().enumerate().flat_map(|(i, node)| {
        node.output.iter().filter(|name| !name.is_empty()).map(move |name| (&**name, Definition::Node(i)))
    });
    for (name, definition) in inputs.chain(tensors).chain(sparse).chain(outputs) {
        let first = names.insert(name, definition);
        add(&mut names, name, definition, first)?;
    }
    Ok(names)
}

/// The graphs that a node carries: the branches of an If, the body of a Loop.
fn subgraphs(node: &pb::NodeProto) -> impl Iterator<Item = &pb::GraphProto> {
    node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs))
}

/// The names that a graph takes from around it. Nesting is bounded by the scan of the file.
fn captured(graph: &pb::GraphProto) -> BTreeSet<&str> {
    let mut read: BTreeSet<&str> = graph.output.iter().map(|info| info.name.as_str()).collect();
    graph.node.iter().for_each(|node| read.extend(reads(node)));
    let inputs = graph.input.iter().map(|info| &info.name);
    let constants = graph.initializer.iter().map(|tensor| &tensor.name);
    let own = inputs.chain(constants).chain(graph.node.iter().flat_map(|node| &node.output));
    own.for_each(|name| {
        read.remove(name.as_str());
    });
    read
}

/// The names that a node reads, those that its subgraphs take from around them included.
fn reads(node: &pb::NodeProto) -> Vec<&str> {
    let mut names: Vec<&str> = node.input.iter().filter(|name| !name.is_empty()).map(String::as_str).collect();
    subgraphs(node).for_each(|graph| names.extend(captured(graph)));
    names
}

/// Nodes with what each of them reads.
struct Reader<'s, 'a> {
    section: &'s Section<'a>,
    names: &'s Definitions<'a>,
    reads: Vec<Vec<&'a str>>,
}

/// The nodes that the outputs need, each after those that it reads; nodes of equal standing keep the file's order. Names that
/// the section does not define must be `outer` ones.
pub(crate) fn live_nodes<'a>(
    section: &Section<'a>,
    names: &Definitions<'a>,
    outer: &dyn Fn(&str) -> bool,
) -> Result<Vec<usize>, ImportError> {
    let reader = Reader { section, names, reads: section.nodes.iter().map(reads).collect() };
    let live = reader.reachable(outer)?;
    let mut waiting_for: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut readers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut ready = BTreeSet::new();
    for &index in &live {
        let producers: BTreeSet<usize> = reader.producers(index).map(|(_, producer)| producer).collect();
        if producers.is_empty() {
            ready.insert(index);
        }
        producers.iter().for_each(|&producer| readers.entry(producer).or_default().push(index));
        waiting_for.insert(index, producers);
    }
    let mut order = Vec::with_capacity(live.len());
    while let Some(index) = ready.pop_first() {
        order.push(index);
        waiting_for.remove(&index);
        for reader in readers.remove(&index).unwrap_or_default() {
            let Some(producers) = waiting_for.get_mut(&reader) else { continue };
            producers.remove(&index);
            if producers.is_empty() {
                ready.insert(reader);
            }
        }
    }
    match waiting_for.keys().next() {
        None => Ok(order),
        Some(&first) => Err(reader.cycle(&waiting_for, first)),
    }
}

impl<'a> Reader<'_, 'a> {
    fn producers(&self, index: usize) -> impl Iterator<Item = (&'a str, usize)> {
        self.reads[index].iter().filter_map(|&name| match self.names.get(name) {
            Some(&Definition::Node(producer)) => Some((name, producer)),
            _ => None,
        })
    }

    /// All nodes that an output depends on, checking that what they read exists.
    fn reachable(&self, outer: &dyn Fn(&str) -> bool) -> Result<BTreeSet<usize>, ImportError> {
        let mut live = BTreeSet::new();
        let mut open = Vec::new();
        for &output in &self.section.outputs {
            match self.names.get(output) {
                Some(&Definition::Node(index)) => open.push(index),
                Some(_) => {}
                None if outer(output) => {}
                None => {
                    let why = "no node, input or initialiser of the file gives it".to_owned();
                    return Err(ImportError::Interface { role: "output", name: output.to_owned(), why });
                }
            }
        }
        while let Some(index) = open.pop() {
            if !live.insert(index) {
                continue;
            }
            let missing = |name: &&&str| !self.names.contains_key(**name) && !outer(name);
            if let Some(value) = self.reads[index].iter().find(missing) {
                let node = label(self.section.nodes, index);
                return Err(ImportError::UndefinedValue { node, value: (*value).to_owned() });
            }
            open.extend(self.producers(index).map(|(_, producer)| producer));
        }
        Ok(live)
    }

    /// Walks from a waiting node to what it waits for until a node comes again: that one is on the cycle.
    fn cycle(&self, waiting_for: &BTreeMap<usize, BTreeSet<usize>>, first: usize) -> ImportError {
        let mut seen = BTreeSet::new();
        let mut index = first;
        while seen.insert(index) {
            let next = waiting_for.get(&index).and_then(BTreeSet::first);
            index = next.copied().unwrap_or(index);
        }
        let mut awaited = self.producers(index).filter(|(_, producer)| waiting_for.contains_key(producer));
        let value = awaited.next().map_or(String::new(), |(name, _)| name.to_owned());
        ImportError::Cycle { node: label(self.section.nodes, index), value }
    }
}
