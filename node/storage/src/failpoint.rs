//! Dying on purpose, for tests of what survives.
//!
//! `PRAXIS_DIE_AT=POINT:N` makes the process abort when it passes POINT for the N-th time. A point is the name of a write
//! with `.before` or `.after`, for instance `commit.before`, or `any`. Without the variable a passage costs one load.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// Name of the variable.
const VARIABLE: &str = "PRAXIS_DIE_AT";

/// A write that a process can die around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    Identity,
    Genesis,
    Commit,
    Heads,
    Cursors,
    Unwind,
    Prune,
}

impl Write {
    const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Genesis => "genesis",
            Self::Commit => "commit",
            Self::Heads => "heads",
            Self::Cursors => "cursors",
            Self::Unwind => "unwind",
            Self::Prune => "prune",
        }
    }
}

/// Which side of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

impl Side {
    const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

struct Plan {
    point: String,
    left: AtomicU64,
}

impl Plan {
    /// `POINT:N`; `None` when it is not that.
    fn parse(text: &str) -> Option<Self> {
        let (point, count) = text.rsplit_once(':')?;
        let left: u64 = count.parse().ok().filter(|count| *count > 0)?;
        Some(Self { point: point.to_owned(), left: AtomicU64::new(left) })
    }

    /// Whether this passage is the last.
    fn is_due(&self, write: Write, side: Side) -> bool {
        let here = self.point == "any"
            || self.point.split_once('.').is_some_and(|(name, at)| name == write.name() && at == side.name());
        here && self.left.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

/// Passes a point.
pub(crate) fn pass(write: Write, side: Side) {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        let text = std::env::var(VARIABLE).ok()?;
        let plan = Plan::parse(&text);
        match plan {
            Some(_) => tracing::warn!(at = text, "this process will die on purpose: {VARIABLE} is set"),
            None => tracing::warn!(value = text, "{VARIABLE} is not POINT:N, so it is not looked at"),
        }
        plan
    });
    if let Some(plan) = plan
        && plan.is_due(write, side)
    {
        // No destructor, no flush: what is left is what the system holds.
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_passage_of_the_point_is_due_and_no_other() {
        let plan = Plan::parse("commit.before:2").unwrap();
        assert!(!plan.is_due(Write::Commit, Side::After));
        assert!(!plan.is_due(Write::Unwind, Side::Before));
        assert!(!plan.is_due(Write::Commit, Side::Before));
        assert!(plan.is_due(Write::Commit, Side::Before));
        assert!(!plan.is_due(Write::Commit, Side::Before));
        assert!(Plan::parse("any:1").unwrap().is_due(Write::Prune, Side::After));
        for text in ["", "commit.before", "any:0", "any:x"] {
            assert!(Plan::parse(text).is_none(), "{text}");
        }
    }
}
