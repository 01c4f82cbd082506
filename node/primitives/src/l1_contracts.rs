//! Where a rollup's contracts stand on L1.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

/// Addresses of the L1 contracts; see `contracts/README.md` for what each does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct L1Contracts {
    /// Owns the rules and the proxies.
    pub timelock: Address,
    /// What L1 decides about the L2: its `ConfigUpdate` logs are read by derivation.
    pub system_config: Address,
    /// Deposits and withdrawals.
    pub portal: Address,
    /// Where claims are made and found.
    pub dispute_game_factory: Address,
    /// Which claims count.
    pub anchor_state_registry: Address,
    /// What the factory cloned for claims when the rollup was deployed.
    pub output_game: Address,
    /// Verifiers judge contested claims.
    pub quorum_resolver: Address,
    /// Verifiers' keys and stakes.
    pub verifier_registry: Address,
    /// The bridge's side on L1.
    pub l1_standard_bridge: Address,
    /// Checks what a model said on L2.
    pub inference_proof: Address,
}
