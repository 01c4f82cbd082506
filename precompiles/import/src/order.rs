//! Which nodes of the file matter, and in which order they can be read.

use std::collections::{BTreeMap, BTreeSet};

use tract_onnx::pb;

use crate::{ImportError, NodeLabel};

/// What a name in the file stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Definition {
    Input(usize),
    Initialiser(usize),
    Sparse,
    Node(usize),
}

impl Definition {
    fn describe(self, graph: &pb::GraphProto) -> String {
        match self {
            Self::Input(_) => "an input".to_owned(),
            Self::Initialiser(_) | Self::Sparse => "an initialiser".to_owned(),
            Self::Node(index) => label(graph, index).to_string(),
        }
    }
}

/// All names that the graph defines.
pub(crate) type Definitions<'a> = BTreeMap<&'a str, Definition>;

/// How messages call the node at this position.
pub(crate) fn label(graph: &pb::GraphProto, index: usize) -> NodeLabel {
    let (name, op_type) = graph.node.get(index).map_or(("", ""), |node| (&*node.name, &*node.op_type));
    NodeLabel { index, name: name.to_owned(), op_type: op_type.to_owned() }
}

/// Collects the definitions. An input that an initialiser also names is that constant: so older files list their weights.
pub(crate) fn definitions(graph: &pb::GraphProto) -> Result<Definitions<'_>, ImportError> {
    let mut names = Definitions::new();
    let add = |names: &mut Definitions<'_>, name: &str, second: Definition, first: Option<Definition>| match first {
        None => Ok(()),
        Some(Definition::Input(index)) if matches!(second, Definition::Initialiser(_) | Definition::Sparse) => {
            // The replaced entry was the input's; a second initialiser would meet the first.
            debug_assert!(index < graph.input.len() && names.contains_key(name));
            Ok(())
        }
        Some(first) => Err(ImportError::DuplicateName {
            name: name.to_owned(),
            first: first.describe(graph),
            second: second.describe(graph),
        }),
    };
    let inputs = graph.input.iter().enumerate().map(|(i, input)| (&*input.name, Definition::Input(i)));
    let tensors = graph.initializer.iter().enumerate().map(|(i, tensor)| (&*tensor.name, Definition::Initialiser(i)));
    let sparse =
        graph.sparse_initializer.iter().filter_map(|s| s.values.as_ref()).map(|v| (&*v.name, Definition::Sparse));
    let outputs = graph.node.iter().enumerate().flat_map(|(i, node)| {
        node.output.iter().filter(|name| !name.is_empty()).map(move |name| (&**name, Definition::Node(i)))
    });
    for (name, definition) in inputs.chain(tensors).chain(sparse).chain(outputs) {
        let first = names.insert(name, definition);
        add(&mut names, name, definition, first)?;
    }
    Ok(names)
}

/// The nodes that the outputs need, each after those that it reads; nodes of equal standing keep the file's order.
pub(crate) fn live_nodes(graph: &pb::GraphProto, names: &Definitions<'_>) -> Result<Vec<usize>, ImportError> {
    let live = reachable(graph, names)?;
    let mut waiting_for: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut readers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut ready = BTreeSet::new();
    for &index in &live {
        let producers: BTreeSet<usize> = producers(graph, names, index).map(|(_, producer)| producer).collect();
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
        Some(&first) => Err(cycle(graph, names, &waiting_for, first)),
    }
}

fn producers<'a>(
    graph: &'a pb::GraphProto,
    names: &Definitions<'_>,
    index: usize,
) -> impl Iterator<Item = (&'a str, usize)> {
    graph.node[index].input.iter().filter_map(|name| match names.get(name.as_str()) {
        Some(&Definition::Node(producer)) => Some((name.as_str(), producer)),
        _ => None,
    })
}

/// All nodes that an output depends on, checking that what they read exists.
fn reachable(graph: &pb::GraphProto, names: &Definitions<'_>) -> Result<BTreeSet<usize>, ImportError> {
    let mut live = BTreeSet::new();
    let mut open = Vec::new();
    for output in &graph.output {
        match names.get(output.name.as_str()) {
            Some(&Definition::Node(index)) => open.push(index),
            Some(_) => {}
            None => {
                let why = "no node, input or initialiser of the file gives it".to_owned();
                return Err(ImportError::Interface { role: "output", name: output.name.clone(), why });
            }
        }
    }
    while let Some(index) = open.pop() {
        if !live.insert(index) {
            continue;
        }
        let missing = |name: &&String| !name.is_empty() && !names.contains_key(name.as_str());
        if let Some(value) = graph.node[index].input.iter().find(missing) {
            return Err(ImportError::UndefinedValue { node: label(graph, index), value: value.clone() });
        }
        open.extend(producers(graph, names, index).map(|(_, producer)| producer));
    }
    Ok(live)
}

/// Walks from a waiting node to what it waits for until a node comes again: that one is on the cycle.
fn cycle(
    graph: &pb::GraphProto,
    names: &Definitions<'_>,
    waiting_for: &BTreeMap<usize, BTreeSet<usize>>,
    first: usize,
) -> ImportError {
    let mut seen = BTreeSet::new();
    let mut index = first;
    while seen.insert(index) {
        let next = waiting_for.get(&index).and_then(BTreeSet::first);
        index = next.copied().unwrap_or(index);
    }
    let mut awaited = producers(graph, names, index).filter(|(_, producer)| waiting_for.contains_key(producer));
    let value = awaited.next().map_or(String::new(), |(name, _)| name.to_owned());
    ImportError::Cycle { node: label(graph, index), value }
}
