//! One of each role.

use crate::{
    Account, DemoModel, L1Miner, TestBatcher, TestProposer, TestSequencer, TestVerifier, base_config, chain_options,
    demo_model, with_genesis,
};
use alloy_primitives::{Address, B256};
use praxis_chain::ChainOptions;
use praxis_contracts::artifacts::REBALANCE_AGENT;
use praxis_primitives::{RollupConfig, StateReader};
use praxis_verifier::Verdict;
use std::sync::Arc;

/// L1, sequencer, batcher, proposer and verifier of one rollup.
pub struct World {
    /// The configuration that all share.
    pub config: Arc<RollupConfig>,
    /// L1.
    pub l1: L1Miner,
    /// The sequencer.
    pub sequencer: TestSequencer,
    /// Posts the sequencer's blocks.
    pub batcher: TestBatcher,
    /// Claims the sequencer's outputs, every 4 blocks.
    pub proposer: TestProposer,
    /// Replays all of it.
    pub verifier: TestVerifier,
}

impl Default for World {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl World {
    /// A rollup that differs from the usual one by `change`.
    pub fn new(change: impl FnOnce(&mut RollupConfig)) -> Self {
        Self::with_sequencer_options(change, chain_options())
    }

    /// A rollup whose sequencer opens its chain with `options`.
    pub fn with_sequencer_options(change: impl FnOnce(&mut RollupConfig), options: ChainOptions) -> Self {
        let l1 = L1Miner::default();
        let mut config = base_config(&l1);
        change(&mut config);
        let config = with_genesis(config);
        Self {
            sequencer: TestSequencer::new(config.clone(), options),
            batcher: TestBatcher::new(config.clone(), 1, |_| {}),
            proposer: TestProposer::new(4),
            verifier: TestVerifier::new(config.clone(), chain_options()),
            config,
            l1,
        }
    }

    /// One second: L1 mines what waits, then each role does its part once. Gives the verifier's verdicts.
    pub fn tick(&mut self) -> Vec<Verdict> {
        self.l1.mine();
        self.run_sequencer();
        let (_, verdicts) = self.verifier.follow(&self.l1).expect("the verifier follows");
        verdicts
    }

    /// Sequencer, batcher and proposer do their part once.
    pub fn run_sequencer(&mut self) {
        self.sequencer.follow(&self.l1).expect("the sequencer follows");
        self.sequencer.catch_up(&self.l1);
        self.batcher.step(&self.sequencer, &mut self.l1);
        self.proposer.step(&self.sequencer, &mut self.l1);
    }

    /// Some seconds; gives all verdicts.
    pub fn ticks(&mut self, count: usize) -> Vec<Verdict> {
        (0..count).flat_map(|_| self.tick()).collect()
    }

    /// Runs on until the verifier has derived what is the sequencer's head now.
    ///
    /// # Panics
    /// When that takes more than `limit` seconds, or the two chains part.
    pub fn settle(&mut self, limit: usize) {
        let head = self.sequencer.chain().head().number;
        for _ in 0..limit {
            if self.verifier.follower().safe().number >= head {
                break;
            }
            self.tick();
        }
        let safe = self.verifier.follower().safe().number;
        assert!(safe >= head, "after {limit} seconds the verifier is at block {safe} of {head}");
        self.assert_agreement();
    }

    /// Every block that the verifier has is the sequencer's, with the same output root; the verifier's head is its safe
    /// head; nothing was judged wrong.
    pub fn assert_agreement(&self) {
        let (ours, theirs) = (self.sequencer.chain(), self.verifier.chain());
        let last = theirs.head().number;
        assert_eq!(last, self.verifier.follower().safe().number, "a verifier has nothing beyond the safe head");
        for number in 0..=last {
            assert_eq!(ours.output(number).unwrap(), theirs.output(number).unwrap(), "block {number}");
        }
        assert_eq!(self.verifier.difference(), None);
    }

    /// The next nonce of an account, transactions that wait included.
    pub fn nonce(&self, account: &Account) -> u64 {
        let nonce = self.sequencer.account(account.address).nonce;
        self.sequencer.pool().next_nonce(account.address, nonce)
    }

    /// Sends a value transfer.
    pub fn transfer(&self, from: &Account, to: Address, value: u64) -> B256 {
        self.sequencer.send(from.transfer(self.nonce(from), to, value)).expect("the pool takes a transfer")
    }

    /// Publishes the demo model and deploys the agent that asks it; gives the agent. Takes a few L2 blocks, no L1 block.
    pub fn publish(&self, owner: &Account) -> Address {
        let model = demo_model();
        let mut nonce = self.nonce(owner);
        self.sequencer.send(model.begin(owner, nonce)).expect("the pool takes begin");
        for index in 0..model.chunks() {
            nonce += 1;
            self.sequencer.send(model.put_chunk(owner, nonce, index, |_| {})).expect("the pool takes a chunk");
        }
        while self.nonce(owner) > self.sequencer.account(owner.address).nonce {
            self.sequencer.build(&self.l1);
        }
        self.activate_and_deploy(model, owner)
    }

    fn activate_and_deploy(&self, model: &DemoModel, owner: &Account) -> Address {
        let nonce = self.nonce(owner);
        self.sequencer.send(model.activate(owner, nonce)).expect("the pool takes activate");
        let creation = REBALANCE_AGENT.deployment(model.id.as_slice());
        self.sequencer.send(owner.deploy(nonce + 1, creation)).expect("the pool takes a deployment");
        self.sequencer.build(&self.l1);
        let agent = owner.address.create(nonce + 1);
        let state = self.sequencer.chain().state_at(self.sequencer.chain().head().number).expect("the head's state");
        assert!(state.account(agent).expect("readable").is_some(), "the agent was deployed");
        agent
    }
}
