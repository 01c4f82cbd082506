//! Where derivation stood: what a node keeps on disk to go on after a restart or an L1 reorg.

use alloy_eips::BlockNumHash;
use alloy_primitives::{B256, U256};
use praxis_primitives::{Eip1559Params, FeeScalars, L2BlockInfo, RollupConfig, SystemConfig};
use std::collections::VecDeque;

use crate::limits::MAX_CHECKPOINTS;

/// The L2 safe head after every byte up to and with one L1 block was derived.
///
/// Only at such a point can derivation resume and be sure to reach the same chain: which batches are dropped depends on the
/// safe head at the time that they were read, so a safe head alone does not say where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last L1 block that is consumed.
    pub l1: BlockNumHash,
    /// The safe head after it.
    pub safe: L2BlockInfo,
}

impl Checkpoint {
    /// Where every rollup begins.
    pub fn genesis(config: &RollupConfig) -> Self {
        let genesis = &config.genesis;
        let safe = L2BlockInfo {
            number: genesis.l2.number,
            hash: genesis.l2.hash,
            parent_hash: B256::ZERO,
            timestamp_ms: genesis.l2_time_ms,
            l1_origin: genesis.l1,
            sequence_number: 0,
            config: config.system_config(),
        };
        Self { l1: genesis.l1, safe }
    }

    /// The first L1 block that the pipeline needs to resume here: far enough back for every channel that may still be
    /// open, and for every L1 origin that may still be used.
    pub fn first_l1_block(&self, config: &RollupConfig) -> u64 {
        let lookback = self.l1.number.saturating_sub(config.channel_timeout);
        lookback.min(self.safe.l1_origin.number).max(config.genesis.l1.number)
    }

    /// Number of bytes of an encoded checkpoint.
    pub const ENCODED_LEN: usize = 8 * 5 + 32 * 4 + CONFIG_LEN;

    /// Fixed-width encoding: big-endian integers and hashes in the order of the fields.
    pub fn encode(&self) -> [u8; Self::ENCODED_LEN] {
        let mut out = [0; Self::ENCODED_LEN];
        let safe = &self.safe;
        let config = encode_config(&safe.config);
        let parts: [&[u8]; 10] = [
            &self.l1.number.to_be_bytes(),
            self.l1.hash.as_slice(),
            &safe.number.to_be_bytes(),
            safe.hash.as_slice(),
            safe.parent_hash.as_slice(),
            &safe.timestamp_ms.to_be_bytes(),
            &safe.l1_origin.number.to_be_bytes(),
            safe.l1_origin.hash.as_slice(),
            &safe.sequence_number.to_be_bytes(),
            &config,
        ];
        let mut rest = &mut out[..];
        for part in parts {
            let (head, tail) = rest.split_at_mut(part.len());
            head.copy_from_slice(part);
            rest = tail;
        }
        out
    }

    /// Reads what [`Self::encode`] wrote; `None` when the length is another.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::ENCODED_LEN] = bytes.try_into().ok()?;
        let mut rest = &bytes[..];
        let mut take = |count: usize| {
            let (head, tail) = rest.split_at_checked(count)?;
            rest = tail;
            Some(head)
        };
        let mut number_and_hash = || -> Option<(u64, B256)> {
            let number = u64::from_be_bytes(take(8)?.try_into().ok()?);
            Some((number, B256::from_slice(take(32)?)))
        };
        let l1 = number_and_hash()?;
        let l2 = number_and_hash()?;
        let parent_hash = B256::from_slice(take(32)?);
        let timestamp_ms = u64::from_be_bytes(take(8)?.try_into().ok()?);
        let origin = (u64::from_be_bytes(take(8)?.try_into().ok()?), B256::from_slice(take(32)?));
        let sequence_number = u64::from_be_bytes(take(8)?.try_into().ok()?);
        let config = decode_config(take(CONFIG_LEN)?.try_into().ok()?);
        let safe = L2BlockInfo {
            number: l2.0,
            hash: l2.1,
            parent_hash,
            timestamp_ms,
            l1_origin: origin.into(),
            sequence_number,
            config,
        };
        Some(Self { l1: l1.into(), safe })
    }
}

/// Number of bytes of an encoded configuration.
const CONFIG_LEN: usize = 32 + 8 * 2 + 4 * 5;

fn encode_config(config: &SystemConfig) -> [u8; CONFIG_LEN] {
    let SystemConfig { batcher_hash, scalars, gas_limit, eip1559 } = config;
    let mut out = [0; CONFIG_LEN];
    out[..32].copy_from_slice(batcher_hash.as_slice());
    out[32..40].copy_from_slice(&gas_limit.to_be_bytes());
    out[40..48].copy_from_slice(&scalars.operator_fee_constant.to_be_bytes());
    let small =
        [scalars.base_fee, scalars.blob_base_fee, scalars.operator_fee, eip1559.denominator, eip1559.elasticity];
    for (to, value) in out[48..].chunks_exact_mut(4).zip(small) {
        to.copy_from_slice(&value.to_be_bytes());
    }
    out
}

fn decode_config(bytes: &[u8; CONFIG_LEN]) -> SystemConfig {
    let long = |at: usize| U256::from_be_slice(&bytes[at..at + 8]).to::<u64>();
    let short = |at: usize| U256::from_be_slice(&bytes[at..at + 4]).to::<u32>();
    SystemConfig {
        batcher_hash: B256::from_slice(&bytes[..32]),
        scalars: FeeScalars {
            base_fee: short(48),
            blob_base_fee: short(52),
            operator_fee: short(56),
            operator_fee_constant: long(40),
        },
        gas_limit: long(32),
        eip1559: Eip1559Params { denominator: short(60), elasticity: short(64) },
    }
}

/// The checkpoints of the recent past, ascending, with genesis below them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointLog {
    genesis: Checkpoint,
    recent: VecDeque<Checkpoint>,
}

impl CheckpointLog {
    /// A log that knows genesis only.
    pub const fn new(genesis: Checkpoint) -> Self {
        Self { genesis, recent: VecDeque::new() }
    }

    /// The newest checkpoint.
    pub fn latest(&self) -> Checkpoint {
        self.recent.back().copied().unwrap_or(self.genesis)
    }

    /// All of them, ascending, genesis first.
    pub fn iter(&self) -> impl Iterator<Item = &Checkpoint> {
        std::iter::once(&self.genesis).chain(&self.recent)
    }

    /// Adds a checkpoint. Those at its L1 block or above are replaced by it.
    pub fn push(&mut self, checkpoint: Checkpoint) {
        while self.recent.back().is_some_and(|last| last.l1.number >= checkpoint.l1.number) {
            self.recent.pop_back();
        }
        if checkpoint.l1.number <= self.genesis.l1.number {
            return;
        }
        if self.recent.len() >= MAX_CHECKPOINTS {
            self.recent.pop_front();
        }
        self.recent.push_back(checkpoint);
    }

    /// Drops the checkpoints below the newest one that is at or below `finalized_l1`: no reorg reaches them.
    pub fn prune(&mut self, finalized_l1: u64) {
        while self.recent.get(1).is_some_and(|second| second.l1.number <= finalized_l1) {
            self.recent.pop_front();
        }
    }

    /// The newest checkpoint whose safe head is at or below L2 block `number`.
    pub fn at_or_below_l2(&self, number: u64) -> Checkpoint {
        let above = self.recent.partition_point(|c| c.safe.number <= number);
        above.checked_sub(1).and_then(|i| self.recent.get(i)).copied().unwrap_or(self.genesis)
    }

    /// Drops every checkpoint whose L1 block is no longer canonical and gives the newest that is left. Asks about
    /// few blocks: it walks back in doubling steps, then bisects.
    ///
    /// # Errors
    /// Whatever `canonical` gives; the log is then unchanged.
    pub fn rewind<E>(&mut self, mut canonical: impl FnMut(BlockNumHash) -> Result<bool, E>) -> Result<Checkpoint, E> {
        let len = self.recent.len();
        let (mut low, mut high) = (0, len); // the first `low` are canonical, from `high` on none is
        let mut distance = 1;
        while distance <= high.min(len) {
            let index = len - distance;
            if canonical(self.recent[index].l1)? {
                low = index + 1;
                break;
            }
            high = index;
            distance *= 2;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if canonical(self.recent[middle].l1)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.recent.truncate(low);
        Ok(self.latest())
    }

    /// All checkpoints, genesis first, each as [`Checkpoint::encode`] has it.
    pub fn encode(&self) -> Vec<u8> {
        self.iter().flat_map(Checkpoint::encode).collect()
    }

    /// Reads what [`Self::encode`] wrote; `None` when it is something else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut all = bytes.chunks(Checkpoint::ENCODED_LEN).map(Checkpoint::decode);
        let mut log = Self::new(all.next()??);
        for checkpoint in all {
            let checkpoint = checkpoint?;
            if checkpoint.l1.number <= log.latest().l1.number {
                return None;
            }
            log.push(checkpoint);
        }
        Some(log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn checkpoint(l1: u64) -> Checkpoint {
        let hash = |n: u64| B256::from(alloy_primitives::U256::from(n + 1));
        Checkpoint {
            l1: BlockNumHash::new(l1, hash(l1)),
            safe: L2BlockInfo {
                number: 4 * l1,
                hash: hash(l1 << 8),
                parent_hash: hash(l1 << 16),
                timestamp_ms: l1 * 1000,
                l1_origin: BlockNumHash::new(l1.saturating_sub(1), hash(l1.saturating_sub(1))),
                sequence_number: l1 % 4,
                config: SystemConfig {
                    batcher_hash: hash(l1 << 24),
                    scalars: FeeScalars {
                        base_fee: 1 + l1 as u32,
                        blob_base_fee: 2 + l1 as u32,
                        operator_fee: 3 + l1 as u32,
                        operator_fee_constant: 4 + l1,
                    },
                    gas_limit: 5 + l1,
                    eip1559: Eip1559Params { denominator: 6 + l1 as u32, elasticity: 7 + l1 as u32 },
                },
            },
        }
    }

    fn log(n: u64) -> CheckpointLog {
        let mut log = CheckpointLog::new(checkpoint(0));
        (1..=n).for_each(|l1| log.push(checkpoint(l1)));
        log
    }

    #[test]
    fn a_log_reads_back_and_a_cut_one_does_not() {
        let bytes = log(9).encode();
        assert_eq!(CheckpointLog::decode(&bytes), Some(log(9)));
        assert_eq!(CheckpointLog::decode(&bytes[..bytes.len() - 1]), None);
        assert_eq!(CheckpointLog::decode(&[]), None);
    }

    #[test]
    fn a_reorg_of_any_depth_finds_the_newest_canonical_checkpoint_in_few_questions() {
        for n in [0, 1, 2, 3, 5, 64, 1000] {
            for depth in (0..=n).filter(|d| *d < 70 || d % 97 == 0) {
                let mut log = log(n);
                let mut questions = 0;
                let found = log.rewind(|l1| {
                    questions += 1;
                    Ok::<_, Infallible>(l1.number <= n - depth)
                });
                assert_eq!(found, Ok(checkpoint(n - depth)), "{n} {depth}");
                assert_eq!(log.latest(), checkpoint(n - depth));
                let bound = 2 * (u64::BITS - depth.leading_zeros()) + 2;
                assert!(questions <= bound, "{questions} questions for depth {depth} of {n}");
            }
        }
    }

    #[test]
    fn the_log_is_bounded_and_pruned_below_finality() {
        let mut log = log(MAX_CHECKPOINTS as u64 + 5);
        assert_eq!(log.iter().count(), MAX_CHECKPOINTS + 1);
        log.prune(100);
        assert_eq!(log.iter().nth(1), Some(&checkpoint(100)));
        assert_eq!(log.at_or_below_l2(4 * 200 + 3), checkpoint(200));
        assert_eq!(log.at_or_below_l2(3), checkpoint(0));
    }
}
