//! Trees as ONNX files state them, before they take a Plan's form.

/// How a split compares an element of the row with its value, or a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    LessOrEqual,
    Less,
    GreaterOrEqual,
    Greater,
    Equal,
    NotEqual,
    Member,
}

/// Where a branch leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    Split(usize),
    Leaf(usize),
}

/// A comparison. Numbers are float64, which holds every float32.
#[derive(Clone, Debug)]
pub(super) struct RawSplit {
    pub(super) feature: u32,
    pub(super) mode: Mode,
    pub(super) value: f64,
    /// For [`Mode::Member`]: which set.
    pub(super) set: usize,
    pub(super) missing_is_true: bool,
    pub(super) yes: Child,
    pub(super) no: Child,
}

/// An ensemble: splits and leaves of all trees, in no particular order.
#[derive(Clone, Debug, Default)]
pub(super) struct RawEnsemble {
    pub(super) splits: Vec<RawSplit>,
    /// Targets and weights of each leaf.
    pub(super) leaves: Vec<Vec<(u32, f64)>>,
    pub(super) roots: Vec<Child>,
    /// What [`Mode::Member`] asks for.
    pub(super) sets: Vec<Vec<f64>>,
    /// Base value of each target.
    pub(super) base: Vec<f64>,
    /// Whether values or weights are float64.
    pub(super) is_double: bool,
}

impl Mode {
    /// By the names of TreeEnsembleRegressor and TreeEnsembleClassifier; `None` for a leaf.
    pub(super) fn from_name(name: &str) -> Result<Option<Self>, String> {
        Ok(Some(match name {
            "LEAF" => return Ok(None),
            "BRANCH_LEQ" => Self::LessOrEqual,
            "BRANCH_LT" => Self::Less,
            "BRANCH_GTE" => Self::GreaterOrEqual,
            "BRANCH_GT" => Self::Greater,
            "BRANCH_EQ" => Self::Equal,
            "BRANCH_NEQ" => Self::NotEqual,
            other => return Err(format!("the mode {} of a node is unknown", crate::limits::shown(other))),
        }))
    }

    /// By the numbers of TreeEnsemble.
    pub(super) fn from_number(number: u8) -> Result<Self, String> {
        Ok(match number {
            0 => Self::LessOrEqual,
            1 => Self::Less,
            2 => Self::GreaterOrEqual,
            3 => Self::Greater,
            4 => Self::Equal,
            5 => Self::NotEqual,
            6 => Self::Member,
            other => return Err(format!("the mode {other} of a node is unknown")),
        })
    }
}
