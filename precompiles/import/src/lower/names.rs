//! What numbers stand for. A Plan has no strings: a list of strings becomes the positions of its distinct elements, and the
//! names go along until an output gives them.

use std::{collections::BTreeMap, sync::Arc};

use crate::{graph::Value, refusal::Refusal};

/// Names in the order of the numbers that stand for them.
pub(crate) type NameList = Arc<Vec<String>>;

/// Operators that move elements or replace them by key, so that strings can pass as their positions.
const MOVES: &[&str] =
    &["ArrayFeatureExtractor", "Cast", "Flatten", "Gather", "Reshape", "Squeeze", "Unsqueeze", "ZipMap"];

/// The names of a graph's values.
#[derive(Debug, Default)]
pub(crate) struct Names {
    labels: BTreeMap<Value, NameList>,
    columns: BTreeMap<Value, NameList>,
}

impl Names {
    /// What the numbers of a value stand for, where they are positions of strings.
    pub(crate) fn labels(&self, value: Value) -> Option<&NameList> {
        self.labels.get(&value)
    }

    /// What the columns of a value stand for, where the file makes maps of them.
    pub(crate) fn columns(&self, value: Value) -> Option<&NameList> {
        self.columns.get(&value)
    }

    pub(crate) fn set_labels(&mut self, value: Value, names: NameList) {
        self.labels.insert(value, names);
    }

    pub(crate) fn set_columns(&mut self, value: Value, names: NameList) {
        self.columns.insert(value, names);
    }

    /// The names that an operator takes along from its inputs to its first output.
    ///
    /// # Errors
    /// For an operator that would compute with the positions.
    pub(crate) fn carried(
        &self,
        operator: &str,
        mut inputs: impl Iterator<Item = Value>,
    ) -> Result<Option<NameList>, Refusal> {
        let Some(names) = inputs.find_map(|input| self.labels(input)) else { return Ok(None) };
        match operator {
            "LabelEncoder" | "OneHotEncoder" => Ok(None),
            _ if MOVES.contains(&operator) => Ok(Some(Arc::clone(names))),
            _ => Err("it computes with strings, which Plans do not have; do this step before or after the call".into()),
        }
    }
}

/// Positions of strings among their distinct values, which come second, in the order of their first appearance.
pub(crate) fn distinct(strings: impl IntoIterator<Item = String>) -> (Vec<i64>, Vec<String>) {
    let (mut known, mut names) = (BTreeMap::new(), Vec::new());
    let positions = strings.into_iter().map(|string| {
        *known.entry(string).or_insert_with_key(|string| {
            names.push(string.clone());
            names.len() as i64 - 1
        })
    });
    (positions.collect(), names)
}
