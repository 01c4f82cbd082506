use core::fmt;
use std::path::PathBuf;

use praxis_model::PlanError;

use crate::{
    limits::{MAX_OPSET, MIN_OPSET, shown},
    lower::refused,
    proto::is_default_domain,
};

/// Why an ONNX file cannot become a Plan. Each message says what is wrong, where, and what would be right.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Its path.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The file is larger than anything that could become a Plan.
    #[error("the file has {found} bytes, at most {limit} can be imported")]
    FileSize {
        /// Its size in bytes.
        found: u64,
        /// The largest size in bytes.
        limit: u64,
    },
    /// The bytes are not a protobuf `ModelProto` with a graph.
    #[error("this is not an ONNX file: {why}")]
    NotOnnx {
        /// How that shows.
        why: String,
    },
    /// The bytes end inside a field.
    #[error("the ONNX file is cut off: it ends in the middle of a field after {bytes} bytes; copy or export it again")]
    Truncated {
        /// How many bytes there are.
        bytes: u64,
    },
    /// Something is larger than the importer accepts.
    #[error("{what} is {found}, at most {limit} is allowed")]
    Limit {
        /// What is measured.
        what: &'static str,
        /// Its value.
        found: u64,
        /// Its limit.
        limit: u64,
    },
    /// The file names no version of the default operator set.
    #[error(
        "the file names no version of the operator set ai.onnx; versions {MIN_OPSET} to {MAX_OPSET} can be imported"
    )]
    NoOpset,
    /// A version of the default operator set whose rules the importer does not know.
    #[error(
        "the file uses version {found} of the operator set ai.onnx; versions {MIN_OPSET} to {MAX_OPSET} can be \
             imported; export it for one of these"
    )]
    Opset {
        /// The version in the file.
        found: i64,
    },
    /// Operators that Plans do not have.
    #[error("{}", describe_unsupported(.0))]
    Unsupported(Vec<UnsupportedNode>),
    /// A node whose inputs or attributes break its operator's rule.
    #[error("{node}: {why}")]
    Node {
        /// Which node.
        node: NodeLabel,
        /// What is wrong with it.
        why: String,
    },
    /// A constant that cannot be read.
    #[error("constant \"{}\": {why}", shown(name))]
    Constant {
        /// Name of the initialiser, or of the value that a `Constant` node gives.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// An input with dimensions that the file leaves open.
    #[error(
        "input \"{}\" has no fixed shape, the file says {declared}; give it one, for example: --shape {example}",
        shown(name)
    )]
    DynamicShape {
        /// The input.
        name: String,
        /// The shape in the file.
        declared: String,
        /// A complete value for the option.
        example: String,
    },
    /// A `--shape` that does not fit the file.
    #[error("--shape {}={given}: {why}", shown(name))]
    ShapeOption {
        /// The input that it names.
        name: String,
        /// Its value.
        given: String,
        /// What is wrong with it.
        why: String,
    },
    /// An input or output that a Plan cannot have.
    #[error("{role} \"{}\": {why}", shown(name))]
    Interface {
        /// "input" or "output".
        role: &'static str,
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// Two values with one name.
    #[error("the name \"{}\" is defined twice, by {first} and by {second}; names must be unique", shown(name))]
    DuplicateName {
        /// The name.
        name: String,
        /// Who defines it.
        first: String,
        /// Who defines it again.
        second: String,
    },
    /// A node reads a value that nothing defines.
    #[error("{node} reads \"{}\", which no input, initialiser or node of the file defines", shown(value))]
    UndefinedValue {
        /// The node.
        node: NodeLabel,
        /// The value.
        value: String,
    },
    /// Nodes that wait for each other.
    #[error("{node} is part of a cycle: it reads \"{}\", which is computed from its own result", shown(value))]
    Cycle {
        /// One of them.
        node: NodeLabel,
        /// What it waits for.
        value: String,
    },
    /// The graph makes no valid Plan.
    #[error("the model does not fit the limits of a Plan: {0}")]
    Plan(#[from] PlanError),
    /// The machine computes wrongly or lacks memory; the file is not at fault.
    #[error("constant folding failed on this machine: {0}")]
    Engine(String),
}

/// Which node of the ONNX graph a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeLabel {
    /// Position in the file, from 0.
    pub index: usize,
    /// Its name, often empty.
    pub name: String,
    /// Its operator.
    pub op_type: String,
}

impl fmt::Display for NodeLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = shown(&self.op_type);
        match self.name.as_str() {
            "" => write!(f, "node {} ({op}, without a name)", self.index),
            name => write!(f, "node \"{}\" ({op})", shown(name)),
        }
    }
}

/// A node whose operator Plans do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedNode {
    /// The node.
    pub node: NodeLabel,
    /// Domain of its operator, `ai.onnx` for the standard ones.
    pub domain: String,
    /// Why no Plan can have it and what to do instead, where that is known.
    pub reason: Option<String>,
}

impl UnsupportedNode {
    /// The node with the reason that is known for its operator.
    pub(crate) fn new(node: NodeLabel, domain: &str) -> Self {
        let reason = refused(domain, &node.op_type).map(|refused| refused.to_string());
        let domain = if is_default_domain(domain) { "ai.onnx" } else { domain }.to_owned();
        Self { node, domain, reason }
    }
}

impl fmt::Display for UnsupportedNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the domain {}", self.node, shown(&self.domain))?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// How many unsupported nodes a message lists before it only counts.
const LISTED: usize = 5;

fn describe_unsupported(nodes: &[UnsupportedNode]) -> String {
    let listed: Vec<String> = nodes.iter().take(LISTED).map(ToString::to_string).collect();
    let more = match nodes.len().saturating_sub(LISTED) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    format!("unsupported operator: {}{more}; `praxis model inspect` lists what can be imported", listed.join("; "))
}
