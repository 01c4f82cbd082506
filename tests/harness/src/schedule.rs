//! Random schedules: everything that can happen to a rollup, in an order that a seed decides.
//!
//! While a schedule runs, L1 reorganises, stalls and loses transactions, keys rotate, the configuration changes, two
//! batchers post, frames are altered, processes restart. Afterwards all is quiet for a while, and then the sequencer, the
//! verifier that followed all along and one that begins with an empty database must have the same chain.

mod coverage;

use crate::{
    Account, BATCHER, L1_GENESIS_NUMBER, L1Miner, Mine, TestBatcher, TestVerifier, World, account, chain_options, plan,
};
use alloy_primitives::{Address, B256, Bytes, FixedBytes, TxKind, U256, keccak256};
use coverage::ACTIONS;
use praxis_contracts::scheduler::{Plan, Trigger};
use praxis_derive::{ChannelId, Frame, blob::encode_blob, frame::encode_calldata};
use praxis_primitives::{ConfigUpdate, Eip1559Params, TxDeposit};
use std::collections::BTreeMap;

pub use coverage::Ran;

/// L1 blocks after the last action within which all must agree: a passed window, forced blocks, and the
/// channels after them.
const QUIET: usize = 120;
/// No reorg is deeper; what is final stands deeper still.
const MAX_REORG: u64 = 6;
const RECEIVER: Address = Address::repeat_byte(0x5b);

/// A small deterministic generator.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

struct Schedule {
    world: World,
    rng: Rng,
    /// A second batcher under the same key, with a view of its own.
    second: Option<TestBatcher>,
    silent: bool,
    salt: u8,
    /// Blobs that nobody has at the moment.
    withheld: Option<BTreeMap<B256, Bytes>>,
    ran: Ran,
}

/// Runs the schedule of `seed`.
///
/// # Panics
/// When the three chains differ, or somebody stops. The message names the seed.
pub fn run_schedule(seed: u64) -> Ran {
    struct Name(u64);
    impl Drop for Name {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("the schedule of seed {} failed", self.0);
            }
        }
    }
    let name = Name(seed);
    let mut schedule = Schedule::new(seed);
    let steps = 4 + schedule.rng.below(12);
    for _ in 0..steps {
        schedule.step();
    }
    let ran = schedule.settle();
    drop(name);
    ran
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let mut world = World::new(|config| {
            // Each L2 block is executed four times; with few of them more schedules can be run.
            config.block_time_ms = [250, 1000, 1000, 2000, 2000][rng.below(5) as usize];
            config.sequencing_window = 8 + rng.below(12);
            config.channel_timeout = 2 + rng.below(6);
            config.max_sequencer_drift_ms = 3_000 + 1_000 * rng.below(20);
        });
        world.l1.finality_depth = rng.one_in(2).then_some(MAX_REORG + 2);
        let mut schedule =
            Self { world, rng, second: None, silent: false, salt: 1, withheld: None, ran: Ran::default() };
        schedule.world.batcher = schedule.new_batcher();
        schedule
    }

    fn new_batcher(&mut self) -> TestBatcher {
        self.salt = self.salt.wrapping_add(1);
        let blobs = self.rng.one_in(3);
        let bytes = [120, 400, 100_000][self.rng.below(3) as usize];
        let bytes = if blobs { bytes.max(400) } else { bytes };
        let mut batcher = TestBatcher::new(self.world.config.clone(), self.salt, |config| {
            config.max_submission_bytes = bytes;
            // How small the batches are is not the question here.
            config.compression_quality = 3;
        });
        batcher.address = current_batcher(&self.world.l1);
        batcher.blobs = blobs;
        batcher.republishes = self.rng.one_in(2);
        batcher
    }

    fn step(&mut self) {
        let action = self.rng.below(ACTIONS.len() as u64) as usize;
        self.ran.count(ACTIONS[action]);
        match action {
            0 => self.reorg(),
            1 => self.world.l1.drop_waiting(),
            2 => self.garbage(),
            3 | 4 => self.configure(),
            5 => self.deposit(),
            6 => self.world.sequencer.restart(),
            7 => self.world.verifier.restart(),
            8 => self.world.batcher = self.new_batcher(),
            9 => self.silent = !self.silent,
            10 => self.second = if self.second.is_none() { Some(self.new_batcher()) } else { None },
            11 => self.alter(),
            12 => self.world.l1.inclusion_delay = self.rng.below(3),
            13 => self.stall(),
            14 => self.withhold(),
            _ => self.transact(),
        }
        let ticks = 1 + self.rng.below(3);
        (0..ticks).for_each(|_| self.tick());
    }

    fn tick(&mut self) {
        let seconds = 1 + self.rng.below(8) / 6;
        let transactions = if self.rng.one_in(5) { self.rng.below(3) as usize } else { usize::MAX };
        self.world.l1.mine_with(Mine { seconds, transactions });
        self.run_roles();
    }

    fn run_roles(&mut self) {
        let world = &mut self.world;
        world.sequencer.follow(&world.l1).expect("the sequencer follows");
        world.sequencer.catch_up(&world.l1);
        // Whoever rotates a key gives the batcher the new one, sooner or later.
        if self.rng.one_in(2) {
            world.batcher.address = current_batcher(&world.l1);
        }
        if !self.silent {
            let (core, restarts) = (world.batcher.core(), world.batcher.core().restarts());
            if core.waiting().is_some() {
                self.ran.count("the batcher waits: its window has passed");
            }
            world.batcher.step(&world.sequencer, &mut world.l1);
            if world.batcher.core().restarts() > restarts {
                self.ran.count("the batcher begins anew from the safe head");
            }
        }
        if let Some(second) = &mut self.second
            && self.rng.one_in(2)
        {
            second.step(&world.sequencer, &mut world.l1);
        }
        if self.rng.one_in(2) {
            self.verify();
        }
    }

    fn verify(&mut self) {
        let world = &mut self.world;
        let before = world.verifier.follower().safe().number;
        let (followed, _) = world.verifier.follow(&world.l1).expect("the verifier follows");
        if followed.rewound_to.is_some_and(|to| to.safe.number < before) {
            self.ran.count("the verifier's safe head went back");
        }
        if world.verifier.follower().safe_chain().current_l1().is_some() {
            self.ran.count("the verifier waits for a blob");
        }
    }

    /// No blob is to be had that is on L1 or under way, for a while.
    fn withhold(&mut self) {
        match self.withheld.take() {
            Some(blobs) => self.world.l1.restore_blobs(blobs),
            None => self.withheld = Some(self.world.l1.prune_blobs()),
        }
    }

    /// L1 is slow for a while and takes nothing.
    fn stall(&mut self) {
        for _ in 0..3 {
            self.world.l1.mine_with(Mine { seconds: 4, transactions: 0 });
        }
    }

    /// The new chain is at least as long as the old one, and may hold some of the same transactions.
    fn reorg(&mut self) {
        let l1 = &mut self.world.l1;
        let depth = (1 + self.rng.below(MAX_REORG)).min(l1.head().number - L1_GENESIS_NUMBER);
        if depth == 0 {
            return;
        }
        self.ran.count(format!("reorg of depth {depth}"));
        for tx in l1.reorg(usize::try_from(depth).expect("a few")) {
            if self.rng.one_in(2) {
                l1.publish_again(tx.hash);
            }
        }
        for _ in 0..depth {
            let transactions = self.rng.below(2) as usize;
            self.world.l1.mine_with(Mine { seconds: 1 + self.rng.below(2), transactions });
        }
    }

    fn garbage(&mut self) {
        let from = if self.rng.one_in(2) { self.world.batcher.address } else { Address::repeat_byte(7) };
        let length = self.rng.below(60) as usize;
        let mut data = self.rng.next().to_be_bytes().repeat(8)[..length].to_vec();
        match self.rng.below(4) {
            0 => data.insert(0, 0),
            1 | 2 => data = self.stray_frame(data),
            _ => {}
        }
        if !self.rng.one_in(3) {
            self.world.l1.submit_from(from, data.into());
            return;
        }
        let mut blob = encode_blob(&data).expect("it fits in a blob");
        if self.rng.one_in(2) {
            let at = self.rng.below(blob.len() as u64) as usize;
            blob[at] ^= 1 << self.rng.below(8);
        }
        self.world.l1.submit_raw_blobs(from, &[blob.into()]);
    }

    /// A frame of a channel that nobody goes on with.
    fn stray_frame(&mut self, data: Vec<u8>) -> Vec<u8> {
        let channel = ChannelId(FixedBytes(std::array::from_fn(|_| self.rng.next() as u8)));
        let number = self.rng.below(4) as u16 / 2;
        encode_calldata(&[Frame { channel, number, data, is_last: self.rng.one_in(3) }])
    }

    /// Frames are altered or lost from now on, or no longer.
    fn alter(&mut self) {
        if self.world.batcher.alter.take().is_some() {
            return;
        }
        let (mut rng, rate) = (Rng(self.rng.next()), 1 + self.rng.below(4));
        self.world.batcher.alter = Some(Box::new(move |data: Bytes| {
            if !rng.one_in(rate) {
                return Some(data);
            }
            if rng.one_in(3) {
                return None;
            }
            let mut data = data.to_vec();
            let at = rng.below(data.len() as u64) as usize;
            data[at] ^= 1 << rng.below(8);
            Some(data.into())
        }));
    }

    fn configure(&mut self) {
        let now = self.world.l1.head().timestamp * 1000;
        let update = match self.rng.below(9) {
            0 | 1 => {
                let next =
                    if self.rng.one_in(2) { BATCHER } else { Address::repeat_byte(0xB0 | self.rng.below(4) as u8) };
                ConfigUpdate::Batcher(next.into_word())
            }
            2 => ConfigUpdate::FeeScalars {
                base_fee: self.rng.below(2_000_000) as u32,
                blob_base_fee: self.rng.below(2_000_000) as u32,
            },
            3 => ConfigUpdate::GasLimit(4_000_000 + self.rng.below(40_000_000)),
            4 => ConfigUpdate::Eip1559(Eip1559Params {
                denominator: 1 + self.rng.below(2000) as u32,
                elasticity: 1 + self.rng.below(6) as u32,
            }),
            5 => ConfigUpdate::OperatorFee { scalar: self.rng.below(10) as u32, constant: self.rng.below(1000) },
            6 => ConfigUpdate::InferencePause { until_ms: now + self.rng.below(20_000) },
            7 => ConfigUpdate::Engine { version: 1, timestamp_ms: now + self.rng.below(20_000) },
            _ => ConfigUpdate::Feature {
                name: B256::repeat_byte(self.rng.below(3) as u8),
                enabled: self.rng.one_in(2),
                timestamp_ms: now + self.rng.below(20_000),
            },
        };
        self.world.l1.configure(update);
    }

    fn deposit(&mut self) {
        let mint = u128::from(self.rng.below(1_000_000));
        // One in four can't pay what it sends: it fails and keeps its mint.
        let value = U256::from(if self.rng.one_in(4) { mint + 1 } else { mint });
        self.world.l1.deposit(TxDeposit {
            source_hash: keccak256(self.rng.next().to_be_bytes()),
            from: Address::repeat_byte(0x42),
            to: if self.rng.one_in(4) { TxKind::Create } else { TxKind::Call(RECEIVER) },
            mint,
            value,
            gas_limit: 60_000 + self.rng.below(7_000_000),
            is_system_transaction: false,
            input: Bytes::new(),
        });
    }

    fn transact(&mut self) {
        for _ in 0..=self.rng.below(4) {
            let from: Account = account(self.rng.below(3) as u8);
            let noise: Bytes = keccak256(self.rng.next().to_be_bytes()).repeat(self.rng.below(12) as usize).into();
            let nonce = self.world.nonce(&from);
            let tx = match self.rng.one_in(4) {
                true => from.book(nonce, self.plan(noise), 1_000_000_000_000 << self.rng.below(20)),
                false => from.call(nonce, TxKind::Call(RECEIVER), 1, 100_000, noise),
            };
            // The pool may be right to refuse it: a reorg took the ether, or the fee has risen.
            let _ = self.world.sequencer.send(tx);
        }
    }

    /// A call by time or block, once or again and again; some can't be paid, some stand aside in forced blocks.
    fn plan(&mut self, data: Bytes) -> Plan {
        let head = self.world.sequencer.chain().head().number;
        let (trigger, now, unit) = match self.rng.one_in(2) {
            true => (Trigger::Block, head, 1),
            false => (Trigger::Time, self.world.config.timestamp_ms(head), 250),
        };
        // One occurrence has no interval.
        let count = 1 + self.rng.below(6) as u32;
        Plan {
            interval: if count == 1 { 0 } else { unit * (1 + self.rng.below(6)) },
            count,
            ttl: unit as u32 * 40,
            jitter: unit as u32 * self.rng.below(3) as u32,
            gasLimit: 21_000 + self.rng.below(400_000) as u32,
            inForced: self.rng.one_in(2),
            ..plan(trigger, now + unit * self.rng.below(20), RECEIVER, data)
        }
    }

    /// Nothing more happens; then all agree.
    fn settle(mut self) -> Ran {
        (self.silent, self.second, self.world.batcher.alter) = (false, None, None);
        self.world.l1.restore_blobs(self.withheld.take().unwrap_or_default());
        self.world.l1.inclusion_delay = 0;
        self.world.batcher = self.new_batcher();
        self.world.tick();
        let head = self.world.sequencer.chain().head().number;
        for _ in 0..QUIET {
            if self.world.verifier.follower().safe().number >= head {
                break;
            }
            self.world.l1.mine();
            self.world.sequencer.follow(&self.world.l1).expect("the sequencer follows");
            self.world.sequencer.catch_up(&self.world.l1);
            self.world.batcher.address = current_batcher(&self.world.l1);
            self.world.batcher.step(&self.world.sequencer, &mut self.world.l1);
            self.world.verifier.follow(&self.world.l1).expect("the verifier follows");
        }
        self.compare(head);
        self.ran
    }

    fn compare(&mut self, head: u64) {
        let verifier = &self.world.verifier;
        let safe = verifier.follower().safe().number;
        assert!(safe >= head, "after {QUIET} quiet seconds the verifier is at block {safe} of {head}");
        self.world.assert_agreement();
        let mut fresh = TestVerifier::new(self.world.config.clone(), chain_options());
        fresh.follow(&self.world.l1).expect("a fresh verifier follows");
        assert_eq!(fresh.chain().head(), verifier.chain().head(), "a fresh verifier has another chain");
        assert_eq!(fresh.follower().safe(), verifier.follower().safe());
        let calls = self.world.made_calls();
        let mut occurrences: Vec<_> = calls.iter().map(|call| (call.ran.id, call.ran.occurrence)).collect();
        occurrences.sort_unstable();
        assert!(occurrences.windows(2).all(|pair| pair[0] != pair[1]), "a call ran twice");
        *self.ran.counts.entry("a scheduled call is made".to_owned()).or_default() += calls.len() as u64;
        *self.ran.counts.entry("L2 blocks".to_owned()).or_default() += safe;
        fresh.follower().safe_chain().events().iter().for_each(|event| self.ran.count_event(event));
        let inbox = (L1_GENESIS_NUMBER..=self.world.l1.head().number).filter_map(|number| self.world.l1.at(number));
        let in_blobs = inbox.flat_map(|block| &block.batcher_transactions).filter(|tx| !tx.blobs.is_empty()).count();
        *self.ran.counts.entry("a transaction of the inbox has blobs".to_owned()).or_default() += in_blobs as u64;
    }
}

/// Whose transactions to the inbox will count in the next L1 block.
fn current_batcher(l1: &L1Miner) -> Address {
    let blocks = (L1_GENESIS_NUMBER..=l1.head().number).rev().filter_map(|number| l1.at(number));
    let mut updates = blocks.flat_map(|block| block.config_updates.iter().rev());
    let named = updates.find_map(|logged| match logged.update {
        ConfigUpdate::Batcher(hash) => Some(Address::from_word(hash)),
        _ => None,
    });
    named.unwrap_or(BATCHER)
}
