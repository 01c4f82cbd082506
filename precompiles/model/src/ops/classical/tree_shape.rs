//! The form in which trees stand in a Plan.
//!
//! The nodes of a tree stand level by level, each level from left to right, and the children of the i-th split of a tree
//! (counted from 0) are its nodes 1 + 2i and 2 + 2i. So no position has to be stored, and a table cannot express a cycle or
//! a node with two parents; what is left to check is that each tree ends where its last level ends.

use crate::OpError;

/// The word of a leaf.
pub const LEAF: u32 = 0;

/// Words for each tree in the table of trees: its number of nodes, and the target that its leaves feed.
pub const TREE_FIELDS: usize = 2;

/// A comparison `x[feature] <= value`; true leads to the first child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Which element of the row is compared.
    pub feature: u32,
    /// Whether NaN leads to the first child.
    pub missing_is_true: bool,
}

impl Split {
    /// Most features that a word can name.
    pub const MAX_FEATURES: u32 = (u32::MAX - 1) / 2;

    /// The word of a split; `None` for a feature that is out of range.
    pub const fn word(self) -> Option<u32> {
        if self.feature >= Self::MAX_FEATURES {
            return None;
        }
        Some(1 + 2 * self.feature + self.missing_is_true as u32)
    }

    /// The split of a word, `None` for a leaf.
    pub const fn from_word(word: u32) -> Option<Self> {
        match word.checked_sub(1) {
            None => None,
            Some(bits) => Some(Self { feature: bits / 2, missing_is_true: bits % 2 == 1 }),
        }
    }
}

/// Depth of a tree given by its words: the number of splits on the longest way to a leaf.
pub(super) fn depth(words: impl ExactSizeIterator<Item = u32>, features: u32) -> Result<u64, OpError> {
    let count = words.len() as u64;
    let (mut depth, mut level_end, mut next_end) = (0u64, 1u64, 1u64);
    for (index, word) in (0u64..).zip(words) {
        if index == level_end {
            if next_end == level_end {
                return Err(OpError::shape(format!("a tree has {count} nodes, its splits reach {level_end} of them")));
            }
            depth += 1;
            level_end = next_end;
        }
        if let Some(split) = Split::from_word(word) {
            if split.feature >= features {
                let why = format!("a split reads feature {}, the input has {features}", split.feature);
                return Err(OpError::shape(why));
            }
            next_end += 2;
        }
    }
    if count != next_end {
        return Err(OpError::shape(format!("a tree has {count} nodes, its splits ask for {next_end}")));
    }
    Ok(depth)
}
