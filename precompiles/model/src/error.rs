use crate::DType;

/// Why bytes are not a Plan, or a Plan is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The bytes end inside a field.
    #[error("the plan ends at byte {offset}, {needed} more bytes are needed")]
    Truncated {
        /// Where the field starts.
        offset: usize,
        /// How many bytes are missing there.
        needed: usize,
    },
    /// The first bytes are not those of a Plan.
    #[error("not a plan: it should start with the magic \"PRAXPLAN\"")]
    Magic,
    /// A format version that this crate does not know.
    #[error("plan format version {found}, this build reads version {expected}")]
    FormatVersion {
        /// The version in the bytes.
        found: u32,
        /// The version that is known.
        expected: u32,
    },
    /// An engine version that this crate does not know.
    #[error("plan made for engine version {found}, this build runs version {expected}")]
    Engine {
        /// The version in the plan.
        found: u32,
        /// The version that is known.
        expected: u32,
    },
    /// An engine version that the chain does not have at this block.
    #[error("plan made for engine version {found}, the chain runs {live:?} at this block")]
    EngineNotLive {
        /// The version in the plan.
        found: u32,
        /// The versions that are live.
        live: Vec<u32>,
    },
    /// A count, length or size is over its limit.
    #[error("{what} is {found}, at most {limit} is allowed")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// Its value.
        found: u64,
        /// Its limit.
        limit: u64,
    },
    /// An encoding other than the one canonical encoding.
    #[error("not the canonical encoding: {what}")]
    NotCanonical {
        /// What is wrong.
        what: &'static str,
    },
    /// An unknown element type.
    #[error("unknown element type {code}")]
    DType {
        /// The number found.
        code: u8,
    },
    /// An unknown operator.
    #[error("unknown operator code {code}")]
    Operator {
        /// The number found.
        code: u16,
    },
    /// A name that is empty, has control characters or occurs twice.
    #[error("bad name {name:?}: {why}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A value id that names nothing at this point of the graph.
    #[error("{place} refers to value {id}, only values below {defined} are defined there")]
    ValueId {
        /// Who refers to it.
        place: String,
        /// The id.
        id: u32,
        /// How many values are defined at this point.
        defined: u32,
    },
    /// A tensor type that breaks a limit.
    #[error("{place}: {why}")]
    Type {
        /// Which value.
        place: String,
        /// What is wrong with it.
        why: OpError,
    },
    /// A node whose inputs or attributes break its operator's rule.
    #[error("node {index} ({op}): {why}")]
    Node {
        /// Position in the node list.
        index: usize,
        /// Name of the operator.
        op: &'static str,
        /// What is wrong with it.
        why: OpError,
    },
    /// A stated type that differs from the one that follows from the graph.
    #[error("{place} states {stated}, the graph gives {computed}")]
    Mismatch {
        /// Which value.
        place: String,
        /// The type in the plan.
        stated: String,
        /// The type that follows.
        computed: String,
    },
    /// The weight section does not have the length of the constants.
    #[error("the weight section has {found} bytes, the constants need {expected}")]
    Weights {
        /// Bytes present.
        found: u64,
        /// Bytes needed.
        expected: u64,
    },
}

/// Why inputs or attributes break an operator's rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    /// Wrong number of inputs.
    #[error("takes {expected} inputs, {found} given")]
    Arity {
        /// What the operator takes.
        expected: &'static str,
        /// What it was given.
        found: usize,
    },
    /// An element type that the operator does not accept.
    #[error("input {input} is {found}, accepted are {accepted}")]
    InputType {
        /// Which input.
        input: usize,
        /// Its type.
        found: DType,
        /// The accepted types.
        accepted: &'static str,
    },
    /// A shape that does not fit.
    #[error("{0}")]
    Shape(String),
    /// An attribute that does not fit.
    #[error("attribute {name}: {why}")]
    Attribute {
        /// The attribute.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A dimension or a count is over its limit.
    #[error("{what} is {found}, at most {limit} is allowed")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// Its value.
        found: u64,
        /// Its limit.
        limit: u64,
    },
}

impl OpError {
    pub(crate) fn shape(text: impl Into<String>) -> Self {
        Self::Shape(text.into())
    }

    pub(crate) fn attribute(name: &'static str, why: impl Into<String>) -> Self {
        Self::Attribute { name, why: why.into() }
    }
}
