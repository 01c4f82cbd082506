//! Where collected fees go.

use alloy_primitives::{Address, U256};
use praxis_contracts::VaultParams;
use serde::{Deserialize, Serialize};

/// What genesis writes into the fee vaults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeVaults {
    /// Who is paid. With the zero address the vaults collect, and nobody can withdraw.
    pub recipient: Address,
    /// Where.
    #[serde(default)]
    pub network: PayoutNetwork,
    /// The least that is paid out, in wei.
    #[serde(default)]
    pub min_withdrawal: U256,
}

/// The chain on which the fee vaults pay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PayoutNetwork {
    /// L1, by a withdrawal.
    #[default]
    L1,
    /// L2, at once.
    L2,
}

impl From<FeeVaults> for VaultParams {
    fn from(vaults: FeeVaults) -> Self {
        let FeeVaults { recipient, network, min_withdrawal } = vaults;
        Self { recipient, on_l1: network == PayoutNetwork::L1, minimum: min_withdrawal }
    }
}
