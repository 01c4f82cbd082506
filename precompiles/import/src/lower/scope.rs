//! Where names stand for values: the main graph, and inside of it the bodies of branches, loops and functions.

use std::{collections::BTreeMap, rc::Rc};

use tract_onnx::pb;

use crate::{
    ImportError, NodeLabel,
    graph::Value,
    order::{self, Definition, Definitions, Section},
};

/// What a name stands for. Sequences and optionals have a fixed structure that is resolved at import, so a Plan knows only
/// tensors.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// An input that is left out, or an optional without an element.
    Nothing,
    Tensor(Value),
    Sequence(Rc<Vec<Item>>),
}

impl Item {
    /// For messages.
    pub(crate) const fn describe(&self) -> &'static str {
        match self {
            Self::Nothing => "an empty optional",
            Self::Tensor(_) => "a tensor",
            Self::Sequence(_) => "a sequence",
        }
    }
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        Self::Tensor(value)
    }
}

/// Versions of the operator sets that a scope's nodes belong to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opsets {
    /// Of the default domain.
    pub(crate) default: i64,
    /// Of `ai.onnx.ml`.
    pub(crate) ml: i64,
}

/// The attributes of a function's call, which the nodes of its body may refer to.
pub(crate) type CallAttributes<'a> = BTreeMap<&'a str, &'a pb::AttributeProto>;

/// A section with its names and the order of its nodes: read once, run as often as a loop asks for.
#[derive(Clone, Debug)]
pub(crate) struct Body<'a> {
    pub(crate) section: Rc<Section<'a>>,
    pub(crate) names: Rc<Definitions<'a>>,
    pub(crate) order: Rc<[usize]>,
}

impl<'a> Body<'a> {
    pub(crate) fn new(section: Section<'a>, outer: &dyn Fn(&str) -> bool) -> Result<Self, ImportError> {
        let names = order::definitions(&section)?;
        let order = order::live_nodes(&section, &names, outer)?;
        Ok(Self { section: Rc::new(section), names: Rc::new(names), order: order.into() })
    }
}

/// A section while its nodes are lowered.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) body: Body<'a>,
    pub(crate) values: BTreeMap<&'a str, Item>,
    pub(crate) opsets: Opsets,
    /// The call that a function's body belongs to, and the graphs inside of it.
    pub(crate) call: Option<Rc<CallAttributes<'a>>>,
    /// Whether the names of the scopes around it can be read, as in branches and loops and not in functions.
    pub(crate) sees_outer: bool,
    /// Which nodes it stands in, for messages: empty, or ending in a slash.
    pub(crate) path: Rc<str>,
}

impl<'a> Scope<'a> {
    pub(crate) fn definition(&self, name: &str) -> Option<Definition> {
        self.body.names.get(name).copied()
    }

    pub(crate) fn defines(&self, name: &str) -> bool {
        self.body.names.contains_key(name)
    }
}

/// The ONNX node that a node of the graph comes from.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    path: Rc<str>,
    node: &'a pb::NodeProto,
    index: usize,
}

impl<'a> Source<'a> {
    pub(crate) fn new(scope: &Scope<'a>, index: usize) -> Self {
        Self { path: Rc::clone(&scope.path), node: &scope.body.section.nodes[index], index }
    }

    pub(crate) fn node(&self) -> &'a pb::NodeProto {
        self.node
    }

    pub(crate) fn label(&self) -> NodeLabel {
        let (index, op_type) = (self.index, self.node.op_type.clone());
        let name = match (&*self.path, self.node.name.as_str()) {
            ("", name) => name.to_owned(),
            (path, "") => format!("{path}{index}"),
            (path, name) => format!("{path}{name}"),
        };
        NodeLabel { index, name, op_type }
    }

    /// The path of what stands inside this node.
    pub(crate) fn inner_path(&self) -> Rc<str> {
        match self.label() {
            NodeLabel { name, op_type, index } if name.is_empty() => format!("{op_type} {index}/").into(),
            NodeLabel { name, .. } => format!("{name}/").into(),
        }
    }
}
