//! From requirements on a function's arguments to the flat tree of conditions.

use super::{ArgumentEntry, OutputEntry, Requirement, build::At};
use crate::policy::{BuildError, build::Names};
use alloy_primitives::{Bytes, U256};
use alloy_sol_type_parser::{TypeSpecifier, TypeStem};
use alloy_sol_types::SolValue;
use praxis_contracts::agents::{Condition, ParameterType};

/// Operators of `Operators.sol`, numbered as in Zodiac Roles.
pub(super) const OPERATORS: &[(u8, &str)] = &[
    (0, "pass"),
    (1, "and"),
    (2, "or"),
    (3, "nor"),
    (5, "matches"),
    (6, "array-some"),
    (7, "array-every"),
    (15, "equal-to-avatar"),
    (16, "equal-to"),
    (17, "greater-than"),
    (18, "less-than"),
    (19, "signed-greater-than"),
    (20, "signed-less-than"),
    (24, "output-within"),
    (28, "within-allowance"),
    (29, "ether-within-allowance"),
    (30, "call-within-allowance"),
];

/// The number of an operator of that name; the names are this file's own.
fn operator(name: &str) -> u8 {
    OPERATORS.iter().find(|(_, known)| *known == name).map_or(u8::MAX, |(number, _)| *number)
}

/// How a type lies in calldata.
enum Layout {
    Static { signed: bool },
    Dynamic,
    Array(Box<Layout>),
    Tuple(Vec<Layout>),
}

fn layout(spec: &TypeSpecifier<'_>) -> Layout {
    let mut layout = match &spec.stem {
        TypeStem::Tuple(tuple) => Layout::Tuple(tuple.types.iter().map(self::layout).collect()),
        TypeStem::Root(root) => match root.span() {
            "bytes" | "string" => Layout::Dynamic,
            name => Layout::Static { signed: name.starts_with("int") },
        },
    };
    for size in &spec.sizes {
        layout = match size {
            None => Layout::Array(Box::new(layout)),
            Some(size) => {
                let count = size.get();
                let mut parts = Vec::new();
                parts.resize_with(count.min(MAX_NODES), || copy(&layout));
                Layout::Tuple(parts)
            }
        };
    }
    layout
}

/// `ConditionTree.MAX_NODES`: what has more is refused anyway.
const MAX_NODES: usize = 64;

fn copy(layout: &Layout) -> Layout {
    match layout {
        Layout::Static { signed } => Layout::Static { signed: *signed },
        Layout::Dynamic => Layout::Dynamic,
        Layout::Array(inner) => Layout::Array(Box::new(copy(inner))),
        Layout::Tuple(parts) => Layout::Tuple(parts.iter().map(copy).collect()),
    }
}

/// The tree for a function's arguments; none where nothing is required.
pub(super) fn tree(
    function: &str,
    arguments: &[ArgumentEntry],
    names: &Names<'_>,
    at: &At,
) -> Result<Vec<Condition>, BuildError> {
    if arguments.is_empty() {
        return Ok(Vec::new());
    }
    let open = function
        .find('(')
        .ok_or_else(|| at.error("`arguments` needs a function with its types, such as transfer(address,uint256)"))?;
    let types = TypeSpecifier::parse(&function[open..])
        .map_err(|error| at.error(format!("{function} does not parse: {error}")))?;
    let Layout::Tuple(parts) = layout(&types) else { return Err(at.error("a function's types stand in brackets")) };
    if arguments.len() > parts.len() {
        return Err(at.error(format!("{function} has {} arguments, {} are described", parts.len(), arguments.len())));
    }
    let mut builder = Builder { tree: Vec::new(), names };
    let root = builder.node(0, ParameterType::Calldata, "matches", Bytes::new());
    for (index, (argument, part)) in arguments.iter().zip(&parts).enumerate() {
        builder.argument(root, argument, part, &at.field(format!("argument {index}")))?;
    }
    if builder.tree.len() > MAX_NODES {
        return Err(at.error(format!("a tree of {} conditions; at most {MAX_NODES} are taken", builder.tree.len())));
    }
    Ok(builder.tree)
}

struct Builder<'a> {
    tree: Vec<Condition>,
    names: &'a Names<'a>,
}

impl Builder<'_> {
    fn node(&mut self, parent: u8, kind: ParameterType, name: &str, value: Bytes) -> u8 {
        let index = self.tree.len();
        self.tree.push(Condition { parent, paramType: kind, operator: operator(name), compValue: value });
        // More nodes than fit are refused when the tree is done.
        u8::try_from(index).unwrap_or(u8::MAX)
    }

    /// Anything of this layout.
    fn any(&mut self, parent: u8, layout: &Layout) {
        if self.tree.len() > MAX_NODES {
            return;
        }
        match layout {
            Layout::Static { .. } => _ = self.node(parent, ParameterType::Static, "pass", Bytes::new()),
            Layout::Dynamic => _ = self.node(parent, ParameterType::Dynamic, "pass", Bytes::new()),
            Layout::Array(_) => _ = self.node(parent, ParameterType::Array, "pass", Bytes::new()),
            Layout::Tuple(parts) => {
                let tuple = self.node(parent, ParameterType::Tuple, "pass", Bytes::new());
                for part in parts {
                    self.any(tuple, part);
                }
            }
        }
    }

    fn argument(&mut self, parent: u8, entry: &ArgumentEntry, layout: &Layout, at: &At) -> Result<(), BuildError> {
        match entry {
            ArgumentEntry::Word(word) if word == "any" => {
                self.any(parent, layout);
                Ok(())
            }
            ArgumentEntry::Word(word) if word == "account" => match layout {
                Layout::Static { .. } => {
                    self.node(parent, ParameterType::Static, "equal-to-avatar", Bytes::new());
                    Ok(())
                }
                _ => Err(at.error("\"account\" is an address; this argument is none")),
            },
            ArgumentEntry::Word(word) => {
                Err(at.error(format!("{word:?} means nothing here: write \"any\", \"account\" or {{ equal = … }}")))
            }
            ArgumentEntry::Required(required) => self.required(parent, required, layout, at),
        }
    }

    fn required(&mut self, parent: u8, required: &Requirement, layout: &Layout, at: &At) -> Result<(), BuildError> {
        let Requirement { equal, above, below, allowance, one_of, every, output } = required;
        match (equal, above, below, allowance, one_of, every, output) {
            (Some(value), None, None, None, None, None, None) => self.compare(parent, "equal-to", value, layout, at),
            (None, Some(value), None, None, None, None, None) => {
                self.compare(parent, "greater-than", value, layout, at)
            }
            (None, None, Some(value), None, None, None, None) => self.compare(parent, "less-than", value, layout, at),
            (None, None, None, Some(name), None, None, None) => {
                let Layout::Static { .. } = layout else { return Err(at.error("only a number spends an allowance")) };
                let position = self.names.position(name, at)?;
                let value = U256::from(position).abi_encode().into();
                self.node(parent, ParameterType::Static, "within-allowance", value);
                Ok(())
            }
            (None, None, None, None, Some(values), None, None) if !values.is_empty() => {
                let or = self.node(parent, ParameterType::None, "or", Bytes::new());
                values.iter().try_for_each(|value| self.compare(or, "equal-to", value, layout, at))
            }
            (None, None, None, None, None, Some(inner), None) => {
                let Layout::Array(element) = layout else { return Err(at.error("`every` is for lists")) };
                let every = self.node(parent, ParameterType::Array, "array-every", Bytes::new());
                self.argument(every, inner, element, at)
            }
            (None, None, None, None, None, None, Some(output)) => self.output(parent, output, layout, at),
            _ => Err(at.error("give exactly one of equal, above, below, allowance, one_of, every, output")),
        }
    }

    fn compare(
        &mut self,
        parent: u8,
        name: &str,
        value: &super::Scalar,
        layout: &Layout,
        at: &At,
    ) -> Result<(), BuildError> {
        let word: Bytes = value.word().map_err(|error| at.error(error))?.abi_encode().into();
        let (kind, name) = match (layout, name) {
            (Layout::Static { signed: true }, "greater-than") => (ParameterType::Static, "signed-greater-than"),
            (Layout::Static { signed: true }, "less-than") => (ParameterType::Static, "signed-less-than"),
            (Layout::Static { .. }, name) => (ParameterType::Static, name),
            (Layout::Dynamic, "equal-to") => (ParameterType::Dynamic, "equal-to"),
            _ => return Err(at.error("this argument can't be compared with one value")),
        };
        self.node(parent, kind, name, word);
        Ok(())
    }

    fn output(&mut self, parent: u8, output: &OutputEntry, layout: &Layout, at: &At) -> Result<(), BuildError> {
        let Layout::Static { .. } = layout else { return Err(at.error("only a number follows an output")) };
        let scale = output.scale.amount().map_err(|error| at.error(error))?;
        let tolerance = output.tolerance.bps().map_err(|error| at.error(error))?;
        let words = (U256::from(output.tensor), U256::from(output.element), scale, U256::from(tolerance));
        self.node(parent, ParameterType::Static, "output-within", words.abi_encode().into());
        Ok(())
    }
}
