//! A sequencer: its chain, pool, builder and own derivation.

use crate::{Followed, Follower, L1Miner};
use alloy_primitives::{Address, B256, Bytes, U256};
use praxis_builder::{BuilderError, Sequencer, Step, pool_head};
use praxis_chain::{Chain, ChainEvent, ChainOptions, ImportedBlock, SafeChainError};
use praxis_evm::{BlockContext, CallRequest, CallStatus, StateOverrides, simulate};
use praxis_pool::{Pool, PoolConfig, PoolError, PoolLimits};
use praxis_primitives::{Account, OutputPreimage, Receipt, RecoveredTransaction, RollupConfig, StateReader};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;

struct Running {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    sequencer: Sequencer,
    follower: Follower,
    events: Receiver<ChainEvent>,
}

impl Running {
    fn open(path: &Path, config: &Arc<RollupConfig>, options: ChainOptions) -> Self {
        let chain = Chain::open(path, config.chain_spec(), options).expect("the sequencer's chain opens");
        let pool_config = PoolConfig {
            chain_id: config.l2_chain_id,
            tx_gas_cap: config.tx_gas_cap,
            min_base_fee: config.fees.min_base_fee,
            limits: PoolLimits::default(),
        };
        let head = pool_head(&chain).expect("the head's state");
        let pool = Pool::open(pool_config, head, &path.join("pool.journal")).expect("the pool's journal opens");
        let pool = Arc::new(pool);
        let sequencer = Sequencer::new(chain.clone(), pool.clone(), None).expect("it is a rollup");
        let order = path.join("order.journal");
        let sequencer = sequencer.keep_order(&order, false).expect("the order's journal opens");
        let follower = Follower::open(chain.clone());
        let events = chain.subscribe();
        Self { chain, pool, sequencer, follower, events }
    }
}

/// See the module.
pub struct TestSequencer {
    config: Arc<RollupConfig>,
    options: ChainOptions,
    directory: TempDir,
    running: Option<Running>,
}

impl TestSequencer {
    /// A sequencer on a new database.
    pub fn new(config: Arc<RollupConfig>, options: ChainOptions) -> Self {
        let directory = crate::temporary_directory();
        let running = Some(Running::open(directory.path(), &config, options.clone()));
        Self { config, options, directory, running }
    }

    /// Stops and starts again on the same files, as after a process that died.
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

    /// The file with the order of preconfirmed transactions.
    pub fn order_file(&self) -> PathBuf {
        self.directory.path().join("order.journal")
    }

    /// The file with the pool's transactions.
    pub fn pool_file(&self) -> PathBuf {
        self.directory.path().join("pool.journal")
    }

    const fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs, except inside restart")
    }

    /// Its chain.
    pub const fn chain(&self) -> &Arc<Chain> {
        &self.running().chain
    }

    /// Its pool.
    pub const fn pool(&self) -> &Arc<Pool> {
        &self.running().pool
    }

    /// Its builder.
    pub const fn builder(&self) -> &Sequencer {
        &self.running().sequencer
    }

    /// Its derivation.
    pub const fn follower(&self) -> &Follower {
        &self.running().follower
    }

    /// The account at the head.
    pub fn account(&self, address: Address) -> Account {
        let state = self.chain().state_at(self.chain().head().number).expect("the head's state");
        state.account(address).expect("the account is readable").unwrap_or_default()
    }

    /// Balance at the head in wei.
    pub fn balance(&self, address: Address) -> U256 {
        self.account(address).balance
    }

    /// The preimage of block `number`'s output root.
    pub fn output(&self, number: u64) -> OutputPreimage {
        self.chain().output(number).expect("the block is there")
    }

    /// Sends a transaction to the pool.
    ///
    /// # Errors
    /// When the pool refuses it.
    pub fn send(&self, tx: RecoveredTransaction) -> Result<B256, PoolError> {
        self.pool().add(tx)
    }

    /// One step of the builder.
    ///
    /// # Errors
    /// When the chain refuses the block or has a fault.
    pub fn step(&self, l1: &L1Miner) -> Result<Step, BuilderError> {
        self.running().sequencer.step(l1)
    }

    /// Opens the next block, executes what the pool has, and leaves it unsealed: what a process has done that dies before
    /// the block's time. Gives what was preconfirmed, with its receipts.
    pub fn preconfirm(&self, l1: &L1Miner) -> Vec<(RecoveredTransaction, Receipt)> {
        let mut events = self.chain().subscribe_preconfirmed();
        let far = Instant::now() + Duration::from_secs(3600);
        let step = self.running().sequencer.step_open(l1, Some(far), &AtomicBool::new(true));
        assert!(matches!(step.expect("the sequencer steps"), Step::Left));
        let mut all = Vec::new();
        while let Ok(event) = events.try_recv() {
            all.extend(event.part.transactions.iter().cloned().zip(event.part.receipts.iter().cloned()));
        }
        all
    }

    /// Builds one block, first taking back what L1 took back.
    pub fn build(&self, l1: &L1Miner) -> Arc<ImportedBlock> {
        for _ in 0..3 {
            match self.step(l1).expect("the sequencer steps") {
                Step::Built(imported) => return imported,
                Step::TookBack { .. } | Step::Left => {}
                Step::WaitingForL1 { number } => panic!("the sequencer waits for L1 block {number}"),
            }
        }
        panic!("the sequencer went back three times in a row");
    }

    /// Builds every block whose time is at most one L1 block ahead of L1's head; gives how many.
    pub fn catch_up(&self, l1: &L1Miner) -> usize {
        let mut built = 0;
        while self.builder().next_timestamp_ms() < l1.head().timestamp * 1000 + 1000 {
            self.build(l1);
            built += 1;
        }
        built
    }

    /// Derives to the end of L1, and puts transactions of replaced blocks back into the pool.
    ///
    /// # Errors
    /// Whatever stops derivation.
    pub fn follow(&mut self, l1: &L1Miner) -> Result<Followed, SafeChainError> {
        let running = self.running.as_mut().expect("it runs");
        let followed = running.follower.follow(l1)?;
        while let Ok(event) = running.events.try_recv() {
            if let ChainEvent::Unwound { removed, .. } = event {
                let transactions = removed.iter().flat_map(|imported| imported.block.clone_transactions_recovered());
                let transactions = transactions.filter(|tx| !tx.is_deposit()).collect();
                running.sequencer.readd(transactions).expect("the pool takes them");
            }
        }
        Ok(followed)
    }

    /// The receipt of a transaction, with its block's number.
    pub fn receipt(&self, transaction: B256) -> Option<(u64, Receipt)> {
        let (block, index) = self.chain().db().transaction_location(transaction).expect("readable")?;
        let receipts = self.chain().db().receipts(block).expect("readable")?;
        Some((block, receipts.get(index as usize)?.clone()))
    }

    /// `eth_call` at the head: what the contract returns or reverts with.
    ///
    /// # Errors
    /// The revert's data.
    pub fn call(&self, to: Address, input: Bytes) -> Result<Bytes, Bytes> {
        let chain = self.chain();
        let head = chain.head();
        let state = chain.state_at(head.number).expect("the head's state");
        let context = BlockContext::at_header(chain.spec(), head.header());
        let request = CallRequest { to: to.into(), data: input, ..CallRequest::default() };
        let overrides = StateOverrides::default();
        let outcome = simulate(chain.spec(), &context, &state, chain.models(&state), &request, &overrides);
        let outcome = outcome.expect("the call runs");
        if outcome.status == CallStatus::Success { Ok(outcome.output) } else { Err(outcome.output) }
    }
}
