//! The claims that a verifier has judged and that have not ended. No I/O.

use crate::{Advance, Verdict};
use alloy_primitives::{Address, B256};
use praxis_l1::Claim;
use std::collections::BTreeMap;

/// Claims that are kept; the oldest go first. More than stand in a window of a week at the least interval.
const MAX_CASES: usize = 8_192;

/// A claim and what this verifier found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The claim.
    pub claim: Claim,
    /// The output root that the replay gives; zero when the block does not follow from the claim's L1 head.
    pub root: B256,
}

impl Finding {
    /// Whether the claim is true.
    pub fn is_right(&self) -> bool {
        self.root == self.claim.output_root
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Docket {
    findings: BTreeMap<(u64, u64), Finding>,
}

impl Docket {
    /// Takes what a round of the verifier gave: L1 may have taken claims back, and there are new verdicts.
    pub fn update(&mut self, advance: &Advance, verdicts: &[Verdict]) {
        if let Some(to) = &advance.rewound_to {
            drop(self.findings.split_off(&(to.l1.number.saturating_add(1), 0)));
        }
        for verdict in verdicts {
            let (claim, root) = verdict.signed();
            self.findings.insert((claim.l1.number, claim.index), Finding { claim: *claim, root });
            if self.findings.len() > MAX_CASES {
                self.findings.pop_first();
            }
        }
    }

    /// All of them, oldest first.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.values().copied().collect()
    }

    /// A claim has ended.
    pub fn close(&mut self, game: Address) {
        self.findings.retain(|_, finding| finding.claim.game != game);
    }
}
