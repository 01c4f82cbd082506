//! What the L1 contracts of a new rollup are told.

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400;
const MILLIETHER: u64 = 1_000_000_000_000_000;

/// Windows, delays and bonds of claims. Time in L1 seconds, money in wei.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementParams {
    /// Time to contest a claim.
    pub claim_window: u64,
    /// Time for a verdict after a contest.
    pub resolve_window: u64,
    /// Time between a claim's end and withdrawals against it.
    pub finality_delay: u64,
    /// Time between a withdrawal's proof and its payment.
    pub maturity_delay: u64,
    /// Notice that the timelock gives before it changes rules or code.
    pub timelock_delay: u64,
    /// Time that a leaving verifier's stake stays; longer than both windows of a claim together.
    pub exit_delay: u64,
    /// How long a guardian's pause lasts; longer than the timelock's delay, so that the timelock can act within one.
    pub pause: u32,
    /// Time after a pause before the next one; at least as long as a pause.
    pub pause_cooldown: u32,
    /// What a claim costs its maker until it has won.
    pub claim_bond: U256,
    /// What a contest costs at first.
    pub contest_bond: U256,
    /// How often that may double.
    pub max_doublings: u64,
    /// A verifier's least stake.
    pub min_stake: U256,
    /// What an attestation earns its signers together.
    pub attestation_reward: U256,
    /// L2 blocks between two attestations that are paid for.
    pub attestation_interval: u64,
    /// What is put into the pot for attestations at the start.
    pub attestation_pot: U256,
}

impl SettlementParams {
    /// A week to contest, two days to judge.
    pub fn production(attestation_interval: u64) -> Self {
        let milliether = |n: u64| U256::from(n) * U256::from(MILLIETHER);
        Self {
            claim_window: 7 * DAY,
            resolve_window: 2 * DAY,
            finality_delay: 3 * DAY + DAY / 2,
            maturity_delay: 7 * DAY,
            timelock_delay: 5 * DAY,
            exit_delay: 14 * DAY,
            pause: (7 * DAY) as u32,
            pause_cooldown: (30 * DAY) as u32,
            claim_bond: milliether(80),
            contest_bond: milliether(40),
            max_doublings: 5,
            min_stake: milliether(1000),
            attestation_reward: milliether(1),
            attestation_interval,
            attestation_pot: U256::ZERO,
        }
    }

    /// Seconds instead of days, and some ether in the pot: for development alone.
    pub fn development(attestation_interval: u64) -> Self {
        Self {
            claim_window: 4,
            resolve_window: 60,
            finality_delay: 2,
            maturity_delay: 2,
            timelock_delay: 10,
            exit_delay: 120,
            pause: 60,
            pause_cooldown: 60,
            attestation_pot: U256::from(MILLIETHER) * U256::from(1000),
            ..Self::production(attestation_interval)
        }
    }

    /// Makes sure that the delays stand in the relations that settlement rests on.
    ///
    /// # Errors
    /// Names the two that do not.
    pub fn check(&self) -> Result<(), BadParams> {
        let windows = self.claim_window.saturating_add(self.resolve_window);
        if self.exit_delay <= windows {
            return Err(BadParams::ExitTooShort { exit_delay: self.exit_delay, windows });
        }
        if self.timelock_delay >= u64::from(self.pause) {
            return Err(BadParams::PauseTooShort { pause: self.pause, timelock_delay: self.timelock_delay });
        }
        if self.pause_cooldown < self.pause {
            return Err(BadParams::CooldownTooShort { pause: self.pause, cooldown: self.pause_cooldown });
        }
        if self.claim_window == 0 || self.resolve_window == 0 {
            return Err(BadParams::NoWindow);
        }
        Ok(())
    }
}

/// Delays that do not protect what they are for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadParams {
    /// A liar's stake would be gone before it is caught.
    #[error(
        "a leaving verifier's stake stays {exit_delay} s, but it must stay longer than a claim can take: claim window and \
         resolve window are {windows} s together"
    )]
    ExitTooShort {
        /// Seconds that a stake stays.
        exit_delay: u64,
        /// Seconds that a claim can take.
        windows: u64,
    },
    /// The timelock could not act within a pause.
    #[error("a pause lasts {pause} s, but the timelock needs {timelock_delay} s: make the pause longer")]
    PauseTooShort {
        /// Seconds of a pause.
        pause: u32,
        /// Seconds of the timelock.
        timelock_delay: u64,
    },
    /// A guardian could pause for ever.
    #[error("a pause lasts {pause} s, but the next one may follow after {cooldown} s: it must be at least as long")]
    CooldownTooShort {
        /// Seconds of a pause.
        pause: u32,
        /// Seconds until the next.
        cooldown: u32,
    },
    /// Nobody could contest, or nobody could judge.
    #[error("claim window and resolve window must each be at least 1 s")]
    NoWindow,
}

/// Accounts and limits that `SystemConfig` begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemParams {
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// May propose to the timelock and execute what it let pass.
    pub governor: Address,
    /// Rotates keys, sets fees.
    pub operator: Address,
    /// Pauses.
    pub guardian: Address,
    /// Posts batches.
    pub batcher: Address,
    /// Signs unsafe blocks.
    pub unsafe_block_signer: Address,
    /// An L2 block's gas limit.
    pub gas_limit: u64,
    /// EIP-1559 denominator.
    pub eip1559_denominator: u32,
    /// EIP-1559 elasticity.
    pub eip1559_elasticity: u32,
    /// Weight of L1's base fee in the L1 fee, in millionths.
    pub basefee_scalar: u32,
    /// Weight of L1's blob base fee in the L1 fee, in millionths.
    pub blobbasefee_scalar: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_protect_what_they_are_for_and_others_are_refused() {
        let good = SettlementParams::production(1000);
        assert_eq!(good.check(), Ok(()));
        assert_eq!(SettlementParams::development(4).check(), Ok(()));
        let exit = SettlementParams { exit_delay: 9 * DAY, ..good.clone() };
        assert!(exit.check().unwrap_err().to_string().contains("777600 s together"));
        let pause = SettlementParams { timelock_delay: 7 * DAY, ..good.clone() };
        assert!(matches!(pause.check(), Err(BadParams::PauseTooShort { .. })));
        let cooldown = SettlementParams { pause_cooldown: 1, ..good.clone() };
        assert!(matches!(cooldown.check(), Err(BadParams::CooldownTooShort { .. })));
        assert_eq!(SettlementParams { claim_window: 0, ..good }.check(), Err(BadParams::NoWindow));
    }
}
