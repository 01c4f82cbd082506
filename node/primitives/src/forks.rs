//! Ethereum's hard forks: which rules hold at which block.

use alloy_eips::{eip7840::BlobParams, eip7892::BlobScheduleBlobParams};
use alloy_genesis::ChainConfig;
use alloy_primitives::U256;
use std::collections::BTreeSet;

/// One ether in wei.
const ETHER: u128 = 1_000_000_000_000_000_000;

/// Versions of Ethereum's rules that execution or a header can tell apart, oldest first. Forks that only delayed the
/// difficulty's growth are left out: a block's difficulty is taken as its header states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fork {
    /// The launch.
    Frontier,
    /// EIP-606.
    Homestead,
    /// EIP-608, the repricing of EIP-150.
    TangerineWhistle,
    /// EIP-607: empty accounts are removed, signatures name the chain.
    SpuriousDragon,
    /// EIP-609: receipts hold a status instead of a state root.
    Byzantium,
    /// EIP-1013.
    Constantinople,
    /// EIP-1716.
    Petersburg,
    /// EIP-1679.
    Istanbul,
    /// EIP-2718 and EIP-2930.
    Berlin,
    /// EIP-1559.
    London,
    /// EIP-3675: proof of stake.
    Paris,
    /// EIP-4895: withdrawals.
    Shanghai,
    /// EIP-4844 and EIP-4788.
    Cancun,
    /// EIP-7702, EIP-7685 and EIP-2935.
    Prague,
    /// EIP-7825, EIP-7951, EIP-7883, EIP-7939.
    Osaka,
}

impl Fork {
    /// All of them, oldest first.
    pub const ALL: [Self; 15] = [
        Self::Frontier,
        Self::Homestead,
        Self::TangerineWhistle,
        Self::SpuriousDragon,
        Self::Byzantium,
        Self::Constantinople,
        Self::Petersburg,
        Self::Istanbul,
        Self::Berlin,
        Self::London,
        Self::Paris,
        Self::Shanghai,
        Self::Cancun,
        Self::Prague,
        Self::Osaka,
    ];

    /// What the miner of a block is credited in wei, uncles aside (EIP-649, EIP-1234); nothing under proof of stake.
    pub const fn block_reward(self) -> u128 {
        match self {
            Self::Frontier | Self::Homestead | Self::TangerineWhistle | Self::SpuriousDragon => 5 * ETHER,
            Self::Byzantium => 3 * ETHER,
            Self::Constantinople | Self::Petersburg | Self::Istanbul | Self::Berlin | Self::London => 2 * ETHER,
            Self::Paris | Self::Shanghai | Self::Cancun | Self::Prague | Self::Osaka => 0,
        }
    }
}

/// From where on each fork holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkSchedule {
    /// First block of each fork up to Paris.
    blocks: Vec<(u64, Fork)>,
    /// First timestamp, in seconds, of each fork after Paris.
    times: Vec<(u64, Fork)>,
    /// Block at whose beginning the DAO's ether moves (EIP-779).
    dao: Option<u64>,
    /// Parameters of blobs, by fork and by time (EIP-7840, EIP-7892).
    blobs: BlobScheduleBlobParams,
    /// What the identifier of a fork is made of (EIP-2124).
    points: ForkPoints,
}

/// Where anything changes, in order and without what holds from genesis on: also forks that execution cannot tell apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForkPoints {
    /// Blocks.
    pub blocks: Vec<u64>,
    /// Timestamps in seconds.
    pub times: Vec<u64>,
}

impl ForkPoints {
    fn of_config(config: &ChainConfig) -> Self {
        let blocks = [
            config.homestead_block,
            config.dao_fork_block,
            config.eip150_block,
            config.eip155_block,
            config.eip158_block,
            config.byzantium_block,
            config.constantinople_block,
            config.petersburg_block,
            config.istanbul_block,
            config.muir_glacier_block,
            config.berlin_block,
            config.london_block,
            config.arrow_glacier_block,
            config.gray_glacier_block,
            config.merge_netsplit_block,
        ];
        let times = [
            config.shanghai_time,
            config.cancun_time,
            config.prague_time,
            config.osaka_time,
            config.bpo1_time,
            config.bpo2_time,
            config.bpo3_time,
            config.bpo4_time,
            config.bpo5_time,
        ];
        let in_order = |points: &[Option<u64>]| {
            let ordered: BTreeSet<u64> = points.iter().flatten().copied().filter(|point| *point > 0).collect();
            ordered.into_iter().collect()
        };
        Self { blocks: in_order(&blocks), times: in_order(&times) }
    }
}

/// A genesis file's configuration that does not say when the forks hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the genesis file has a terminal total difficulty above zero, but no mergeNetsplitBlock: say at which block proof of \
     stake begins"
)]
pub struct MergeBlockUnknown;

impl ForkSchedule {
    /// One fork from genesis on.
    pub fn always(fork: Fork) -> Self {
        Self {
            blocks: vec![(0, fork)],
            times: vec![],
            dao: None,
            blobs: BlobScheduleBlobParams::mainnet(),
            points: ForkPoints::default(),
        }
    }

    /// The schedule of a genesis file.
    ///
    /// # Errors
    /// When proof of stake begins at a total difficulty and the file does not say which block that is.
    pub fn of_config(config: &ChainConfig) -> Result<Self, MergeBlockUnknown> {
        let merge = match (config.merge_netsplit_block, config.terminal_total_difficulty) {
            (Some(block), _) => Some(block),
            (None, Some(U256::ZERO)) => Some(0),
            (None, Some(_)) if config.shanghai_time.is_some() => return Err(MergeBlockUnknown),
            (None, _) => None,
        };
        let blocks = [
            (Some(0), Fork::Frontier),
            (config.homestead_block, Fork::Homestead),
            (config.eip150_block, Fork::TangerineWhistle),
            (config.eip158_block.or(config.eip155_block), Fork::SpuriousDragon),
            (config.byzantium_block, Fork::Byzantium),
            (config.constantinople_block, Fork::Constantinople),
            (config.petersburg_block.or(config.constantinople_block), Fork::Petersburg),
            (config.istanbul_block, Fork::Istanbul),
            (config.berlin_block, Fork::Berlin),
            (config.london_block, Fork::London),
            (merge, Fork::Paris),
        ];
        let times = [
            (config.shanghai_time, Fork::Shanghai),
            (config.cancun_time, Fork::Cancun),
            (config.prague_time, Fork::Prague),
            (config.osaka_time, Fork::Osaka),
        ];
        let known = |(at, fork): (Option<u64>, Fork)| at.map(|at| (at, fork));
        Ok(Self {
            blocks: blocks.into_iter().filter_map(known).collect(),
            times: times.into_iter().filter_map(known).collect(),
            dao: config.dao_fork_block.filter(|_| config.dao_fork_support),
            blobs: config.blob_schedule_blob_params(),
            points: ForkPoints::of_config(config),
        })
    }

    /// The fork whose rules hold for block `number` at `timestamp` seconds.
    pub fn at(&self, number: u64, timestamp: u64) -> Fork {
        let by_block = self.blocks.iter().filter(|(from, _)| *from <= number).map(|(_, fork)| *fork);
        let latest = by_block.max().unwrap_or(Fork::Frontier);
        if latest < Fork::Paris {
            return latest;
        }
        let by_time = self.times.iter().filter(|(from, _)| *from <= timestamp).map(|(_, fork)| *fork);
        by_time.max().map_or(latest, |fork| fork.max(latest))
    }

    /// Parameters of blobs under `fork` at `timestamp` seconds.
    pub fn blob_params(&self, fork: Fork, timestamp: u64) -> BlobParams {
        match fork {
            Fork::Osaka => *self.blobs.active_scheduled_params_at_timestamp(timestamp).unwrap_or(&self.blobs.osaka),
            Fork::Prague => self.blobs.prague,
            _ => self.blobs.cancun,
        }
    }

    /// Where anything changes.
    pub const fn points(&self) -> &ForkPoints {
        &self.points
    }

    /// Block at whose beginning the DAO's ether moves.
    pub const fn dao_block(&self) -> Option<u64> {
        self.dao
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forks_hold_from_their_block_or_time_on() {
        let config: ChainConfig = serde_json::from_str(
            r#"{"chainId": 1, "homesteadBlock": 0, "eip158Block": 6, "londonBlock": 27, "mergeNetsplitBlock": 36,
                "terminalTotalDifficulty": 9, "shanghaiTime": 390, "osakaTime": 480, "bpo1Time": 510,
                "blobSchedule": {"bpo1": {"target": 10, "max": 15, "baseFeeUpdateFraction": 8346193}}}"#,
        )
        .unwrap();
        let schedule = ForkSchedule::of_config(&config).unwrap();
        let expected = [
            ((0, 0), Fork::Homestead),
            ((5, 999), Fork::Homestead),
            ((6, 0), Fork::SpuriousDragon),
            ((35, 999), Fork::London),
            ((36, 389), Fork::Paris),
            ((36, 390), Fork::Shanghai),
            ((40, 480), Fork::Osaka),
        ];
        for ((number, timestamp), fork) in expected {
            assert_eq!(schedule.at(number, timestamp), fork, "block {number} at {timestamp}");
        }
        assert_eq!(schedule.blob_params(Fork::Osaka, 509).max_blob_count, 9);
        assert_eq!(schedule.blob_params(Fork::Osaka, 510).max_blob_count, 15);
        assert_eq!(schedule.blob_params(Fork::Osaka, 510).max_blobs_per_tx, 6);
    }

    #[test]
    fn a_merge_at_an_unknown_block_is_refused() {
        let config = r#"{"chainId": 1, "londonBlock": 0, "terminalTotalDifficulty": 9, "shanghaiTime": 1}"#;
        assert_eq!(ForkSchedule::of_config(&serde_json::from_str(config).unwrap()), Err(MergeBlockUnknown));
    }

    #[test]
    fn every_fork_holds_alone_and_they_are_in_order() {
        for fork in Fork::ALL {
            assert_eq!(ForkSchedule::always(fork).at(3, 3), fork);
        }
        assert!(Fork::ALL.is_sorted());
    }
}
