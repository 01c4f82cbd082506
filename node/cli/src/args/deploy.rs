//! A new deployment: `praxis deploy`.

use super::KeyArgs;
use alloy_primitives::{Address, U256};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Clone, Args)]
pub(crate) struct DeployArgs {
    /// JSON-RPC of the L1.
    #[arg(long)]
    pub(crate) l1: Url,
    /// Where the rollup configuration is written; the chain definition for viem goes beside it.
    #[arg(long)]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    /// Chain id of the new L2.
    #[arg(long, default_value_t = 77_001)]
    pub(crate) chain_id: u64,
    /// Milliseconds between L2 blocks.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub(crate) block_time_ms: u64,
    /// L1 blocks within which a batch must follow its origin.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(2..=100_000))]
    pub(crate) sequencing_window: u64,
    /// The most gas that a transaction of the L2 may have, deposits aside (EIP-7825).
    #[arg(long, default_value_t = praxis_primitives::default_tx_gas_cap(), value_parser = clap::value_parser!(u64).range(21_000..))]
    pub(crate) tx_gas_cap: u64,
    /// L2 blocks between two claims; half an hour's, at most 8,000, unless given.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=8_000))]
    pub(crate) claim_interval: Option<u64>,
    /// The batcher's account; the deployer's unless given.
    #[arg(long)]
    pub(crate) batcher: Option<Address>,
    /// The account that signs unsafe blocks; the deployer's unless given.
    #[arg(long)]
    pub(crate) unsafe_block_signer: Option<Address>,
    /// The account that may change rules and code, by the timelock; the deployer's unless given.
    #[arg(long)]
    pub(crate) governor: Option<Address>,
    /// The account that rotates keys and sets fees; the deployer's unless given.
    #[arg(long)]
    pub(crate) operator: Option<Address>,
    /// The account that may pause withdrawals and inference; the deployer's unless given.
    #[arg(long)]
    pub(crate) guardian: Option<Address>,
    #[command(flatten)]
    pub(crate) settlement: SettlementArgs,
    /// Least base fee of the new L2 in wei, which is also its first.
    #[arg(long, value_name = "WEI", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) base_fee_floor: Option<u64>,
    /// Accounts that hold 10,000 ether on the new L2; repeat it for several.
    #[arg(long = "fund")]
    pub(crate) fund: Vec<Address>,
}

/// Where windows and bonds begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SettlementPreset {
    /// A week to contest a claim, two days to judge it.
    Production,
    /// Seconds instead of days.
    Development,
}

/// Windows, delays and bonds of claims.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settlement")]
pub(crate) struct SettlementArgs {
    /// What the windows, delays and bonds are unless given below.
    #[arg(long, value_enum, default_value_t = SettlementPreset::Production)]
    pub(crate) settlement: SettlementPreset,
    /// Seconds within which a claim can be contested.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) claim_window: Option<u64>,
    /// Seconds after a contest within which verifiers judge.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) resolve_window: Option<u64>,
    /// Seconds between a claim's end and withdrawals against it.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) finality_delay: Option<u64>,
    /// Seconds between a withdrawal's proof and its payment.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) maturity_delay: Option<u64>,
    /// Seconds of notice before rules or code change.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timelock_delay: Option<u64>,
    /// Seconds that a leaving verifier's stake stays; longer than both windows together.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) exit_delay: Option<u64>,
    /// What a claim costs until it has won.
    #[arg(long, value_name = "WEI")]
    pub(crate) claim_bond: Option<U256>,
    /// What a contest costs at first.
    #[arg(long, value_name = "WEI")]
    pub(crate) contest_bond: Option<U256>,
    /// A verifier's least stake.
    #[arg(long, value_name = "WEI")]
    pub(crate) min_stake: Option<U256>,
}
