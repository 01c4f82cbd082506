//! Time and the past on a development chain: jumps, blocks on demand, going back.
//!
//! Nothing here bends the rules of derivation; a verifier that knows the configuration file follows. A jump is written into the
//! configuration before the block that it is for, and the embedded L1 jumps along, so that L2 blocks stay near their L1 origins. Going
//! back is a reorg of the embedded L1: batches and claims on it are gone with it, and everybody who follows L1 goes back by the
//! rules for that.

use crate::{BuilderError, Clock, DevL1, L1View, Sequencer, Step, dev_l1::Past};
use praxis_chain::ChainError;
use praxis_primitives::{Leap, LeapError, Leaps};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Most blocks that are mined at once.
pub const MAX_MINED: u64 = 2_000;
/// Snapshots that are kept; the oldest gives way.
pub const MAX_SNAPSHOTS: usize = 64;
/// The last second of the year 9999: later times have no date.
pub const MAX_TIME_S: u64 = 253_402_300_799;
/// How long the node may take to see a block of its own L1.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(5);

/// A command that was not done.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// Blocks never become older than their parents.
    #[error("the next block's time is {next_ms} ms already, so it can't be {asked_ms} ms; time only moves forward")]
    Past {
        /// T_ms of the next block.
        next_ms: u64,
        /// What was asked for.
        asked_ms: u64,
    },
    /// Beyond [`MAX_TIME_S`].
    #[error("the time would be after the year 9999")]
    Future,
    /// Beyond [`MAX_MINED`].
    #[error("{0} blocks at once are too many; {MAX_MINED} are the most")]
    Blocks(u64),
    /// The node did not see its own L1's block in time.
    #[error("the node does not follow its embedded L1 at the moment; try again")]
    L1Silent,
    /// The configuration file could not be written.
    #[error("the rollup configuration can't be written, and a jump that is not in it can't be derived: {0}")]
    Save(String),
    /// There were too many jumps.
    #[error(transparent)]
    Leap(#[from] LeapError),
    /// The chain does not go on.
    #[error(transparent)]
    Builder(#[from] BuilderError),
}

impl From<ChainError> for DevError {
    fn from(error: ChainError) -> Self {
        Self::Builder(error.into())
    }
}

/// A place to go back to.
#[derive(Debug, Clone, Copy)]
struct Snapshot {
    id: u64,
    /// The last L2 block that stays.
    l2: u64,
    /// The last L1 block that stays: the next L2 block has a later origin.
    l1: u64,
}

/// Writes the configuration file, or says why it can't.
pub type Save = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The commands. Each has the builder's turn while it works.
pub struct DevControl {
    sequencer: Arc<Sequencer>,
    view: Arc<dyn L1View>,
    l1: Arc<DevL1>,
    clock: Clock,
    leaps: Leaps,
    save: Save,
    snapshots: parking_lot::Mutex<(u64, Vec<Snapshot>)>,
}

impl DevControl {
    /// Commands for a sequencer that sees `l1` through `view`. The clock is moved to where the chain is, so that it goes on after
    /// a restart.
    ///
    /// # Errors
    /// When the chain is no rollup.
    pub fn new(
        sequencer: Arc<Sequencer>,
        view: Arc<dyn L1View>,
        l1: Arc<DevL1>,
        clock: Clock,
        save: Save,
    ) -> Result<Self, BuilderError> {
        let leaps = sequencer.chain().rollup().ok_or(BuilderError::NotARollup)?.development.leaps.clone();
        clock.at_least(sequencer.next_timestamp_ms() - sequencer.block_time_ms());
        Ok(Self { sequencer, view, l1, clock, leaps, save, snapshots: Default::default() })
    }

    /// Seals `blocks` blocks now. Each has its regular time, and the clock goes along.
    ///
    /// # Errors
    /// When they are too many, or the chain does not go on.
    pub fn mine(&self, blocks: u64) -> Result<(), DevError> {
        if blocks > MAX_MINED {
            return Err(DevError::Blocks(blocks));
        }
        let _turn = self.clock.take_turn();
        for _ in 0..blocks {
            self.keep_origin_near()?;
            self.build()?;
        }
        Ok(())
    }

    /// The next block's time, and all later ones', move on by `seconds`. Gives all jumps so far together, in seconds.
    ///
    /// # Errors
    /// When the time would have no date, or the chain does not go on.
    pub fn increase_time(&self, seconds: u64) -> Result<u64, DevError> {
        self.leap(|_| seconds.checked_mul(1000).ok_or(DevError::Future))?;
        Ok(self.leaps.before(u64::MAX) / 1000)
    }

    /// The next block has this time, in seconds.
    ///
    /// # Errors
    /// When its time is later already, and as [`Self::increase_time`].
    pub fn set_next_timestamp(&self, seconds: u64) -> Result<(), DevError> {
        let asked_ms = seconds.checked_mul(1000).ok_or(DevError::Future)?;
        self.leap(|next_ms| asked_ms.checked_sub(next_ms).ok_or(DevError::Past { next_ms, asked_ms }))
    }

    fn leap(&self, length: impl Fn(u64) -> Result<u64, DevError>) -> Result<(), DevError> {
        let _turn = self.clock.take_turn();
        let far = self.drift_ms() / 2;
        let next = self.sequencer.next_timestamp_ms();
        let is_far = length(next)? > far;
        let past = self.l1.lock();
        if is_far {
            // The next origin is then the one after the jump: no block is too far from its own.
            self.catch_up(self.l1.chain().head().number)?;
        }
        let (block, next) = (self.sequencer.chain().head().number + 1, self.sequencer.next_timestamp_ms());
        let ms = length(next)?;
        let after = next.checked_add(ms).filter(|after| *after / 1000 <= MAX_TIME_S).ok_or(DevError::Future)?;
        if ms == 0 {
            return Ok(());
        }
        self.leaps.push(Leap { block, ms })?;
        if let Err(reason) = (self.save)() {
            self.leaps.truncate(block - 1);
            return Err(DevError::Save(reason));
        }
        self.clock.set(self.clock.now_ms().saturating_add(ms));
        if is_far {
            self.seal_l1(after / 1000, &past)?;
        }
        Ok(())
    }

    /// Remembers the present, to go back to. Blocks of L1 from here on do not become final until that is done.
    ///
    /// # Errors
    /// When the chain does not go on.
    pub fn snapshot(&self) -> Result<u64, DevError> {
        let _turn = self.clock.take_turn();
        let mut past = self.l1.lock();
        // Blocks after the snapshot have origins after it, so that no batch of them is valid once those are gone.
        let origin = self.seal_l1(self.clock.now_ms() / 1000, &past)?;
        let l2 = self.catch_up(origin)?;
        let mut snapshots = self.snapshots.lock();
        let (last, list) = &mut *snapshots;
        *last += 1;
        if list.len() >= MAX_SNAPSHOTS {
            list.remove(0);
        }
        list.push(Snapshot { id: *last, l2, l1: origin - 1 });
        past.hold = list.iter().map(|snapshot| snapshot.l1).min();
        Ok(*last)
    }

    /// Goes back to a snapshot: state, blocks and time of both chains. It and those after it are used up. False when there is no
    /// such snapshot. Transactions that were made since are forgotten, those that wait too.
    ///
    /// # Errors
    /// When the chain can't go back, or the node does not see that its L1 did.
    pub fn revert(&self, id: u64) -> Result<bool, DevError> {
        let _turn = self.clock.take_turn();
        let mut past = self.l1.lock();
        let mut snapshots = self.snapshots.lock();
        let list = &mut snapshots.1;
        let Some(at) = list.iter().position(|snapshot| snapshot.id == id) else { return Ok(false) };
        let to = list[at];
        self.l1.go_back(to.l1, &mut past)?;
        let config = self.sequencer.chain().rollup().cloned().ok_or(BuilderError::NotARollup)?;
        self.clock.set(config.timestamp_ms(to.l2));
        // When the node shows this block, its derivation is on the new L1 too, and brings nothing back.
        self.seal_l1(self.clock.now_ms() / 1000, &past)?;
        self.sequencer.go_back(to.l2)?;
        self.leaps.truncate(to.l2);
        list.truncate(at);
        past.hold = list.iter().map(|snapshot| snapshot.l1).min();
        (self.save)().map_err(DevError::Save)?;
        Ok(true)
    }

    fn drift_ms(&self) -> u64 {
        self.sequencer.chain().rollup().map_or(0, |config| config.max_sequencer_drift_ms)
    }

    /// Builds the next block now.
    fn build(&self) -> Result<(), DevError> {
        let begun = Instant::now();
        loop {
            self.clock.at_least(self.sequencer.next_timestamp_ms());
            let late = begun.elapsed() > PATIENCE;
            match self.sequencer.step(&*self.view) {
                Ok(Step::Built(_)) => return Ok(()),
                Ok(_) if late => return Err(DevError::L1Silent),
                Ok(_) => {}
                Err(BuilderError::Chain(error)) if !error.is_fault() && !late => {
                    tracing::debug!(%error, "the block was not built; trying again");
                }
                Err(error) => return Err(error.into()),
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Before a block that would be far from its L1 origin: a new L1 block.
    fn keep_origin_near(&self) -> Result<(), DevError> {
        let head = self.sequencer.chain().block_info(self.sequencer.chain().head().number)?;
        let origin = self.view.block(head.l1_origin.number).map_or(0, |origin| origin.timestamp * 1000);
        let next = self.sequencer.next_timestamp_ms();
        if next.saturating_sub(origin) > self.drift_ms() / 2 {
            let past = self.l1.lock();
            self.catch_up(self.l1.chain().head().number)?;
            self.seal_l1(self.sequencer.next_timestamp_ms() / 1000, &past)?;
        }
        Ok(())
    }

    /// Seals an L1 block and waits until the node has derived from it; its number.
    fn seal_l1(&self, timestamp: u64, past: &Past) -> Result<u64, DevError> {
        let sealed = self.l1.seal_locked(timestamp, past)?;
        let (number, hash) = (sealed.block.number, sealed.block.hash());
        let begun = Instant::now();
        while self.view.block(number).is_none_or(|seen| seen.hash != hash) {
            if begun.elapsed() > PATIENCE {
                return Err(DevError::L1Silent);
            }
            std::thread::sleep(LOOK);
        }
        Ok(number)
    }

    /// Builds blocks until the head has this L1 block as its origin; gives the last block before that.
    fn catch_up(&self, origin: u64) -> Result<u64, DevError> {
        let chain = self.sequencer.chain();
        for _ in 0..MAX_MINED {
            let head = chain.head().number;
            if chain.block_info(head)?.l1_origin.number >= origin {
                return Ok(head - 1);
            }
            self.build()?;
        }
        Err(DevError::L1Silent)
    }
}
