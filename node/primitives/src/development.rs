//! What only development chains have: jumps of time, and state that begins as another chain's.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};

/// Most jumps of one chain: each is a line of its configuration file.
pub const MAX_LEAPS: usize = 10_000;

/// The part of a rollup's configuration that `praxis dev` writes and no deployment has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Development {
    /// Jumps of the chain's time.
    #[serde(default, skip_serializing_if = "Leaps::is_empty")]
    pub leaps: Leaps,
    /// The chain whose state this one begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<ForkSource>,
}

impl Development {
    /// Whether there is nothing of it.
    pub fn is_none(&self) -> bool {
        self.leaps.is_empty() && self.fork.is_none()
    }
}

/// A block of another chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForkSource {
    /// Its JSON-RPC.
    pub url: String,
    /// Chain id there.
    pub chain_id: u64,
    /// Number of the block after which its state is read.
    pub block: u64,
    /// Hash of that block.
    pub hash: B256,
}

/// A jump: block `block` and all after it are later by `ms` milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leap {
    /// The first block after the jump.
    pub block: u64,
    /// Its length.
    pub ms: u64,
}

/// Jumps that cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeapError {
    /// Blocks that exist keep their time.
    #[error("time jumped at block {last} already, so it can't jump at block {block} before it")]
    Order {
        /// The newest jump.
        last: u64,
        /// Where the next one should be.
        block: u64,
    },
    /// There are [`MAX_LEAPS`].
    #[error("time has jumped {MAX_LEAPS} times, which is as often as it can; start a new development chain")]
    TooMany,
}

/// The jumps of a development chain's time, by block. Clones are one list: every role in a process sees a jump at once.
///
/// T_ms stays a function of the number alone, and the list stands in the configuration file, so whoever derives the chain from
/// L1 with that file comes to the same blocks. A jump is for a block that nobody has made yet; that is for its caller to see to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Leap>", into = "Vec<Leap>")]
pub struct Leaps(Arc<RwLock<Vec<Sum>>>);

/// From `block` on, all jumps so far together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sum {
    block: u64,
    ms: u64,
}

impl Leaps {
    /// How much later block `number` is than without jumps, in milliseconds.
    pub fn before(&self, number: u64) -> u64 {
        let sums = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let passed = sums.partition_point(|sum| sum.block <= number);
        passed.checked_sub(1).and_then(|last| sums.get(last)).map_or(0, |sum| sum.ms)
    }

    /// Adds a jump at `block`; another one there makes it longer.
    ///
    /// # Errors
    /// When it lies before another one, or there are too many.
    pub fn push(&self, leap: Leap) -> Result<(), LeapError> {
        let mut sums = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let last = sums.last().copied().unwrap_or(Sum { block: 0, ms: 0 });
        if last.block > leap.block {
            return Err(LeapError::Order { last: last.block, block: leap.block });
        }
        if sums.pop_if(|last| last.block == leap.block).is_none() && sums.len() >= MAX_LEAPS {
            return Err(LeapError::TooMany);
        }
        sums.push(Sum { block: leap.block, ms: last.ms.saturating_add(leap.ms) });
        Ok(())
    }

    /// Forgets the jumps above block `number`, which have been taken back with their blocks.
    pub fn truncate(&self, number: u64) {
        let mut sums = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let kept = sums.partition_point(|sum| sum.block <= number);
        sums.truncate(kept);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The jumps, ascending.
    pub fn list(&self) -> Vec<Leap> {
        let sums = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let before = std::iter::once(0).chain(sums.iter().map(|sum| sum.ms));
        sums.iter().zip(before).map(|(sum, before)| Leap { block: sum.block, ms: sum.ms - before }).collect()
    }
}

impl PartialEq for Leaps {
    fn eq(&self, other: &Self) -> bool {
        self.list() == other.list()
    }
}

impl Eq for Leaps {}

impl From<Leaps> for Vec<Leap> {
    fn from(leaps: Leaps) -> Self {
        leaps.list()
    }
}

impl TryFrom<Vec<Leap>> for Leaps {
    type Error = LeapError;

    fn try_from(list: Vec<Leap>) -> Result<Self, LeapError> {
        let leaps = Self::default();
        list.into_iter().try_for_each(|leap| leaps.push(leap))?;
        Ok(leaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_blocks_are_later_by_all_jumps_before_them() {
        let leaps = Leaps::default();
        leaps.push(Leap { block: 5, ms: 100 }).unwrap();
        leaps.push(Leap { block: 5, ms: 1 }).unwrap();
        leaps.push(Leap { block: 9, ms: 1000 }).unwrap();
        assert_eq!([4, 5, 8, 9, 100].map(|n| leaps.before(n)), [0, 101, 101, 1101, 1101]);
        assert_eq!(leaps.push(Leap { block: 8, ms: 1 }), Err(LeapError::Order { last: 9, block: 8 }));
        leaps.truncate(8);
        assert_eq!(leaps.list(), [Leap { block: 5, ms: 101 }]);
    }

    #[test]
    fn they_are_one_list_in_all_clones_and_survive_the_file() {
        let development = Development::default();
        assert_eq!(serde_json::to_string(&development).unwrap(), "{}");
        development.clone().leaps.push(Leap { block: 3, ms: 60_000 }).unwrap();
        let text = serde_json::to_string(&development).unwrap();
        assert_eq!(text, r#"{"leaps":[{"block":3,"ms":60000}]}"#);
        assert_eq!(serde_json::from_str::<Development>(&text).unwrap(), development);
        let disordered = r#"{"leaps":[{"block":3,"ms":1},{"block":2,"ms":1}]}"#;
        assert!(serde_json::from_str::<Development>(disordered).unwrap_err().to_string().contains("before it"));
    }
}
