//! A verifier: its own database, derivation and judge.

use crate::{Followed, Follower, L1Miner};
use praxis_chain::{Chain, ChainOptions, SafeChainError};
use praxis_primitives::RollupConfig;
use praxis_verifier::{Difference, Judge, SafeHistory, Verdict};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;

struct Running {
    chain: Arc<Chain>,
    follower: Follower,
    judge: Judge,
    history: SafeHistory,
    /// Claims of L1 blocks that were derived before this start have been handed to the judge.
    caught_up: bool,
}

impl Running {
    fn open(path: &Path, config: &Arc<RollupConfig>, options: ChainOptions) -> Self {
        let chain = Chain::open(path, config.chain_spec(), options).expect("the verifier's chain opens");
        let follower = Follower::open(chain.clone());
        let history = SafeHistory::new(follower.safe_chain().checkpoints());
        Self { chain, follower, judge: Judge::default(), history, caught_up: false }
    }
}

/// See the module.
pub struct TestVerifier {
    config: Arc<RollupConfig>,
    options: ChainOptions,
    directory: TempDir,
    running: Option<Running>,
}

impl TestVerifier {
    /// A verifier on a new database.
    pub fn new(config: Arc<RollupConfig>, options: ChainOptions) -> Self {
        let directory = crate::temporary_directory();
        let running = Some(Running::open(directory.path(), &config, options.clone()));
        Self { config, options, directory, running }
    }

    /// Stops and starts again on the same database.
    pub fn restart(&mut self) {
        self.running = None;
        self.running = Some(Running::open(self.directory.path(), &self.config, self.options.clone()));
    }

    /// Dies by SIGKILL and starts again: on what a killed process leaves, not on what one leaves that ends.
    pub fn kill(&mut self) {
        let left = crate::killed::as_killed(self.directory.path());
        self.running = None;
        self.running = Some(Running::open(left.path(), &self.config, self.options.clone()));
        self.directory = left;
    }

    const fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs, except inside restart")
    }

    /// Its chain.
    pub const fn chain(&self) -> &Arc<Chain> {
        &self.running().chain
    }

    /// Its derivation.
    pub const fn follower(&self) -> &Follower {
        &self.running().follower
    }

    /// Its judge.
    pub const fn judge(&self) -> &Judge {
        &self.running().judge
    }

    /// The wrong claim about the lowest block.
    pub fn difference(&self) -> Option<&Difference> {
        self.judge().first_difference()
    }

    /// What derivation dropped, as a verifier's report has it.
    pub fn dropped(&self) -> Vec<String> {
        let events = self.follower().safe_chain().events();
        events.iter().filter(|event| event.is_drop()).map(|event| event.kind.to_string()).collect()
    }

    /// Derives and judges to the end of L1.
    ///
    /// # Errors
    /// Whatever stops derivation.
    pub fn follow(&mut self, l1: &L1Miner) -> Result<(Followed, Vec<Verdict>), SafeChainError> {
        self.follow_to(l1, u64::MAX)
    }

    /// Derives and judges up to and with L1 block `last`.
    ///
    /// # Errors
    /// As [`Self::follow`].
    pub fn follow_to(&mut self, l1: &L1Miner, last: u64) -> Result<(Followed, Vec<Verdict>), SafeChainError> {
        let Running { chain, follower, judge, history, caught_up } = self.running.as_mut().expect("it runs");
        let mut verdicts = vec![];
        if !std::mem::replace(caught_up, true) {
            let past = self.config.genesis.l1.number + 1..=follower.safe_chain().consumed().l1.number;
            let claims = past.filter_map(|n| l1.at(n)).flat_map(|block| l1.claims_in(block.hash)).copied();
            verdicts.extend(judge.judge(chain, history, claims)?);
        }
        let followed = follower.follow_to(l1, last)?;
        if let Some(to) = &followed.rewound_to {
            judge.rewind(to);
            history.rewind(to);
        }
        for checkpoint in followed.consumed.iter().filter(|checkpoint| l1.is_canonical(checkpoint.l1)) {
            history.push(checkpoint);
            verdicts.extend(judge.judge(chain, history, l1.claims_in(checkpoint.l1.hash).iter().copied())?);
        }
        Ok((followed, verdicts))
    }
}
