use crate::{ImportError, NodeLabel};

/// Why a node was refused: a sentence that still needs the node's name in front, or an error that is complete.
#[derive(Debug)]
pub(crate) enum Refusal {
    Why(String),
    Error(Box<ImportError>),
}

impl Refusal {
    /// The error, with the node named.
    pub(crate) fn at(self, node: NodeLabel) -> ImportError {
        match self {
            Self::Why(why) => ImportError::Node { node, why },
            Self::Error(error) => *error,
        }
    }

    /// The error, with `name` making one of a bare sentence.
    pub(crate) fn named(self, name: impl FnOnce(String) -> ImportError) -> ImportError {
        match self {
            Self::Why(why) => name(why),
            Self::Error(error) => *error,
        }
    }
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self::Why(why)
    }
}

impl From<&str> for Refusal {
    fn from(why: &str) -> Self {
        Self::Why(why.to_owned())
    }
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        Self::Error(Box::new(error))
    }
}
